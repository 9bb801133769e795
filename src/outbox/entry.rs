//! The state of each email of a campaign, for the owner.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use crate::campaign::Planned;
use crate::domain::{Arm, Channel, OutboxState, PieceState};
use crate::error::Result;
use crate::store::{Read, params};

/// One email of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OutboxEntry {
    /// 0 for the campaign's own, 1 and up for its reminders.
    pub(crate) wave: usize,
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) state: OutboxState,
    /// How often it was offered to the mail server.
    pub(crate) attempts: usize,
    /// When it entered this state.
    pub(crate) at: Option<NaiveDateTime>,
    /// Not again before this moment.
    pub(crate) due_at: Option<NaiveDateTime>,
    /// The mail server's reply, or why the connection broke.
    pub(crate) reply: String,
    /// The day on which a report showed that it did not arrive.
    pub(crate) came_back: Option<NaiveDate>,
    /// The state of the letter that replaces it.
    pub(crate) letter: Option<PieceState>,
    /// The text of a bounce report.
    pub(crate) report: String,
}

/// Every email of a wave, in order; the campaign's own emails without a run are queued, a reminder exists once a run
/// has handled it.
pub(crate) fn entries(read: &Read<'_>, planned: &Planned, wave: usize) -> Result<Vec<OutboxEntry>> {
    let sql = "SELECT r.ref, r.name, r.email, COALESCE(o.state, ?3), COALESCE(o.attempt, 0), o.at, o.due_at, \
               COALESCE(o.reply, ''), CASE WHEN ?2 > 0 THEN NULL WHEN r.channel = ?4 THEN r.returned_on ELSE s.returned_on END, \
               CASE WHEN ?2 = 0 AND r.channel = ?4 THEN s.state END, \
               COALESCE((SELECT max(a.said) FROM email_report a WHERE a.recipient_id = r.id), '') \
               FROM recipient r LEFT JOIN outbox o ON o.recipient_id = r.id AND o.wave = ?2 \
               LEFT JOIN second_piece s ON s.recipient_id = r.id WHERE r.campaign_id = ?1 AND r.arm = ?5 \
               AND (o.state IS NOT NULL OR (?2 = 0 AND (r.channel = ?4 OR s.channel = ?4) \
               AND r.number IS NOT NULL)) ORDER BY COALESCE(r.number, 2147483647), r.ref";
    let values = params![planned.id, wave, OutboxState::Queued, Channel::Email, Arm::Mailed];
    read.all(sql, values, |row| {
        Ok(OutboxEntry {
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

/// How many emails of a campaign are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OutboxCounts {
    pub(crate) queued: usize,
    pub(crate) sending: usize,
    pub(crate) sent: usize,
    pub(crate) failed: usize,
    pub(crate) in_doubt: usize,
}

impl OutboxCounts {
    pub(crate) fn of(entries: &[OutboxEntry]) -> Self {
        let mut counts = Self::default();
        for entry in entries {
            *match entry.state {
                OutboxState::Queued => &mut counts.queued,
                OutboxState::Sending => &mut counts.sending,
                OutboxState::Sent => &mut counts.sent,
                OutboxState::Failed => &mut counts.failed,
                OutboxState::InDoubt => &mut counts.in_doubt,
            } += 1;
        }
        counts
    }
}

/// The last wave of a campaign with emails in the outbox; 0 before any reminder.
pub(crate) fn last_wave(read: &Read<'_>, planned: &Planned) -> Result<usize> {
    let sql = "SELECT COALESCE(max(o.wave), 0) FROM outbox o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1";
    read.value(sql, params![planned.id])
}
