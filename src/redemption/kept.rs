//! What a till kept while it could not reach this machine. The gift has gone out, whatever is said now: so a no is written
//! down all the same, with both sides, until the owner puts it aside.

use chrono::NaiveDateTime;

use super::bought::{BOUGHT, name_of};
use super::{Answer, Visit, redeem, table};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::store::{Read, Write};

/// A visit that was kept, and that the owner has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matter {
    /// The number of its event.
    pub(crate) event: i64,
    /// `accepted`, `bought`, or why it would have been turned away.
    pub(crate) outcome: String,
    /// The code, as it was typed; of an amount alone the customer's reference.
    pub(crate) code: String,
    /// The recipient; empty when the code is on no letter.
    pub(crate) name: String,
    /// The visit that was kept.
    pub(crate) kept: Side,
    /// The redemption that stands, if it is another.
    pub(crate) stands: Option<Side>,
    /// When it arrived here.
    pub(crate) arrived: NaiveDateTime,
    /// What else is to be looked at.
    pub(crate) remark: String,
}

/// One of two visits with the same letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    /// When.
    pub(crate) at: NaiveDateTime,
    /// At which till.
    pub(crate) till: String,
    /// What was spent.
    pub(crate) spend: Option<Money>,
}

/// Writes down a visit that was kept, judged by its own day, with the moment at which it arrived and a remark for the owner,
/// empty when there is none. The same request again is answered as before, and counts once.
///
/// # Errors
/// When the visit lies in the future, has no request, or the database fails.
pub(crate) fn redeem_kept(write: &Write<'_>, visit: &Visit, arrived: NaiveDateTime, remark: &str) -> Result<Answer> {
    let request = request(visit)?;
    let answer = redeem(write, visit, arrived.date())?;
    table::arrived(write, request, arrived, remark)?;
    Ok(answer)
}

/// The token of a visit that was kept.
pub(super) fn request(visit: &Visit) -> Result<&str> {
    let needed = || Error::new("a visit that was kept needs its token").hint("open the till's page anew");
    visit.request.as_deref().ok_or_else(needed)
}

/// What the owner has to look at, the newest first.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn matters(read: &Read<'_>) -> Result<Vec<Matter>> {
    let mut all = table::matters(read)?;
    for one in all.iter_mut().filter(|one| one.outcome == BOUGHT) {
        one.name = name_of(read, &one.code)?;
    }
    Ok(all)
}

/// The owner is done with it: it stays on record, and is shown no more.
///
/// # Errors
/// When the database fails.
pub(crate) fn put_aside(write: &Write<'_>, event: i64, now: NaiveDateTime) -> Result<()> {
    table::put_aside(write, event, now)
}
