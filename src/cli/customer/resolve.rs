//! `customer resolve REF`: resolves complaints.

use chrono::NaiveDate;
use serde_json::json;

use super::one_line::who;
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::{Error, Result};
use crate::text;

/// Record that the open complaints of a customer are resolved.
#[derive(Debug, clap::Args)]
pub(super) struct ResolveArguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// The day; today by default.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
}

pub(super) fn run(arguments: &ResolveArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let on = context.day_past(arguments.on, "record it once it is resolved")?;
    let (customer, resolved) = app::notes::resolve(&shop, &arguments.reference, on)?;
    if resolved == 0 {
        return Err(Error::new(format!("{} has no open complaint", who(&customer))).hint("there is nothing to resolve"));
    }
    let text = format!("Resolved: {} of {}.", text::count(resolved, "complaint"), who(&customer));
    Ok(Done::new(text, &json!({ "ref": customer.reference, "name": customer.name(), "resolved": resolved, "on": on })))
}
