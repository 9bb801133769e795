//! Contact notes: calls, visits, praise, complaints, ideas. A complaint stays open until it is resolved.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::{Column, CustomerId, NoteKind};
use crate::error::{Error, Result};
use crate::store::{Read, Write, params};
use crate::text;

/// The most minutes of one contact: a week.
const MOST_MINUTES: i64 = 7 * 24 * 60;

/// One contact note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Note {
    pub(crate) id: i64,
    pub(crate) on: NaiveDate,
    pub(crate) kind: NoteKind,
    pub(crate) text: String,
    pub(crate) minutes: i64,
    /// For a complaint: the day on which it was resolved.
    pub(crate) resolved_on: Option<NaiveDate>,
}

impl Note {
    /// Whether it is an open complaint.
    pub(crate) fn is_open(&self) -> bool {
        self.kind == NoteKind::Complaint && self.resolved_on.is_none()
    }
}

/// The kind of a note as typed.
pub(crate) fn note_kind(typed: &str) -> Result<NoteKind> {
    NoteKind::from_form(typed).ok_or_else(|| {
        let kinds: Vec<&str> = NoteKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Error::new(format!("{} is not a kind of contact", text::quote(typed))).hint(text::did_you_mean(typed, &kinds))
    })
}

/// Adds a note; returns its number.
///
/// # Errors
/// When the text is empty, or the minutes are negative or more than a week.
pub(crate) fn add_note(
    write: &Write<'_>,
    customer_id: CustomerId,
    on: NaiveDate,
    kind: NoteKind,
    text: &str,
    minutes: i64,
) -> Result<i64> {
    if text.trim().is_empty() {
        return Err(Error::new("an empty note").hint("write what it was about"));
    }
    if minutes > MOST_MINUTES {
        return Err(Error::new(format!("{minutes} minutes are more than one contact can take"))
            .hint(format!("the most is {MOST_MINUTES}, which is a week")));
    }
    if minutes < 0 {
        return Err(
            Error::new("the minutes of a contact cannot be negative").hint("give the minutes as a number from 0")
        );
    }
    let sql =
        "INSERT INTO contact_note (customer_id, on_day, kind, text, minutes) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
    write.value(sql, params![customer_id, on, kind, text, minutes])
}

/// All notes about a customer, newest first.
pub(crate) fn notes(read: &Read<'_>, customer_id: CustomerId) -> Result<Vec<Note>> {
    let sql = "SELECT id, on_day, kind, text, minutes, resolved_on FROM contact_note WHERE customer_id = ?1 \
               ORDER BY on_day DESC, id DESC";
    read.all(sql, params![customer_id], |row| {
        let (id, on, kind, text) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(Note { id, on, kind, text, minutes: row.get(4)?, resolved_on: row.get(5)? })
    })
}

/// Resolves the open complaints of a customer; returns how many there were.
pub(crate) fn resolve(write: &Write<'_>, customer_id: CustomerId, on: NaiveDate) -> Result<usize> {
    let sql = "UPDATE contact_note SET resolved_on = ?2 WHERE customer_id = ?1 AND kind = ?3 AND resolved_on IS NULL";
    write.run(sql, params![customer_id, on, NoteKind::Complaint])
}
