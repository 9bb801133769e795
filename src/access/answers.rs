//! What a till that is a program was answered: the same request under the same key gets the same answer.

use chrono::{NaiveDateTime, TimeDelta};

use super::table;
use crate::domain::RecipientId;
use crate::error::Result;
use crate::store::{Read, Write};

/// Days that an answer is kept.
const DAYS: i64 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredAnswer {
    /// The hash of what was asked.
    pub(crate) request: Vec<u8>,
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// What was answered to a key of a token.
pub(crate) fn stored_answer(read: &Read<'_>, token: i64, key: &str) -> Result<Option<StoredAnswer>> {
    table::answer(read, token, key)
}

/// Keeps an answer, in the transaction of what it tells, and drops those of earlier days.
///
/// # Errors
/// When the key was answered before.
pub(crate) fn store_answer(
    write: &Write<'_>,
    (token, key): (i64, &str),
    answer: &StoredAnswer,
    recipient_id: Option<RecipientId>,
    now: NaiveDateTime,
) -> Result<()> {
    table::drop_answers(write, now - TimeDelta::days(DAYS))?;
    table::store_answer(write, (token, key), answer, recipient_id, now)
}
