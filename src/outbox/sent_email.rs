//! Emails that were sent, or may have been: finding the one that a report is about, and settling a doubt.

use chrono::NaiveDateTime;

use super::queue::mark_sent;
use crate::domain::{OutboxId, OutboxState, RecipientId};
use crate::error::Result;
use crate::store::{Read, Row, Value, Write, params};

/// One email that was sent, or may have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentEmail {
    id: OutboxId,
    /// 0 for the campaign's own, 1 for its first reminder.
    pub(crate) wave: usize,
    pub(crate) recipient: RecipientId,
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) campaign: String,
    pub(crate) address: String,
}

/// Those that match `condition`, with parameters from `?4` on.
fn find(read: &Read<'_>, condition: &str, values: &[Value<'_>]) -> Result<Vec<SentEmail>> {
    let sql = format!(
        "SELECT o.id, o.wave, r.id, r.ref, r.name, c.slug, r.email FROM outbox o \
         JOIN recipient r ON r.id = o.recipient_id JOIN campaign c ON c.id = r.campaign_id \
         WHERE o.state IN (?1, ?2, ?3) AND r.email <> '' AND {condition}"
    );
    let states = params![OutboxState::Sent, OutboxState::InDoubt, OutboxState::Failed];
    read.all(&sql, &[states, values].concat(), from_row)
}

fn from_row(row: &Row<'_>) -> Result<SentEmail> {
    Ok(SentEmail {
        id: row.get(0)?,
        wave: row.get(1)?,
        recipient: row.get(2)?,
        reference: row.get(3)?,
        name: row.get(4)?,
        campaign: row.get(5)?,
        address: row.get(6)?,
    })
}

/// The email with this key in its Message-ID.
pub(crate) fn by_key(read: &Read<'_>, key: &str) -> Result<Option<SentEmail>> {
    Ok(find(read, "o.message_key = ?4 AND o.message_key <> ''", params![key])?.into_iter().next())
}

/// The email of the newest plan that was sent to an address since a moment.
pub(crate) fn last_to(read: &Read<'_>, address: &str, since: NaiveDateTime) -> Result<Option<SentEmail>> {
    let sql = "SELECT id FROM recipient WHERE email <> '' AND LOWER(email) = LOWER(?1) ORDER BY id DESC";
    let recipients: Vec<RecipientId> = read.all(sql, params![address.trim()], |row| row.get(0))?;
    for id in recipients {
        let found = find(read, "o.recipient_id = ?4 AND o.at >= ?5 ORDER BY o.at DESC", params![id, since])?;
        if let Some(email) = found.into_iter().next() {
            return Ok(Some(email));
        }
    }
    Ok(None)
}

/// The email that a recipient got, if it was only one.
pub(crate) fn only_one_to(read: &Read<'_>, recipient: RecipientId) -> Result<Option<SentEmail>> {
    let mut found = find(read, "o.recipient_id = ?4", params![recipient])?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Settles a doubt: a response to an email proves that it was accepted. Returns whether there was a doubt.
pub(crate) fn settle_doubt(write: &Write<'_>, email: &SentEmail, now: NaiveDateTime) -> Result<bool> {
    let sql = "UPDATE outbox SET state = ?3, at = ?2, reply = 'an answer to it came back' WHERE id = ?1 AND state = ?4";
    let was_in_doubt = write.run(sql, params![email.id, now, OutboxState::Sent, OutboxState::InDoubt])? > 0;
    if was_in_doubt {
        mark_sent(write, email.id)?;
    }
    Ok(was_in_doubt)
}
