//! What is due goes: emails through the mail server, letters into a file that wants posting.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::Log;
use crate::campaign::{Planned, Recipient};
use crate::cli::print::{Run as PrintRun, make_letters};
use crate::cli::send::summary;
use crate::cli::{Context, pieces};
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::outbox::{self, Job, Turn};
use crate::piece::FrozenCampaign;
use crate::reminder;
use crate::shop::Shop;
use crate::store::Store;
use crate::text;

/// Who lets things go, and the log of it.
pub(super) struct Runner<'s> {
    pub(super) context: &'s Context,
    pub(super) shop: &'s Shop,
    pub(super) turn: &'s mut Turn,
    pub(super) stop: &'s AtomicBool,
    pub(super) log: Log,
    /// No email goes any more: the mail server refuses, something is missing in shop.toml, or the owner has stopped it.
    pub(super) refused: bool,
}

impl Runner<'_> {
    /// Sends emails of a wave. One that cannot be made is named and stays; the others go.
    pub(super) fn emails(
        &mut self,
        store: &mut Store,
        planned: &Planned,
        wave: usize,
        emails: &[&Recipient],
    ) -> Result<()> {
        if emails.is_empty() || self.refused {
            return Ok(());
        }
        // What is missing in shop.toml is said once, and holds for all.
        self.refused = true;
        let sender =
            outbox::sender(self.shop, pieces::sender(self.shop)?, std::env::var("REGULARS_SMTP_PASSWORD").ok())?;
        let writer = pieces::writer(&store.read(), self.shop)?;
        self.refused = false;
        let on = self.frozen(store, planned, wave)?;
        let mut ready = Vec::with_capacity(emails.len());
        for (recipient, fault) in emails.iter().zip(pieces::faults(&on, &writer, emails)?) {
            match fault {
                None => ready.push(*recipient),
                Some(fault) => self.left_out(&fault),
            }
        }
        let job = Job {
            planned: &on.planned,
            wave,
            emails: &ready,
            waiting: &|_| false,
            compose: &|recipient, key| pieces::keyed_email(&on, &writer, recipient, key),
            sender,
            limit: None,
            restored: false,
            by_timer: true,
            stop: self.stop,
            now: self.context.clock.now(),
            progress: &|_| {},
        };
        let report = outbox::run(store, self.turn, &job)?;
        let (tally, slug) = (&report.tally, &planned.slug);
        let left = tally.all - tally.sent - tally.failed - tally.later - tally.in_doubt;
        if tally.all > 0 {
            self.log.sentences.push(format!("{}: sent {}.", on.title(), summary(tally)));
        }
        self.log.objects.push(json!({
            "campaign": slug, "wave": wave, "channel": "email", "sent": tally.sent, "failed": tally.failed,
            "later": tally.later, "in_doubt": tally.in_doubt, "stopped": report.stopped,
        }));
        if tally.failed + tally.in_doubt > 0 {
            self.log.warnings.push(format!("`regulars outbox {slug}` says whose, and what the mail server said"));
        }
        if report.capped {
            self.log.warnings.push(format!("{}: that is `daily_cap` for today", on.title()));
        }
        self.log.in_part |= tally.failed + tally.later + tally.in_doubt > 0;
        if let Some(why) = report.stopped {
            self.refused = true;
            let fault = Error::new(format!("{}: {why}; {} stay queued", on.title(), text::count(left, "email")));
            return Err(fault.hint("the next `regulars run` goes on where this ended"));
        }
        Ok(())
    }

    /// Prints letters of a reminder. One with a problem is named and stays; the others are printed, and written down so that
    /// no other run prints them.
    pub(super) fn letters(
        &mut self,
        store: &mut Store,
        planned: &Planned,
        wave: usize,
        letters: &[&Recipient],
    ) -> Result<()> {
        if letters.is_empty() || self.stop.load(Ordering::SeqCst) {
            return Ok(());
        }
        let today = self.context.clock.today();
        let on = self.frozen(store, planned, wave)?;
        let batch = reminder::batches(&store.read(), planned, wave)? + 1;
        let run = PrintRun::of_reminder(self.context, self.shop, &on, letters.to_vec(), batch);
        let made = make_letters(&run)?;
        store.write(|write| reminder::mark_printed(write, wave, batch, &made.letters, today))?;
        made.problems.iter().for_each(|fault| self.left_out(fault));
        let (count, file) = (made.letters.len(), run.shown(&made.pdf));
        let want = if count == 1 { "wants" } else { "want" };
        let pages = text::count(made.pages.iter().sum(), "page");
        self.log.sentences.push(format!(
            "{}: printed {} on {pages} to {file}; {} {want} posting.",
            on.title(),
            text::count(count, "letter"),
            if count == 1 { "it" } else { "they" },
        ));
        self.log.objects.push(json!({
            "campaign": planned.slug, "wave": wave, "channel": "letter", "printed": count, "file": file,
        }));
        Ok(())
    }

    /// Everything that the pieces of a wave are made from; from now on a reminder has its date.
    fn frozen(&self, store: &mut Store, planned: &Planned, wave: usize) -> Result<FrozenCampaign> {
        if wave == 0 {
            let mut on = FrozenCampaign::take(&store.read(), self.shop, &planned.slug)?;
            on.planned.state = CampaignState::Sending;
            return Ok(on);
        }
        let today = self.context.clock.today();
        let dated = store.write(|write| reminder::begin(write, planned, wave, today))?;
        FrozenCampaign::take_reminder(&store.read(), self.shop, planned, wave, dated)
    }

    fn left_out(&mut self, fault: &Error) {
        self.log.in_part = true;
        self.log.warnings.push(format!("left out: {fault}"));
    }
}
