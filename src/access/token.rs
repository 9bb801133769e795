//! Tokens of API tills: shown once when they are made, valid until they are revoked.

use chrono::NaiveDate;
use serde::Serialize;

use super::digest::digest;
use crate::error::{Error, Result};
use crate::random;
use crate::store::{Read, Row, Write, params};

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TillToken {
    pub(crate) number: i64,
    pub(crate) till: String,
    pub(crate) made_on: NaiveDate,
    /// The day from which it is no longer valid.
    pub(crate) revoked_on: Option<NaiveDate>,
}

/// Makes a token for a till; returns its number and the token itself, which is not stored.
pub(crate) fn make_token(write: &Write<'_>, till: &str, on: NaiveDate) -> Result<(i64, String)> {
    let token = format!("rt_{}", random::token::<32>()?);
    let sql = "INSERT INTO till_token (hash, till, made_on) VALUES (?1, ?2, ?3) RETURNING id";
    let number = write.value(sql, params![digest(token.as_bytes()), till, on])?;
    Ok((number, token))
}

/// The record of a token; none when it does not exist or was revoked.
pub(crate) fn holder(read: &Read<'_>, token: &str) -> Result<Option<TillToken>> {
    let sql = "SELECT id, till, made_on, revoked_on FROM till_token WHERE hash = ?1 AND revoked_on IS NULL";
    read.first(sql, params![digest(token.as_bytes())], from_row)
}

/// Whether a token that was valid still is.
pub(crate) fn is_good(read: &Read<'_>, token: &TillToken) -> Result<bool> {
    let sql = "SELECT 1 FROM till_token WHERE id = ?1 AND revoked_on IS NULL";
    Ok(read.first(sql, params![token.number], |_| Ok(()))?.is_some())
}

/// All tokens ever made, oldest first.
pub(crate) fn tokens(read: &Read<'_>) -> Result<Vec<TillToken>> {
    read.all("SELECT id, till, made_on, revoked_on FROM till_token ORDER BY id", params![], from_row)
}

fn from_row(row: &Row<'_>) -> Result<TillToken> {
    Ok(TillToken { number: row.get(0)?, till: row.get(1)?, made_on: row.get(2)?, revoked_on: row.get(3)? })
}

/// Revokes a token.
///
/// # Errors
/// When there is no such token, or it was already revoked.
pub(crate) fn revoke(write: &Write<'_>, number: i64, on: NaiveDate) -> Result<TillToken> {
    let hint = "`regulars till tokens` lists them";
    let Some(token) = tokens(write)?.into_iter().find(|token| token.number == number) else {
        return Err(Error::new(format!("there is no token {number}")).hint(hint));
    };
    if let Some(on) = token.revoked_on {
        return Err(Error::new(format!("token {number} was revoked on {on}")).hint(hint));
    }
    write.run("UPDATE till_token SET revoked_on = ?2 WHERE id = ?1", params![number, on])?;
    Ok(token)
}
