//! Amounts without a redemption: a customer bought something without a gift, or got a second one. Each is an entry in
//! the record, and so is what undoes or changes it.
//!
//! Like the amount of a redemption it is only what the till entered: the purchases of customers come from the shop's
//! own export, which has the same sale, and nothing is counted twice.

use chrono::{NaiveDate, NaiveDateTime};

use super::event::{self, AMOUNT, EventSubject, UNDONE};
use super::redeem::subject;
use super::undo::check_reason;
use super::visit::{Visit, check_spend};
use crate::campaign;
use crate::customers;
use crate::domain::{EventId, EventKind, PieceState, RecipientId};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::store::{Read, Write, params};

/// An amount this many times the largest purchase ever is unusual.
const UNUSUAL: i64 = 10;

/// An amount without a redemption, undone or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bought {
    /// The customer; empty when they were forgotten, and for a second gift.
    pub(crate) reference: String,
    /// The letter, for a second gift.
    pub(crate) recipient_id: Option<RecipientId>,
    pub(crate) at: NaiveDateTime,
    pub(crate) till: String,
    /// With later changes.
    pub(crate) spend: Money,
    pub(crate) is_undone: bool,
}

/// Records what a customer spent, without a gift. Repeating the request counts once.
///
/// # Errors
/// When nothing was spent, or a till cannot accept the amount.
pub(crate) fn bought(write: &Write<'_>, reference: &str, visit: &Visit) -> Result<EventId> {
    check_spend(visit.spend.unwrap_or_default())?;
    if visit.spend.is_none_or(|spend| spend.0 == 0) {
        return Err(Error::new("there is no amount to record").hint("enter what they spent"));
    }
    add(write, reference, visit)
}

/// Adds an amount, unless the same request already has.
pub(super) fn add(write: &Write<'_>, reference: &str, visit: &Visit) -> Result<EventId> {
    match event::answered(write, visit.request.as_deref())? {
        Some(answered) => Ok(answered.event),
        None => event::add_numbered(write, EventSubject::Customer(reference), EventKind::Bought, visit),
    }
}

/// Hands over the gift a second time, if the owner allows it: an additional entry next to the redemption, never another
/// redemption; it has the amount spent.
///
/// # Errors
/// When the letter was not redeemed yet.
pub(crate) fn honour_again(write: &Write<'_>, recipient: RecipientId, visit: &Visit) -> Result<EventId> {
    if let Some(answered) = event::answered(write, visit.request.as_deref())? {
        return Ok(answered.event);
    }
    let found = campaign::by_number(write, recipient)?.map(|(_, recipient)| recipient);
    let Some(recipient) = found.filter(|recipient| recipient.redeemed_on.is_some()) else {
        return Err(Error::new("the gift was not handed over yet").hint("check the letter"));
    };
    event::add_numbered(write, subject(&recipient), EventKind::HonouredAgain, visit)
}

/// The entry by which a gift was handed over a second time on a day, if it was.
pub(crate) fn honoured_again(read: &Read<'_>, recipient: RecipientId, day: NaiveDate) -> Result<Option<EventId>> {
    let sql = format!(
        "SELECT max(e.id) FROM redemption_event e WHERE e.recipient_id = ?1 AND e.outcome = ?2 AND e.on_day = ?4 \
         AND NOT {UNDONE}"
    );
    read.value(&sql, params![recipient, EventKind::HonouredAgain, EventKind::Undone, day])
}

/// An amount by its entry.
pub(crate) fn bought_by(read: &Read<'_>, event: EventId) -> Result<Option<Bought>> {
    let sql = format!(
        "SELECT e.ref, e.recipient_id, e.at, e.till, {AMOUNT}, {UNDONE} FROM redemption_event e \
         WHERE e.id = ?1 AND e.outcome IN (?4, ?5)"
    );
    let kinds = (EventKind::Changed, EventKind::Undone, EventKind::Bought, EventKind::HonouredAgain);
    read.first(&sql, params![event, kinds.0, kinds.1, kinds.2, kinds.3], |row| {
        Ok(Bought {
            reference: row.get(0)?,
            recipient_id: row.get(1)?,
            at: row.get(2)?,
            till: row.get(3)?,
            spend: row.get::<Option<Money>>(4)?.unwrap_or_default(),
            is_undone: row.get(5)?,
        })
    })
}

/// Undoes an amount; repeating it does nothing.
///
/// # Errors
/// When there is no reason, or no such amount.
pub(crate) fn undo_bought(write: &Write<'_>, event: EventId, reason: &str, now: NaiveDateTime) -> Result<()> {
    let known = need(write, event)?;
    check_reason(reason, "give the reason in a word or two")?;
    if known.is_undone {
        return Ok(());
    }
    event::correct(write, event, EventKind::Undone, (known.spend, &known.till), now, reason)
}

/// Changes an amount: from now on the new one counts, the first stays on record. Repeating it does nothing.
///
/// # Errors
/// When there is no such amount, it was undone, or a till cannot accept the new one.
pub(crate) fn change_bought(write: &Write<'_>, event: EventId, spend: Money, now: NaiveDateTime) -> Result<()> {
    let known = need(write, event)?;
    if known.is_undone {
        return Err(Error::new("it was already undone").hint("record it again"));
    }
    check_spend(spend)?;
    if spend == known.spend {
        return Ok(());
    }
    event::correct(write, event, EventKind::Changed, (spend, &known.till), now, "")
}

/// Changes what was spent at a redemption that was not undone, in the same way.
///
/// # Errors
/// When nothing was handed over, or a till cannot accept the amount.
pub(crate) fn change(write: &Write<'_>, recipient: RecipientId, spend: Money, now: NaiveDateTime) -> Result<()> {
    let sql = "SELECT max(e.id) FROM redemption_event e JOIN redemption d ON d.recipient_id = e.recipient_id \
               AND d.undone_at IS NULL WHERE e.recipient_id = ?1 AND e.outcome = ?2";
    let Some(event) = write.value::<Option<EventId>>(sql, params![recipient, EventKind::Accepted])? else {
        return Err(Error::new("nothing was handed over for this letter").hint("check the letter"));
    };
    check_spend(spend)?;
    let letter = campaign::recipient(write, recipient)?;
    if letter.spend == Some(spend) {
        return Ok(());
    }
    let till = letter.till.unwrap_or_default();
    event::correct(write, event, EventKind::Changed, (spend, &till), now, "")?;
    let sql = "UPDATE redemption SET spend_minor = ?2 WHERE recipient_id = ?1 AND undone_at IS NULL";
    write.run(sql, params![recipient, spend]).map(|_| ())
}

fn need(read: &Read<'_>, event: EventId) -> Result<Bought> {
    bought_by(read, event)?.ok_or_else(|| Error::new("there is no such amount").hint("check the day's list"))
}

/// The largest purchase of a customer's household, if an amount is far above it.
pub(crate) fn unusual(read: &Read<'_>, reference: &str, spend: Option<Money>) -> Result<Option<Money>> {
    let (Some(spend), Some(id)) = (spend, customers::resolve_ref(read, reference)?) else { return Ok(None) };
    let household = customers::by_id(read, id)?.household_id;
    Ok(customers::largest_purchase(read, household)?.filter(|largest| is_unusual(spend, *largest)))
}

fn is_unusual(spend: Money, largest: Money) -> bool {
    largest.0 > 0 && spend.0 > largest.0.saturating_mul(UNUSUAL)
}

/// The customer's name; empty when they are no longer in the book.
pub(super) fn name_of(read: &Read<'_>, reference: &str) -> Result<String> {
    if reference.is_empty() {
        return Ok(PieceState::Forgotten.to_string());
    }
    let Some(id) = customers::resolve_ref(read, reference)? else { return Ok(String::new()) };
    Ok(customers::by_id(read, id)?.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_unusual_above_ten_times_the_largest_purchase() {
        for (spend, largest, unusual) in
            [(1_001, 100, true), (1_000, 100, false), (5_000, 0, false), (i64::MAX, i64::MAX / 2, false)]
        {
            assert_eq!(is_unusual(Money(spend), Money(largest)), unusual, "{spend} after {largest}");
        }
    }
}
