//! `redeem`: a gift is handed over once, or refused with the reason; its amount is changed.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::clock::TimeZone;
use crate::domain::is_bar_code_of_goods;
use crate::error::{Error, Result};
use crate::money::Money;
use crate::redemption::{self, Claim, Outcome, TillAnswer, Visit};
use crate::shop::Shop;
use crate::store::Write;
use crate::text;

/// So far may the clock of a till be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// Redeems, or says why not.
///
/// # Errors
/// When the day lies in the future, the amount is negative, or the customer or campaign does not exist.
pub(crate) fn redeem(shop: &Shop, claim: &Claim, visit: &Visit, today: NaiveDate) -> Result<TillAnswer> {
    shop.store()?.write(|write| redemption::redeem(write, claim, visit, today))
}

/// Changes what was spent at the redemption that stands; the answer has no recipient when the claim is on no letter.
///
/// # Errors
/// When nothing was handed over, or a till cannot take the amount.
pub(crate) fn change(shop: &Shop, claim: &Claim, spend: Money, now: NaiveDateTime) -> Result<TillAnswer> {
    shop.store()?.write(|write| {
        let answer = redemption::look(write, claim, now.date())?;
        if let Some(recipient) = answer.recipient_id {
            redemption::change(write, recipient, spend, now)?;
        }
        Ok(answer)
    })
}

/// Redeems for a program, or says why not. A visit with a request of its own was kept while the program could not ask: the
/// gift has gone out, and a no is shown to the owner.
pub(crate) fn for_program(write: &Write<'_>, claim: &Claim, visit: &Visit, now: NaiveDateTime) -> Result<TillAnswer> {
    if visit.request.is_some() {
        return redemption::redeem_kept(write, claim, visit, now, "");
    }
    if matches!(claim, Claim::Typed(typed) if is_bar_code_of_goods(typed)) {
        let answer = redemption::look(write, claim, now.date())?;
        if answer.outcome == Outcome::Unknown {
            return Ok(answer);
        }
    }
    redemption::redeem(write, claim, visit, now.date())
}

/// When they came, as a program tells it: never after now, except by a clock that is a little ahead.
pub(crate) fn moment(text: &str, now: NaiveDateTime, zone: TimeZone) -> Result<NaiveDateTime> {
    let Some(at) = zone.read(text) else {
        return Err(Error::new(format!("{} is no moment", text::quote(text)))
            .hint("write `at` as 2024-04-01T14:05:00+02:00, or without the offset when it is the shop's own time"));
    };
    if at > now + AHEAD {
        return Err(Error::new(format!("{} is in the future", text::quote(text))).hint("look at the clock of the till"));
    }
    Ok(at.min(now))
}
