//! `report NAME` and `report --years`.

use serde_json::json;

use super::Context;
use super::done::Done;
use crate::campaign;
use crate::error::{Error, Result};
use crate::report;
use crate::text;

/// What came of a campaign: the response, the money, the comparison by lot; or year against year.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME", required_unless_present = "years", conflicts_with = "years")]
    campaign: Option<String>,
    /// Every campaign, one line each.
    #[arg(long)]
    years: bool,
    /// As CSV, for a spreadsheet.
    #[arg(long, conflicts_with = "years")]
    csv: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let store = shop.store()?;
    let (read, today) = (store.read(), context.clock.today());
    let settings = &shop.settings;
    let Some(slug) = &arguments.campaign else {
        let years = report::years(&read, settings.currency, settings.margin, today)?;
        if years.is_empty() {
            return Err(Error::new("no campaign was planned yet").hint("plan one first: `regulars plan NAME`"));
        }
        return Ok(Done::new(report::years_table(&years, settings.currency), &json!({ "years": years })));
    };
    if campaign::current(&read, slug)?.is_none() && campaign::list_files(&shop)?.contains(slug) {
        return Err(Error::new(format!(
            "{} is only a file: it was not planned, so nothing came of it yet",
            text::quote(slug)
        ))
        .hint(format!("plan it first: `regulars plan {slug}`")));
    }
    let report = report::report(&read, slug, settings.currency, settings.margin, today)?;
    let text = if arguments.csv {
        report::csv(&report, settings.currency)?
    } else {
        report::table(&report, settings.currency, &settings.country)
    };
    Ok(Done::new(text, &report))
}
