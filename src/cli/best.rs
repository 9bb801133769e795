//! `best`: the best-customer worksheet.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::context::Context;
use super::done::Done;
use crate::app;
use crate::error::{Error, Result};
use crate::files;
use crate::insights::{self, DaySpan, Top};

/// Show the best-customer worksheet: who brings the sales, what they have in common, who is slipping, who costs.
#[derive(Debug, clap::Args)]
pub(super) struct BestArguments {
    /// Who counts as best: a share of the customers such as 20%, or a number.
    #[arg(long, value_name = "P%|N", default_value = "20%")]
    top: String,
    /// The first day that counts; without it, everything up to the last.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// The last day that counts; today by default.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<NaiveDate>,
    /// Print the whole list as CSV, for a spreadsheet.
    #[arg(long)]
    csv: bool,
    /// Also draw the curve into this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub(super) fn run(arguments: &BestArguments, context: &Context) -> Result<Done> {
    let top: Top = arguments.top.parse().map_err(|e: Error| e.at("--top"))?;
    let window = DaySpan { from: arguments.from, as_of: arguments.as_of.unwrap_or(context.clock.today()) };
    let shop = context.shop()?;
    let settings = &shop.settings;
    let most_listed = if arguments.csv || context.json { usize::MAX } else { insights::ON_THE_PAGE };
    let sheet = app::best::best(&shop, window, top, most_listed)?;
    if let Some(path) = &arguments.svg {
        files::write_whole(path, insights::chart(&sheet)?.as_bytes())?;
    }
    // The list of a large shop is long, so only one form of it is made.
    if context.json {
        return Ok(Done::new("", &sheet));
    }
    let text = if arguments.csv {
        insights::csv(&sheet, settings.currency)
    } else {
        insights::text(&sheet, top, settings.currency, &settings.country)
    };
    Ok(Done::new(text, &()))
}
