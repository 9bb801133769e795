//! `posted NAME`: records that a campaign was mailed.

use chrono::NaiveDate;
use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app::posted;
use crate::domain::{CampaignState, Channel};
use crate::error::Result;
use crate::text::long_date;

/// Record that a campaign was mailed; its codes are valid from that day.
#[derive(Debug, clap::Args)]
pub(super) struct PostedArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// The day; today by default.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
}

pub(super) fn run(arguments: &PostedArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let on = context.day_past(arguments.on, "record it once it was mailed")?;
    let (planned, unprinted) = posted::posted(&shop, &arguments.campaign, on)?;
    let country = &shop.settings.country;
    let text = match planned.posted_on.filter(|before| *before != on) {
        Some(before) => format!(
            "The letters of {} that replace emails were mailed on {}; the codes are valid from {}, unchanged.",
            planned.name,
            long_date(on, country),
            long_date(before, country)
        ),
        None => format!("{} was mailed on {}; its codes are valid from then on.", planned.name, long_date(on, country)),
    };
    let done = Done::new(
        text,
        &json!({ "campaign": planned.slug, "state": CampaignState::Posted, "posted_on": on, "never_printed": unprinted }),
    );
    Ok(if unprinted == 0 {
        done
    } else {
        done.warn([format!("{} of it were never printed", Channel::Letter.count(unprinted))])
    })
}
