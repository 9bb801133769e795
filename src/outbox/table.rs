//! The outbox in the database.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDateTime, TimeDelta};

use super::reply::{Outcome, Settled};
use crate::book;
use crate::campaign::{self, Planned, Recipient};
use crate::error::{Error, Result};
use crate::params;
use crate::store::{Read, Write};
use crate::words;

/// How long to wait before the second try, the third and so on, in minutes; the last for all after it.
const WAITS: [i64; 4] = [5, 15, 60, 240];

/// How many emails of a campaign are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// Not sent yet, or to be tried again.
    pub queued: usize,
    /// Being handed over by a run at this moment.
    pub sending: usize,
    /// Taken by the mail server.
    pub sent: usize,
    /// Refused for good.
    pub failed: usize,
    /// Handed over without an answer: nobody knows whether it was taken.
    pub in_doubt: usize,
}

/// One email of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Of the recipient.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Their name.
    pub name: String,
    /// Where it goes.
    pub email: String,
    /// `queued`, `sending`, `sent`, `failed` or `in_doubt`.
    pub state: String,
    /// How often the mail server was asked to take it.
    pub attempts: usize,
    /// When it came into this state.
    pub at: Option<NaiveDateTime>,
    /// Not again before this moment.
    pub due_at: Option<NaiveDateTime>,
    /// What the mail server said, or what broke off.
    pub reply: String,
}

/// Every email of a campaign, in its order; those that no run has seen yet are queued.
///
/// # Errors
/// When the database does not answer.
pub fn entries(read: &Read<'_>, planned: &Planned) -> Result<Vec<Entry>> {
    let sql = "SELECT r.ref, r.name, r.email, COALESCE(o.state, 'queued'), COALESCE(o.attempt, 0), o.at, o.due_at, \
               COALESCE(o.reply, '') FROM recipient r LEFT JOIN outbox o ON o.recipient_id = r.id \
               WHERE r.campaign_id = ?1 AND r.channel = 'email' AND r.arm = 'mailed' \
               AND (r.number IS NOT NULL OR o.state IS NOT NULL) ORDER BY COALESCE(r.number, 2147483647), r.ref";
    read.all(sql, params![planned.id], |row| {
        Ok(Entry {
            reference: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            state: row.get(3)?,
            attempts: row.get(4)?,
            at: row.get(5)?,
            due_at: row.get(6)?,
            reply: row.get(7)?,
        })
    })
}

impl Standing {
    /// Counts them.
    pub fn of(entries: &[Entry]) -> Self {
        let count = |state: &str| entries.iter().filter(|entry| entry.state == state).count();
        Self {
            queued: count("queued"),
            sending: count("sending"),
            sent: count("sent"),
            failed: count("failed"),
            in_doubt: count("in_doubt"),
        }
    }
}

/// Puts every email of a plan that is not there yet into the outbox, with the key of its Message-ID.
pub(super) fn enqueue(write: &Write<'_>, planned: &Planned, recipients: &[&Recipient]) -> Result<()> {
    let sql = "INSERT INTO outbox (recipient_id, message_key) VALUES (?1, ?2) ON CONFLICT (recipient_id) DO NOTHING";
    for recipient in recipients {
        let key = campaign::piece_key(write, planned, recipient)?;
        write.run(sql, params![recipient.id, key])?;
    }
    Ok(())
}

/// Whatever an earlier run was handing over when it ended is in doubt; how many.
pub(super) fn doubt_what_was_left(write: &Write<'_>, now: NaiveDateTime) -> Result<usize> {
    let sql = "UPDATE outbox SET state = 'in_doubt', at = ?1, reply = 'the run was broken off while this was handed over' \
               WHERE state = 'sending'";
    write.run(sql, params![now])
}

/// Whether anything is being handed over, or was when a run was broken off.
pub(super) fn is_sending(read: &Read<'_>) -> Result<bool> {
    Ok(read.value::<i64>("SELECT count(*) FROM outbox WHERE state = 'sending'", params![])? > 0)
}

/// The emails that may be tried now, by recipient, with the keys of their Message-IDs.
pub(super) fn due(read: &Read<'_>, planned: &Planned, now: NaiveDateTime) -> Result<BTreeMap<i64, String>> {
    let sql = "SELECT o.recipient_id, o.message_key FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND o.state = 'queued' AND (o.due_at IS NULL OR o.due_at <= ?2)";
    let found = read.all(sql, params![planned.id, now], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.into_iter().collect())
}

/// The next moment at which something of a campaign may be tried again.
pub(super) fn next_try(read: &Read<'_>, planned: &Planned) -> Result<Option<NaiveDateTime>> {
    let sql = "SELECT min(o.due_at) FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND o.state = 'queued'";
    read.value(sql, params![planned.id])
}

/// How many emails the mail server was given on the day of `now`, of all campaigns.
pub(super) fn given_today(read: &Read<'_>, now: NaiveDateTime) -> Result<usize> {
    let today = now.date().and_time(chrono::NaiveTime::MIN);
    let sql = "SELECT count(*) FROM outbox WHERE state IN ('sending', 'sent', 'in_doubt') AND at >= ?1 AND at < ?2";
    read.value(sql, params![today, today + Days::new(1)])
}

/// Writes a run down; its number.
pub(super) fn begin(write: &Write<'_>, planned: &Planned, now: NaiveDateTime, after: i64) -> Result<i64> {
    let sql = "INSERT INTO outbox_run (campaign_id, began_at, step) VALUES (?1, ?2, ?3) RETURNING id";
    write.value(sql, params![planned.id, now, after + 1])
}

/// How far the outbox has come; 0 before the first run.
pub(super) fn step(read: &Read<'_>) -> Result<i64> {
    read.value("SELECT COALESCE(max(step), 0) FROM outbox_run", params![])
}

/// One step further; which it is.
pub(super) fn advance(write: &Write<'_>, run: i64) -> Result<i64> {
    write.value("UPDATE outbox_run SET step = step + 1 WHERE id = ?1 RETURNING step", params![run])
}

/// Takes an email out of the queue to hand it over, if it is still there, its recipient still says yes and
/// the address is not suppressed. Nothing of it
/// may leave before this is on disk.
pub(super) fn claim(write: &Write<'_>, id: i64, run: i64, now: NaiveDateTime) -> Result<bool> {
    let sql = "UPDATE outbox SET state = 'sending', run = ?2, attempt = attempt + 1, first_at = COALESCE(first_at, ?3), \
               due_at = NULL, at = ?3, reply = '' WHERE recipient_id = ?1 AND state = 'queued' AND EXISTS \
               (SELECT 1 FROM recipient r JOIN customer c ON c.id = r.customer_id \
               WHERE r.id = ?1 AND c.email_consent = 'yes' AND c.deceased = 0)";
    let address: String = write.value("SELECT email FROM recipient WHERE id = ?1", params![id])?;
    if book::suppressed(write, &address)?.is_some() {
        return Ok(false);
    }
    Ok(write.run(sql, params![id, run, now])? == 1)
}

/// Writes down what came of an email.
pub(super) fn settle(write: &Write<'_>, settled: &Settled, run: i64, now: NaiveDateTime) -> Result<Outcome> {
    let (id, reply) = (settled.id, settled.reply.as_str());
    let state = match settled.outcome {
        Outcome::Later => return later(write, settled, run, now),
        Outcome::Sent => "sent",
        Outcome::Failed => "failed",
        Outcome::InDoubt => "in_doubt",
    };
    let sql = "UPDATE outbox SET state = ?2, reply = ?3, at = ?4, run = ?5, due_at = NULL, \
               attempt = attempt + CASE state WHEN 'queued' THEN 1 ELSE 0 END, first_at = COALESCE(first_at, ?4) \
               WHERE recipient_id = ?1 AND state IN ('queued', 'sending')";
    write.run(sql, params![id, state, reply, now, run])?;
    if settled.outcome == Outcome::Sent {
        write.run("UPDATE recipient SET state = 'sent' WHERE id = ?1 AND state = 'planned'", params![id])?;
    }
    Ok(settled.outcome)
}

/// Puts an email back into the queue for later; after a day it has failed.
fn later(write: &Write<'_>, settled: &Settled, run: i64, now: NaiveDateTime) -> Result<Outcome> {
    let sql = "UPDATE outbox SET state = 'queued', reply = ?2, at = ?3, run = ?4, \
               attempt = attempt + CASE state WHEN 'queued' THEN 1 ELSE 0 END, first_at = COALESCE(first_at, ?3) \
               WHERE recipient_id = ?1 AND state IN ('queued', 'sending') RETURNING attempt, first_at";
    let back = write.first(sql, params![settled.id, settled.reply, now, run], |row| {
        Ok((row.get::<usize>(0)?, row.get::<NaiveDateTime>(1)?))
    })?;
    let Some((attempt, first_at)) = back else { return Ok(Outcome::Later) };
    if now - first_at >= TimeDelta::days(1) {
        write.run("UPDATE outbox SET state = 'failed' WHERE recipient_id = ?1", params![settled.id])?;
        return Ok(Outcome::Failed);
    }
    let wait = WAITS.get(attempt.saturating_sub(1)).or(WAITS.last()).copied().unwrap_or_default();
    let due_at = now + TimeDelta::minutes(wait);
    write.run("UPDATE outbox SET due_at = ?2 WHERE recipient_id = ?1", params![settled.id, due_at])?;
    Ok(Outcome::Later)
}

/// Something came back from its recipient: an email in doubt was sent.
pub(super) fn has_arrived(write: &Write<'_>, id: i64, now: NaiveDateTime) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'sent', at = ?2, due_at = NULL WHERE recipient_id = ?1 AND state = 'in_doubt'";
    if write.run(sql, params![id, now])? > 0 {
        write.run("UPDATE recipient SET state = 'sent' WHERE id = ?1 AND state = 'planned'", params![id])?;
    }
    Ok(())
}

/// What the owner says about an email of which nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived, or is to be taken as if it had.
    Sent,
    /// It is to be sent again, under the same Message-ID.
    Again,
}

/// Settles an email that is in doubt, on the owner's word; one that failed may be sent again.
///
/// # Errors
/// When there is no such email, or its state is known.
pub fn settle_by_hand(
    write: &Write<'_>,
    planned: &Planned,
    reference: &str,
    verdict: Verdict,
    now: NaiveDateTime,
) -> Result<Entry> {
    let one = |entries: Vec<Entry>| entries.into_iter().find(|entry| entry.reference == reference);
    let Some(entry) = one(entries(write, planned)?) else {
        return Err(Error::new(format!(
            "{} gets no email of {}",
            words::quote(reference),
            words::quote(&planned.slug)
        ))
        .hint(format!("`regulars outbox {}` says who does", planned.slug)));
    };
    let allowed = entry.state == "in_doubt" || (entry.state == "failed" && verdict == Verdict::Again);
    if !allowed {
        let state = entry.state.replace('_', " ");
        return Err(Error::new(format!("the email to {} ({}) is {state}", entry.name, words::quote(reference)))
            .hint("only what is in doubt is settled, and what failed is sent again"));
    }
    let sql = "UPDATE outbox SET state = ?3, at = ?4, due_at = NULL, first_at = NULL, attempt = 0 WHERE recipient_id = \
               (SELECT id FROM recipient WHERE campaign_id = ?1 AND ref = ?2)";
    let state = if verdict == Verdict::Sent { "sent" } else { "queued" };
    write.run(sql, params![planned.id, reference, state, now])?;
    if verdict == Verdict::Sent {
        let sql = "UPDATE recipient SET state = 'sent' WHERE campaign_id = ?1 AND ref = ?2 AND state = 'planned'";
        write.run(sql, params![planned.id, reference])?;
    }
    Ok(entry)
}
