//! What happened at the till on a day, and who is still to come.

use chrono::{NaiveDate, NaiveDateTime};

use super::bought::{BOUGHT, name_of};
use super::table;
use crate::campaign::Planned;
use crate::error::Result;
use crate::money::Money;
use crate::store::Read;

/// One line of the record of everything that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Happening {
    /// Its number.
    pub(crate) event: i64,
    /// `accepted`, `bought`, `honoured_again`, `changed`, `undone`, or why somebody was turned away.
    pub(crate) outcome: String,
    /// When.
    pub(crate) at: NaiveDateTime,
    /// At which till.
    pub(crate) till: String,
    /// What was spent, as it was changed last.
    pub(crate) spend: Option<Money>,
    /// Of an amount that was changed, what it was before.
    pub(crate) before: Option<Money>,
    /// Why it was taken back.
    pub(crate) reason: String,
    /// The number of the recipient; none when the code was unknown, or no letter has to do with it.
    pub(crate) recipient_id: Option<i64>,
    /// The code, or where no letter has to do with it the customer's reference.
    pub(crate) code: String,
    /// The recipient, or whoever bought something; empty when nobody is known.
    pub(crate) name: String,
    /// The campaign.
    pub(crate) campaign: String,
    /// The number of the receipt.
    pub(crate) receipt: String,
    /// Whether it is a redemption or an amount that was not taken back.
    pub(crate) stands: bool,
    /// Whether a till kept it while the line was down: then the gift has gone out, whatever the outcome.
    pub(crate) was_kept: bool,
}

/// Somebody who came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Come {
    /// When.
    pub(crate) at: NaiveDateTime,
    /// Who.
    pub(crate) name: String,
    /// From which town.
    pub(crate) city: String,
    /// What they were given; empty when they only bought something.
    pub(crate) gift: String,
}

/// Somebody who is still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guest {
    /// The number of the recipient.
    pub(crate) recipient_id: i64,
    /// The place in posting order.
    pub(crate) number: usize,
    /// Who.
    pub(crate) name: String,
    /// From which town.
    pub(crate) city: String,
    /// Their telephone number.
    pub(crate) phone: String,
    /// The branch of the campaign.
    pub(crate) branch: String,
}

/// How far a campaign has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// How many were written to.
    pub(crate) mailed: usize,
    /// How many of them came.
    pub(crate) come: usize,
}

/// Everything that happened on a day, in its order, refusals too.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn happened_on(read: &Read<'_>, day: NaiveDate) -> Result<Vec<Happening>> {
    let mut all = table::events_of(read, day)?;
    for one in all.iter_mut().filter(|one| one.recipient_id.is_none()) {
        if matches!(one.outcome.as_str(), BOUGHT | "changed" | "undone") {
            one.name = name_of(read, &one.code)?;
        }
    }
    Ok(all)
}

/// Those who came on a day, with a letter or without, the last first.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn last_come(read: &Read<'_>, day: NaiveDate, most: usize) -> Result<Vec<Come>> {
    let mut all = table::last_come(read, day, most)?;
    for (at, reference) in table::last_bought(read, day, most)? {
        all.push(Come { at, name: name_of(read, &reference)?, city: String::new(), gift: String::new() });
    }
    all.sort_by_key(|come| std::cmp::Reverse(come.at));
    all.truncate(most);
    Ok(all)
}

/// How many came on a day, and what they spent.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn taken_on(read: &Read<'_>, day: NaiveDate) -> Result<(usize, Money)> {
    table::taken_on(read, day)
}

/// How many have come to a campaign until a moment, of how many.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn progress(read: &Read<'_>, planned: &Planned, until: NaiveDateTime) -> Result<Progress> {
    table::come_until(read, planned.id, until)
}

/// How many have not come until a moment, and the first of them.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn to_come(
    read: &Read<'_>,
    planned: &Planned,
    until: NaiveDateTime,
    most: usize,
) -> Result<(usize, Vec<Guest>)> {
    table::to_come(read, planned.id, until, most)
}
