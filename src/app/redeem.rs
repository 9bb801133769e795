//! `redeem`: hands over a gift once, or rejects it with the reason; changes its amount.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::clock::TimeZone;
use crate::domain::is_bar_code_of_goods;
use crate::error::{Error, Result};
use crate::money::Money;
use crate::redemption::{self, Claim, Outcome, TillAnswer, Visit};
use crate::shop::Shop;
use crate::store::Write;
use crate::text;

/// How far a till's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// Redeems, or returns the reason why not.
///
/// # Errors
/// When the day is in the future, the amount is negative, or the customer or campaign does not exist.
pub(crate) fn redeem(shop: &Shop, claim: &Claim, visit: &Visit, today: NaiveDate) -> Result<TillAnswer> {
    shop.store()?.write(|write| redemption::redeem(write, claim, visit, today))
}

/// Changes what was spent at a redemption that was not undone; the result has no recipient when the claim is on no
/// letter.
///
/// # Errors
/// When nothing was handed over, or a till cannot accept the amount.
pub(crate) fn change(shop: &Shop, claim: &Claim, spend: Money, now: NaiveDateTime) -> Result<TillAnswer> {
    shop.store()?.write(|write| {
        let answer = redemption::look(write, claim, now.date())?;
        if let Some(recipient) = answer.recipient_id {
            redemption::change(write, recipient, spend, now)?;
        }
        Ok(answer)
    })
}

/// Redeems for the API, or returns the reason why not. A visit with its own request ID was saved while the till was
/// offline: the gift has already been handed over, so a rejection is shown to the owner.
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

/// The time of a visit as the API gives it: never in the future, except by a clock that is slightly ahead.
pub(crate) fn moment(text: &str, now: NaiveDateTime, zone: TimeZone) -> Result<NaiveDateTime> {
    let Some(at) = zone.read(text) else {
        return Err(Error::new(format!("{} is not a time", text::quote(text)))
            .hint("write `at` as 2024-04-01T14:05:00+02:00, or without the offset when it is the shop's own time"));
    };
    if at > now + AHEAD {
        return Err(Error::new(format!("{} is in the future", text::quote(text))).hint("check the clock of the till"));
    }
    Ok(at.min(now))
}
