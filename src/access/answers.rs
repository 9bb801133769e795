//! Responses given to API tills: the same request under the same key gets the same response.

use chrono::{NaiveDateTime, TimeDelta};

use crate::domain::RecipientId;
use crate::error::Result;
use crate::store::{Read, Write, params};

/// Days that a response is stored.
const DAYS: i64 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredAnswer {
    /// The hash of the request.
    pub(crate) request: Vec<u8>,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// The response stored under a token's key.
pub(crate) fn stored_answer(read: &Read<'_>, token: i64, key: &str) -> Result<Option<StoredAnswer>> {
    let sql = "SELECT request, status, body FROM till_answer WHERE token_id = ?1 AND key = ?2";
    read.first(sql, params![token, key], |row| {
        let status: i64 = row.get(1)?;
        Ok(StoredAnswer { request: row.get(0)?, status: u16::try_from(status).unwrap_or(500), body: row.get(2)? })
    })
}

/// Stores a response, in the transaction of the change it reports, and drops older ones.
///
/// # Errors
/// When the key already has a response.
pub(crate) fn store_answer(
    write: &Write<'_>,
    (token, key): (i64, &str),
    answer: &StoredAnswer,
    recipient_id: Option<RecipientId>,
    now: NaiveDateTime,
) -> Result<()> {
    drop_answers(write, now - TimeDelta::days(DAYS))?;
    let sql = "INSERT INTO till_answer (token_id, key, request, status, body, recipient_id, at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let StoredAnswer { request, status, body } = answer;
    write.run(sql, params![token, key, request, i64::from(*status), body, recipient_id, now]).map(|_| ())
}

/// Drops responses from before a moment. Looking for any first is cheaper than a DELETE that finds none.
fn drop_answers(write: &Write<'_>, before: NaiveDateTime) -> Result<()> {
    let old = write.first("SELECT 1 FROM till_answer WHERE at < ?1 LIMIT 1", params![before], |_| Ok(()))?;
    old.map_or(Ok(()), |()| write.run("DELETE FROM till_answer WHERE at < ?1", params![before]).map(|_| ()))
}
