//! Consent and circumstances: post and email apart, who has died, who has moved. What was said is never taken back, only
//! said anew, each time with its day and its source.

use chrono::NaiveDate;
use serde::Serialize;

use super::customer::Customer;
use crate::domain::{CircumstanceKind, Column, Consent, ConsentChannel, CustomerId, ImportId};
use crate::error::{Error, Result};
use crate::store::{Read, Write, params};

/// What somebody said about how they may be written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ConsentStatement {
    pub(crate) about: ConsentSubject,
    pub(crate) state: Consent,
    pub(crate) on: NaiveDate,
    /// From whom.
    pub(crate) source: String,
}

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum ConsentSubject {
    Consent(ConsentChannel),
    Circumstance(CircumstanceKind),
}

impl ConsentSubject {
    fn read(form: &str) -> Result<Self> {
        let consent = ConsentChannel::from_form(form).map(Self::Consent);
        let subject = consent.or_else(|| CircumstanceKind::from_form(form).map(Self::Circumstance));
        subject
            .ok_or_else(|| Error::new(format!("the database has a statement about `{form}`")).hint("restore a backup"))
    }
}

/// Writes down what somebody said about a channel, and makes it the statement that counts.
pub(crate) fn record_consent(
    write: &Write<'_>,
    id: CustomerId,
    channel: ConsentChannel,
    state: Consent,
    on: NaiveDate,
    source: &str,
) -> Result<()> {
    record(write, id, channel, state, (on, source, ImportId(0)))
}

/// The same of a list.
pub(super) fn record_imported(
    write: &Write<'_>,
    id: CustomerId,
    channel: ConsentChannel,
    state: Consent,
    (on, import): (NaiveDate, ImportId),
) -> Result<()> {
    record(write, id, channel, state, (on, "import", import))
}

fn record(
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

/// Makes a state the one that counts.
pub(super) fn set_state(write: &Write<'_>, id: CustomerId, channel: ConsentChannel, state: Consent) -> Result<()> {
    let sql = match channel {
        ConsentChannel::Post => "UPDATE customer SET post_consent = ?2 WHERE id = ?1",
        ConsentChannel::Email => "UPDATE customer SET email_consent = ?2 WHERE id = ?1",
    };
    write.run(sql, params![id, state]).map(|_| ())
}

/// Whether something was said about a channel after an import.
pub(super) fn is_said_since(
    read: &Read<'_>,
    id: CustomerId,
    channel: ConsentChannel,
    import: ImportId,
) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM consent s WHERE s.customer_id = ?1 AND s.channel = ?2 AND s.import_id <> ?3 \
               AND s.id > (SELECT max(i.id) FROM consent i WHERE i.customer_id = ?1 AND i.channel = ?2 AND i.import_id = ?3))";
    read.value(sql, params![id, channel, import])
}

/// Deletes what an import recorded about a channel.
pub(super) fn delete_imported(
    write: &Write<'_>,
    id: CustomerId,
    channel: ConsentChannel,
    import: ImportId,
) -> Result<()> {
    let sql = "DELETE FROM consent WHERE customer_id = ?1 AND channel = ?2 AND import_id = ?3";
    write.run(sql, params![id, channel, import]).map(|_| ())
}

/// Writes down that somebody has died or moved, or that it was not so.
pub(crate) fn record_circumstance(
    write: &Write<'_>,
    customer: &Customer,
    kind: CircumstanceKind,
    holds: bool,
    on: NaiveDate,
    source: &str,
) -> Result<()> {
    let sql = "INSERT INTO circumstance (customer_id, what, state, on_day, source) VALUES (?1, ?2, ?3, ?4, ?5)";
    let state = if holds { Consent::Yes } else { Consent::No };
    write.run(sql, params![customer.id, kind, state, on, source])?;
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

/// Everything that was said about how somebody may be written to, newest first.
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
