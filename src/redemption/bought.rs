//! Amounts without a redemption: somebody bought something and no gift went out, or a second one did. Each is an event, and
//! so is what takes it back or changes it.
//!
//! Like the amount of a redemption it is the till's word alone: the book's purchases come from the shop's own export, where
//! the same sale stands, and nothing is counted twice.

use chrono::NaiveDateTime;

use super::{Claim, Visit, check_spend, kept, table};
use crate::campaign;
use crate::customers;
use crate::error::{Error, Result};
use crate::money::Money;
use crate::store::{Read, Write};

/// How an amount without a gift is kept.
pub(super) const BOUGHT: &str = "bought";

/// How a second gift is kept.
pub(super) const SECOND: &str = "honoured_again";

/// An amount that stands, or stood, without a redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bought {
    /// The number of its event.
    pub(crate) event: i64,
    /// Whose it is; empty when they were forgotten. Of a second gift it is the code.
    pub(crate) reference: String,
    /// The letter, when a second gift went out.
    pub(crate) recipient_id: Option<i64>,
    /// When.
    pub(crate) at: NaiveDateTime,
    /// At which till.
    pub(crate) till: String,
    /// What was spent, as it was changed last.
    pub(crate) spend: Money,
    /// Whether it was taken back.
    pub(crate) is_undone: bool,
}

/// Writes down what somebody spent, no gift; the number of the event. The same request counts once.
///
/// # Errors
/// When nothing was spent, or a till cannot take the amount.
pub(crate) fn bought(write: &Write<'_>, visit: &Visit) -> Result<i64> {
    check_spend(visit.spend.unwrap_or_default())?;
    if visit.spend.is_none_or(|spend| spend.0 == 0) {
        return Err(Error::new("there is no amount to write down").hint("say what they spent"));
    }
    write_down(write, visit)
}

/// The same of a till that kept it while the line was down, with the moment at which it arrived and a remark for the owner,
/// empty when there is none. Nothing is asked any more: what could not be read is in the remark.
///
/// # Errors
/// When it has no request, or the database fails.
pub(crate) fn bought_kept(write: &Write<'_>, visit: &Visit, arrived: NaiveDateTime, remark: &str) -> Result<i64> {
    let request = kept::request(visit)?;
    let event = write_down(write, visit)?;
    table::arrived(write, request, arrived, remark)?;
    Ok(event)
}

fn write_down(write: &Write<'_>, visit: &Visit) -> Result<i64> {
    if let Some(answered) =
        visit.request.as_deref().map(|request| table::answered(write, request)).transpose()?.flatten()
    {
        return Ok(answered.event);
    }
    let reference = match &visit.claim {
        Claim::Person { reference, .. } => reference,
        Claim::Code(_) => return Err(Error::new("an amount belongs to somebody").hint("find them by name")),
    };
    table::event(write, None, reference, BOUGHT, visit, "")
}

/// An amount by the number of its event.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn bought_by(read: &Read<'_>, event: i64) -> Result<Option<Bought>> {
    table::bought(read, event)
}

/// Takes an amount back; a second time does nothing.
///
/// # Errors
/// When there is no reason, or no such amount.
pub(crate) fn undo_bought(write: &Write<'_>, event: i64, reason: &str, now: NaiveDateTime) -> Result<()> {
    let known = need(write, event)?;
    if reason.trim().is_empty() {
        return Err(Error::new("an undo needs its reason").hint("say it in a word or two"));
    }
    if known.is_undone {
        return Ok(());
    }
    table::correct(write, event, "undone", &of(&known, now), reason)
}

/// Changes an amount: from now on the new one counts, the first stays on record. The same amount again does nothing.
///
/// # Errors
/// When there is no such amount, it was taken back, or a till cannot take the new one.
pub(crate) fn change_bought(write: &Write<'_>, event: i64, spend: Money, now: NaiveDateTime) -> Result<()> {
    let known = need(write, event)?;
    if known.is_undone {
        return Err(Error::new("it was taken back already").hint("write it down anew"));
    }
    check_spend(spend)?;
    if spend == known.spend {
        return Ok(());
    }
    table::correct(write, event, "changed", &Visit { spend: Some(spend), ..of(&known, now) }, "")
}

/// Changes what was spent at the redemption that stands, in the same way.
///
/// # Errors
/// When nothing was handed over, or a till cannot take the amount.
pub(crate) fn change(write: &Write<'_>, recipient_id: i64, spend: Money, now: NaiveDateTime) -> Result<()> {
    let Some(event) = table::accepted(write, recipient_id)? else {
        return Err(Error::new("nothing was handed over for this letter").hint("look again at the letter"));
    };
    check_spend(spend)?;
    let recipient = campaign::recipient(write, recipient_id)?;
    if recipient.spend == Some(spend) {
        return Ok(());
    }
    let (claim, till) = (Claim::Code(String::new()), recipient.till.unwrap_or_default());
    let visit = Visit { claim, at: now, spend: Some(spend), till, receipt: String::new(), request: None };
    table::correct(write, event, "changed", &visit, "")?;
    table::set_spend(write, recipient_id, spend)
}

fn need(read: &Read<'_>, event: i64) -> Result<Bought> {
    bought_by(read, event)?.ok_or_else(|| Error::new("there is no such amount").hint("look at the day's list"))
}

fn of(known: &Bought, now: NaiveDateTime) -> Visit {
    let (claim, till) = (Claim::Code(known.reference.clone()), known.till.clone());
    Visit { claim, at: now, spend: Some(known.spend), till, receipt: String::new(), request: None }
}

/// Whose an amount is, by the card's own name: whoever is in the book no more is nobody.
pub(super) fn name_of(read: &Read<'_>, reference: &str) -> Result<String> {
    if reference.is_empty() {
        return Ok("forgotten".to_owned());
    }
    let Some(id) = customers::resolve_ref(read, reference)? else { return Ok(String::new()) };
    Ok(customers::by_id(read, id)?.name())
}
