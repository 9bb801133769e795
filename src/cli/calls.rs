//! `calls`: who to call today, and about what.

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app;
use crate::error::Result;
use crate::insights::{self, CallOptions};
use crate::text;

/// List who to call today, and about what: open complaints, first-time buyers, the best who have not come for long.
#[derive(Debug, clap::Args)]
pub(super) struct CallsArguments {
    /// Record that you spoke with this customer, which takes them off the list.
    #[arg(long, value_name = "REF")]
    done: Option<String>,
    /// What was said.
    #[arg(long, value_name = "TEXT", requires = "done")]
    note: Option<String>,
    /// The largest number of customers.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// List the best after this many days without a purchase or a call.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    quiet_days: u32,
}

pub(super) fn run(arguments: &CallsArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let today = context.clock.today();
    if let Some(reference) = &arguments.done {
        let (customer, open) = app::calls::done(&shop, reference, arguments.note.as_deref(), today)?;
        let mut text = format!("Noted: you spoke with {}.", customer.name());
        if open {
            text.push_str(&format!(
                " The complaint stays open until {}.",
                text::quote(&format!("regulars customer resolve {}", customer.reference))
            ));
        }
        let object = json!({ "ref": customer.reference, "name": customer.name(), "on": today, "complaint_open": open });
        return Ok(Done::new(text, &object));
    }
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let options = CallOptions { today, limit, quiet_days: u64::from(arguments.quiet_days) };
    let list = app::calls::list(&shop, options)?;
    Ok(Done::new(insights::calls_table(&list), &list))
}
