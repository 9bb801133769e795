//! `why NAME REF`: why someone is in or out.

use serde_json::json;

use super::Context;
use super::done::Done;
use crate::campaign::{self, Planned, Recipient};
use crate::customers::{self, Customer};
use crate::domain::Arm;
use crate::error::Result;
use crate::segment::{self, Scope};
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

/// Why a customer is in a planned campaign, or is not.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let store = shop.store()?;
    let read = store.read();
    let planned = campaign::need(&read, &arguments.campaign)?;
    let customer = customers::by_ref(&read, &arguments.reference)?;
    let recipient = campaign::for_customer(&read, planned.id, customer.id)?;
    let reason = campaign::why_left_out(&read, &planned, &customer.reference)?;
    let (status, sentence) = verdict(&customer, recipient.as_ref(), reason.as_deref());
    let suppressed = customers::suppressed(&read, &customer.email)?;
    let sentence = match &suppressed {
        Some(why) => format!(
            "{sentence} No email goes to {}: {}, {}.",
            text::quote(&customer.email),
            why.reason.in_words(),
            why.on
        ),
        None => sentence,
    };
    let lines = conditions(&read, &shop, &planned, &customer)?;
    let text = format!("{sentence}\n\nThe query, as the book stands now:\n{}\n", lines.join("\n"));
    let object = json!({ "campaign": planned.slug, "ref": customer.reference, "status": status, "reason": reason, "suppressed": suppressed, "why": sentence, "conditions": lines });
    Ok(Done::new(text, &object))
}

/// What the plan says about somebody, in a word and in a sentence.
fn verdict(customer: &Customer, recipient: Option<&Recipient>, reason: Option<&str>) -> (&'static str, String) {
    let who = format!("{} ({})", customer.name(), text::quote(&customer.reference));
    match (recipient, reason) {
        (Some(r), Some(reason)) if r.reference != customer.reference && reason != "same household" => {
            let household =
                format!("the letter to {} ({}) is for the others of the household", r.name, text::quote(&r.reference));
            ("left_out", format!("{who} matches the query and was left out: {reason}; {household}."))
        }
        (Some(r), _) if r.arm == Arm::HeldOut => {
            ("held_out", format!("{who} was held out by lot, to compare with those written to."))
        }
        (Some(r), _) => {
            let branch =
                if r.branch.is_empty() { String::new() } else { format!(", branch {}", text::quote(&r.branch)) };
            let by = if r.reference == customer.reference {
                String::new()
            } else {
                format!(", with the letter to {} ({})", r.name, text::quote(&r.reference))
            };
            let hand = if r.by_hand { " (included by hand)" } else { "" };
            let second = match (&r.second, r.returned_on) {
                (Some(second), _) => format!(
                    "; the {} did not reach them, a {} goes instead ({})",
                    r.channel, second.channel, second.state
                ),
                (None, Some(day)) => format!("; it did not reach them ({day})"),
                _ => String::new(),
            };
            (
                "in",
                format!(
                    "{who} is in{by}: {}{}{branch}{hand}{second}.",
                    r.channel,
                    r.number.map_or(String::new(), |n| format!(" number {n}"))
                ),
            )
        }
        (None, Some(reason)) => ("left_out", format!("{who} matches the query and was left out: {reason}.")),
        (None, None) => ("no_match", format!("{who} did not match the query.")),
    }
}

/// Every part of the query, with whether it holds for this person.
fn conditions(read: &Read<'_>, shop: &Shop, planned: &Planned, customer: &Customer) -> Result<Vec<String>> {
    let file = campaign::kept_files(read, planned)?.campaign(&planned.slug)?;
    let campaigns = campaign::slugs(read)?;
    let scope = Scope {
        as_of: planned.as_of,
        currency: shop.settings.currency,
        follows: file.follows.as_deref(),
        campaigns: &campaigns,
        named: &shop.settings.segments,
    };
    let condition = segment::condition(&file.condition, &scope)?;
    Ok(segment::explain(read, &condition, customer.id)?.lines())
}
