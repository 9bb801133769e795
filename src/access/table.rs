//! Secrets, sessions, tokens and answers in the database.

use chrono::{NaiveDate, NaiveDateTime};

use super::{StoredAnswer, Token};
use crate::domain::{RecipientId, Role};
use crate::error::Result;
use crate::store::params;
use crate::store::{Read, Row, Write};

/// The hash of what a role signs in with.
pub(super) fn secret(read: &Read<'_>, role: Role) -> Result<Option<String>> {
    read.first("SELECT hash FROM secret WHERE role = ?1", params![role], |row| row.get(0))
}

pub(super) fn set_secret(write: &Write<'_>, role: Role, hash: &str) -> Result<()> {
    let sql = "INSERT INTO secret (role, hash) VALUES (?1, ?2) ON CONFLICT (role) DO UPDATE SET hash = excluded.hash";
    write.run(sql, params![role, hash]).map(|_| ())
}

pub(super) fn unset_secret(write: &Write<'_>, role: Role) -> Result<()> {
    write.run("DELETE FROM secret WHERE role = ?1", params![role]).map(|_| ())
}

/// A session that has not ended: the till's name.
pub(super) fn session(read: &Read<'_>, hash: &[u8], role: Role, now: NaiveDateTime) -> Result<Option<String>> {
    let sql = "SELECT till FROM session WHERE hash = ?1 AND role = ?2 AND ends_at > ?3";
    read.first(sql, params![hash.to_vec(), role, now], |row| row.get(0))
}

pub(super) fn begin(write: &Write<'_>, hash: &[u8], role: Role, till: &str, ends: NaiveDateTime) -> Result<()> {
    let sql = "INSERT INTO session (hash, role, till, ends_at) VALUES (?1, ?2, ?3, ?4)";
    write.run(sql, params![hash.to_vec(), role, till, ends]).map(|_| ())
}

pub(super) fn end(write: &Write<'_>, hash: &[u8]) -> Result<()> {
    write.run("DELETE FROM session WHERE hash = ?1", params![hash.to_vec()]).map(|_| ())
}

/// Ends all of a role; how many.
pub(super) fn end_all(write: &Write<'_>, role: Role) -> Result<usize> {
    write.run("DELETE FROM session WHERE role = ?1", params![role])
}

pub(super) fn end_old(write: &Write<'_>, now: NaiveDateTime) -> Result<()> {
    write.run("DELETE FROM session WHERE ends_at <= ?1", params![now]).map(|_| ())
}

/// Adds a token; its number.
pub(super) fn add_token(write: &Write<'_>, hash: &[u8], till: &str, on: NaiveDate) -> Result<i64> {
    let sql = "INSERT INTO till_token (hash, till, made_on) VALUES (?1, ?2, ?3) RETURNING id";
    write.value(sql, params![hash.to_vec(), till, on])
}

pub(super) fn token(read: &Read<'_>, hash: &[u8]) -> Result<Option<Token>> {
    let sql = "SELECT id, till, made_on, revoked_on FROM till_token WHERE hash = ?1";
    read.first(sql, params![hash.to_vec()], token_of)
}

/// Whether a token still counts.
pub(super) fn is_good(read: &Read<'_>, number: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM till_token WHERE id = ?1 AND revoked_on IS NULL";
    Ok(read.first(sql, params![number], |_| Ok(()))?.is_some())
}

pub(super) fn tokens(read: &Read<'_>) -> Result<Vec<Token>> {
    read.all("SELECT id, till, made_on, revoked_on FROM till_token ORDER BY id", params![], token_of)
}

fn token_of(row: &Row<'_>) -> Result<Token> {
    Ok(Token { number: row.get(0)?, till: row.get(1)?, made_on: row.get(2)?, revoked_on: row.get(3)? })
}

pub(super) fn revoke(write: &Write<'_>, number: i64, on: NaiveDate) -> Result<()> {
    write.run("UPDATE till_token SET revoked_on = ?2 WHERE id = ?1", params![number, on]).map(|_| ())
}

/// What was answered to a key.
pub(super) fn answer(read: &Read<'_>, token: i64, key: &str) -> Result<Option<StoredAnswer>> {
    let sql = "SELECT request, status, body FROM till_answer WHERE token_id = ?1 AND key = ?2";
    read.first(sql, params![token, key], |row| {
        let status: i64 = row.get(1)?;
        Ok(StoredAnswer { request: row.get(0)?, status: u16::try_from(status).unwrap_or(500), body: row.get(2)? })
    })
}

pub(super) fn store_answer(
    write: &Write<'_>,
    (token, key): (i64, &str),
    answer: &StoredAnswer,
    recipient_id: Option<RecipientId>,
    now: NaiveDateTime,
) -> Result<()> {
    let sql = "INSERT INTO till_answer (token_id, key, request, status, body, recipient_id, at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let StoredAnswer { request, status, body } = answer;
    write.run(sql, params![token, key, request, i64::from(*status), body, recipient_id, now]).map(|_| ())
}

/// Drops answers of before a moment. There are some once in a while, and to look costs less than to delete none.
pub(super) fn drop_answers(write: &Write<'_>, before: NaiveDateTime) -> Result<()> {
    let old = write.first("SELECT 1 FROM till_answer WHERE at < ?1 LIMIT 1", params![before], |_| Ok(()))?;
    old.map_or(Ok(()), |()| write.run("DELETE FROM till_answer WHERE at < ?1", params![before]).map(|_| ()))
}
