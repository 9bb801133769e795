//! Notes on a card, and resolved complaints.

use chrono::NaiveDate;

use crate::app::card;
use crate::customers::{self, AtTill, Customer};
use crate::domain::CustomerId;
use crate::error::Result;
use crate::shop::Shop;
use crate::store::Write;
use crate::text;

/// The longest note at a till, in characters.
pub(crate) const LONGEST: usize = 2_000;

/// A note to add.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewNote<'n> {
    pub(crate) kind: &'n str,
    pub(crate) text: &'n str,
    pub(crate) minutes: i64,
    pub(crate) on: NaiveDate,
}

/// Adds a note to a card; returns its number.
///
/// # Errors
/// When the kind is unknown, the text is empty or the minutes are negative.
pub(crate) fn add(shop: &Shop, reference: &str, note: NewNote<'_>) -> Result<(Customer, i64)> {
    shop.store()?.write(|write| {
        let customer = customers::by_ref(write, reference)?;
        let id = customers::add_note(
            write,
            customer.id,
            note.on,
            customers::note_kind(note.kind)?,
            note.text,
            note.minutes,
        )?;
        Ok((customer, id))
    })
}

/// Resolves the open complaints of a customer; returns how many there were.
pub(crate) fn resolve(shop: &Shop, reference: &str, on: NaiveDate) -> Result<(Customer, usize)> {
    shop.store()?.write(|write| {
        let customer = customers::by_ref(write, reference)?;
        let resolved = customers::resolve(write, customer.id, on)?;
        Ok((customer, resolved))
    })
}

/// Why a till cannot take a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoteFault {
    Empty,
    /// The text, cut to the limit.
    TooLong(String),
}

/// A note as typed at a till, line by line, without invisible characters.
pub(crate) fn read(typed: &str) -> Result<String, NoteFault> {
    let text = visible(typed);
    match text.chars().count() {
        0 => Err(NoteFault::Empty),
        1..=LONGEST => Ok(text),
        _ => Err(NoteFault::TooLong(text.chars().take(LONGEST).collect())),
    }
}

/// Adds a till's note to a card; the owner is shown the change. Pressing twice adds one note.
pub(crate) fn add_at_till(
    write: &Write<'_>,
    customer: CustomerId,
    kind: &str,
    text: &str,
    here: AtTill<'_>,
) -> Result<()> {
    let today = here.at.date();
    card::person(write, customer)?;
    let kind = customers::note_kind(kind)?;
    let notes = customers::notes(write, customer)?;
    if notes.iter().any(|note| (note.on, note.kind, note.text.as_str()) == (today, kind, text)) {
        return Ok(());
    }
    let note = customers::add_note(write, customer, today, kind, text, 0)?;
    customers::record_note(write, customer, (note, kind, text), here)
}

/// Typed text line by line, without invisible characters.
pub(super) fn visible(typed: &str) -> String {
    if text::is_blank(typed) {
        return String::new();
    }
    let lines = typed.trim().lines().map(|line| line.chars().filter(|c| !c.is_control()).collect::<String>());
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
