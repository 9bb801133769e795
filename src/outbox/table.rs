//! The outbox in the database.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::reply::{Outcome, Settled};
use super::undelivered::{Heard, undelivered};
use crate::campaign::{self, Planned, Recipient};
use crate::domain::{OutboxState, column_enum};
use crate::error::{Error, Result};
use crate::store::params;
use crate::store::{Read, Row, Write};
use crate::text;

/// How long to wait before the second try, the third and so on, in minutes; the last for all after it.
const WAITS: [i64; 4] = [5, 15, 60, 240];

/// How many emails of a campaign are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct OutboxCounts {
    /// Not sent yet, or to be tried again.
    pub(crate) queued: usize,
    /// Being handed over by a run at this moment.
    pub(crate) sending: usize,
    /// Taken by the mail server.
    pub(crate) sent: usize,
    /// Refused for good.
    pub(crate) failed: usize,
    /// Handed over without an answer: nobody knows whether it was taken.
    pub(crate) in_doubt: usize,
}

/// One email of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Entry {
    /// 0 for the campaign's own, 1 and on for its reminders.
    pub(crate) wave: usize,
    /// Of the recipient.
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    /// Their name.
    pub(crate) name: String,
    /// Where it goes.
    pub(crate) email: String,
    pub(crate) state: OutboxState,
    /// How often the mail server was asked to take it.
    pub(crate) attempts: usize,
    /// When it came into this state.
    pub(crate) at: Option<NaiveDateTime>,
    /// Not again before this moment.
    pub(crate) due_at: Option<NaiveDateTime>,
    /// What the mail server said, or what broke off.
    pub(crate) reply: String,
    /// The day on which it was known that it did not reach them.
    pub(crate) came_back: Option<NaiveDate>,
    /// The letter that goes instead: `planned`, `printed`, `posted` or `returned`.
    pub(crate) letter: Option<String>,
    /// What a report said that came back.
    pub(crate) report: String,
}

/// Every email of a wave of a campaign, in its order; the campaign's own that no run has seen yet are queued, a reminder is
/// there once a run has seen it.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn entries(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<Vec<Entry>> {
    let sql = "SELECT r.ref, r.name, r.email, COALESCE(o.state, 'queued'), COALESCE(o.attempt, 0), o.at, o.due_at, \
               COALESCE(o.reply, ''), CASE WHEN ?2 > 0 THEN NULL WHEN r.channel = 'email' THEN r.returned_on ELSE s.returned_on END, \
               CASE WHEN ?2 = 0 AND r.channel = 'email' THEN s.state END, \
               COALESCE((SELECT max(a.said) FROM email_answer a WHERE a.recipient_id = r.id), '') \
               FROM recipient r LEFT JOIN outbox o ON o.recipient_id = r.id AND o.wave = ?2 \
               LEFT JOIN second_piece s ON s.recipient_id = r.id WHERE r.campaign_id = ?1 AND r.arm = 'mailed' \
               AND (o.state IS NOT NULL OR (?2 = 0 AND (r.channel = 'email' OR s.channel = 'email') \
               AND r.number IS NOT NULL)) ORDER BY COALESCE(r.number, 2147483647), r.ref";
    read.all(sql, params![planned.id, wave], |row| {
        Ok(Entry {
            wave,
            reference: row.get(0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            state: row.get(3)?,
            attempts: row.get(4)?,
            at: row.get(5)?,
            due_at: row.get(6)?,
            reply: row.get(7)?,
            came_back: row.get(8)?,
            letter: row.get(9)?,
            report: row.get(10)?,
        })
    })
}

impl OutboxCounts {
    /// Counts them.
    pub(crate) fn of(entries: &[Entry]) -> Self {
        let count = |state| entries.iter().filter(|entry| entry.state == state).count();
        Self {
            queued: count(OutboxState::Queued),
            sending: count(OutboxState::Sending),
            sent: count(OutboxState::Sent),
            failed: count(OutboxState::Failed),
            in_doubt: count(OutboxState::InDoubt),
        }
    }
}

/// The last wave of a campaign of which something is in the outbox; 0 before any reminder.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn last_wave(read: &Read<'_>, planned: &Planned) -> Result<usize> {
    let sql = "SELECT COALESCE(max(o.wave), 0) FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1";
    read.value(sql, params![planned.id])
}

/// Puts every email of a wave that is not there yet into the outbox, with the key of its Message-ID.
pub(super) fn enqueue(write: &Write<'_>, planned: &Planned, wave: usize, recipients: &[&Recipient]) -> Result<()> {
    let sql = "INSERT INTO outbox (recipient_id, wave, message_key) VALUES (?1, ?2, ?3) \
               ON CONFLICT (recipient_id, wave) DO NOTHING";
    for recipient in recipients {
        let key = campaign::piece_key(write, planned, recipient, wave)?;
        write.run(sql, params![recipient.id, wave, key])?;
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

/// The emails of a wave that may be tried now, by recipient: their numbers and the keys of their Message-IDs.
pub(super) fn due(
    read: &Read<'_>,
    planned: &Planned,
    wave: usize,
    now: NaiveDateTime,
) -> Result<BTreeMap<i64, (i64, String)>> {
    let sql = "SELECT o.recipient_id, o.id, o.message_key FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND o.wave = ?2 AND o.state = 'queued' AND (o.due_at IS NULL OR o.due_at <= ?3)";
    let found = read.all(sql, params![planned.id, wave, now], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(found.into_iter().collect())
}

/// The next moment at which something of a wave may be tried again.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn next_try(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<Option<NaiveDateTime>> {
    let sql = "SELECT min(o.due_at) FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1 AND o.wave = ?2 AND o.state = 'queued'";
    read.value(sql, params![planned.id, wave])
}

/// How many emails the mail server was given on the day of `now`, of all campaigns.
pub(super) fn given_today(read: &Read<'_>, now: NaiveDateTime) -> Result<usize> {
    let today = now.date().and_time(chrono::NaiveTime::MIN);
    let sql = "SELECT count(*) FROM outbox WHERE state IN ('sending', 'sent', 'in_doubt') AND at >= ?1 AND at < ?2";
    read.value(sql, params![today, today + Days::new(1)])
}

/// Writes a run down; its number.
pub(super) fn begin(write: &Write<'_>, planned: &Planned, wave: usize, now: NaiveDateTime, after: i64) -> Result<i64> {
    let sql = "INSERT INTO outbox_run (campaign_id, wave, began_at, step) VALUES (?1, ?2, ?3, ?4) RETURNING id";
    write.value(sql, params![planned.id, wave, now, after + 1])
}

/// Lets what a run leaves over go on without the owner.
pub(super) fn let_go_on(write: &Write<'_>, run: i64) -> Result<()> {
    write.run("UPDATE outbox_run SET goes_on = 1 WHERE id = ?1", params![run]).map(|_| ())
}

/// Whether the campaign's own emails may go on without the owner: the last run was over all of them, and nobody stopped it.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn goes_on(read: &Read<'_>, planned: &Planned) -> Result<bool> {
    let sql = "SELECT goes_on FROM outbox_run WHERE campaign_id = ?1 AND wave = 0 ORDER BY id DESC LIMIT 1";
    Ok(read.first(sql, params![planned.id], |row| row.get(0))?.unwrap_or(false))
}

/// How far the outbox has come; 0 before the first run.
pub(super) fn step(read: &Read<'_>) -> Result<i64> {
    read.value("SELECT COALESCE(max(step), 0) FROM outbox_run", params![])
}

/// One step further; which it is.
pub(super) fn advance(write: &Write<'_>, run: i64) -> Result<i64> {
    write.value("UPDATE outbox_run SET step = step + 1 WHERE id = ?1 RETURNING step", params![run])
}

/// Takes an email out of the queue to hand it over, if it is still there, its recipient still says yes and the address, given
/// as its hash, is not suppressed; a reminder only if they have neither come nor complained, and their mail did not come back. Nothing of it may
/// leave before this is on disk.
pub(super) fn claim(write: &Write<'_>, id: i64, address: &[u8], run: i64, now: NaiveDateTime) -> Result<bool> {
    let sql = "UPDATE outbox SET state = 'sending', run = ?2, attempt = attempt + 1, first_at = COALESCE(first_at, ?3), \
               due_at = NULL, at = ?3, reply = '' WHERE id = ?1 AND state = 'queued' \
               AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.hash = ?4 AND s.lifted_on IS NULL) AND EXISTS \
               (SELECT 1 FROM recipient r JOIN customer c ON c.id = r.customer_id WHERE r.id = outbox.recipient_id \
               AND c.email_consent = 'yes' AND c.deceased = 0 AND (outbox.wave = 0 OR ((r.returned_on IS NULL \
               OR EXISTS (SELECT 1 FROM second_piece s WHERE s.recipient_id = r.id AND s.returned_on IS NULL)) \
               AND NOT EXISTS (SELECT 1 FROM redemption d WHERE d.recipient_id = r.id AND d.undone_at IS NULL) \
               AND NOT EXISTS (SELECT 1 FROM recipient_member m JOIN contact_note n ON n.customer_id = m.customer_id \
               WHERE m.recipient_id = r.id AND n.kind = 'complaint' AND n.resolved_on IS NULL))))";
    Ok(write.run(sql, params![id, run, now, address])? == 1)
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
               WHERE id = ?1 AND state IN ('queued', 'sending')";
    write.run(sql, params![id, state, reply, now, run])?;
    match settled.outcome {
        Outcome::Sent => mark_sent(write, id)?,
        Outcome::Failed => blame(write, settled, now)?,
        Outcome::Later | Outcome::InDoubt => {}
    }
    Ok(settled.outcome)
}

/// Writes down that an email has gone, of its recipient too when it is the campaign's own.
fn mark_sent(write: &Write<'_>, id: i64) -> Result<()> {
    let sql = "UPDATE recipient SET state = 'sent' WHERE channel = 'email' AND state = 'planned' \
               AND id = (SELECT recipient_id FROM outbox WHERE id = ?1 AND wave = 0)";
    if write.run(sql, params![id])? > 0 {
        return Ok(());
    }
    let sql = "UPDATE second_piece SET state = 'sent' WHERE channel = 'email' AND state = 'planned' \
               AND recipient_id = (SELECT recipient_id FROM outbox WHERE id = ?1 AND wave = 0)";
    write.run(sql, params![id]).map(|_| ())
}

/// What an email that failed means for its address and its recipient, when that is to blame.
fn blame(write: &Write<'_>, settled: &Settled, now: NaiveDateTime) -> Result<()> {
    let Some(blame) = settled.blame else { return Ok(()) };
    let heard = Heard { blame, by_report: None, said: &settled.reply, on: now.date() };
    let sql = "SELECT recipient_id, wave FROM outbox WHERE id = ?1";
    let whose = write.first(sql, params![settled.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    whose.map_or(Ok(()), |(recipient, wave)| undelivered(write, recipient, wave, &heard).map(|_| ()))
}

/// Puts an email back into the queue for later; after a day it has failed.
fn later(write: &Write<'_>, settled: &Settled, run: i64, now: NaiveDateTime) -> Result<Outcome> {
    let sql = "UPDATE outbox SET state = 'queued', reply = ?2, at = ?3, run = ?4, \
               attempt = attempt + CASE state WHEN 'queued' THEN 1 ELSE 0 END, first_at = COALESCE(first_at, ?3) \
               WHERE id = ?1 AND state IN ('queued', 'sending') RETURNING attempt, first_at";
    let back = write.first(sql, params![settled.id, settled.reply, now, run], |row| {
        Ok((row.get::<usize>(0)?, row.get::<NaiveDateTime>(1)?))
    })?;
    let Some((attempt, first_at)) = back else { return Ok(Outcome::Later) };
    if now - first_at >= TimeDelta::days(1) {
        write.run("UPDATE outbox SET state = 'failed' WHERE id = ?1", params![settled.id])?;
        blame(write, settled, now)?;
        return Ok(Outcome::Failed);
    }
    let wait = WAITS.get(attempt.saturating_sub(1)).or(WAITS.last()).copied().unwrap_or_default();
    let due_at = now + TimeDelta::minutes(wait);
    write.run("UPDATE outbox SET due_at = ?2 WHERE id = ?1", params![settled.id, due_at])?;
    Ok(Outcome::Later)
}

/// One email that left the shop, or may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its number in the outbox.
    id: i64,
    /// 0 for the campaign's own, 1 for its first reminder.
    pub(crate) wave: usize,
    /// Whose it is.
    pub(crate) recipient: i64,
    /// Their reference.
    pub(crate) reference: String,
    /// Their name.
    pub(crate) name: String,
    /// The campaign.
    pub(crate) campaign: String,
    /// Where it went.
    pub(crate) address: String,
}

const PIECE: &str = "SELECT o.id, o.wave, r.id, r.ref, r.name, c.slug, r.email FROM outbox o \
                     JOIN recipient r ON r.id = o.recipient_id JOIN campaign c ON c.id = r.campaign_id \
                     WHERE o.state IN ('sent', 'in_doubt', 'failed') AND r.email <> ''";

impl Piece {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            wave: row.get(1)?,
            recipient: row.get(2)?,
            reference: row.get(3)?,
            name: row.get(4)?,
            campaign: row.get(5)?,
            address: row.get(6)?,
        })
    }
}

/// The email that has this key in its Message-ID.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn piece_of(read: &Read<'_>, key: &str) -> Result<Option<Piece>> {
    let sql = format!("{PIECE} AND o.message_key = ?1 AND o.message_key <> ''");
    read.first(&sql, params![key], Piece::from_row)
}

/// The email of the newest plan that went to an address since a moment.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn last_piece_to(read: &Read<'_>, address: &str, since: NaiveDateTime) -> Result<Option<Piece>> {
    let sql = "SELECT id FROM recipient WHERE email <> '' AND LOWER(email) = LOWER(?1) ORDER BY id DESC";
    let recipients: Vec<i64> = read.all(sql, params![address.trim()], |row| row.get(0))?;
    let sql = format!("{PIECE} AND o.recipient_id = ?1 AND o.at >= ?2 ORDER BY o.at DESC");
    for id in recipients {
        if let Some(piece) = read.first(&sql, params![id, since], Piece::from_row)? {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

/// Settles a doubt: an answer to an email proves that it was taken. Whether there was a doubt.
///
/// # Errors
/// When the database fails.
pub(crate) fn settle_doubt(write: &Write<'_>, piece: &Piece, now: NaiveDateTime) -> Result<bool> {
    let sql = "UPDATE outbox SET state = 'sent', at = ?2, reply = 'an answer to it came back' \
               WHERE id = ?1 AND state = 'in_doubt'";
    let was = write.run(sql, params![piece.id, now])? > 0;
    if was {
        mark_sent(write, piece.id)?;
    }
    Ok(was)
}

/// The email that a recipient got, if it was one only.
pub(super) fn only_piece_of(read: &Read<'_>, recipient: i64) -> Result<Option<Piece>> {
    let pieces = read.all(&format!("{PIECE} AND o.recipient_id = ?1"), params![recipient], Piece::from_row)?;
    Ok(Some(pieces).filter(|pieces| pieces.len() == 1).and_then(|mut pieces| pieces.pop()))
}

column_enum! {
    /// What the owner says about an email of which nobody knows.
    pub(crate) enum Verdict {
        /// It arrived, or is to be taken as if it had.
        Sent = "sent",
        /// It is to be sent again, under the same Message-ID.
        Again = "again",
    }
}

/// Settles an email that is in doubt, on the owner's word; one that failed may be sent again. Of several emails to one
/// person it is the first that is in doubt.
///
/// # Errors
/// When there is no such email, or its state is known.
pub(crate) fn settle_by_hand(
    write: &Write<'_>,
    planned: &Planned,
    reference: &str,
    verdict: Verdict,
    now: NaiveDateTime,
) -> Result<Entry> {
    let mut theirs = Vec::new();
    for wave in 0..=last_wave(write, planned)? {
        theirs.extend(entries(write, planned, wave)?.into_iter().filter(|entry| entry.reference == reference));
    }
    let open = |state| theirs.iter().find(|entry| entry.state == state);
    let Some(entry) = open(OutboxState::InDoubt).or(open(OutboxState::Failed)).or(theirs.first()).cloned() else {
        return Err(Error::new(format!("{} gets no email of {}", text::quote(reference), text::quote(&planned.slug)))
            .hint(format!("`regulars outbox {}` says who does", planned.slug)));
    };
    let allowed =
        entry.state == OutboxState::InDoubt || (entry.state == OutboxState::Failed && verdict == Verdict::Again);
    if !allowed {
        let state = entry.state.as_str().replace('_', " ");
        return Err(Error::new(format!("the email to {} ({}) is {state}", entry.name, text::quote(reference)))
            .hint("only what is in doubt is settled, and what failed is sent again"));
    }
    let sql = "SELECT id FROM recipient WHERE campaign_id = ?1 AND ref = ?2";
    let id: i64 = write.value(sql, params![planned.id, reference])?;
    if verdict == Verdict::Again && entry.wave == 0 && !campaign::take_back(write, &campaign::recipient(write, id)?)? {
        return Err(Error::new(format!("{} ({}) gets a letter instead", entry.name, text::quote(reference)))
            .hint("it was printed already; nobody gets both"));
    }
    let sql = "UPDATE outbox SET state = ?3, at = ?4, due_at = NULL, first_at = NULL, attempt = 0 WHERE recipient_id = \
               (SELECT id FROM recipient WHERE campaign_id = ?1 AND ref = ?2) AND wave = ?5";
    let state = if verdict == Verdict::Sent { OutboxState::Sent } else { OutboxState::Queued };
    write.run(sql, params![planned.id, reference, state, now, entry.wave])?;
    if verdict == Verdict::Sent {
        let sql = "SELECT id FROM outbox WHERE recipient_id = ?1 AND wave = ?2";
        mark_sent(write, write.value(sql, params![id, entry.wave])?)?;
    }
    Ok(entry)
}
