//! Idempotent API requests: the same request under the same key is done once and gets the same response.

use chrono::NaiveDateTime;

use crate::access::{self, StoredAnswer, TillToken};
use crate::domain::RecipientId;
use crate::error::Result;
use crate::store::Write;

/// A request with its idempotency key.
#[derive(Debug)]
pub(crate) struct KeyedRequest {
    pub(crate) token: TillToken,
    pub(crate) key: String,
    /// The hash of its path and body.
    pub(crate) hash: Vec<u8>,
}

impl KeyedRequest {
    pub(crate) fn of(token: TillToken, key: String, path: &str, body: &[u8]) -> Self {
        Self { token, key, hash: access::digest(&[path.as_bytes(), b"\n", body].concat()) }
    }
}

#[derive(Debug)]
pub(crate) enum Replay<T> {
    /// Done now.
    Now(T),
    /// Already answered.
    Before(StoredAnswer),
    /// The key was used for another request.
    KeyUsed,
    /// The token was revoked after it was looked up.
    Revoked,
}

/// Does `work` unless its key already has a response, and stores the response: status, body and the customer it is
/// about.
pub(crate) fn once<T>(
    write: &Write<'_>,
    request: KeyedRequest,
    now: NaiveDateTime,
    work: impl FnOnce(&Write<'_>) -> Result<T>,
    answer: impl FnOnce(&T) -> (u16, String, Option<RecipientId>),
) -> Result<Replay<T>> {
    let KeyedRequest { token, key, hash } = request;
    if !access::is_good(write, &token)? {
        return Ok(Replay::Revoked);
    }
    match access::stored_answer(write, token.number, &key)? {
        Some(stored) if stored.request == hash => return Ok(Replay::Before(stored)),
        Some(_) => return Ok(Replay::KeyUsed),
        None => {}
    }
    let done = work(write)?;
    let (status, body, recipient_id) = answer(&done);
    access::store_answer(
        write,
        (token.number, &key),
        &StoredAnswer { request: hash, status, body },
        recipient_id,
        now,
    )?;
    Ok(Replay::Now(done))
}
