//! Tokens of tills that are programs: shown once when they are made, good until they are revoked.

use chrono::NaiveDate;
use serde::Serialize;

use super::{digest, random, table};
use crate::error::{Error, Result};
use crate::store::{Read, Write};

/// A token, without what makes it one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Token {
    pub(crate) number: i64,
    pub(crate) till: String,
    pub(crate) made_on: NaiveDate,
    /// The day from which it no longer counts.
    pub(crate) revoked_on: Option<NaiveDate>,
}

/// Makes one for a till: its number, and the token itself, which is kept nowhere.
pub(crate) fn make_token(write: &Write<'_>, till: &str, on: NaiveDate) -> Result<(i64, String)> {
    let token = format!("rt_{}", random()?);
    let number = table::add_token(write, &digest(token.as_bytes()), till, on)?;
    Ok((number, token))
}

/// Whose token it is; nobody's when there is none like it, or when it was revoked.
pub(crate) fn holder(read: &Read<'_>, token: &str) -> Result<Option<Token>> {
    Ok(table::token(read, &digest(token.as_bytes()))?.filter(|token| token.revoked_on.is_none()))
}

/// Whether a token that was known to be good still is.
pub(crate) fn is_good(read: &Read<'_>, token: &Token) -> Result<bool> {
    table::is_good(read, token.number)
}

/// All tokens ever made, in their order.
pub(crate) fn tokens(read: &Read<'_>) -> Result<Vec<Token>> {
    table::tokens(read)
}

/// From now on it opens nothing.
///
/// # Errors
/// When there is no such token, or it was revoked before.
pub(crate) fn revoke(write: &Write<'_>, number: i64, on: NaiveDate) -> Result<Token> {
    let hint = "`regulars till tokens` lists them";
    let Some(token) = table::tokens(write)?.into_iter().find(|token| token.number == number) else {
        return Err(Error::new(format!("there is no token {number}")).hint(hint));
    };
    if let Some(on) = token.revoked_on {
        return Err(Error::new(format!("token {number} was revoked on {on}")).hint(hint));
    }
    table::revoke(write, number, on)?;
    Ok(token)
}
