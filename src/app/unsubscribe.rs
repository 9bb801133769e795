//! No more emails, by the token of one that was sent.

use chrono::NaiveDateTime;

use crate::error::Result;
use crate::outbox;
use crate::store::Write;

/// Whether a token is known cannot be told from the answer.
pub(crate) fn unsubscribe(write: &Write<'_>, token: &str, now: NaiveDateTime) -> Result<()> {
    outbox::unsubscribe(write, token, now)
}
