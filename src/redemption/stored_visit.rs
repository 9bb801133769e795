//! Visits that a till saved while it was offline. The gift was handed over, whatever the outcome now: so a rejection is
//! recorded too, with both sides, until the owner dismisses it.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::bought::{add, name_of, unusual};
use super::event;
use super::outcome::{Outcome, TillAnswer};
use super::redeem::{look, redeem};
use super::visit::{Claim, Visit, receipt_number};
use crate::customers;
use crate::domain::{CustomerId, EventId, EventKind, RecipientId};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::store::{Read, Write, params};

/// At most this many characters of an unreadable amount are shown to the owner.
const AMOUNT: usize = 40;

/// One visit as a till saved it.
#[derive(Debug, Clone)]
pub(crate) struct StoredVisit {
    pub(crate) request: String,
    pub(crate) what: StoredClaim,
    /// As typed, when it cannot be read.
    pub(crate) spend: std::result::Result<Option<Money>, String>,
    pub(crate) till: String,
    pub(crate) receipt: String,
    /// The gift was not handed over because the till did not recognize the code as open: it is to be handed over now.
    pub(crate) is_promised: bool,
    /// How many seconds ago it was, so that a till's wrong clock does not matter.
    pub(crate) ago: i64,
}

/// What was done, and the customer.
#[derive(Debug, Clone)]
pub(crate) enum StoredClaim {
    /// The gift was handed over.
    Gift(Claim),
    /// No gift: an amount, for the customer of this ID.
    Amount(CustomerId),
}

/// Records a visit that a till saved; returns its outcome and letter. No one can be asked any more and nothing that was
/// typed is lost: what the owner has to look at is stored as a remark. Repeating the request counts once.
pub(crate) fn take_in(
    write: &Write<'_>,
    stored: StoredVisit,
    currency: Currency,
    now: NaiveDateTime,
) -> Result<(EventKind, Option<RecipientId>)> {
    let mut remark = String::new();
    let spend = stored.spend.unwrap_or_else(|typed| {
        remark = format!("The amount was typed as “{}”.", typed.chars().take(AMOUNT).collect::<String>());
        None
    });
    let reference = match &stored.what {
        StoredClaim::Gift(claim) => look(write, claim, now.date())?.reference,
        // A customer who is no longer in the book is none.
        StoredClaim::Amount(id) => customers::by_id(write, *id).ok().map(|card| card.reference),
    };
    if let Some(largest) = reference.as_deref().map_or(Ok(None), |reference| unusual(write, reference, spend))? {
        remark = unusual_in_words(largest, currency);
    }
    // The request of the other button on the card had arrived, but its answer had not reached the till.
    let mut request = stored.request;
    let is_amount = matches!(stored.what, StoredClaim::Amount(_));
    if event::answered(write, Some(&request))?.is_some_and(|one| Outcome::of(one.kind).is_none() != is_amount) {
        request.push_str("-2");
        remark = "The same card had already recorded something: check whether it counts twice.".to_owned();
    }
    let at = before(now, stored.ago);
    let visit =
        Visit { at, spend, till: stored.till, receipt: receipt_number(&stored.receipt), request: Some(request) };
    match stored.what {
        StoredClaim::Amount(_) => {
            add(write, &reference.unwrap_or_default(), &visit)?;
            arrived(write, &visit, now, &remark)?;
            Ok((EventKind::Bought, None))
        }
        StoredClaim::Gift(claim) => {
            let answer = redeem_kept(write, &claim, &visit, now, &remark)?;
            if stored.is_promised {
                write.run("UPDATE redemption_event SET promised = 1 WHERE request = ?1", params![visit.request])?;
            }
            Ok((answer.outcome.kind(), answer.recipient_id))
        }
    }
}

/// The question about an amount that is far above the largest purchase.
pub(crate) fn unusual_in_words(largest: Money, currency: Currency) -> String {
    format!("That is a lot: they never spent more than {} at once. Is it right?", currency.show(largest))
}

/// This many seconds before now, never after.
fn before(now: NaiveDateTime, seconds: i64) -> NaiveDateTime {
    TimeDelta::try_seconds(seconds.max(0)).and_then(|ago| now.checked_sub_signed(ago)).unwrap_or(now)
}

/// Records a saved claim, decided by its own day, with its time of arrival and a remark for the owner, empty when there
/// is none. Repeating the request gets the same answer, and counts once.
///
/// # Errors
/// When the visit is in the future, or has no request ID.
pub(crate) fn redeem_kept(
    write: &Write<'_>,
    claim: &Claim,
    visit: &Visit,
    now: NaiveDateTime,
    remark: &str,
) -> Result<TillAnswer> {
    if visit.request.is_none() {
        return Err(Error::new("a visit that was kept needs its token").hint("open the till's page again"));
    }
    let answer = redeem(write, claim, visit, now.date())?;
    arrived(write, visit, now, remark)?;
    Ok(answer)
}

/// Marks the entry of a request as a saved visit, once.
fn arrived(write: &Write<'_>, visit: &Visit, at: NaiveDateTime, remark: &str) -> Result<()> {
    let sql = "UPDATE redemption_event SET arrived_at = ?2, reason = ?3 WHERE request = ?1 AND arrived_at IS NULL";
    write.run(sql, params![visit.request, at, remark]).map(|_| ())
}

/// A saved visit that the owner has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matter {
    pub(crate) event: EventId,
    pub(crate) kind: EventKind,
    /// The customer; the reference if they are no longer in the book, and without one the code as typed.
    pub(crate) name: String,
    /// The saved visit.
    pub(crate) stored: Side,
    /// The redemption that counts, if it is another.
    pub(crate) stands: Option<Side>,
    pub(crate) arrived: NaiveDateTime,
    pub(crate) remark: String,
    /// The till waited for an answer before handing over the gift.
    pub(crate) is_promised: bool,
    /// The first and the last day of the letter's code.
    pub(crate) valid: Option<(NaiveDate, Option<NaiveDate>)>,
}

/// One of two visits with the same letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) at: NaiveDateTime,
    pub(crate) till: String,
    pub(crate) spend: Option<Money>,
}

/// What the owner has to look at and did not dismiss, newest first.
pub(crate) fn matters(read: &Read<'_>) -> Result<Vec<Matter>> {
    let sql = "SELECT e.id, e.outcome, COALESCE(NULLIF(r.name, ''), NULLIF(e.code, ''), e.ref), e.ref, e.at, e.till, \
               e.spend_minor, d.redeemed_at, d.till, d.spend_minor, e.arrived_at, e.reason, e.promised, \
               COALESCE(c.posted_on, c.as_of), c.claim_until \
               FROM redemption_event e LEFT JOIN recipient r ON r.id = e.recipient_id \
               LEFT JOIN campaign c ON c.id = r.campaign_id \
               LEFT JOIN redemption d ON d.recipient_id = r.id AND d.undone_at IS NULL AND e.outcome <> ?1 \
               WHERE e.arrived_at IS NOT NULL AND e.put_aside_at IS NULL AND (e.outcome NOT IN (?1, ?2) OR e.reason <> '' OR e.promised <> 0) \
               ORDER BY e.id DESC";
    let mut all = read.all(sql, params![EventKind::Accepted, EventKind::Bought], |row| {
        let (at, till, spend) = (row.get::<Option<NaiveDateTime>>(7)?, row.get::<Option<String>>(8)?, row.get(9)?);
        let matter = Matter {
            event: row.get(0)?,
            kind: row.get(1)?,
            name: row.get(2)?,
            stored: Side { at: row.get(4)?, till: row.get(5)?, spend: row.get(6)? },
            stands: at.map(|at| Side { at, till: till.unwrap_or_default(), spend }),
            arrived: row.get(10)?,
            remark: row.get(11)?,
            is_promised: row.get(12)?,
            valid: row.get::<Option<NaiveDate>>(13)?.map(|from| Ok((from, row.get(14)?))).transpose()?,
        };
        Ok((matter, row.get::<String>(3)?))
    })?;
    for (matter, reference) in all.iter_mut().filter(|(matter, _)| matter.kind == EventKind::Bought) {
        let name = name_of(read, reference)?;
        if !name.is_empty() {
            matter.name = name;
        }
    }
    Ok(all.into_iter().map(|(matter, _)| matter).collect())
}

/// Dismisses it: it stays on record, and is no longer shown.
pub(crate) fn put_aside(write: &Write<'_>, event: EventId, now: NaiveDateTime) -> Result<()> {
    let sql = "UPDATE redemption_event SET put_aside_at = ?2 WHERE id = ?1 AND arrived_at IS NOT NULL AND put_aside_at IS NULL";
    write.run(sql, params![event, now]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_was_so_long_ago_and_never_is_to_come() {
        let now: NaiveDateTime = "2024-04-01T14:05:00".parse().expect("a moment");
        for (seconds, at) in [(0, "14:05:00"), (65, "14:03:55"), (-3600, "14:05:00"), (i64::MAX, "14:05:00")] {
            assert_eq!(before(now, seconds).time().to_string(), at, "{seconds}");
        }
    }
}
