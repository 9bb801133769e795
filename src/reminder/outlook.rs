//! The reminders of a campaign that are due, and the next ones.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::letters::printed;
use super::reach::reach;
use super::schedule::{ScheduledReminder, next};
use super::stage::{Stage, Stages, stages};
use crate::campaign::{CampaignFile, Planned, Recipient};
use crate::domain::{Arm, Channel, PieceState, Response};
use crate::error::Result;
use crate::store::Read;

/// The reminders of a campaign that are due, and the next ones.
#[derive(Debug, Default)]
pub(crate) struct Outlook<'r> {
    /// Each wave once, in order.
    pub(crate) due: Vec<DueReminder<'r>>,
    /// The day on which the next is due, and its wave.
    pub(crate) next: Option<(NaiveDate, usize)>,
    /// Recipients whose reminder waits for a complaint to be resolved.
    pub(crate) waiting: Vec<&'r Recipient>,
}

/// A reminder that is due.
#[derive(Debug)]
pub(crate) struct DueReminder<'r> {
    /// 1 for the first.
    pub(crate) wave: usize,
    /// Recipients by post.
    pub(crate) letters: Vec<&'r Recipient>,
    /// Recipients by email.
    pub(crate) emails: Vec<&'r Recipient>,
}

/// The reminders of a campaign that are due on `today`. None is due after the last day of the gift.
pub(crate) fn outlook<'r>(
    read: &Read<'_>,
    planned: &Planned,
    file: &CampaignFile,
    recipients: &'r [Recipient],
    today: NaiveDate,
) -> Result<Outlook<'r>> {
    let mut outlook = Outlook::default();
    let last = planned.claim_until.unwrap_or(NaiveDate::MAX);
    if file.reminders.is_empty() || today > last {
        return Ok(outlook);
    }
    let (stages, reach) = (stages(read, planned)?, reach(read, planned)?);
    let mut due: BTreeMap<usize, DueReminder<'r>> = BTreeMap::new();
    for recipient in recipients.iter().filter(|r| may_be_reminded(r)) {
        let id = recipient.id;
        let (Some(first), Some(goes_by)) = (first(planned, recipient, &stages), recipient.goes_by()) else { continue };
        let theirs = reach.get(&id).copied().unwrap_or_default();
        let reminders = file.reminders.iter();
        let reminders = reminders.map(|one| ScheduledReminder { days: one.days, channel: one.channel(goes_by) });
        // The letter uses the frozen address, which an email recipient may not have.
        let has_home = recipient.channel == Some(Channel::Letter) || recipient.has_home();
        let can_reach = |channel| match channel {
            Channel::Email => theirs.email,
            Channel::Letter => theirs.letter && has_home,
        };
        let stage = |wave| stages.get(&(id, wave)).copied();
        let Some((wave, channel, day)) = next(reminders, first, can_reach, stage) else { continue };
        if day > last {
            continue;
        }
        if day > today {
            outlook.next = outlook.next.into_iter().chain([(day, wave)]).min();
        } else if theirs.complains {
            outlook.waiting.push(recipient);
        } else {
            let due = due.entry(wave).or_insert_with(|| DueReminder { wave, letters: Vec::new(), emails: Vec::new() });
            match channel {
                Channel::Letter => due.letters.push(recipient),
                Channel::Email => due.emails.push(recipient),
            }
        }
    }
    outlook.due = due.into_values().collect();
    Ok(outlook)
}

/// Recipients with a printed reminder who may still get it.
pub(crate) fn still_wanted<'r>(
    read: &Read<'_>,
    planned: &Planned,
    wave: usize,
    recipients: &'r [Recipient],
) -> Result<Vec<&'r Recipient>> {
    let (printed, reach) = (printed(read, planned, wave)?, reach(read, planned)?);
    let wanted = |r: &&Recipient| {
        let id = r.id;
        let theirs = reach.get(&id).copied().unwrap_or_default();
        printed.contains_key(&id) && may_be_reminded(r) && theirs.letter && !theirs.complains
    };
    Ok(recipients.iter().filter(wanted).collect())
}

/// Whether someone was mailed, has not come, and their mail did not come back.
fn may_be_reminded(recipient: &Recipient) -> bool {
    recipient.arm == Arm::Mailed && recipient.number.is_some() && recipient.response() == Response::NotRedeemed
}

/// The day on which a recipient's first piece was sent, if it was; if it did not arrive, that of its replacement.
fn first(planned: &Planned, recipient: &Recipient, stages: &Stages) -> Option<NaiveDate> {
    if let Some(second) = recipient.second.as_ref().filter(|second| second.channel == Channel::Letter) {
        return second.posted_on;
    }
    match stages.get(&(recipient.id, 0)) {
        Some(Stage::Went(on, _)) => Some(*on),
        _ if recipient.channel == Some(Channel::Letter) && recipient.state == PieceState::Posted => planned.posted_on,
        _ => None,
    }
}
