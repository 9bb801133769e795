//! Sends due emails through the mail server, and prints due letters.

use std::sync::atomic::{AtomicBool, Ordering};

use super::outcome::{RunOutcome, RunStep};
use crate::app::print::{PrintLock, PrintRun, end_what_was_left, print_letters, waves_left};
use crate::app::progress::Progress;
use crate::app::{send, undelivered};
use crate::campaign::{Planned, Recipient};
use crate::clock::Clock;
use crate::domain::{CampaignState, Channel};
use crate::error::{Error, Result};
use crate::outbox::{self, SendJob, SendLock};
use crate::piece::{EmailComposer, FrozenCampaign};
use crate::reminder;
use crate::shop::Shop;
use crate::store::Store;

/// A run in progress, and its outcome.
pub(super) struct Runner<'s> {
    pub(super) shop: &'s Shop,
    pub(super) store: &'s mut Store,
    pub(super) lock: &'s mut SendLock,
    pub(super) clock: Clock,
    pub(super) stop: &'s AtomicBool,
    pub(super) outcome: RunOutcome,
    /// Emails are no longer sent: the mail server refuses, a setting is missing in shop.toml, or the owner stopped it.
    pub(super) refused: bool,
}

impl Runner<'_> {
    /// Sends emails of a wave. One that cannot be made is reported and stays queued; the others are sent.
    pub(super) fn emails(&mut self, planned: &Planned, wave: usize, emails: &[&Recipient]) -> Result<()> {
        if emails.is_empty() || self.refused {
            return Ok(());
        }
        // A missing setting in shop.toml affects all campaigns; it is reported once.
        self.refused = true;
        let sender = send::sender(self.shop)?;
        let composer = EmailComposer::open(&self.store.read(), self.shop)?;
        self.refused = false;
        let on = self.frozen(planned, wave)?;
        let mut ready = Vec::with_capacity(emails.len());
        for (recipient, fault) in emails.iter().zip(composer.faults(&on, emails)?) {
            match fault {
                None => ready.push(*recipient),
                Some(fault) => self.note(&on, RunStep::LeftOut(fault)),
            }
        }
        let job = SendJob {
            planned: &on.planned,
            wave,
            emails: &ready,
            waiting: &|_| false,
            compose: &|recipient, key, date| composer.compose_to_go(&on, recipient, key, date),
            undeliverable: &undelivered::refused,
            sender,
            limit: None,
            by_timer: true,
            stop: self.stop,
            clock: self.clock,
            progress: &|_| {},
        };
        let report = outbox::run(self.store, self.lock, &job)?;
        let (tally, stopped) = (report.tally, report.stopped);
        self.note(&on, RunStep::Sent { tally, stopped: stopped.clone(), over_cap: report.over_cap });
        if let Some(why) = stopped {
            self.refused = true;
            let left = Channel::Email.count(tally.left());
            let fault = Error::new(format!("{}: {why}; {left} stay queued", on.title()));
            return Err(fault.hint("the next `regulars run` continues from there"));
        }
        Ok(())
    }

    /// Prints letters of a reminder. One with a problem is reported and stays due; the others are printed and recorded,
    /// so that no other run prints them.
    pub(super) fn letters(&mut self, planned: &Planned, wave: usize, letters: &[&Recipient]) -> Result<()> {
        if letters.is_empty() || self.stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        let on = self.frozen(planned, wave)?;
        let _lock = PrintLock::take(self.shop, &planned.slug)?;
        end_what_was_left(&self.store.read(), self.shop, planned, wave)?;
        let batch = reminder::batches(&self.store.read(), planned, wave)? + 1;
        let progress = Progress { report: &|_, _, _| {}, stop: self.stop };
        let run = PrintRun::of_reminder(letters.to_vec(), &on, self.shop, batch, &progress);
        let (printed, whose, files) = print_letters(&run)?;
        let today = self.clock.today();
        files.announce(batch)?;
        self.store.write(|write| reminder::mark_printed(write, wave, batch, &whose, today))?;
        files.publish()?;
        printed.left_out.into_iter().for_each(|fault| self.note(&on, RunStep::LeftOut(fault)));
        self.note(&on, RunStep::Printed { count: printed.count, pages: printed.pages, file: printed.file });
        Ok(())
    }

    /// Completes reminders that a killed run printed.
    pub(super) fn end_what_was_left(&mut self, planned: &Planned) -> Result<()> {
        for wave in waves_left(&self.shop.out(&planned.slug)) {
            let _lock = PrintLock::take(self.shop, &planned.slug)?;
            for file in end_what_was_left(&self.store.read(), self.shop, planned, wave)? {
                self.outcome.push(&planned.slug, planned.name.clone(), wave, RunStep::Completed(file));
            }
        }
        Ok(())
    }

    /// Everything that the pieces of a wave are made from; this fixes the date of a reminder.
    fn frozen(&mut self, planned: &Planned, wave: usize) -> Result<FrozenCampaign> {
        if wave == 0 {
            let mut on = FrozenCampaign::take(&self.store.read(), self.shop, &planned.slug)?;
            on.planned.state = CampaignState::Sending;
            return Ok(on);
        }
        let today = self.clock.today();
        let dated = self.store.write(|write| reminder::begin(write, planned, wave, today))?;
        FrozenCampaign::take_reminder(&self.store.read(), self.shop, planned, wave, dated)
    }

    fn note(&mut self, on: &FrozenCampaign, what: RunStep) {
        self.outcome.push(&on.planned.slug, on.title(), on.templates.wave, what);
    }
}
