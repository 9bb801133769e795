//! The queue in the database: what waits, what a run claims, and what it records. Nothing is sent before it is on disk
//! here.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};

use super::reply::{HandOverOutcome, Settled};
use crate::campaign::{self, Planned, Recipient};
use crate::domain::{BounceClass, Consent, NoteKind, OutboxId, OutboxState, RecipientId};
use crate::error::Result;
use crate::store::{Read, Write, params};

/// The delay before the second try, the third and so on, in minutes; the last for all later ones.
const WAITS: [i64; 4] = [5, 15, 60, 240];

/// An email that failed because of its address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Undeliverable<'u> {
    pub(crate) recipient: RecipientId,
    /// 0 for the campaign's own email.
    pub(crate) wave: usize,
    pub(crate) class: BounceClass,
    /// As the mail server worded it.
    pub(crate) reply: &'u str,
    pub(crate) on: NaiveDate,
}

/// What a failed email means for its address and its recipient: done in the transaction that records the failure.
pub(crate) type OnUndeliverable<'j> = dyn Fn(&Write<'_>, &Undeliverable<'_>) -> Result<()> + Sync + 'j;

/// Adds every email of a wave that is not there yet to the outbox, with the key of its Message-ID.
pub(super) fn enqueue(write: &Write<'_>, planned: &Planned, wave: usize, recipients: &[&Recipient]) -> Result<()> {
    let sql = "INSERT INTO outbox (recipient_id, wave, message_key) VALUES (?1, ?2, ?3) \
               ON CONFLICT (recipient_id, wave) DO NOTHING";
    for recipient in recipients {
        let key = campaign::piece_key(write, planned, recipient, wave)?;
        write.run(sql, params![recipient.id, wave, key])?;
    }
    Ok(())
}

/// Removes emails of a reminder from the queue, except those to `keep`.
pub(crate) fn withdraw(write: &Write<'_>, planned: &Planned, wave: usize, keep: &[&Recipient]) -> Result<()> {
    let sql = "SELECT o.id, o.recipient_id FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND o.wave = ?2 AND o.wave > 0 AND o.state = ?3";
    let queued = write.all(sql, params![planned.id, wave, OutboxState::Queued], |row| {
        Ok((row.get::<OutboxId>(0)?, row.get::<RecipientId>(1)?))
    })?;
    let keep: HashSet<RecipientId> = keep.iter().map(|recipient| recipient.id).collect();
    let unwanted = queued.into_iter().filter(|(_, recipient)| !keep.contains(recipient));
    let sql = "DELETE FROM outbox WHERE id = ?1 AND state = ?2";
    unwanted.map(|(id, _)| id).try_for_each(|id| write.run(sql, params![id, OutboxState::Queued]).map(|_| ()))
}

/// Marks what an earlier run was sending when it ended as in doubt; returns how many.
pub(super) fn doubt_what_was_left(write: &Write<'_>, now: NaiveDateTime) -> Result<usize> {
    let sql = "UPDATE outbox SET state = ?2, at = ?1, reply = 'the run was broken off while this was handed over' \
               WHERE state = ?3";
    write.run(sql, params![now, OutboxState::InDoubt, OutboxState::Sending])
}

/// How many emails of which campaign are being sent, or were when a run was interrupted.
pub(super) fn sending(read: &Read<'_>) -> Result<Vec<(Planned, usize)>> {
    let sql = "SELECT c.slug, count(*) FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               JOIN campaign c ON c.id = r.campaign_id WHERE o.state = ?1 GROUP BY c.slug ORDER BY c.slug";
    let found = read.all(sql, params![OutboxState::Sending], |row| Ok((row.get::<String>(0)?, row.get(1)?)))?;
    found.into_iter().map(|(slug, count)| Ok((campaign::need(read, &slug)?, count))).collect()
}

/// An email that may be tried now.
#[derive(Debug)]
pub(super) struct DueEmail {
    pub(super) id: OutboxId,
    /// That of its Message-ID.
    pub(super) key: String,
    /// The time in its Date header, once its bytes may have been sent.
    pub(super) dated_at: Option<DateTime<FixedOffset>>,
    /// When it was first tried, of the tries that count.
    pub(super) first_at: Option<NaiveDateTime>,
}

/// The emails of a wave that may be tried now, by recipient.
pub(super) fn due(
    read: &Read<'_>,
    planned: &Planned,
    wave: usize,
    now: NaiveDateTime,
) -> Result<BTreeMap<RecipientId, DueEmail>> {
    let sql = "SELECT o.recipient_id, o.id, o.message_key, o.dated_at, o.first_at FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND o.wave = ?2 AND o.state = ?4 AND (o.due_at IS NULL OR o.due_at <= ?3)";
    let values = params![planned.id, wave, now, OutboxState::Queued];
    let found = read.all(sql, values, |row| {
        let (dated_at, first_at) = (row.get(3)?, row.get(4)?);
        Ok((row.get(0)?, DueEmail { id: row.get(1)?, key: row.get(2)?, dated_at, first_at }))
    })?;
    Ok(found.into_iter().collect())
}

/// The next moment at which a deferred email of a wave may be tried again.
pub(super) fn next_try(
    read: &Read<'_>,
    planned: &Planned,
    wave: usize,
    now: NaiveDateTime,
) -> Result<Option<NaiveDateTime>> {
    let sql = "SELECT min(o.due_at) FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND o.wave = ?2 AND o.state = ?3 AND o.due_at > ?4";
    read.value(sql, params![planned.id, wave, OutboxState::Queued, now])
}

/// How many emails were sent to the mail server on the day of `now`, in all campaigns.
pub(super) fn given_today(read: &Read<'_>, now: NaiveDateTime) -> Result<usize> {
    let today = now.date().and_time(chrono::NaiveTime::MIN);
    let sql = "SELECT count(*) FROM outbox WHERE state IN (?3, ?4, ?5) AND at >= ?1 AND at < ?2";
    let tomorrow = today + Days::new(1);
    read.value(sql, params![today, tomorrow, OutboxState::Sending, OutboxState::Sent, OutboxState::InDoubt])
}

/// Whether a next try is later than any delay: a wrong clock wrote it. One more hour allows for the end of daylight
/// saving time.
pub(crate) fn is_beyond_any_wait(due_at: NaiveDateTime, now: NaiveDateTime) -> bool {
    due_at - now > TimeDelta::minutes(WAITS[WAITS.len() - 1] + 60)
}

/// Records a run; returns its ID.
pub(super) fn begin(write: &Write<'_>, planned: &Planned, wave: usize, now: NaiveDateTime) -> Result<i64> {
    let sql = "INSERT INTO outbox_run (campaign_id, wave, began_at) VALUES (?1, ?2, ?3) RETURNING id";
    write.value(sql, params![planned.id, wave, now])
}

/// Allows what a run leaves over to continue without the owner.
pub(super) fn let_go_on(write: &Write<'_>, run: i64) -> Result<()> {
    write.run("UPDATE outbox_run SET goes_on = 1 WHERE id = ?1", params![run]).map(|_| ())
}

/// Whether the campaign's own emails may continue without the owner: the last run covered all of them, and was not
/// stopped.
pub(crate) fn goes_on(read: &Read<'_>, planned: &Planned) -> Result<bool> {
    let sql = "SELECT goes_on FROM outbox_run WHERE campaign_id = ?1 AND wave = 0 ORDER BY id DESC LIMIT 1";
    Ok(read.first(sql, params![planned.id], |row| row.get(0))?.unwrap_or(false))
}

/// The step counter of the outbox; 0 before the first run.
pub(super) fn step(read: &Read<'_>) -> Result<i64> {
    read.value("SELECT step FROM outbox_step", params![])
}

/// Increments the step; returns it.
pub(super) fn advance(write: &Write<'_>) -> Result<i64> {
    write.value("UPDATE outbox_step SET step = step + 1 RETURNING step", params![])
}

/// Sets the step to that of another copy of this shop.
pub(super) fn catch_up(write: &Write<'_>, step: i64) -> Result<()> {
    write.run("UPDATE outbox_step SET step = ?1 WHERE step < ?1", params![step]).map(|_| ())
}

/// Claims a queued email for sending, if it is still there, its recipient still has consented and the address, given as
/// its hash, is not suppressed; this fixes its date. A reminder only if they have neither come nor complained, and
/// their mail did not come back. One statement, so that nothing changes between the check and the claim. Nothing of the
/// email may be sent before this is on disk.
pub(super) fn claim(
    write: &Write<'_>,
    id: OutboxId,
    (address, date): (&[u8], DateTime<FixedOffset>),
    run: i64,
    now: NaiveDateTime,
) -> Result<bool> {
    let sql = "UPDATE outbox SET state = ?5, run = ?2, attempt = attempt + 1, dated_at = ?9, \
               first_at = CASE WHEN first_at <= ?3 THEN first_at ELSE ?3 END, \
               due_at = NULL, at = ?3, reply = '' WHERE id = ?1 AND state = ?6 \
               AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.hash = ?4 AND s.lifted_on IS NULL) AND EXISTS \
               (SELECT 1 FROM recipient r JOIN customer c ON c.id = r.customer_id WHERE r.id = outbox.recipient_id \
               AND c.email_consent = ?7 AND c.deceased = 0 AND NOT EXISTS (SELECT 1 FROM email_opt_out o \
               WHERE LOWER(TRIM(o.email)) = LOWER(TRIM(r.email))) AND (outbox.wave = 0 OR ((r.returned_on IS NULL \
               OR EXISTS (SELECT 1 FROM second_piece s WHERE s.recipient_id = r.id AND s.returned_on IS NULL)) \
               AND NOT EXISTS (SELECT 1 FROM redeemed d WHERE d.recipient_id = r.id) \
               AND NOT EXISTS (SELECT 1 FROM recipient_member m JOIN contact_note n ON n.customer_id = m.customer_id \
               WHERE m.recipient_id = r.id AND n.kind = ?8 AND n.resolved_on IS NULL))))";
    let (sending, queued) = (OutboxState::Sending, OutboxState::Queued);
    let values = params![id, run, now, address, sending, queued, Consent::Yes, NoteKind::Complaint, date];
    Ok(write.run(sql, values)? == 1)
}

/// Records the outcome of an email.
pub(super) fn settle(
    write: &Write<'_>,
    settled: &Settled,
    run: i64,
    now: NaiveDateTime,
    undeliverable: &OnUndeliverable<'_>,
) -> Result<HandOverOutcome> {
    let (outcome, state) = match settled.outcome {
        HandOverOutcome::Later => match later(write, settled, run, now)? {
            HandOverOutcome::Failed => (HandOverOutcome::Failed, None),
            other => return Ok(other),
        },
        HandOverOutcome::Sent => (HandOverOutcome::Sent, Some(OutboxState::Sent)),
        HandOverOutcome::Failed => (HandOverOutcome::Failed, Some(OutboxState::Failed)),
        HandOverOutcome::InDoubt => (HandOverOutcome::InDoubt, Some(OutboxState::InDoubt)),
    };
    if let Some(state) = state {
        let sql = "UPDATE outbox SET state = ?2, reply = ?3, at = ?4, run = ?5, due_at = NULL, \
                   attempt = attempt + CASE state WHEN ?6 THEN 1 ELSE 0 END, first_at = COALESCE(first_at, ?4) \
                   WHERE id = ?1 AND state IN (?6, ?7)";
        let values = params![settled.id, state, settled.reply, now, run, OutboxState::Queued, OutboxState::Sending];
        write.run(sql, values)?;
    }
    match (outcome, settled.bounce) {
        (HandOverOutcome::Sent, _) => mark_sent(write, settled.id)?,
        (HandOverOutcome::Failed, Some(class)) => {
            let sql = "SELECT recipient_id, wave FROM outbox WHERE id = ?1";
            let whose = write.first(sql, params![settled.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if let Some((recipient, wave)) = whose {
                let (reply, on) = (settled.reply.as_str(), now.date());
                undeliverable(write, &Undeliverable { recipient, wave, class, reply, on })?;
            }
        }
        _ => {}
    }
    Ok(outcome)
}

/// Records that an email was sent, also for its recipient when it is the campaign's own.
pub(super) fn mark_sent(write: &Write<'_>, id: OutboxId) -> Result<()> {
    let sql = "SELECT recipient_id FROM outbox WHERE id = ?1 AND wave = 0";
    let own = write.first(sql, params![id], |row| row.get::<RecipientId>(0))?;
    own.map_or(Ok(()), |recipient| campaign::mark_email_sent(write, recipient))
}

/// Puts an email back into the queue for later; after a day it has failed. A first try in the future was written by a
/// wrong clock.
fn later(write: &Write<'_>, settled: &Settled, run: i64, now: NaiveDateTime) -> Result<HandOverOutcome> {
    let sql = "UPDATE outbox SET state = ?5, reply = ?2, at = ?3, run = ?4, \
               attempt = attempt + CASE state WHEN ?5 THEN 1 ELSE 0 END, \
               first_at = CASE WHEN first_at <= ?3 THEN first_at ELSE ?3 END \
               WHERE id = ?1 AND state IN (?5, ?6) RETURNING attempt, first_at";
    let values = params![settled.id, settled.reply, now, run, OutboxState::Queued, OutboxState::Sending];
    let back = write.first(sql, values, |row| Ok((row.get::<usize>(0)?, row.get::<NaiveDateTime>(1)?)))?;
    let Some((attempt, first_at)) = back else { return Ok(HandOverOutcome::Later) };
    if now - first_at >= TimeDelta::days(1) {
        write.run("UPDATE outbox SET state = ?2 WHERE id = ?1", params![settled.id, OutboxState::Failed])?;
        return Ok(HandOverOutcome::Failed);
    }
    let wait = WAITS.get(attempt.saturating_sub(1)).or(WAITS.last()).copied().unwrap_or_default();
    let due_at = now + TimeDelta::minutes(wait);
    write.run("UPDATE outbox SET due_at = ?2 WHERE id = ?1", params![settled.id, due_at])?;
    Ok(HandOverOutcome::Later)
}
