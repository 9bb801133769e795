//! Redemptions and events in the database.

use chrono::{NaiveDate, NaiveDateTime};

use super::Visit;
use super::bought::{BOUGHT, Bought, SECOND};
use super::day::{Come, Guest, Happening, Progress};
use super::kept::{Matter, Side};
use super::standing::Redemption;
use crate::error::Result;
use crate::money::Money;
use crate::store::params;
use crate::store::{Read, Write};

/// What was said to a request, and to whom.
pub(super) struct Answered {
    pub(super) event: i64,
    pub(super) outcome: String,
    pub(super) recipient_id: Option<i64>,
}

/// Writes a redemption down; its number, and its moment as it is kept. None when one stands already.
pub(super) fn insert(write: &Write<'_>, recipient_id: i64, visit: &Visit) -> Result<Option<(i64, NaiveDateTime)>> {
    let sql = "INSERT INTO redemption (recipient_id, redeemed_on, redeemed_at, spend_minor, till, receipt) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (recipient_id) WHERE undone_at IS NULL DO NOTHING";
    let spend = visit.spend.unwrap_or(Money(0));
    if write.run(sql, params![recipient_id, visit.at.date(), visit.at, spend, visit.till, visit.receipt])? == 0 {
        return Ok(None);
    }
    // RETURNING would make a table for its one row.
    let sql = "SELECT id, redeemed_at FROM redemption WHERE recipient_id = ?1 AND undone_at IS NULL";
    write.first(sql, params![recipient_id], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A redemption by its number.
pub(super) fn by_number(read: &Read<'_>, number: i64) -> Result<Option<Redemption>> {
    let sql = "SELECT recipient_id, redeemed_at, till, undone_at IS NOT NULL FROM redemption WHERE id = ?1";
    read.first(sql, params![number], |row| {
        Ok(Redemption { recipient_id: row.get(0)?, at: row.get(1)?, till: row.get(2)?, is_undone: row.get(3)? })
    })
}

/// Marks the redemption that stands as undone; whether there was one.
pub(super) fn undo(write: &Write<'_>, recipient_id: i64, now: NaiveDateTime) -> Result<bool> {
    let sql = "UPDATE redemption SET undone_at = ?2 WHERE recipient_id = ?1 AND undone_at IS NULL";
    Ok(write.run(sql, params![recipient_id, now])? == 1)
}

/// Another amount for the redemption that stands.
pub(super) fn set_spend(write: &Write<'_>, recipient_id: i64, spend: Money) -> Result<()> {
    let sql = "UPDATE redemption SET spend_minor = ?2 WHERE recipient_id = ?1 AND undone_at IS NULL";
    write.run(sql, params![recipient_id, spend]).map(|_| ())
}

/// The event of the redemption that stands.
pub(super) fn accepted(read: &Read<'_>, recipient_id: i64) -> Result<Option<i64>> {
    let sql = "SELECT max(e.id) FROM redemption_event e JOIN redemption d ON d.recipient_id = e.recipient_id \
               AND d.undone_at IS NULL WHERE e.recipient_id = ?1 AND e.outcome = 'accepted'";
    read.value(sql, params![recipient_id])
}

/// Adds to the record of everything that happened; the number of the event.
pub(super) fn event(
    write: &Write<'_>,
    recipient_id: Option<i64>,
    code: &str,
    outcome: &str,
    visit: &Visit,
    reason: &str,
) -> Result<i64> {
    let sql = "INSERT INTO redemption_event (recipient_id, code, outcome, at, on_day, spend_minor, till, receipt, reason, \
               request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id";
    let Visit { at, spend, till, receipt, request, .. } = visit;
    write.value(sql, params![recipient_id, code, outcome, *at, at.date(), *spend, till, receipt, reason, request])
}

/// Adds what corrects an event: about the same person.
pub(super) fn correct(write: &Write<'_>, event: i64, outcome: &str, visit: &Visit, reason: &str) -> Result<()> {
    let sql = "INSERT INTO redemption_event (recipient_id, code, outcome, at, on_day, spend_minor, till, reason, about) \
               SELECT recipient_id, code, ?2, ?3, ?4, ?5, ?6, ?7, id FROM redemption_event WHERE id = ?1";
    let Visit { at, spend, till, .. } = visit;
    write.run(sql, params![event, outcome, *at, at.date(), *spend, till, reason]).map(|_| ())
}

/// What was said to a request.
pub(super) fn answered(read: &Read<'_>, request: &str) -> Result<Option<Answered>> {
    let sql = "SELECT id, outcome, recipient_id FROM redemption_event WHERE request = ?1";
    read.first(sql, params![request], |row| {
        Ok(Answered { event: row.get(0)?, outcome: row.get(1)?, recipient_id: row.get(2)? })
    })
}

/// The second gift that stands of a recipient on a day.
pub(super) fn second_of(read: &Read<'_>, recipient_id: i64, day: NaiveDate) -> Result<Option<i64>> {
    let sql = format!(
        "SELECT max(e.id) FROM redemption_event e WHERE e.recipient_id = ?1 AND e.outcome = ?2 AND e.on_day = ?3 \
         AND NOT {UNDONE}"
    );
    read.value(&sql, params![recipient_id, SECOND, day])
}

/// The amount of an event `e`: the newest that it was changed to, else its own.
const AMOUNT: &str = "COALESCE((SELECT x.spend_minor FROM redemption_event x WHERE x.about = e.id \
                      AND x.outcome = 'changed' ORDER BY x.id DESC LIMIT 1), e.spend_minor)";

/// Whether an event `e` was taken back.
const UNDONE: &str = "EXISTS (SELECT 1 FROM redemption_event x WHERE x.about = e.id AND x.outcome = 'undone')";

/// An amount without a redemption.
pub(super) fn bought(read: &Read<'_>, event: i64) -> Result<Option<Bought>> {
    let sql = format!(
        "SELECT e.id, e.code, e.recipient_id, e.at, e.till, {AMOUNT}, {UNDONE} FROM redemption_event e \
         WHERE e.id = ?1 AND e.outcome IN (?2, ?3)"
    );
    read.first(&sql, params![event, BOUGHT, SECOND], |row| {
        Ok(Bought {
            event: row.get(0)?,
            reference: row.get(1)?,
            recipient_id: row.get(2)?,
            at: row.get(3)?,
            till: row.get(4)?,
            spend: row.get::<Option<Money>>(5)?.unwrap_or_default(),
            is_undone: row.get(6)?,
        })
    })
}

/// Marks the event of a request as one that was kept, once.
pub(super) fn arrived(write: &Write<'_>, request: &str, at: NaiveDateTime, remark: &str) -> Result<()> {
    let sql = "UPDATE redemption_event SET arrived_at = ?2, reason = ?3 WHERE request = ?1 AND arrived_at IS NULL";
    write.run(sql, params![request, at, remark]).map(|_| ())
}

/// Kept visits that were not put aside and that did not go well, the newest first.
pub(super) fn matters(read: &Read<'_>) -> Result<Vec<Matter>> {
    let sql = "SELECT e.id, e.outcome, e.code, COALESCE(r.name, ''), e.at, e.till, e.spend_minor, d.redeemed_at, d.till, \
               d.spend_minor, e.arrived_at, e.reason FROM redemption_event e LEFT JOIN recipient r ON r.id = e.recipient_id \
               LEFT JOIN redemption d ON d.recipient_id = r.id AND d.undone_at IS NULL AND e.outcome <> 'accepted' \
               WHERE e.arrived_at IS NOT NULL AND e.put_aside_at IS NULL AND (e.outcome NOT IN ('accepted', 'bought') OR e.reason <> '') \
               ORDER BY e.id DESC";
    read.all(sql, params![], |row| {
        let (at, till, spend) = (row.get::<Option<NaiveDateTime>>(7)?, row.get::<Option<String>>(8)?, row.get(9)?);
        Ok(Matter {
            event: row.get(0)?,
            outcome: row.get(1)?,
            code: row.get(2)?,
            name: row.get(3)?,
            kept: Side { at: row.get(4)?, till: row.get(5)?, spend: row.get(6)? },
            stands: at.map(|at| Side { at, till: till.unwrap_or_default(), spend }),
            arrived: row.get(10)?,
            remark: row.get(11)?,
        })
    })
}

/// Marks a kept visit as one that the owner is done with.
pub(super) fn put_aside(write: &Write<'_>, event: i64, now: NaiveDateTime) -> Result<()> {
    let sql = "UPDATE redemption_event SET put_aside_at = ?2 WHERE id = ?1 AND arrived_at IS NOT NULL AND put_aside_at IS NULL";
    write.run(sql, params![event, now]).map(|_| ())
}

/// Everything that happened on a day, in its order.
pub(super) fn events_of(read: &Read<'_>, day: NaiveDate) -> Result<Vec<Happening>> {
    let sql = format!(
        "SELECT e.id, e.outcome, e.at, e.till, {AMOUNT}, e.reason, e.recipient_id, COALESCE(r.name, ''), \
         COALESCE(c.name, ''), COALESCE(NULLIF(e.receipt, ''), d.receipt, ''), \
         d.id IS NOT NULL OR (e.outcome IN (?2, ?3) AND NOT {UNDONE}), e.arrived_at IS NOT NULL, e.code, \
         (SELECT y.spend_minor FROM redemption_event y WHERE y.id < e.id AND (y.id = e.about OR \
         (y.about = e.about AND y.outcome = 'changed')) ORDER BY y.id DESC LIMIT 1) \
         FROM redemption_event e LEFT JOIN recipient r ON r.id = e.recipient_id \
         LEFT JOIN campaign c ON c.id = r.campaign_id \
         LEFT JOIN redemption d ON d.recipient_id = r.id AND d.undone_at IS NULL AND e.id = \
         (SELECT max(x.id) FROM redemption_event x WHERE x.recipient_id = r.id AND x.outcome = 'accepted') \
         WHERE e.on_day = ?1 ORDER BY e.at, e.id"
    );
    read.all(&sql, params![day, BOUGHT, SECOND], |row| {
        Ok(Happening {
            event: row.get(0)?,
            outcome: row.get(1)?,
            at: row.get(2)?,
            till: row.get(3)?,
            spend: row.get(4)?,
            reason: row.get(5)?,
            recipient_id: row.get(6)?,
            name: row.get(7)?,
            campaign: row.get(8)?,
            receipt: row.get(9)?,
            stands: row.get(10)?,
            was_kept: row.get(11)?,
            code: row.get(12)?,
            before: row.get(13)?,
        })
    })
}

/// Whose amounts without a gift were written down on a day, the last first, with the moment.
pub(super) fn last_bought(read: &Read<'_>, day: NaiveDate, most: usize) -> Result<Vec<(NaiveDateTime, String)>> {
    let sql = format!(
        "SELECT e.at, e.code FROM redemption_event e WHERE e.on_day = ?1 AND e.outcome = ?2 AND NOT {UNDONE} \
         ORDER BY e.at DESC, e.id DESC LIMIT ?3"
    );
    read.all(&sql, params![day, BOUGHT, most], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Those who came on a day, the last first.
pub(super) fn last_come(read: &Read<'_>, day: NaiveDate, most: usize) -> Result<Vec<Come>> {
    let sql = "SELECT d.redeemed_at, r.name, COALESCE(k.city, ''), c.gift_name FROM redemption d \
               JOIN recipient r ON r.id = d.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               LEFT JOIN customer k ON k.id = r.customer_id WHERE d.redeemed_on = ?1 AND d.undone_at IS NULL \
               ORDER BY d.redeemed_at DESC, d.id DESC LIMIT ?2";
    read.all(sql, params![day, most], |row| {
        Ok(Come { at: row.get(0)?, name: row.get(1)?, city: row.get(2)?, gift: row.get(3)? })
    })
}

/// How many came on a day, and what was taken at it.
pub(super) fn taken_on(read: &Read<'_>, day: NaiveDate) -> Result<(usize, Money)> {
    let sql =
        "SELECT count(*), COALESCE(sum(spend_minor), 0) FROM redemption WHERE redeemed_on = ?1 AND undone_at IS NULL";
    let found = read.first(sql, params![day], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.unwrap_or((0, Money(0))))
}

/// How many were written to, and how many of them have come until a moment.
pub(super) fn come_until(read: &Read<'_>, campaign_id: i64, until: NaiveDateTime) -> Result<Progress> {
    let sql = "SELECT count(*), count(d.id) FROM recipient r LEFT JOIN redemption d ON d.recipient_id = r.id \
               AND d.undone_at IS NULL AND d.redeemed_at <= ?2 WHERE r.campaign_id = ?1 AND r.arm = 'mailed'";
    let found =
        read.first(sql, params![campaign_id, until], |row| Ok(Progress { mailed: row.get(0)?, come: row.get(1)? }))?;
    Ok(found.unwrap_or_default())
}

/// How many have not come until a moment, and the first of them in posting order; whose letter came back is not waited for.
pub(super) fn to_come(
    read: &Read<'_>,
    campaign_id: i64,
    until: NaiveDateTime,
    most: usize,
) -> Result<(usize, Vec<Guest>)> {
    let from = "FROM recipient r LEFT JOIN customer k ON k.id = r.customer_id WHERE r.campaign_id = ?1 AND r.arm = 'mailed' \
                AND r.number IS NOT NULL AND r.returned_on IS NULL AND NOT EXISTS \
                (SELECT 1 FROM redemption d WHERE d.recipient_id = r.id AND d.undone_at IS NULL AND d.redeemed_at <= ?2)";
    let all = read.value(&format!("SELECT count(*) {from}"), params![campaign_id, until])?;
    let sql = format!(
        "SELECT r.id, r.number, r.name, COALESCE(k.city, ''), COALESCE(k.phone, ''), r.branch {from} ORDER BY r.number LIMIT ?3"
    );
    let guests = read.all(&sql, params![campaign_id, until, most], |row| {
        Ok(Guest {
            recipient_id: row.get(0)?,
            number: row.get(1)?,
            name: row.get(2)?,
            city: row.get(3)?,
            phone: row.get(4)?,
            branch: row.get(5)?,
        })
    })?;
    Ok((all, guests))
}
