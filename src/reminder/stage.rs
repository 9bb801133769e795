//! The states of a campaign's emails and of its reminders' letters.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use crate::campaign::Planned;
use crate::domain::{Channel, OutboxState, RecipientId};
use crate::error::Result;
use crate::store::{Read, params};

/// The state of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Sent on that day, by that channel; emails in doubt count, because most of them arrived.
    Went(NaiveDate, Channel),
    /// It will not be sent.
    Lost,
    /// It is in the queue.
    Waits,
}

/// By recipient and wave.
pub(super) type Stages = BTreeMap<(RecipientId, usize), Stage>;

/// The states of a campaign's emails and of its reminders' letters.
pub(super) fn stages(read: &Read<'_>, planned: &Planned) -> Result<Stages> {
    let mut stages = BTreeMap::new();
    let sql = "SELECT o.recipient_id, o.wave, o.state, o.at FROM email_progress o JOIN recipient r ON r.id = o.recipient_id \
               WHERE r.campaign_id = ?1";
    read.each(sql, params![planned.id], |row| {
        let stage = match (row.get(2)?, row.get::<Option<NaiveDateTime>>(3)?) {
            (OutboxState::Sent | OutboxState::InDoubt | OutboxState::Sending, Some(at)) => {
                Stage::Went(at.date(), Channel::Email)
            }
            (OutboxState::Queued, _) => Stage::Waits,
            _ => Stage::Lost,
        };
        stages.insert((row.get(0)?, row.get(1)?), stage);
        Ok(())
    })?;
    let sql = "SELECT l.recipient_id, l.wave, l.printed_on FROM reminder_letter l \
               JOIN recipient r ON r.id = l.recipient_id WHERE r.campaign_id = ?1";
    read.each(sql, params![planned.id], |row| {
        stages.insert((row.get(0)?, row.get(1)?), Stage::Went(row.get(2)?, Channel::Letter));
        Ok(())
    })?;
    Ok(stages)
}

/// A reminder that someone got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SentReminder {
    /// 1 for the first.
    pub(crate) wave: usize,
    /// The day on which it was sent.
    pub(crate) on: NaiveDate,
    pub(crate) channel: Channel,
}

pub(crate) fn sent_reminders(read: &Read<'_>, planned: &Planned) -> Result<BTreeMap<RecipientId, Vec<SentReminder>>> {
    let mut sent: BTreeMap<RecipientId, Vec<SentReminder>> = BTreeMap::new();
    for ((recipient, wave), stage) in stages(read, planned)? {
        if let (Stage::Went(on, channel), 1..) = (stage, wave) {
            sent.entry(recipient).or_default().push(SentReminder { wave, on, channel });
        }
    }
    Ok(sent)
}
