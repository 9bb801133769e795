//! `returned`: a letter came back.

use chrono::{NaiveDate, NaiveDateTime};

use crate::campaign::{self, Recipient};
use crate::customers;
use crate::domain::Arm;
use crate::error::{Error, Result};
use crate::redemption;
use crate::shop::Shop;
use crate::store::Write;
use crate::text;

/// Records that a customer's letter came back; returns the updated recipient.
///
/// # Errors
/// When they are not a recipient of the campaign, or the day is in the future.
pub(crate) fn returned(
    shop: &Shop,
    slug: &str,
    reference: &str,
    on: NaiveDate,
    now: NaiveDateTime,
) -> Result<Recipient> {
    if on > now.date() {
        return Err(
            Error::new(format!("{on} is in the future")).hint("give the day it came back with `--on YYYY-MM-DD`")
        );
    }
    shop.store()?.write(|write| {
        let recipient = recipient(write, slug, reference)?;
        campaign::mark_returned(write, (slug, &recipient), on)?;
        redemption::record_returned(write, &recipient, now, "")?;
        campaign::recipient(write, recipient.id)
    })
}

/// Withdraws the record that a letter came back; returns the updated recipient.
///
/// # Errors
/// When none came back, or something was already sent instead.
pub(crate) fn not_returned(shop: &Shop, slug: &str, reference: &str, now: NaiveDateTime) -> Result<Recipient> {
    shop.store()?.write(|write| {
        let recipient = recipient(write, slug, reference)?;
        if !campaign::take_back_returned(write, (slug, &recipient), now.date())? {
            let message = if recipient.returned_on.is_none() {
                format!("no letter of {} came back from {}", text::quote(slug), text::quote(reference))
            } else {
                format!("{} were sent the same by the other channel since", recipient.name)
            };
            return Err(
                Error::new(message).hint(format!("`regulars why {slug} {reference}` shows what happened to it"))
            );
        }
        redemption::record_returned(write, &recipient, now, "withdrawn")?;
        campaign::recipient(write, recipient.id)
    })
}

fn recipient(write: &Write<'_>, slug: &str, reference: &str) -> Result<Recipient> {
    let planned = campaign::need(write, slug)?;
    let customer = customers::by_ref(write, reference)?;
    // Two cards that have been merged since may each have had a letter.
    let found = match campaign::for_reference(write, planned.id, reference)? {
        Some(recipient) => Some(recipient),
        None => campaign::for_customer(write, planned.id, customer.id)?,
    };
    found.filter(|recipient| recipient.arm == Arm::Mailed).ok_or_else(|| {
        Error::new(format!("{} was not sent anything from {}", text::quote(reference), text::quote(slug)))
            .hint(format!("`regulars why {slug} {reference}` shows why"))
    })
}
