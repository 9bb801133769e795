//! `why NAME REF`: why someone is in or out.

use serde_json::json;

use super::context::Context;
use super::done::Done;
use crate::app::why::{self, Inclusion};
use crate::campaign::Recipient;
use crate::customers::Customer;
use crate::domain::Arm;
use crate::error::Result;
use crate::text;

/// Explain why a customer is in a planned campaign, or is not.
#[derive(Debug, clap::Args)]
pub(super) struct WhyArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &WhyArguments, context: &Context) -> Result<Done> {
    let inclusion = why::why(&context.shop()?, &arguments.campaign, &arguments.reference)?;
    let Inclusion { customer, recipient, left_out: reason, suppressed, email_fault, conditions, .. } = &inclusion;
    let Inclusion { first_failing, last_mailed, place, .. } = &inclusion;
    let (status, mut sentence) = verdict(customer, recipient.as_ref(), reason.as_deref());
    if let Some(failing) = first_failing.as_ref().filter(|_| recipient.is_none()) {
        sentence.push_str(&format!(" The first part that is not true of them: {}.", failing.in_words()));
    }
    if let Some(last) = last_mailed {
        let (channel, campaign) = (last.channel, text::quote(&last.campaign));
        sentence.push_str(&format!(" The last {channel} to them was that of {campaign}, on {}.", last.on));
    }
    if let Some((place, of)) = place {
        let (place, of) = (text::thousands(*place), text::thousands(*of));
        sentence.push_str(&format!(" In the book as it is now they are in place {place} of {of}."));
    }
    if let Some(why) = suppressed {
        let (address, reason) = (text::quote(&customer.email), why.reason.in_words());
        sentence.push_str(&format!(" No email goes to {address}: {reason}, {}.", why.on));
    }
    if let Some(fault) = email_fault {
        sentence.push_str(&format!(" No email can go to them: {}; `{}` corrects it.", fault.message, fault.hint));
    }
    let text = format!("{sentence}\n\nThe query, with the book as it is now:\n{}\n", conditions.join("\n"));
    let object = json!({
        "campaign": arguments.campaign, "ref": customer.reference, "status": status, "reason": reason,
        "suppressed": suppressed, "why": sentence, "conditions": conditions, "first_failing": first_failing,
        "last_mailed": last_mailed, "place": place.map(|(place, _)| place), "of": place.map(|(_, of)| of),
        "household_ref": recipient.as_ref().map(|r| &r.reference).filter(|other| **other != customer.reference),
        "email_fault": email_fault.as_ref().map(|fault| &fault.message),
    });
    Ok(Done::new(text, &object))
}

/// What the plan has about a customer, in a word and in a sentence.
fn verdict(customer: &Customer, recipient: Option<&Recipient>, reason: Option<&str>) -> (&'static str, String) {
    let who = format!("{} ({})", customer.name(), text::quote(&customer.reference));
    match (recipient, reason) {
        (Some(r), Some(reason)) if r.reference != customer.reference && reason != "same household" => {
            let household = format!(
                "the letter to {} ({}) is for the other members of the household",
                r.name,
                text::quote(&r.reference)
            );
            ("left_out", format!("{who} matches the query and was left out: {reason}; {household}."))
        }
        (Some(r), _) if r.arm == Arm::HeldOut => (
            Arm::HeldOut.as_str(),
            format!("{who} is in the control group, chosen at random to compare with those who are mailed."),
        ),
        (Some(r), _) => {
            let branch =
                if r.branch.is_empty() { String::new() } else { format!(", branch {}", text::quote(&r.branch)) };
            let by = if r.reference == customer.reference {
                String::new()
            } else {
                format!(", with the letter to {} ({})", r.name, text::quote(&r.reference))
            };
            let hand = if r.by_hand { " (included by hand)" } else { "" };
            let first = r.channel.map_or(String::new(), |channel| channel.to_string());
            let second = match (&r.second, r.returned_on) {
                (Some(second), _) => {
                    format!("; the {first} did not reach them, a {} goes instead ({})", second.channel, second.state)
                }
                (None, Some(day)) => format!("; it did not reach them ({day})"),
                _ => String::new(),
            };
            (
                "in",
                format!(
                    "{who} is in{by}: {first}{}{branch}{hand}{second}.",
                    r.number.map_or(String::new(), |n| format!(" number {n}"))
                ),
            )
        }
        (None, Some(reason)) => ("left_out", format!("{who} matches the query and was left out: {reason}.")),
        (None, None) => ("no_match", format!("{who} did not match the query.")),
    }
}
