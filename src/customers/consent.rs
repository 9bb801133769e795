//! Wishes and circumstances: post and email apart, who has died, who has moved. What was said is never taken back, only
//! said anew, each time with its day and its source.

use chrono::NaiveDate;
use serde::Serialize;

use super::customer::Customer;
use crate::domain::{CircumstanceKind, ConsentChannel};
use crate::error::Result;
use crate::store::params;
use crate::store::{Read, Write};

/// One thing that was said about how somebody may be written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Said {
    /// `post`, `email`, `deceased` or `moved`.
    pub(crate) about: String,
    /// `yes`, `no` or `unknown`.
    pub(crate) state: String,
    /// The day.
    pub(crate) on: NaiveDate,
    /// From whom.
    pub(crate) source: String,
}

/// Writes a wish down and makes it the one that counts.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn record_wish(
    write: &Write<'_>,
    id: i64,
    way: ConsentChannel,
    state: &str,
    on: NaiveDate,
    source: &str,
) -> Result<()> {
    let sql = "INSERT INTO consent (customer_id, channel, state, on_day, source) VALUES (?1, ?2, ?3, ?4, ?5)";
    write.run(sql, params![id, way.as_str(), state, on, source])?;
    let column = if way == ConsentChannel::Post { "post_consent" } else { "email_consent" };
    write.run(&format!("UPDATE customer SET {column} = ?2 WHERE id = ?1"), params![id, state]).map(|_| ())
}

/// Writes down that somebody has died or moved, or that it was not so.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn record_circumstance(
    write: &Write<'_>,
    customer: &Customer,
    what: CircumstanceKind,
    holds: bool,
    on: NaiveDate,
    source: &str,
) -> Result<()> {
    let sql = "INSERT INTO circumstance (customer_id, what, state, on_day, source) VALUES (?1, ?2, ?3, ?4, ?5)";
    let state = if holds { "yes" } else { "no" };
    let (id, word) = (customer.id, if what == CircumstanceKind::Moved { "moved" } else { "deceased" });
    write.run(sql, params![id, word, state, on, source])?;
    match what {
        CircumstanceKind::Deceased => write.run("UPDATE customer SET deceased = ?2 WHERE id = ?1", params![id, holds]),
        CircumstanceKind::Moved => {
            let left = if holds { customer.home() } else { String::new() };
            write.run("UPDATE customer SET moved_from = ?2 WHERE id = ?1", params![id, left])
        }
    }?;
    Ok(())
}

/// Everything that was said about how somebody may be written to, newest first.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn said(read: &Read<'_>, id: i64) -> Result<Vec<Said>> {
    let sql = "SELECT about, state, on_day, source FROM \
               (SELECT channel AS about, state, on_day, source, id FROM consent WHERE customer_id = ?1 \
               UNION ALL SELECT what, state, on_day, source, id FROM circumstance WHERE customer_id = ?1) \
               ORDER BY on_day DESC, id DESC, about";
    read.all(sql, params![id], |row| {
        Ok(Said { about: row.get(0)?, state: row.get(1)?, on: row.get(2)?, source: row.get(3)? })
    })
}
