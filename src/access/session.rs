//! Sessions: a random cookie for each sign-in, stored here as its hash, with an expiry time.

use chrono::{NaiveDateTime, TimeDelta};

use super::digest::digest;
use super::secret::secret;
use crate::domain::Role;
use crate::error::{Error, Result};
use crate::random;
use crate::store::{Read, Write, params};

/// Hours that an owner stays signed in.
const OWNER: i64 = 12;

/// Days that a till stays signed in.
const TILL: i64 = 14;

/// Who requests a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SignedIn {
    /// The owner's pages need a passphrase.
    pub(crate) owner_locked: bool,
    /// The till's pages need a PIN.
    pub(crate) till_locked: bool,
    /// The owner has signed in.
    pub(crate) owner: bool,
    /// The till that has signed in.
    pub(crate) till: Option<String>,
}

/// Begins a session for someone who knew the secret behind `hash`; returns the cookie and its lifetime in seconds.
///
/// # Errors
/// When the passphrase or PIN has changed in the meantime.
pub(crate) fn begin(
    write: &Write<'_>,
    role: Role,
    hash: &str,
    till: &str,
    now: NaiveDateTime,
) -> Result<(String, i64)> {
    if secret(write, role)?.as_deref() != Some(hash) {
        return Err(
            Error::new(format!("the {} was changed in the meantime", role.secret())).hint("sign in with the new one")
        );
    }
    write.run("DELETE FROM session WHERE ends_at <= ?1", params![now])?;
    let cookie = random::token::<32>()?;
    let lasts = match role {
        Role::Owner => TimeDelta::hours(OWNER),
        Role::Till => TimeDelta::days(TILL),
    };
    let sql = "INSERT INTO session (hash, role, till, ends_at) VALUES (?1, ?2, ?3, ?4)";
    write.run(sql, params![digest(cookie.as_bytes()), role, till, now + lasts])?;
    Ok((cookie, lasts.num_seconds()))
}

/// Ends the session of a cookie, if it has one.
pub(crate) fn end(write: &Write<'_>, cookie: &str) -> Result<()> {
    write.run("DELETE FROM session WHERE hash = ?1", params![digest(cookie.as_bytes())]).map(|_| ())
}

/// Who sends a request, by the cookies of the owner and of the till.
pub(crate) fn signed_in(
    read: &Read<'_>,
    owner: Option<&str>,
    till: Option<&str>,
    now: NaiveDateTime,
) -> Result<SignedIn> {
    let session = |cookie: Option<&str>, role: Role| -> Result<Option<String>> {
        let Some(cookie) = cookie else { return Ok(None) };
        let sql = "SELECT till FROM session WHERE hash = ?1 AND role = ?2 AND ends_at > ?3";
        read.first(sql, params![digest(cookie.as_bytes()), role, now], |row| row.get(0))
    };
    Ok(SignedIn {
        owner_locked: secret(read, Role::Owner)?.is_some(),
        till_locked: secret(read, Role::Till)?.is_some(),
        owner: session(owner, Role::Owner)?.is_some(),
        till: session(till, Role::Till)?,
    })
}
