//! What is due in one campaign: its own emails that were already started, and its reminders.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};

use super::go::Runner;
use super::outcome::{NextPieces, RunOutcome, RunStep};
use crate::campaign::{self, HeldBack, Planned, Recipient};
use crate::domain::{CampaignState, Channel, OutboxState, RecipientId};
use crate::error::{Error, Result};
use crate::outbox;
use crate::reminder::{self, Outlook};
use crate::store::{Read, Store};
use crate::text;

/// What is due of one campaign.
pub(super) struct DuePieces<'r> {
    planned: &'r Planned,
    /// The campaign's own emails: those deferred, and those that remained when the owner sent all.
    own: Vec<&'r Recipient>,
    /// Those of them whose email is held back.
    held: Vec<HeldBack>,
    /// How many were never tried and wait for the owner's `send`.
    unsent: usize,
    reminders: Outlook<'r>,
    /// Until when the mail server has deferred emails, by wave and recipient.
    later: HashMap<(usize, RecipientId), NaiveDateTime>,
    /// It was printed but not recorded as mailed, so its reminders have no start day.
    unposted: bool,
}

impl<'r> DuePieces<'r> {
    pub(super) fn of(
        read: &Read<'_>,
        planned: &'r Planned,
        recipients: &'r [Recipient],
        now: NaiveDateTime,
    ) -> Result<Self> {
        let file = campaign::kept_files(read, planned)?.campaign(&planned.slug)?;
        let reminders = reminder::outlook(read, planned, &file, recipients, now.date())?;
        let unposted = planned.state == CampaignState::Printing && !file.reminders.is_empty();
        let (own, held, later) = (Vec::new(), Vec::new(), HashMap::new());
        let mut due = Self { planned, own, held, unsent: 0, reminders, later, unposted };
        if planned.claim_until.is_some_and(|until| now.date() > until) {
            return Ok(due);
        }
        let by_reference: HashMap<&str, &Recipient> = recipients.iter().map(|r| (r.reference.as_str(), r)).collect();
        let goes_on = outbox::goes_on(read, planned)?;
        let held = campaign::held_back(read, &Planned { state: CampaignState::Sending, ..planned.clone() }, None)?;
        for wave in 0..=outbox::last_wave(read, planned)? {
            for entry in outbox::entries(read, planned, wave)? {
                let Some(recipient) = by_reference.get(entry.reference.as_str()) else { continue };
                if let Some(at) = entry.due_at.filter(|at| *at > now) {
                    due.later.insert((wave, recipient.id), at);
                }
                match held.get(&recipient.id) {
                    _ if wave > 0 || entry.state != OutboxState::Queued => {}
                    _ if !goes_on && entry.attempts == 0 => due.unsent += 1,
                    Some(held) => due.held.push(held.clone()),
                    None => due.own.push(recipient),
                }
            }
        }
        Ok(due)
    }

    /// Those of a wave's emails that the mail server did not defer.
    fn now(&self, wave: usize, emails: &[&'r Recipient]) -> Vec<&'r Recipient> {
        emails.iter().copied().filter(|r| !self.later.contains_key(&(wave, r.id))).collect()
    }

    /// Removes reminders from the queue that are no longer wanted.
    pub(super) fn withdraw(&self, store: &mut Store) -> Result<()> {
        let waves = outbox::last_wave(&store.read(), self.planned)?;
        store.write(|write| {
            (1..=waves).try_for_each(|wave| {
                let due = self.reminders.due.iter().find(|due| due.wave == wave);
                outbox::withdraw(write, self.planned, wave, due.map_or(&[], |due| &due.emails))
            })
        })
    }

    /// Sends and prints what is due; letters are printed even if the mail server refuses emails.
    pub(super) fn go(&self, runner: &mut Runner<'_>) -> Result<()> {
        if !self.held.is_empty() {
            self.note(&mut runner.outcome, 0, RunStep::HeldBack(self.held.clone()));
        }
        self.waiting(&mut runner.outcome);
        let own = runner.emails(self.planned, 0, &self.now(0, &self.own));
        let mut faults: Vec<Error> = own.err().into_iter().collect();
        for due in &self.reminders.due {
            faults.extend(runner.letters(self.planned, due.wave, &due.letters).err());
            faults.extend(runner.emails(self.planned, due.wave, &self.now(due.wave, &due.emails)).err());
        }
        Error::all(faults).map_or(Ok(()), Err)
    }

    fn note(&self, outcome: &mut RunOutcome, wave: usize, what: RunStep) {
        let name = &self.planned.name;
        let title = if wave == 0 { name.clone() } else { format!("{name}, reminder {wave}") };
        outcome.push(&self.planned.slug, title, wave, what);
    }

    /// Recipients whose reminder waits for a complaint to be resolved.
    fn waiting(&self, outcome: &mut RunOutcome) {
        let waiting = self.reminders.waiting.iter();
        let who: Vec<String> = waiting.map(|r| format!("{} ({})", r.name, text::quote(&r.reference))).collect();
        if !who.is_empty() {
            self.note(outcome, 0, RunStep::Waiting(who));
        }
    }

    /// Adds what would be sent.
    pub(super) fn rehearse(&self, outcome: &mut RunOutcome) {
        let mut one = |wave: usize, channel: Channel, who: &[&Recipient]| {
            if !who.is_empty() {
                let refs = who.iter().map(|r| r.reference.clone()).collect();
                self.note(outcome, wave, RunStep::WouldGo { channel, refs });
            }
        };
        one(0, Channel::Email, &self.now(0, &self.own));
        for due in &self.reminders.due {
            one(due.wave, Channel::Letter, &due.letters);
            one(due.wave, Channel::Email, &self.now(due.wave, &due.emails));
        }
        self.waiting(outcome);
        self.to_come_later(outcome);
    }

    /// Adds what is due after a run, including what remains: tomorrow, or when the mail server accepts it.
    pub(super) fn to_come(&self, today: NaiveDate, outcome: &mut RunOutcome) {
        let tomorrow = today.succ_opt().unwrap_or(today);
        let left = std::iter::once((0, &self.own)).chain(self.reminders.due.iter().map(|due| (due.wave, &due.emails)));
        let left = left.filter(|(wave, emails)| !self.now(*wave, emails).is_empty());
        outcome.next_is(left.map(|(wave, _)| self.next(tomorrow, None, wave)));
        self.to_come_later(outcome);
    }

    fn to_come_later(&self, outcome: &mut RunOutcome) {
        outcome.next_is(self.reminders.next.map(|(on, wave)| self.next(on, None, wave)));
        outcome.next_is(self.later.iter().map(|((wave, _), at)| self.next(at.date(), Some(*at), *wave)));
        if self.unsent > 0 {
            self.note(outcome, 0, RunStep::Unsent(self.unsent));
        }
        if self.unposted {
            self.note(outcome, 0, RunStep::Unposted);
        }
    }

    fn next(&self, on: NaiveDate, at: Option<NaiveDateTime>, wave: usize) -> NextPieces {
        NextPieces { on, at, campaign: self.planned.slug.clone(), wave }
    }
}
