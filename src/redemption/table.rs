//! Redemptions and events in the database.

use chrono::NaiveDateTime;

use super::Visit;
use crate::error::Result;
use crate::money::Money;
use crate::params;
use crate::store::Write;

/// Writes a redemption down unless one stands already; whether it did.
pub(super) fn insert(write: &Write<'_>, recipient_id: i64, visit: &Visit) -> Result<bool> {
    let sql = "INSERT INTO redemption (recipient_id, redeemed_on, redeemed_at, spend_minor, till) \
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (recipient_id) WHERE undone_at IS NULL DO NOTHING";
    let spend = visit.spend.unwrap_or(Money(0));
    Ok(write.run(sql, params![recipient_id, visit.at.date(), visit.at, spend, visit.till])? == 1)
}

/// Marks the redemption that stands as undone; whether there was one.
pub(super) fn undo(write: &Write<'_>, recipient_id: i64, now: NaiveDateTime) -> Result<bool> {
    let sql = "UPDATE redemption SET undone_at = ?2 WHERE recipient_id = ?1 AND undone_at IS NULL";
    Ok(write.run(sql, params![recipient_id, now])? == 1)
}

/// Adds to the record of everything that happened.
pub(super) fn event(
    write: &Write<'_>,
    recipient_id: Option<i64>,
    code: &str,
    outcome: &str,
    visit: &Visit,
    reason: &str,
) -> Result<()> {
    let sql = "INSERT INTO redemption_event (recipient_id, code, outcome, at, on_day, spend_minor, till, reason) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let code: String = code.chars().take(64).collect();
    let day = visit.at.date();
    let values = params![recipient_id, code, outcome, visit.at, day, visit.spend, visit.till, reason];
    write.run(sql, values).map(|_| ())
}
