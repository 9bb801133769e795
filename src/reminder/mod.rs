//! Reminders: who of a campaign gets one, by which channel, and when.
//!
//! Each counts from the day of the person's first piece, and keeps its distance from the reminder before it when that one
//! went late. Whoever has come gets none, nor does anybody whose mail came back.

mod personal_data;
mod table;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::{CampaignFile, Planned, Recipient};
use crate::domain::{Arm, Channel, PieceState, Response};
use crate::error::Result;
use crate::store::Read;

pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use table::{batches, begin, dated, mark_printed, printed};

/// What is due of a campaign, and what is to come.
#[derive(Debug, Default)]
pub(crate) struct Outlook<'r> {
    /// What is due, each wave once, in order.
    pub(crate) due: Vec<Due<'r>>,
    /// The day on which the next falls due, and which it is.
    pub(crate) next: Option<(NaiveDate, usize)>,
    /// Whose reminder waits for a complaint to be put right.
    pub(crate) waiting: Vec<&'r Recipient>,
}

/// A reminder that is due.
#[derive(Debug)]
pub(crate) struct Due<'r> {
    /// 1 for the first.
    pub(crate) wave: usize,
    /// Who gets it by post.
    pub(crate) letters: Vec<&'r Recipient>,
    /// Who gets it by email.
    pub(crate) emails: Vec<&'r Recipient>,
}

/// How far a piece has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It went out on that day, by that channel; what is in doubt counts, as most of it has arrived.
    Went(NaiveDate, Channel),
    /// It will not go.
    Lost,
    /// It is in the queue.
    Waits,
}

/// How somebody may be written to now.
#[derive(Debug, Clone, Copy, Default)]
struct Wishes {
    letter: bool,
    email: bool,
    complains: bool,
}

/// Says what of a campaign's reminders is due on `today`. Nothing is after the last day of the gift.
///
/// # Errors
/// When the database does not answer.
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
    let (stages, wishes) = (table::stages(read, planned)?, table::wishes(read, planned)?);
    let mut due: BTreeMap<usize, Due<'r>> = BTreeMap::new();
    for recipient in recipients.iter().filter(|r| may_be_reminded(r)) {
        let Some(first) = first(planned, recipient, &stages) else { continue };
        let wishes = wishes.get(&recipient.id).copied().unwrap_or_default();
        let Some((wave, channel, day)) = next(file, recipient, first, wishes, &stages) else { continue };
        if day > last {
            continue;
        }
        if day > today {
            outlook.next = outlook.next.into_iter().chain([(day, wave)]).min();
        } else if wishes.complains {
            outlook.waiting.push(recipient);
        } else {
            let due = due.entry(wave).or_insert_with(|| Due { wave, letters: Vec::new(), emails: Vec::new() });
            if channel == Channel::Email { &mut due.emails } else { &mut due.letters }.push(recipient);
        }
    }
    outlook.due = due.into_values().collect();
    Ok(outlook)
}

/// Who of those whose letters of a reminder were printed may still get them.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn still_wanted<'r>(
    read: &Read<'_>,
    planned: &Planned,
    wave: usize,
    recipients: &'r [Recipient],
) -> Result<Vec<&'r Recipient>> {
    let (printed, wishes) = (printed(read, planned, wave)?, table::wishes(read, planned)?);
    let wanted = |r: &&Recipient| {
        let wishes = wishes.get(&r.id).copied().unwrap_or_default();
        printed.contains_key(&r.id) && may_be_reminded(r) && wishes.letter && !wishes.complains
    };
    Ok(recipients.iter().filter(wanted).collect())
}

/// A reminder that somebody got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Got {
    /// 1 for the first.
    pub(crate) wave: usize,
    /// The day on which it went.
    pub(crate) on: NaiveDate,
    pub(crate) channel: Channel,
}

/// The reminders that recipients got, by the recipients' ids.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn got(read: &Read<'_>, planned: &Planned) -> Result<BTreeMap<i64, Vec<Got>>> {
    let mut got: BTreeMap<i64, Vec<Got>> = BTreeMap::new();
    for ((recipient, wave), stage) in table::stages(read, planned)? {
        if let (Stage::Went(on, channel), 1..) = (stage, wave) {
            got.entry(recipient).or_default().push(Got { wave, on, channel });
        }
    }
    Ok(got)
}

/// Whether somebody was written to, has not come, and their mail did not come back.
fn may_be_reminded(recipient: &Recipient) -> bool {
    recipient.arm == Arm::Mailed && recipient.number.is_some() && recipient.response() == Response::NotRedeemed
}

/// The day on which somebody's first piece went out, if it did; when it did not reach them, the one that went instead.
fn first(planned: &Planned, recipient: &Recipient, stages: &BTreeMap<(i64, usize), Stage>) -> Option<NaiveDate> {
    if let Some(second) = recipient.second.as_ref().filter(|second| second.channel == Channel::Letter) {
        return second.posted_on;
    }
    match stages.get(&(recipient.id, 0)) {
        Some(Stage::Went(on, _)) => Some(*on),
        _ if recipient.channel == Some(Channel::Letter) && recipient.state == PieceState::Posted => planned.posted_on,
        _ => None,
    }
}

/// The next reminder of somebody: which, by which channel, and the day. One that cannot reach them is passed over.
fn next(
    file: &CampaignFile,
    recipient: &Recipient,
    first: NaiveDate,
    wishes: Wishes,
    stages: &BTreeMap<(i64, usize), Stage>,
) -> Option<(usize, Channel, NaiveDate)> {
    let mut earliest = first;
    let mut days_before = 0;
    for (index, reminder) in file.reminders.iter().enumerate() {
        let wave = index + 1;
        match stages.get(&(recipient.id, wave)) {
            Some(Stage::Went(on, _)) => (earliest, days_before) = (*on, reminder.days),
            Some(Stage::Lost) => {}
            Some(Stage::Waits) | None => {
                let channel = reminder.channel(recipient.goes_by()?);
                // The letter goes to the address that was frozen, which a person of emails may not have had.
                let has_home = || recipient.channel == Some(Channel::Letter) || recipient.has_home();
                if if channel == Channel::Email { wishes.email } else { wishes.letter && has_home() } {
                    let apart = chrono::Days::new((reminder.days - days_before).into());
                    return Some((wave, channel, earliest.checked_add_days(apart)?));
                }
            }
        }
    }
    None
}
