//! The buttons of the till's pages: a gift handed over, a second one, an amount without one. They run in the
//! transaction of the pages, which commits the requests of many tills together.

use chrono::NaiveDateTime;

use super::card;
use crate::campaign;
use crate::domain::{CustomerId, RecipientId};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::redemption::{self, Claim, Outcome, RequestOutcome, Visit};
pub(crate) use crate::redemption::{honoured_again, take_in};
use crate::shop::Shop;
use crate::store::{Read, Write};

/// The open codes, for a till to store for offline use.
pub(crate) struct OpenCodes {
    /// Their fingerprints, packed.
    pub(crate) fingerprints: Vec<u8>,
    /// Seconds until the first waiting gift expires; none when all are valid longer than the list is.
    pub(crate) ends_in: Option<i64>,
}

pub(crate) fn open_codes(read: &Read<'_>, key: &[u8], now: NaiveDateTime) -> Result<OpenCodes> {
    let today = now.date();
    let last_day = redemption::first_last_day(read, today)?.filter(|last| *last == today);
    let end = last_day.and_then(|last| last.succ_opt()).and_then(|day| day.and_hms_opt(0, 0, 0));
    let fingerprints = redemption::open_codes(read, key, today)?;
    Ok(OpenCodes { fingerprints, ends_in: end.map(|end| (end - now).num_seconds()) })
}

/// The outcome of pressing a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// Recorded or rejected, now or when it was pressed before.
    Done(RequestOutcome),
    /// Nothing was recorded: the amount is far above the largest purchase ever, which is given here.
    Unusual(Money),
}

/// Hands over a gift. `is_sure` accepts an unusual amount.
///
/// # Errors
/// When there is no such letter, or a till cannot accept the amount.
pub(crate) fn hand_over(write: &Write<'_>, letter: RecipientId, visit: &Visit, is_sure: bool) -> Result<Pressed> {
    let reference = reference_of(write, letter)?;
    pressed(write, &reference, visit, is_sure, || {
        let answer = redemption::redeem(write, &Claim::Letter(letter), visit, visit.at.date())?;
        let is_given = answer.outcome == Outcome::Accepted;
        Ok(if is_given { RequestOutcome::Given(letter) } else { RequestOutcome::Refused(Some(letter)) })
    })
}

/// Hands over a gift a second time.
///
/// # Errors
/// When the owner does not allow it, or it has not been handed over once.
pub(crate) fn hand_over_again(
    write: &Write<'_>,
    shop: &Shop,
    letter: RecipientId,
    visit: &Visit,
    is_sure: bool,
) -> Result<Pressed> {
    if !shop.settings.till.honour_twice {
        return Err(Error::new("a second one is not handed over here").hint("the owner decides that in shop.toml"));
    }
    let reference = reference_of(write, letter)?;
    pressed(write, &reference, visit, is_sure, || {
        redemption::honour_again(write, letter, visit).map(RequestOutcome::Bought)
    })
}

/// Records what a customer spent, without a gift.
///
/// # Errors
/// When nothing was spent, or a till cannot accept the amount.
pub(crate) fn write_down(write: &Write<'_>, customer: CustomerId, visit: &Visit, is_sure: bool) -> Result<Pressed> {
    let reference = card::person(write, customer)?.reference;
    pressed(write, &reference, visit, is_sure, || {
        redemption::bought(write, &reference, visit).map(RequestOutcome::Bought)
    })
}

/// The amount spent, as typed; none when it is empty.
///
/// # Errors
/// When it is not an amount, or a till cannot accept it.
pub(crate) fn amount(currency: Currency, typed: &str) -> Result<Option<Money>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let spend = currency.read(typed, None)?;
    if spend.0 < 0 {
        return Err(Error::new("what they spent cannot be negative"));
    }
    redemption::check_spend(spend).map(|()| Some(spend))
}

fn reference_of(write: &Write<'_>, letter: RecipientId) -> Result<String> {
    let found = campaign::by_number(write, letter)?;
    let (_, letter) = found.ok_or_else(|| Error::new("there is no such letter").hint("scan it again"))?;
    Ok(letter.reference)
}

/// Pressing a button again, or another button of the same page, gives the same outcome.
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
