//! What happened at the till on a day, and who has not come yet.

use chrono::{NaiveDate, NaiveDateTime};

use super::bought::name_of;
use super::event::{AMOUNT, UNDONE};
use crate::campaign::Planned;
use crate::domain::{Arm, EventId, EventKind, RecipientId};
use crate::error::Result;
use crate::money::Money;
use crate::store::{Read, params};

/// One entry of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Happening {
    pub(crate) event: EventId,
    pub(crate) kind: EventKind,
    pub(crate) at: NaiveDateTime,
    pub(crate) till: String,
    /// With later changes.
    pub(crate) spend: Option<Money>,
    /// The amount before a change.
    pub(crate) before: Option<Money>,
    /// Why it was undone.
    pub(crate) reason: String,
    /// None when the code was unknown, or no letter is involved.
    pub(crate) recipient_id: Option<RecipientId>,
    /// The recipient, or the customer who bought something; empty if unknown.
    pub(crate) name: String,
    pub(crate) campaign: String,
    pub(crate) receipt: String,
    /// Whether it is a redemption or an amount that was not undone.
    pub(crate) stands: bool,
    /// Whether a till saved it while it was offline: then the gift was handed over, whatever the kind, unless it was
    /// promised.
    pub(crate) was_kept: bool,
    /// The till waited for an answer before handing over the gift.
    pub(crate) is_promised: bool,
}

/// A customer who came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Come {
    pub(crate) at: NaiveDateTime,
    pub(crate) name: String,
    pub(crate) city: String,
    /// The gift they got; empty when they only bought something.
    pub(crate) gift: String,
}

/// A customer who has not come yet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Expected {
    pub(crate) recipient_id: RecipientId,
    /// The position in posting order.
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) city: String,
    pub(crate) phone: String,
    pub(crate) branch: String,
}

/// How many of the recipients came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CampaignProgress {
    pub(crate) mailed: usize,
    pub(crate) come: usize,
}

/// Everything that happened on a day, in order, including rejections.
pub(crate) fn happened_on(read: &Read<'_>, day: NaiveDate) -> Result<Vec<Happening>> {
    let sql = format!(
        "SELECT e.id, e.outcome, e.at, e.till, {AMOUNT}, e.reason, e.recipient_id, COALESCE(r.name, ''), \
         COALESCE(c.name, ''), COALESCE(NULLIF(e.receipt, ''), d.receipt, ''), \
         d.id IS NOT NULL OR (e.outcome IN (?4, ?5) AND NOT {UNDONE}), e.arrived_at IS NOT NULL, e.ref, \
         (SELECT y.spend_minor FROM redemption_event y WHERE y.id < e.id AND (y.id = e.about OR \
         (y.about = e.about AND y.outcome = ?2)) ORDER BY y.id DESC LIMIT 1), e.promised \
         FROM redemption_event e LEFT JOIN recipient r ON r.id = e.recipient_id \
         LEFT JOIN campaign c ON c.id = r.campaign_id \
         LEFT JOIN redemption d ON d.recipient_id = r.id AND d.undone_at IS NULL AND e.id = \
         (SELECT max(x.id) FROM redemption_event x WHERE x.recipient_id = r.id AND x.outcome = ?6) \
         WHERE e.on_day = ?1 ORDER BY e.at, e.id"
    );
    let values = params![
        day,
        EventKind::Changed,
        EventKind::Undone,
        EventKind::Bought,
        EventKind::HonouredAgain,
        EventKind::Accepted
    ];
    let mut all = read.all(&sql, values, |row| {
        let happening = Happening {
            event: row.get(0)?,
            kind: row.get(1)?,
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
            before: row.get(13)?,
            is_promised: row.get(14)?,
        };
        Ok((happening, row.get::<String>(12)?))
    })?;
    for (one, reference) in all.iter_mut().filter(|(one, _)| one.recipient_id.is_none()) {
        if matches!(one.kind, EventKind::Bought | EventKind::Changed | EventKind::Undone) {
            one.name = name_of(read, reference)?;
        }
    }
    Ok(all.into_iter().map(|(one, _)| one).collect())
}

/// Customers who came on a day, with a letter or without, the last first.
pub(crate) fn last_come(read: &Read<'_>, day: NaiveDate, most: usize) -> Result<Vec<Come>> {
    let sql = "SELECT d.redeemed_at, r.name, COALESCE(k.city, ''), c.gift_name FROM redemption d \
               JOIN recipient r ON r.id = d.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               LEFT JOIN customer k ON k.id = r.customer_id WHERE d.redeemed_on = ?1 AND d.undone_at IS NULL \
               ORDER BY d.redeemed_at DESC, d.id DESC LIMIT ?2";
    let mut all = read.all(sql, params![day, most], |row| {
        Ok(Come { at: row.get(0)?, name: row.get(1)?, city: row.get(2)?, gift: row.get(3)? })
    })?;
    let sql = format!(
        "SELECT e.at, e.ref FROM redemption_event e WHERE e.on_day = ?1 AND e.outcome = ?2 AND NOT {UNDONE} \
         ORDER BY e.at DESC, e.id DESC LIMIT ?4"
    );
    let values = params![day, EventKind::Bought, EventKind::Undone, most];
    for (at, reference) in read.all(&sql, values, |row| Ok((row.get(0)?, row.get::<String>(1)?)))? {
        all.push(Come { at, name: name_of(read, &reference)?, city: String::new(), gift: String::new() });
    }
    all.sort_by_key(|come| std::cmp::Reverse(come.at));
    all.truncate(most);
    Ok(all)
}

/// How many came on a day, and what they spent.
pub(crate) fn taken_on(read: &Read<'_>, day: NaiveDate) -> Result<(usize, Money)> {
    let sql =
        "SELECT count(*), COALESCE(sum(spend_minor), 0) FROM redemption WHERE redeemed_on = ?1 AND undone_at IS NULL";
    let found = read.first(sql, params![day], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.unwrap_or_default())
}

/// How many have come to a campaign until a moment, and out of how many.
pub(crate) fn progress(read: &Read<'_>, planned: &Planned, until: NaiveDateTime) -> Result<CampaignProgress> {
    let sql = "SELECT count(*), count(d.id) FROM recipient r LEFT JOIN redemption d ON d.recipient_id = r.id \
               AND d.undone_at IS NULL AND d.redeemed_at <= ?2 WHERE r.campaign_id = ?1 AND r.arm = ?3";
    let found = read.first(sql, params![planned.id, until, Arm::Mailed], |row| {
        Ok(CampaignProgress { mailed: row.get(0)?, come: row.get(1)? })
    })?;
    Ok(found.unwrap_or_default())
}

/// How many have not come until a moment, and the first of them in posting order; recipients whose letter came back are
/// not expected.
pub(crate) fn to_come(
    read: &Read<'_>,
    planned: &Planned,
    until: NaiveDateTime,
    most: usize,
) -> Result<(usize, Vec<Expected>)> {
    let from = "FROM recipient r LEFT JOIN customer k ON k.id = r.customer_id WHERE r.campaign_id = ?1 AND r.arm = ?3 \
                AND r.number IS NOT NULL AND r.returned_on IS NULL AND NOT EXISTS \
                (SELECT 1 FROM redemption d WHERE d.recipient_id = r.id AND d.undone_at IS NULL AND d.redeemed_at <= ?2)";
    let all = read.value(&format!("SELECT count(*) {from}"), params![planned.id, until, Arm::Mailed])?;
    let sql = format!(
        "SELECT r.id, r.number, r.name, COALESCE(k.city, ''), COALESCE(k.phone, ''), r.branch {from} ORDER BY r.number LIMIT ?4"
    );
    let expected = read.all(&sql, params![planned.id, until, Arm::Mailed, most], |row| {
        Ok(Expected {
            recipient_id: row.get(0)?,
            number: row.get(1)?,
            name: row.get(2)?,
            city: row.get(3)?,
            phone: row.get(4)?,
            branch: row.get(5)?,
        })
    })?;
    Ok((all, expected))
}
