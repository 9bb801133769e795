//! The record of everything that happened at the till: entries are added and never changed.

use chrono::NaiveDateTime;

use super::visit::Visit;
use crate::domain::{EventId, EventKind, RecipientId};
use crate::error::Result;
use crate::money::Money;
use crate::store::{Read, Value, Write, params};

/// At most this many characters of a typed code are stored.
const LONGEST: usize = 64;

/// What an entry is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum EventSubject<'s> {
    /// A letter; the text is its code.
    Letter(RecipientId, &'s str),
    /// A code that is on no letter, as typed.
    Typed(&'s str),
    /// A customer, by reference, if no letter is involved; empty when they are no longer in the book.
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

/// Adds an entry; returns its ID. This is slower: SQLite makes a table for the one row of RETURNING.
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

/// Adds a correction of an entry, for the same letter or customer.
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

/// The stored answer to a request, and its recipient.
pub(super) struct Answered {
    pub(super) event: EventId,
    pub(super) kind: EventKind,
    pub(super) recipient_id: Option<RecipientId>,
}

/// The stored answer to an earlier request.
pub(super) fn answered(read: &Read<'_>, request: Option<&str>) -> Result<Option<Answered>> {
    let Some(request) = request else { return Ok(None) };
    let sql = "SELECT id, outcome, recipient_id FROM redemption_event WHERE request = ?1";
    read.first(sql, params![request], |row| {
        Ok(Answered { event: row.get(0)?, kind: row.get(1)?, recipient_id: row.get(2)? })
    })
}

/// The amount of an event `e`: the newest change, else its own. `?2` is [`EventKind::Changed`].
pub(super) const AMOUNT: &str = "COALESCE((SELECT x.spend_minor FROM redemption_event x WHERE x.about = e.id \
                                 AND x.outcome = ?2 ORDER BY x.id DESC LIMIT 1), e.spend_minor)";

/// Whether an event `e` was undone. `?3` is [`EventKind::Undone`].
pub(super) const UNDONE: &str = "EXISTS (SELECT 1 FROM redemption_event x WHERE x.about = e.id AND x.outcome = ?3)";
