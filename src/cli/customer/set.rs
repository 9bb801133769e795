//! `customer set REF FIELD=VALUE`: changes a card manually.

use chrono::NaiveDate;
use serde_json::json;

use super::one_line::{one_line, who};
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;
use crate::text;

/// Set fields of the card: `city="Palo Alto"`, `post=no`, `preference.shirt="16½"`, `tag=+vip`, `household=C-2`.
#[derive(Debug, clap::Args)]
pub(super) struct SetArguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// Any field of the card; an empty value removes it. Also `post=yes|no|unknown`, `email_consent=yes|no|unknown`,
    /// `email_works=yes` after emails came back, `undeliverable_address=no` when letters do reach it, `preference.KEY=`,
    /// `tag=+WORD` and `tag=-WORD`, `deceased=yes`, `moved=yes`, `household=REF|alone`.
    #[arg(value_name = "FIELD=VALUE", required = true)]
    assignments: Vec<String>,
    /// The source of the information; stored with consent, opt-outs, deceased and moved.
    #[arg(long, value_name = "TEXT", default_value = "the owner")]
    source: String,
    /// The day of the statement; today by default.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
}

pub(super) fn run(arguments: &SetArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let on = context.day_past(arguments.on, "give the day of the statement")?;
    let SetArguments { reference, assignments, source, .. } = arguments;
    let (customer, changed) = app::edit::set(&shop, reference, assignments, on, source)?;
    let object = json!({ "ref": customer.reference, "name": customer.name(), "changed": changed });
    if changed.is_empty() {
        return Ok(Done::new(format!("The card of {} already has that.", who(&customer)), &object));
    }
    let shown = |text: &str| if text.is_empty() { "–".to_owned() } else { one_line(text) };
    let mut text = format!("Changed {} on the card of {}:\n", text::count(changed.len(), "thing"), who(&customer));
    for one in &changed {
        text.push_str(&format!("  {}: {} → {}\n", one_line(&one.field), shown(&one.before), shown(&one.after)));
    }
    Ok(Done::new(text, &object))
}
