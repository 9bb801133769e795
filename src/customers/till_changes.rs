//! What tills changed on cards: stored with the old values, so that the owner sees it and can undo it.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};

use super::address_change::ADDRESS;
use super::customer::{Customer, CustomerField};
use super::{change, household, index, lookup, suppression};
use crate::domain::{Column, CustomerId, NoteKind, TillChangeId, TillChangeKind};
use crate::error::{Error, Result};
use crate::store::{Read, Row, Write, params};

/// One change that a till made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TillChange {
    pub(crate) id: TillChangeId,
    pub(crate) kind: TillChangeKind,
    /// None when a new card was undone.
    pub(crate) customer: Option<CustomerId>,
    /// The fields of an address before and after.
    pub(crate) before: BTreeMap<CustomerField, String>,
    pub(crate) after: BTreeMap<CustomerField, String>,
    /// For a note: its kind and text.
    pub(crate) about: Option<NoteKind>,
    pub(crate) text: String,
    pub(crate) at: NaiveDateTime,
    pub(crate) till: String,
    pub(crate) undone_at: Option<NaiveDateTime>,
    /// The owner has dismissed it.
    pub(crate) is_put_aside: bool,
    note: Option<i64>,
}

/// The time and the till.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtTill<'t> {
    pub(crate) at: NaiveDateTime,
    pub(crate) till: &'t str,
}

/// Records a changed address; nothing when it is the same.
pub(crate) fn record_address(write: &Write<'_>, before: &Customer, here: AtTill<'_>) -> Result<()> {
    let after = lookup::by_id(write, before.id)?;
    let [old, new] = [before, &after].map(|card| fields(card, &ADDRESS));
    if old == new {
        return Ok(());
    }
    let texts = (json(&old)?, json(&new)?);
    insert(write, before.id, TillChangeKind::Address, (&texts.0, &texts.1), None, here, None)
}

/// Records a new note on a card.
pub(crate) fn record_note(
    write: &Write<'_>,
    id: CustomerId,
    (note, about, text): (i64, NoteKind, &str),
    here: AtTill<'_>,
) -> Result<()> {
    insert(write, id, TillChangeKind::Note, (about.as_str(), text), Some(note), here, None)
}

/// Records a new card. Repeating the request adds no second one.
pub(crate) fn record_card(write: &Write<'_>, id: CustomerId, request: &str, here: AtTill<'_>) -> Result<()> {
    let card = json(&fields(&lookup::by_id(write, id)?, CustomerField::ALL))?;
    insert(write, id, TillChangeKind::Card, ("", &card), None, here, Some(request))
}

/// The card that a request has already added.
///
/// # Errors
/// When it was undone since.
pub(crate) fn card_of_request(read: &Read<'_>, request: &str) -> Result<Option<CustomerId>> {
    let sql = "SELECT customer_id FROM till_change WHERE request = ?1";
    match read.first(sql, params![request], |row| row.get::<Option<CustomerId>>(0))? {
        Some(None) => {
            Err(Error::new("this card was already added, and undone since")
                .hint("search again, and add them from there"))
        }
        found => Ok(found.flatten()),
    }
}

fn insert(
    write: &Write<'_>,
    id: CustomerId,
    kind: TillChangeKind,
    (before, after): (&str, &str),
    note: Option<i64>,
    here: AtTill<'_>,
    request: Option<&str>,
) -> Result<()> {
    let sql = "INSERT INTO till_change (customer_id, kind, note_id, before, after, at, on_day, till, request) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    write.run(sql, params![id, kind, note, before, after, here.at, here.at.date(), here.till, request]).map(|_| ())
}

fn fields(card: &Customer, of: &[CustomerField]) -> BTreeMap<CustomerField, String> {
    of.iter().map(|field| (*field, card.field(*field).to_owned())).collect()
}

fn json(fields: &BTreeMap<CustomerField, String>) -> Result<String> {
    serde_json::to_string(fields).map_err(|e| Error::new("a change cannot be kept").because(e))
}

const CHANGE: &str =
    "SELECT id, kind, customer_id, before, after, at, till, undone_at, put_aside_at, note_id FROM till_change";

fn from_row(row: &Row<'_>) -> Result<TillChange> {
    let (kind, before, after): (TillChangeKind, String, String) = (row.get(1)?, row.get(3)?, row.get(4)?);
    let fields = |text: &str| serde_json::from_str(text).unwrap_or_default();
    Ok(TillChange {
        id: row.get(0)?,
        kind,
        customer: row.get(2)?,
        before: fields(&before),
        after: fields(&after),
        about: NoteKind::from_form(&before),
        text: if kind == TillChangeKind::Note { after } else { String::new() },
        at: row.get(5)?,
        till: row.get(6)?,
        undone_at: row.get(7)?,
        is_put_aside: row.get::<Option<NaiveDateTime>>(8)?.is_some(),
        note: row.get(9)?,
    })
}

/// Changes that the owner has neither dismissed nor undone, newest first.
pub(crate) fn open_till_changes(read: &Read<'_>) -> Result<Vec<TillChange>> {
    let sql = format!("{CHANGE} WHERE undone_at IS NULL AND put_aside_at IS NULL ORDER BY id DESC");
    read.all(&sql, params![], from_row)
}

/// The changes of a day, newest first.
pub(crate) fn till_changes_on(read: &Read<'_>, day: NaiveDate) -> Result<Vec<TillChange>> {
    read.all(&format!("{CHANGE} WHERE on_day = ?1 ORDER BY id DESC"), params![day], from_row)
}

/// The newest change that a till made on a card since a moment, if it was not undone.
pub(crate) fn newest_till_change(
    read: &Read<'_>,
    card: CustomerId,
    till: &str,
    since: NaiveDateTime,
) -> Result<Option<TillChange>> {
    let sql = format!(
        "{CHANGE} WHERE customer_id = ?1 AND till = ?2 AND at >= ?3 AND undone_at IS NULL ORDER BY id DESC LIMIT 1"
    );
    read.first(&sql, params![card, till, since], from_row)
}

pub(crate) fn till_change(read: &Read<'_>, id: TillChangeId) -> Result<TillChange> {
    let found = read.first(&format!("{CHANGE} WHERE id = ?1"), params![id], from_row)?;
    found.ok_or_else(|| Error::new("there is no such change").hint("check the day's list"))
}

/// Dismisses a change: it stays on the list of its day.
pub(crate) fn put_change_aside(write: &Write<'_>, id: TillChangeId, now: NaiveDateTime) -> Result<()> {
    let sql = "UPDATE till_change SET put_aside_at = ?2 WHERE id = ?1 AND put_aside_at IS NULL";
    write.run(sql, params![id, now]).map(|_| ())
}

/// Undoes a change; repeating it does nothing. `in_use` is the reason from other rooms why a new card has to stay.
///
/// # Errors
/// When the card was changed again since, or a new card is already in use.
pub(crate) fn undo_till_change(
    write: &Write<'_>,
    change: &TillChange,
    in_use: Option<&str>,
    now: NaiveDateTime,
) -> Result<()> {
    if change.undone_at.is_some() {
        return Ok(());
    }
    match (change.kind, change.customer) {
        (TillChangeKind::Address, Some(id)) => restore_address(write, id, change, now)?,
        (TillChangeKind::Note, _) => {
            write.run("DELETE FROM contact_note WHERE id = ?1", params![change.note])?;
        }
        (TillChangeKind::Card, Some(id)) => {
            if let Some(why) = in_use.map_or_else(|| use_of(write, id, change), |why| Ok(Some(why.to_owned())))? {
                let hint = "merge it into another card, or forget the customer: `regulars customer merge`, `forget`";
                return Err(Error::new(format!("the new card stays: it {why}")).hint(hint));
            }
            remove(write, id, change.id)?;
        }
        (TillChangeKind::Address | TillChangeKind::Card, None) => {}
    }
    let sql = "UPDATE till_change SET undone_at = ?2, note_id = NULL WHERE id = ?1";
    write.run(sql, params![change.id, now]).map(|_| ())
}

fn restore_address(write: &Write<'_>, id: CustomerId, change: &TillChange, now: NaiveDateTime) -> Result<()> {
    let card = lookup::by_id(write, id)?;
    if fields(&card, &ADDRESS) != change.after {
        return Err(Error::new("the address was changed again since").hint("open the card, and set it there"));
    }
    let assignments: Vec<String> = change.before.iter().map(|(field, text)| format!("{field}={text}")).collect();
    change::set(write, &card, &assignments, now.date(), "undone by the owner").map(|_| ())
}

/// Why a new card stays, most important first: the reason, and its condition for card `?1`.
const USES: [(&str, &str); 8] = [
    ("has purchases", "EXISTS (SELECT 1 FROM purchase x WHERE x.customer_id = ?1)"),
    ("has a note", "EXISTS (SELECT 1 FROM contact_note x WHERE x.customer_id = ?1)"),
    ("took over another card", "EXISTS (SELECT 1 FROM customer_alias x WHERE x.customer_id = ?1)"),
    (
        "has mail preferences recorded since",
        "EXISTS (SELECT 1 FROM consent x WHERE x.customer_id = ?1 AND x.source <> 'at the till')",
    ),
    ("has a circumstance", "EXISTS (SELECT 1 FROM circumstance x WHERE x.customer_id = ?1)"),
    ("has a preference", "EXISTS (SELECT 1 FROM preference x WHERE x.customer_id = ?1)"),
    ("has a tag", "EXISTS (SELECT 1 FROM customer_tag x WHERE x.customer_id = ?1)"),
    (
        "was marked as a different person than another",
        "EXISTS (SELECT 1 FROM not_the_same x WHERE x.customer_id = ?1 OR x.other_id = ?1)",
    ),
];

fn use_of(read: &Read<'_>, id: CustomerId, change: &TillChange) -> Result<Option<String>> {
    let card = lookup::by_id(read, id)?;
    if fields(&card, CustomerField::ALL) != change.after || !card.manual_household.is_empty() {
        return Ok(Some("was changed since".to_owned()));
    }
    for (why, holds) in USES {
        if read.value::<bool>(&format!("SELECT {holds}"), params![id])? {
            return Ok(Some(why.to_owned()));
        }
    }
    Ok(None)
}

fn remove(write: &Write<'_>, id: CustomerId, change: TillChangeId) -> Result<()> {
    let household = lookup::by_id(write, id)?.household_id;
    write.run("UPDATE till_change SET customer_id = NULL, after = '' WHERE id = ?1", params![change])?;
    index::erase(write, id)?;
    write.run("DELETE FROM customer WHERE id = ?1", params![id])?;
    suppression::keep_only_hashes(write)?;
    household::settle(write, &[], &[household])
}
