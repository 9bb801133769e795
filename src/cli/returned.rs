//! `returned NAME REF`: mail that came back.

use chrono::NaiveDate;
use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app;
use crate::domain::Channel;
use crate::error::Result;

/// Record that a customer's mail came back.
#[derive(Debug, clap::Args)]
pub(super) struct ReturnedArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// The day; today by default.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
    /// Withdraw that: it did not come back.
    #[arg(long, conflicts_with = "on")]
    undo: bool,
}

pub(super) fn run(arguments: &ReturnedArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let now = context.clock.now();
    let on = arguments.on.unwrap_or(now.date());
    let (campaign, reference) = (&arguments.campaign, &arguments.reference);
    let recipient = if arguments.undo {
        app::returned::not_returned(&shop, campaign, reference, now)?
    } else {
        app::returned::returned(&shop, campaign, reference, on, now)?
    };
    let object = json!({ "campaign": arguments.campaign, "ref": recipient.reference, "name": recipient.name, "response": recipient.response(), "second": recipient.second, "returned_on": recipient.returned_on });
    if arguments.undo {
        return Ok(Done::new(format!("Recorded: the letter to {} did not come back.", recipient.name), &object));
    }
    let instead = match recipient.second.as_ref().filter(|second| second.returned_on.is_none()) {
        Some(second) if second.channel == Channel::Email => {
            format!(" They get an email with the next `regulars send {}`.", arguments.campaign)
        }
        _ => String::new(),
    };
    let done = Done::new(format!("Recorded: the letter to {} came back.{instead}", recipient.name), &object);
    Ok(if recipient.redeemed_on.is_some() {
        done.warn([format!("{} came nevertheless; that stays their response", recipient.name)])
    } else {
        done
    })
}
