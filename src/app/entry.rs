//! An entry written at a till: who it belongs to, and how it is changed or undone, by that till for a limited time and
//! by the owner at any time.

use chrono::NaiveDateTime;

use super::card::{self, Greeted};
use crate::campaign::{self, Planned, Recipient};
use crate::customers;
use crate::domain::{EventId, RecipientId};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::redemption::{self, CampaignProgress, UndoneEntry};
use crate::store::{Read, Write};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TillEntry {
    /// The redemption of a letter.
    Letter(RecipientId),
    /// An amount without one, or a second gift.
    Amount(EventId),
}

impl From<RecipientId> for TillEntry {
    fn from(letter: RecipientId) -> Self {
        Self::Letter(letter)
    }
}

impl From<EventId> for TillEntry {
    fn from(event: EventId) -> Self {
        Self::Amount(event)
    }
}

pub(crate) enum EntryFor {
    /// A letter's gift, and how many had been redeemed by then.
    Gift {
        planned: Planned,
        recipient: Recipient,
        progress: CampaignProgress,
    },
    SecondGift {
        planned: Planned,
        recipient: Recipient,
    },
    /// No gift; none when the customer is no longer in the book.
    Amount(Option<Greeted>),
}

/// An entry that was not undone.
pub(crate) struct StandingEntry {
    pub(crate) what: EntryFor,
    reference: String,
    pub(crate) at: NaiveDateTime,
    pub(crate) till: String,
    pub(crate) spend: Money,
}

impl StandingEntry {
    /// Until when the till that wrote it may change or undo it. Setting the clock back does not shorten this.
    pub(crate) fn until(&self, till: &str, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let until = redemption::undo_until(self.at);
        (self.till == till && now <= until).then_some(until)
    }
}

pub(crate) fn find(read: &Read<'_>, entry: TillEntry) -> Result<Option<StandingEntry>> {
    match entry {
        TillEntry::Letter(letter) => gift(read, letter),
        TillEntry::Amount(event) => amount(read, event),
    }
}

fn gift(read: &Read<'_>, letter: RecipientId) -> Result<Option<StandingEntry>> {
    let Some((planned, recipient)) = campaign::by_number(read, letter)? else { return Ok(None) };
    let Some(at) = recipient.redeemed_at else { return Ok(None) };
    let progress = redemption::progress(read, &planned, at)?;
    Ok(Some(StandingEntry {
        reference: recipient.reference.clone(),
        at,
        till: recipient.till.clone().unwrap_or_default(),
        spend: recipient.spend.unwrap_or_default(),
        what: EntryFor::Gift { planned, recipient, progress },
    }))
}

fn amount(read: &Read<'_>, event: EventId) -> Result<Option<StandingEntry>> {
    let Some(bought) = redemption::bought_by(read, event)?.filter(|bought| !bought.is_undone) else {
        return Ok(None);
    };
    let letter = bought.recipient_id.map(|id| campaign::by_number(read, id)).transpose()?.flatten();
    let (reference, what) = match letter {
        Some((planned, recipient)) => (recipient.reference.clone(), EntryFor::SecondGift { planned, recipient }),
        None => {
            let id = customers::resolve_ref(read, &bought.reference)?;
            let whose = id.map(|id| card::greeted_with_household(read, id)).transpose()?;
            (bought.reference, EntryFor::Amount(whose))
        }
    };
    Ok(Some(StandingEntry { what, reference, at: bought.at, till: bought.till, spend: bought.spend }))
}

/// Undoes an entry at the till that wrote it; returns the entry that records this. Pressing twice undoes it once.
///
/// # Errors
/// When this till may no longer undo it.
pub(crate) fn undo_at_till(
    write: &Write<'_>,
    entry: TillEntry,
    till: &str,
    reason: &str,
    now: NaiveDateTime,
) -> Result<Option<EventId>> {
    if let Some(standing) = find(write, entry)? {
        if standing.until(till, now).is_none() {
            return Err(too_late("undo it"));
        }
        match entry {
            TillEntry::Letter(letter) => redemption::undo(write, letter, reason, now).map(|_| ()),
            TillEntry::Amount(event) => redemption::undo_bought(write, event, reason, now),
        }?;
    }
    match entry {
        TillEntry::Letter(letter) => redemption::undo_of_letter(write, letter),
        TillEntry::Amount(event) => redemption::undo_of_amount(write, event),
    }
}

/// What was undone, and the customer.
pub(crate) struct Reversal {
    pub(crate) what: UndoneEntry,
    /// The letter whose gift it was.
    pub(crate) letter: Option<(Planned, Recipient)>,
    /// The customer of an amount without a letter; none when they are no longer in the book.
    pub(crate) whose: Option<Greeted>,
}

/// What an entry has undone, if it is an undo.
pub(crate) fn reversal(read: &Read<'_>, event: EventId) -> Result<Option<Reversal>> {
    let Some(what) = redemption::undone_entry(read, event)? else { return Ok(None) };
    let letter = what.recipient_id.map(|id| campaign::by_number(read, id)).transpose()?.flatten();
    let id = customers::resolve_ref(read, &what.reference)?;
    let whose = id.map(|id| card::greeted_with_household(read, id)).transpose()?;
    Ok(Some(Reversal { what, letter, whose }))
}

/// Changes an amount at the till that wrote it. An amount far above the largest purchase ever is not accepted unless
/// the till `is_sure`; then that largest purchase is returned.
///
/// # Errors
/// When this till may no longer change it, or a till cannot accept the amount.
pub(crate) fn change_at_till(
    write: &Write<'_>,
    entry: TillEntry,
    till: &str,
    (spend, is_sure): (Money, bool),
    now: NaiveDateTime,
) -> Result<Option<Money>> {
    let standing = find(write, entry)?.filter(|standing| standing.until(till, now).is_some());
    let standing = standing.ok_or_else(|| too_late("change it"))?;
    if let (false, Some(largest)) = (is_sure, redemption::unusual(write, &standing.reference, Some(spend))?) {
        return Ok(Some(largest));
    }
    change(write, entry, spend, now).map(|()| None)
}

fn too_late(what: &str) -> Error {
    Error::new(format!("this till can no longer {what}")).hint("the owner can, on the day's list")
}

/// Undoes an entry of any age. Pressing twice undoes it once.
///
/// # Errors
/// When there is no reason.
pub(crate) fn undo(write: &Write<'_>, entry: TillEntry, reason: &str, now: NaiveDateTime) -> Result<()> {
    match entry {
        TillEntry::Letter(letter) => {
            redemption::check_reason(reason, "give the reason in a word or two")?;
            if campaign::by_number(write, letter)?.is_some_and(|(_, letter)| letter.redeemed_on.is_some()) {
                redemption::undo(write, letter, reason, now)?;
            }
            Ok(())
        }
        TillEntry::Amount(event) => redemption::undo_bought(write, event, reason, now),
    }
}

/// Changes the amount of an entry of any age; the first amount stays on record.
///
/// # Errors
/// When the entry was undone, or a till cannot accept the amount.
pub(crate) fn change(write: &Write<'_>, entry: TillEntry, spend: Money, now: NaiveDateTime) -> Result<()> {
    match entry {
        TillEntry::Letter(letter) => redemption::change(write, letter, spend, now),
        TillEntry::Amount(event) => redemption::change_bought(write, event, spend, now),
    }
}
