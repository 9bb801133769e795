//! `report NAME` and `report --years`.

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app;
use crate::error::Result;
use crate::report;

/// Show the results of a campaign: the response, the money, the comparison with the control group; or year against
/// year.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArguments {
    /// The campaign.
    #[arg(value_name = "NAME", required_unless_present = "years", conflicts_with = "years")]
    campaign: Option<String>,
    /// Show every campaign, one line each.
    #[arg(long)]
    years: bool,
    /// Print CSV, for a spreadsheet.
    #[arg(long, conflicts_with = "years")]
    csv: bool,
}

pub(super) fn run(arguments: &ReportArguments, context: &Context) -> Result<Done> {
    let (shop, today) = (context.shop()?, context.clock.today());
    let settings = &shop.settings;
    let Some(slug) = &arguments.campaign else {
        let years = app::report::years(&shop, today)?;
        return Ok(Done::new(report::years_table(&years, settings.currency), &json!({ "years": years })));
    };
    let report = app::report::report(&shop, slug, today)?;
    let text = if arguments.csv {
        report::csv(&report, settings.currency)
    } else {
        report::table(&report, settings.currency, &settings.country)
    };
    Ok(Done::new(text, &report))
}
