//! The buttons of the till's pages: a gift handed over, a second one, an amount without one; changed and taken back by the
//! till that wrote it down. They run in the transaction of the pages, which writes what many tills ask in one go.

use chrono::NaiveDateTime;

use crate::campaign;
use crate::domain::{EventId, RecipientId};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::redemption::{self, Claim, Outcome, RequestOutcome, Visit};
use crate::store::Write;

/// What became of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// Written down or refused, now or when it was pressed before.
    Done(RequestOutcome),
    /// Nothing was written down: the amount is far above the largest purchase ever, which is this.
    Unusual(Money),
}

/// Hands a gift over. `is_sure` takes an unusual amount.
///
/// # Errors
/// When there is no such letter, or a till cannot take the amount.
pub(crate) fn hand_over(write: &Write<'_>, letter: RecipientId, visit: &Visit, is_sure: bool) -> Result<Pressed> {
    let reference = reference_of(write, letter)?;
    pressed(write, &reference, visit, is_sure, || {
        let answer = redemption::redeem(write, &Claim::Letter(letter), visit, visit.at.date())?;
        let is_given = answer.outcome == Outcome::Accepted;
        Ok(if is_given { RequestOutcome::Given(letter) } else { RequestOutcome::Refused(Some(letter)) })
    })
}

/// Hands a gift over a second time.
///
/// # Errors
/// When it was not handed over yet.
pub(crate) fn hand_over_again(write: &Write<'_>, letter: RecipientId, visit: &Visit, is_sure: bool) -> Result<Pressed> {
    let reference = reference_of(write, letter)?;
    pressed(write, &reference, visit, is_sure, || {
        redemption::honour_again(write, letter, visit).map(RequestOutcome::Bought)
    })
}

/// Writes down what a customer spent, no gift.
///
/// # Errors
/// When nothing was spent, or a till cannot take the amount.
pub(crate) fn write_down(write: &Write<'_>, reference: &str, visit: &Visit, is_sure: bool) -> Result<Pressed> {
    pressed(write, reference, visit, is_sure, || {
        redemption::bought(write, reference, visit).map(RequestOutcome::Bought)
    })
}

fn reference_of(write: &Write<'_>, letter: RecipientId) -> Result<String> {
    let found = campaign::by_number(write, letter.0)?;
    let (_, letter) = found.ok_or_else(|| Error::new("there is no such letter").hint("scan it again"))?;
    Ok(letter.reference)
}

/// Pressed again, a button leads to the same outcome, and so does another button of the same page.
fn pressed(
    write: &Write<'_>,
    reference: &str,
    visit: &Visit,
    is_sure: bool,
    work: impl FnOnce() -> Result<RequestOutcome>,
) -> Result<Pressed> {
    if let Some(before) = redemption::request_outcome(write, visit.request.as_deref())? {
        return Ok(Pressed::Done(before));
    }
    if let (false, Some(largest)) = (is_sure, redemption::unusual(write, reference, visit.spend)?) {
        return Ok(Pressed::Unusual(largest));
    }
    work().map(Pressed::Done)
}

/// Something that a till wrote down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TillEntry {
    /// The redemption of a letter.
    Letter(RecipientId),
    /// An amount without one, or a second gift.
    Amount(EventId),
}

/// Takes it back.
///
/// # Errors
/// When there is no reason, or it does not stand.
pub(crate) fn undo(write: &Write<'_>, entry: TillEntry, reason: &str, now: NaiveDateTime) -> Result<()> {
    match entry {
        TillEntry::Letter(letter) => redemption::undo(write, letter, reason, now).map(|_| ()),
        TillEntry::Amount(event) => redemption::undo_bought(write, event, reason, now),
    }
}

/// Changes its amount; the first stays on record.
///
/// # Errors
/// When it does not stand, or a till cannot take the amount.
pub(crate) fn change(write: &Write<'_>, entry: TillEntry, spend: Money, now: NaiveDateTime) -> Result<()> {
    match entry {
        TillEntry::Letter(letter) => redemption::change(write, letter, spend, now),
        TillEntry::Amount(event) => redemption::change_bought(write, event, spend, now),
    }
}
