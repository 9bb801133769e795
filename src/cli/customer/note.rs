//! `customer note REF TEXT`: what was said, and how long it took.

use chrono::NaiveDate;
use serde_json::json;

use super::who;
use crate::cli::Context;
use crate::cli::done::Done;
use crate::customers;
use crate::error::Result;

/// Note a call, a visit, praise, a complaint or an idea. A complaint stays open until `customer resolve`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// What was said; after `--` when it begins with a hyphen.
    #[arg(value_name = "TEXT")]
    text: String,
    /// What it was.
    #[arg(long, value_name = "call|visit|praise|complaint|idea")]
    kind: String,
    /// How many minutes it took.
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    minutes: i64,
    /// The day; today when nothing is said.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let mut store = context.shop()?.store()?;
    let on = context.day_past(arguments.on, "a note is about what was said already")?;
    let (customer, id) = store.write(|write| {
        let customer = customers::by_ref(write, &arguments.reference)?;
        let (kind, text) = (&arguments.kind, &arguments.text);
        let id = customers::add_note(write, customer.id, on, kind, text, arguments.minutes)?;
        Ok((customer, id))
    })?;
    let kind = &arguments.kind;
    let and = if kind == "complaint" {
        format!(" It stays open until `regulars customer resolve {}`.", customer.reference)
    } else {
        String::new()
    };
    let text = format!("Noted for {}: {kind}, {on}.{and}", who(&customer));
    let object = json!({ "ref": customer.reference, "name": customer.name(), "note": id, "kind": kind, "on": on, "minutes": arguments.minutes });
    Ok(Done::new(text, &object))
}
