//! `returned`: a letter came back.

use chrono::{NaiveDate, NaiveDateTime};

use crate::campaign::{self, Recipient};
use crate::customers;
use crate::domain::Arm;
use crate::error::{Error, Result};
use crate::redemption;
use crate::shop::Shop;
use crate::text;

/// Writes down that somebody's letter came back; the recipient as they are now.
///
/// # Errors
/// When they are no recipient of the campaign, or the day lies in the future.
pub(crate) fn returned(
    shop: &Shop,
    slug: &str,
    reference: &str,
    on: NaiveDate,
    now: NaiveDateTime,
) -> Result<Recipient> {
    if on > now.date() {
        return Err(Error::new(format!("{on} is in the future")).hint("say when it came back with `--on YYYY-MM-DD`"));
    }
    shop.store()?.write(|write| {
        let planned = campaign::need(write, slug)?;
        let customer = customers::by_ref(write, reference)?;
        let found = campaign::for_customer(write, planned.id, customer.id)?;
        let Some(recipient) = found.filter(|recipient| recipient.arm == Arm::Mailed) else {
            return Err(Error::new(format!("{} got nothing from {}", text::quote(reference), text::quote(slug)))
                .hint(format!("`regulars why {slug} {reference}` says why")));
        };
        campaign::mark_returned(write, &recipient, on)?;
        redemption::record_returned(write, &recipient, now)?;
        campaign::recipient(write, recipient.id)
    })
}
