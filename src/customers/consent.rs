//! Consent and circumstances: post and email separately, deceased, moved. Statements are never deleted, only followed
//! by newer ones, each with its day and source.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::customer::Customer;
use crate::domain::{CircumstanceKind, Column, Consent, ConsentChannel, CustomerId, ImportId};
use crate::error::{Error, Result};
use crate::store::{Read, Write, params};
use crate::text;

/// The source of statements in a list.
pub(super) const LIST: &str = "import";

/// A statement of mail preference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ConsentStatement {
    pub(crate) about: ConsentSubject,
    pub(crate) state: Consent,
    pub(crate) on: NaiveDate,
    /// Who made it.
    pub(crate) source: String,
}

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum ConsentSubject {
    Consent(ConsentChannel),
    Circumstance(CircumstanceKind),
}

/// How a column stores that someone has died, as text.
const YES: &str = "1";
const NO: &str = "0";

impl ConsentSubject {
    const ALL: [Self; 4] = [
        Self::Consent(ConsentChannel::Post),
        Self::Consent(ConsentChannel::Email),
        Self::Circumstance(CircumstanceKind::Deceased),
        Self::Circumstance(CircumstanceKind::Moved),
    ];

    /// The column of the card with the current state.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Consent(ConsentChannel::Post) => "post_consent",
            Self::Consent(ConsentChannel::Email) => "email_consent",
            Self::Circumstance(CircumstanceKind::Deceased) => CircumstanceKind::Deceased.as_str(),
            Self::Circumstance(CircumstanceKind::Moved) => "moved_from",
        }
    }

    pub(super) fn of_column(column: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.column() == column)
    }

    /// The text of that column of a card.
    pub(super) fn on(self, card: &Customer) -> &str {
        match self {
            Self::Consent(ConsentChannel::Post) => card.post_consent.as_str(),
            Self::Consent(ConsentChannel::Email) => card.email_consent.as_str(),
            Self::Circumstance(CircumstanceKind::Deceased) if card.deceased => YES,
            Self::Circumstance(CircumstanceKind::Deceased) => NO,
            Self::Circumstance(CircumstanceKind::Moved) => &card.moved_from,
        }
    }

    fn form(self) -> &'static str {
        match self {
            Self::Consent(channel) => channel.as_str(),
            Self::Circumstance(kind) => kind.as_str(),
        }
    }

    fn read(form: &str) -> Result<Self> {
        let consent = ConsentChannel::from_form(form).map(Self::Consent);
        let subject = consent.or_else(|| CircumstanceKind::from_form(form).map(Self::Circumstance));
        subject
            .ok_or_else(|| Error::new(format!("the database has a statement about `{form}`")).hint("restore a backup"))
    }
}

/// Records a statement about a channel, and makes it the current one.
pub(crate) fn record_consent(
    write: &Write<'_>,
    id: CustomerId,
    channel: ConsentChannel,
    state: Consent,
    on: NaiveDate,
    source: &str,
) -> Result<()> {
    record_imported_consent(write, id, channel, state, (on, source, ImportId(0)))
}

/// The same for a list.
pub(super) fn record_imported_consent(
    write: &Write<'_>,
    id: CustomerId,
    channel: ConsentChannel,
    state: Consent,
    (on, source, import): (NaiveDate, &str, ImportId),
) -> Result<()> {
    let sql =
        "INSERT INTO consent (customer_id, channel, state, on_day, source, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    write.run(sql, params![id, channel, state, on, source, import])?;
    set_state(write, id, channel, state)
}

/// Sets the current state.
fn set_state(write: &Write<'_>, id: CustomerId, channel: ConsentChannel, state: Consent) -> Result<()> {
    let sql = match channel {
        ConsentChannel::Post => "UPDATE customer SET post_consent = ?2 WHERE id = ?1",
        ConsentChannel::Email => "UPDATE customer SET email_consent = ?2 WHERE id = ?1",
    };
    write.run(sql, params![id, state]).map(|_| ())
}

/// Records that someone has died or moved, or that this was wrong.
pub(crate) fn record_circumstance(
    write: &Write<'_>,
    customer: &Customer,
    kind: CircumstanceKind,
    holds: bool,
    on: NaiveDate,
    source: &str,
) -> Result<()> {
    record_imported_circumstance(write, customer, kind, holds, (on, source, ImportId(0)))
}

/// The same for a list.
pub(super) fn record_imported_circumstance(
    write: &Write<'_>,
    customer: &Customer,
    kind: CircumstanceKind,
    holds: bool,
    (on, source, import): (NaiveDate, &str, ImportId),
) -> Result<()> {
    let sql = "INSERT INTO circumstance (customer_id, what, state, on_day, source, import_id) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let state = if holds { Consent::Yes } else { Consent::No };
    write.run(sql, params![customer.id, kind, state, on, source, import])?;
    match kind {
        CircumstanceKind::Deceased => {
            write.run("UPDATE customer SET deceased = ?2 WHERE id = ?1", params![customer.id, holds])
        }
        CircumstanceKind::Moved => {
            let left = if holds { customer.address().identity() } else { String::new() };
            write.run("UPDATE customer SET moved_from = ?2 WHERE id = ?1", params![customer.id, left])
        }
    }
    .map(|_| ())
}

/// The newest recorded opt-out of a customer.
pub(super) fn opt_out(read: &Read<'_>, id: CustomerId, channel: ConsentChannel) -> Result<Option<ConsentStatement>> {
    let sql = "SELECT on_day, source FROM consent WHERE customer_id = ?1 AND channel = ?2 AND state = ?3 \
               ORDER BY id DESC LIMIT 1";
    read.first(sql, params![id, channel, Consent::No], |row| {
        let about = ConsentSubject::Consent(channel);
        Ok(ConsentStatement { about, state: Consent::No, on: row.get(0)?, source: row.get(1)? })
    })
}

/// Customers whose last statement to the shop about a channel, lists excluded, is an opt-out: no list overrides that.
pub(crate) fn said_opt_outs(read: &Read<'_>) -> Result<HashSet<(CustomerId, ConsentChannel)>> {
    let sql = "SELECT s.customer_id, s.channel FROM consent s WHERE s.state = ?1 AND s.import_id = 0 AND s.source <> ?2 \
               AND NOT EXISTS (SELECT 1 FROM consent l WHERE l.customer_id = s.customer_id AND l.channel = s.channel \
               AND l.id > s.id AND l.import_id = 0 AND l.source <> ?2)";
    let all = read.all(sql, params![Consent::No, LIST], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(all.into_iter().collect())
}

/// Records an opt-out of one card for the card into which it was merged; returns the number of the statement.
pub(super) fn hand_on_opt_out(
    write: &Write<'_>,
    (from, reference): (CustomerId, &str),
    to: CustomerId,
    channel: ConsentChannel,
    today: NaiveDate,
) -> Result<i64> {
    let said = opt_out(write, from, channel)?;
    let (on, source) = said.map_or((today, String::new()), |one| (one.on, one.source));
    let card = format!("card {}", text::quote(reference));
    let source = if source.is_empty() { card } else { format!("{source}, {card}") };
    let sql =
        "INSERT INTO consent (customer_id, channel, state, on_day, source) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
    write.value(sql, params![to, channel, Consent::No, on, source])
}

/// Whether there is a statement after an import about what it recorded.
pub(super) fn is_said_since(
    read: &Read<'_>,
    id: CustomerId,
    subject: ConsentSubject,
    import: ImportId,
) -> Result<bool> {
    let sql = match subject {
        ConsentSubject::Consent(_) => {
            "SELECT EXISTS (SELECT 1 FROM consent s WHERE s.customer_id = ?1 AND s.channel = ?2 AND s.import_id <> ?3 AND \
             s.id > (SELECT max(i.id) FROM consent i WHERE i.customer_id = ?1 AND i.channel = ?2 AND i.import_id = ?3))"
        }
        ConsentSubject::Circumstance(_) => {
            "SELECT EXISTS (SELECT 1 FROM circumstance s WHERE s.customer_id = ?1 AND s.what = ?2 AND s.import_id <> ?3 AND \
             s.id > (SELECT max(i.id) FROM circumstance i WHERE i.customer_id = ?1 AND i.what = ?2 AND i.import_id = ?3))"
        }
    };
    read.value(sql, params![id, subject.form(), import])
}

/// Deletes what an import recorded.
pub(super) fn delete_imported(
    write: &Write<'_>,
    id: CustomerId,
    subject: ConsentSubject,
    import: ImportId,
) -> Result<()> {
    let sql = match subject {
        ConsentSubject::Consent(_) => "DELETE FROM consent WHERE customer_id = ?1 AND channel = ?2 AND import_id = ?3",
        ConsentSubject::Circumstance(_) => {
            "DELETE FROM circumstance WHERE customer_id = ?1 AND what = ?2 AND import_id = ?3"
        }
    };
    write.run(sql, params![id, subject.form(), import]).map(|_| ())
}

/// Restores the earlier value of the card's column.
pub(super) fn restore(write: &Write<'_>, id: CustomerId, subject: ConsentSubject, before: &str) -> Result<()> {
    match subject {
        ConsentSubject::Consent(channel) => {
            set_state(write, id, channel, Consent::from_form(before).unwrap_or_default())
        }
        ConsentSubject::Circumstance(CircumstanceKind::Deceased) => {
            let sql = "UPDATE customer SET deceased = ?2 WHERE id = ?1";
            write.run(sql, params![id, before == YES]).map(|_| ())
        }
        ConsentSubject::Circumstance(CircumstanceKind::Moved) => {
            write.run("UPDATE customer SET moved_from = ?2 WHERE id = ?1", params![id, before]).map(|_| ())
        }
    }
}

/// All mail preferences of a customer, newest first.
pub(crate) fn statements(read: &Read<'_>, id: CustomerId) -> Result<Vec<ConsentStatement>> {
    let sql = "SELECT about, state, on_day, source FROM \
               (SELECT channel AS about, state, on_day, source, id FROM consent WHERE customer_id = ?1 \
               UNION ALL SELECT what, state, on_day, source, id FROM circumstance WHERE customer_id = ?1) \
               ORDER BY on_day DESC, id DESC, about";
    read.all(sql, params![id], |row| {
        let about = ConsentSubject::read(&row.get::<String>(0)?)?;
        Ok(ConsentStatement { about, state: row.get(1)?, on: row.get(2)?, source: row.get(3)? })
    })
}
