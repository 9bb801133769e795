//! The record of everything that happened at the till: entries are added, what they say is never changed.

use chrono::NaiveDateTime;

use super::visit::Visit;
use crate::domain::{EventId, EventKind, RecipientId};
use crate::error::Result;
use crate::money::Money;
use crate::store::{Read, Value, Write, params};

/// So many characters of what was typed as a code are stored.
const LONGEST: usize = 64;

/// What an entry is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum EventSubject<'s> {
    /// A letter; the text is its code.
    Letter(RecipientId, &'s str),
    /// A code that is on no letter, as it was typed.
    Typed(&'s str),
    /// A customer, by reference, where no letter is involved; empty for one who is in the book no more.
    Customer(&'s str),
}

/// Adds an entry.
pub(super) fn add(
    write: &Write<'_>,
    subject: EventSubject<'_>,
    kind: EventKind,
    visit: &Visit,
    reason: &str,
) -> Result<()> {
    insert(subject, kind, visit, reason, |sql, params| write.run(sql, params).map(|_| ()))
}

/// Adds an entry; its id. That takes longer: for its one row RETURNING makes a table.
pub(super) fn add_numbered(
    write: &Write<'_>,
    subject: EventSubject<'_>,
    kind: EventKind,
    visit: &Visit,
) -> Result<EventId> {
    insert(subject, kind, visit, "", |sql, params| write.value(&format!("{sql} RETURNING id"), params))
}

fn insert<T>(
    subject: EventSubject<'_>,
    kind: EventKind,
    visit: &Visit,
    reason: &str,
    run: impl FnOnce(&str, &[Value<'_>]) -> Result<T>,
) -> Result<T> {
    let typed: String;
    let (recipient, code, reference) = match subject {
        EventSubject::Letter(id, code) => (Some(id), code, ""),
        EventSubject::Typed(text) => {
            typed = text.chars().take(LONGEST).collect();
            (None, typed.as_str(), "")
        }
        EventSubject::Customer(reference) => (None, "", reference),
    };
    let sql = "INSERT INTO redemption_event (recipient_id, code, ref, outcome, at, on_day, spend_minor, till, receipt, \
               reason, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let Visit { at, spend, till, receipt, request } = visit;
    run(sql, params![recipient, code, reference, kind, *at, at.date(), *spend, till, receipt, reason, request])
}

/// Adds what corrects an entry: about the same letter or customer.
pub(super) fn correct(
    write: &Write<'_>,
    event: EventId,
    kind: EventKind,
    (spend, till): (Money, &str),
    now: NaiveDateTime,
    reason: &str,
) -> Result<()> {
    let sql = "INSERT INTO redemption_event (recipient_id, code, ref, outcome, at, on_day, spend_minor, till, reason, about) \
               SELECT recipient_id, code, ref, ?2, ?3, ?4, ?5, ?6, ?7, id FROM redemption_event WHERE id = ?1";
    write.run(sql, params![event, kind, now, now.date(), spend, till, reason]).map(|_| ())
}

/// What a request was answered, and to whom.
pub(super) struct Answered {
    pub(super) event: EventId,
    pub(super) kind: EventKind,
    pub(super) recipient_id: Option<RecipientId>,
}

/// What was answered to a request before.
pub(super) fn answered(read: &Read<'_>, request: Option<&str>) -> Result<Option<Answered>> {
    let Some(request) = request else { return Ok(None) };
    let sql = "SELECT id, outcome, recipient_id FROM redemption_event WHERE request = ?1";
    read.first(sql, params![request], |row| {
        Ok(Answered { event: row.get(0)?, kind: row.get(1)?, recipient_id: row.get(2)? })
    })
}

/// The amount of an event `e`: the newest that it was changed to, else its own. `?2` is [`EventKind::Changed`].
pub(super) const AMOUNT: &str = "COALESCE((SELECT x.spend_minor FROM redemption_event x WHERE x.about = e.id \
                                 AND x.outcome = ?2 ORDER BY x.id DESC LIMIT 1), e.spend_minor)";

/// Whether an event `e` was taken back. `?3` is [`EventKind::Undone`].
pub(super) const UNDONE: &str = "EXISTS (SELECT 1 FROM redemption_event x WHERE x.about = e.id AND x.outcome = ?3)";
