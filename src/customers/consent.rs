//! Consent and circumstances: post and email apart, who has died, who has moved. What was said is never taken back, only
//! said anew, each time with its day and its source.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::customer::Customer;
use crate::domain::{CircumstanceKind, Column, Consent, ConsentChannel, CustomerId, ImportId};
use crate::error::{Error, Result};
use crate::store::{Read, Write, params};
use crate::text;

/// From whom a list has what it says.
pub(super) const LIST: &str = "import";

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

/// How a column holds that somebody has died, as text.
const YES: &str = "1";
const NO: &str = "0";

impl ConsentSubject {
    const ALL: [Self; 4] = [
        Self::Consent(ConsentChannel::Post),
        Self::Consent(ConsentChannel::Email),
        Self::Circumstance(CircumstanceKind::Deceased),
        Self::Circumstance(CircumstanceKind::Moved),
    ];

    /// The column of the card that has what counts.
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

    /// What stands in that column of a card, as text.
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

/// Writes down what somebody said about a channel, and makes it the statement that counts.
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

/// The same of a list.
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

/// Makes a state the one that counts.
fn set_state(write: &Write<'_>, id: CustomerId, channel: ConsentChannel, state: Consent) -> Result<()> {
    let sql = match channel {
        ConsentChannel::Post => "UPDATE customer SET post_consent = ?2 WHERE id = ?1",
        ConsentChannel::Email => "UPDATE customer SET email_consent = ?2 WHERE id = ?1",
    };
    write.run(sql, params![id, state]).map(|_| ())
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
    record_imported_circumstance(write, customer, kind, holds, (on, source, ImportId(0)))
}

/// The same of a list.
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

/// The newest opt-out that was recorded of somebody.
pub(super) fn opt_out(read: &Read<'_>, id: CustomerId, channel: ConsentChannel) -> Result<Option<ConsentStatement>> {
    let sql = "SELECT on_day, source FROM consent WHERE customer_id = ?1 AND channel = ?2 AND state = ?3 \
               ORDER BY id DESC LIMIT 1";
    read.first(sql, params![id, channel, Consent::No], |row| {
        let about = ConsentSubject::Consent(channel);
        Ok(ConsentStatement { about, state: Consent::No, on: row.get(0)?, source: row.get(1)? })
    })
}

/// Whose last word to the shop about a channel, lists apart, is an opt-out: no list takes that back.
pub(crate) fn said_opt_outs(read: &Read<'_>) -> Result<HashSet<(CustomerId, ConsentChannel)>> {
    let sql = "SELECT s.customer_id, s.channel FROM consent s WHERE s.state = ?1 AND s.import_id = 0 AND s.source <> ?2 \
               AND NOT EXISTS (SELECT 1 FROM consent l WHERE l.customer_id = s.customer_id AND l.channel = s.channel \
               AND l.id > s.id AND l.import_id = 0 AND l.source <> ?2)";
    let all = read.all(sql, params![Consent::No, LIST], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(all.into_iter().collect())
}

/// Writes down an opt-out of one card as that of the card into which it was merged; the number of the statement.
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

/// Whether something was said after an import about what it recorded.
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

/// Makes what stood in the column of the card count again.
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
