//! Why a letter's code is not accepted.

use chrono::NaiveDate;

use super::card;
use crate::campaign::{self, Planned, Recipient};
use crate::customers;
use crate::domain::{CustomerId, RecipientId};
use crate::error::{Error, Result};
use crate::redemption::{self, Claim, Offer, TillAnswer};
use crate::store::Read;

pub(crate) struct Refusal {
    pub(crate) planned: Planned,
    pub(crate) recipient: Recipient,
    pub(crate) answer: TillAnswer,
    /// None when they are no longer in the book.
    pub(crate) customer: Option<CustomerId>,
    /// Gifts that wait for them nevertheless.
    pub(crate) still: Vec<Offer>,
}

/// # Errors
/// When there is no such letter.
pub(crate) fn refusal(read: &Read<'_>, letter: RecipientId, today: NaiveDate) -> Result<Refusal> {
    let Some((planned, recipient)) = campaign::by_number(read, letter)? else {
        return Err(Error::new("there is no such letter").hint("scan it again"));
    };
    let answer = redemption::look(read, &Claim::Letter(letter), today)?;
    let customer = customers::resolve_ref(read, &recipient.reference)?;
    let still = card::other_gifts(read, &recipient, today)?;
    Ok(Refusal { planned, recipient, answer, customer, still })
}
