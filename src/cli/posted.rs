//! `posted NAME`: the owner's word that it went out.

use chrono::NaiveDate;
use serde_json::json;

use super::Context;
use super::done::Done;
use crate::campaign;
use crate::clock::long_date;
use crate::error::Result;
use crate::text;

/// Say that a campaign went out; its codes hold from that day.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// The day; today when nothing is said.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut store = shop.store()?;
    let on = context.day_past(arguments.on, "say it when it has gone out")?;
    let (planned, unprinted) = store.write(|write| {
        let planned = campaign::need(write, &arguments.campaign)?;
        let unprinted = campaign::mark_posted(write, &planned, on)?;
        Ok((planned, unprinted))
    })?;
    let country = &shop.settings.country;
    let text = match planned.posted_on.filter(|before| *before != on) {
        Some(before) => format!(
            "The letters of {} that go instead of emails went out on {}; the codes hold from {} on, as before.",
            planned.name,
            long_date(on, country),
            long_date(before, country)
        ),
        None => format!("{} went out on {}; its codes hold from then on.", planned.name, long_date(on, country)),
    };
    let done = Done::new(
        text,
        &json!({ "campaign": planned.slug, "state": "posted", "posted_on": on, "never_printed": unprinted }),
    );
    Ok(if unprinted == 0 {
        done
    } else {
        done.warn([format!("{} of it were never printed", text::count(unprinted, "letter"))])
    })
}
