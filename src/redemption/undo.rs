//! Undoes a redemption: it stays on record, with the reason, and the code is valid again.

use chrono::{NaiveDateTime, TimeDelta};

use super::event;
use super::outcome::{Outcome, TillAnswer};
use super::redeem::subject;
use super::visit::Visit;
use crate::campaign;
use crate::domain::{Code, EventId, EventKind, RecipientId, RedemptionId};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::store::{Read, Write, params};
use crate::text;

/// How long a till may undo or change its own entries; the owner always may.
const UNDO_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// The last moment at which a till may undo or change what it wrote at `at`.
pub(crate) fn undo_until(at: NaiveDateTime) -> NaiveDateTime {
    at + UNDO_WINDOW
}

/// One redemption, undone or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redemption {
    pub(crate) recipient_id: RecipientId,
    pub(crate) at: NaiveDateTime,
    pub(crate) till: String,
    pub(crate) is_undone: bool,
}

pub(crate) fn by_id(read: &Read<'_>, id: RedemptionId) -> Result<Option<Redemption>> {
    let sql = "SELECT recipient_id, redeemed_at, till, undone_at IS NOT NULL FROM redemption WHERE id = ?1";
    read.first(sql, params![id], |row| {
        Ok(Redemption { recipient_id: row.get(0)?, at: row.get(1)?, till: row.get(2)?, is_undone: row.get(3)? })
    })
}

/// What an entry has undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UndoneEntry {
    /// The letter of the gift, also of a second one.
    pub(crate) recipient_id: Option<RecipientId>,
    /// The customer of an amount without a letter.
    pub(crate) reference: String,
    /// The kind of the undone entry.
    pub(crate) kind: EventKind,
    pub(crate) spend: Money,
    pub(crate) at: NaiveDateTime,
}

/// What an entry has undone, if it is an undo.
pub(crate) fn undone_entry(read: &Read<'_>, event: EventId) -> Result<Option<UndoneEntry>> {
    let sql = "SELECT e.recipient_id, e.ref, o.outcome, e.spend_minor, e.at FROM redemption_event e \
               LEFT JOIN redemption_event o ON o.id = e.about WHERE e.id = ?1 AND e.outcome = ?2";
    read.first(sql, params![event, EventKind::Undone], |row| {
        Ok(UndoneEntry {
            recipient_id: row.get(0)?,
            reference: row.get(1)?,
            kind: row.get::<Option<EventKind>>(2)?.unwrap_or(EventKind::Accepted),
            spend: row.get::<Option<Money>>(3)?.unwrap_or_default(),
            at: row.get(4)?,
        })
    })
}

/// The last entry that undid the redemption of a letter.
pub(crate) fn undo_of_letter(read: &Read<'_>, letter: RecipientId) -> Result<Option<EventId>> {
    let sql = "SELECT max(id) FROM redemption_event WHERE recipient_id = ?1 AND outcome = ?2 AND about IS NULL";
    read.value(sql, params![letter, EventKind::Undone])
}

/// The entry that undid an amount.
pub(crate) fn undo_of_amount(read: &Read<'_>, event: EventId) -> Result<Option<EventId>> {
    let sql = "SELECT max(id) FROM redemption_event WHERE about = ?1 AND outcome = ?2";
    read.value(sql, params![event, EventKind::Undone])
}

/// Rejects an undo without a reason.
pub(crate) fn check_reason(reason: &str, hint: &str) -> Result<()> {
    if text::is_blank(reason) { Err(Error::new("an undo needs a reason").hint(hint)) } else { Ok(()) }
}

/// Undoes the redemption of a letter. It stays on record, with the reason.
///
/// # Errors
/// When there is no reason, or the letter was not redeemed.
pub(crate) fn undo(write: &Write<'_>, recipient: RecipientId, reason: &str, now: NaiveDateTime) -> Result<TillAnswer> {
    check_reason(reason, "give the reason in a word or two")?;
    let Some((planned, recipient)) = campaign::by_number(write, recipient)? else {
        return Err(Error::new("there is no such letter").hint("scan it again"));
    };
    let sql = "UPDATE redemption SET undone_at = ?2 WHERE recipient_id = ?1 AND undone_at IS NULL";
    if write.run(sql, params![recipient.id, now])? == 0 {
        let code = text::quote(recipient.code.as_ref().map_or(recipient.reference.as_str(), Code::as_str));
        return Err(Error::new(format!("{code} was not redeemed"))
            .hint("check the code: `regulars recipients NAME` lists who came with which"));
    }
    let visit = Visit::new(now, recipient.till.clone().unwrap_or_default(), recipient.spend);
    event::add(write, subject(&recipient), EventKind::Undone, &visit, reason)?;
    Ok(TillAnswer::of(Outcome::Accepted, Some((&planned, &recipient))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undo_needs_a_reason_and_a_till_has_ten_minutes() {
        for (reason, is_one) in [("", false), (" \t", false), ("wrong person", true)] {
            assert_eq!(check_reason(reason, "say it").is_ok(), is_one, "{reason}");
        }
        let at: NaiveDateTime = "2024-04-01T14:05:00".parse().expect("a moment");
        assert_eq!(undo_until(at).to_string(), "2024-04-01 14:15:00");
    }
}
