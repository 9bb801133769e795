//! `redeem`: a gift is handed over once, or refused with the reason; its amount is changed.

use chrono::{NaiveDate, NaiveDateTime};

use crate::error::Result;
use crate::money::Money;
use crate::redemption::{self, Answer, Claim, Visit};
use crate::store::Store;

/// Redeems, or says why not.
///
/// # Errors
/// When the day lies in the future, the amount is negative, or the customer or campaign does not exist.
pub(crate) fn redeem(store: &mut Store, claim: &Claim, visit: &Visit, today: NaiveDate) -> Result<Answer> {
    store.write(|write| redemption::redeem(write, claim, visit, today))
}

/// Changes what was spent at the redemption that stands; the answer has no recipient when the claim is on no letter.
///
/// # Errors
/// When nothing was handed over, or a till cannot take the amount.
pub(crate) fn change(store: &mut Store, claim: &Claim, spend: Money, now: NaiveDateTime) -> Result<Answer> {
    store.write(|write| {
        let answer = redemption::look(write, claim, now.date())?;
        if let Some(recipient) = answer.recipient_id {
            redemption::change(write, recipient, spend, now)?;
        }
        Ok(answer)
    })
}
