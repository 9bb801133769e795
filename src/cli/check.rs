//! `check [NAME]`: reads and cross-checks every file, and reports all errors at once.

use super::context::Context;
use super::done::Done;
use crate::app::check;
use crate::error::Result;
use crate::text;

/// Read and cross-check every file of the shop folder, or of one campaign, and show all errors at once.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArguments {
    /// The campaign; all of them by default.
    #[arg(value_name = "NAME")]
    campaign: Option<String>,
}

pub(super) fn run(arguments: &CheckArguments, context: &Context) -> Result<Done> {
    let checked = check::check(&context.shop()?, arguments.campaign.as_deref(), context.clock.today())?;
    let campaigns = text::count(checked.campaigns.len(), "campaign");
    let templates = text::count(checked.templates.len(), "template");
    Ok(Done::new(format!("OK: {campaigns} and {templates}."), &checked).warn(checked.warnings.clone()))
}
