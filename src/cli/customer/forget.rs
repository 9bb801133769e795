//! `customer forget REF`: erases a customer everywhere; the totals stay.

use serde_json::json;

use super::one_line::{one_line, who};
use crate::app::{self, forget::Forgotten};
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::cli::output::confirms;
use crate::customers::Customer;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::text;

/// Erase a customer everywhere, permanently. Their sales stay in the totals, without a name.
#[derive(Debug, clap::Args)]
pub(super) struct ForgetArguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(arguments: &ForgetArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let customer = app::forget::whom(&shop, &arguments.reference)?;
    if !arguments.yes {
        ask(&customer)?;
    }
    let forgotten = app::forget::forget(&shop, customer.id, context.clock.today())?;
    let mut warnings = Vec::new();
    if let Some(fault) = &forgotten.untidy {
        warnings.push(format!("the database file still contains the erased data: {fault}"));
    }
    let traces = app::forget::remaining(&shop, &forgotten.traces);
    warnings.extend(traces.iter().map(|path| trace(path, "theirs", "their reference")));
    warnings.push("backups, exports and printed letters made before today still have them".to_owned());
    let Forgotten { purchases, campaigns, .. } = forgotten;
    let anonymous = text::count(purchases, "purchase");
    let stay = if purchases == 1 { "stays" } else { "stay" };
    let text = format!(
        "Forgotten: {} is no longer in the book. {anonymous} {stay} in the totals, without a name; no import brings them back.",
        text::quote(&customer.reference)
    );
    let object = json!({ "ref": customer.reference, "purchases": purchases, "campaigns": campaigns });
    Ok(Done::new(text, &object).warn(warnings))
}

/// Warnings of a forgetting that was killed, after the file was wiped by a later command.
pub(in crate::cli) fn late_warnings(shop: &Shop, traces: &[String]) -> Vec<String> {
    let traces = app::forget::remaining(shop, traces);
    let of = "a customer who was forgotten";
    traces.iter().map(|path| trace(path, of, &format!("the reference of {of}"))).collect()
}

fn trace(path: &str, whose: &str, reference: &str) -> String {
    if path.starts_with("out/") {
        format!("{path} may have a piece of {whose}: print it again, or delete it")
    } else {
        format!("{path} has {reference}, and so does the copy in its plan")
    }
}

/// Asks on a terminal; elsewhere no one can answer.
fn ask(customer: &Customer) -> Result<()> {
    let refused = Error::new(format!("{} was not forgotten: it was not confirmed", who(customer)))
        .hint("this cannot be undone; use `--yes` to confirm");
    let (name, reference) = (one_line(&customer.name()), text::quote(&customer.reference));
    let question = format!("Erase {name} everywhere, permanently? Type the reference {reference} to confirm: ");
    if confirms(&question, |answer| answer == customer.reference) { Ok(()) } else { Err(refused) }
}
