//! What is due of one campaign: its own emails that were begun, and its reminders.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;

use super::go::Runner;
use super::{Log, Next};
use crate::campaign::{self, HeldBack, Planned, Recipient};
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::outbox;
use crate::reminder::{self, Outlook};
use crate::store::{Read, Store};
use crate::text;

/// What is due of one campaign.
pub(super) struct Due<'r> {
    /// The campaign's own emails: those put off before, and those that were left when the owner sent all.
    own: Vec<&'r Recipient>,
    /// Those of them whose email is held back.
    held: Vec<HeldBack>,
    /// How many were never tried and wait for the owner's `send`.
    unsent: usize,
    reminders: Outlook<'r>,
    /// Until when the mail server has put emails off, by wave and recipient.
    later: HashMap<(usize, i64), NaiveDateTime>,
    /// It was printed, and counts from the day of posting.
    unposted: bool,
}

impl<'r> Due<'r> {
    pub(super) fn of(
        read: &Read<'_>,
        planned: &Planned,
        recipients: &'r [Recipient],
        now: NaiveDateTime,
    ) -> Result<Self> {
        let file = campaign::kept_files(read, planned)?.campaign(&planned.slug)?;
        let reminders = reminder::outlook(read, planned, &file, recipients, now.date())?;
        let unposted = planned.state == CampaignState::Printing && !file.reminders.is_empty();
        let mut due = Self { own: Vec::new(), held: Vec::new(), unsent: 0, reminders, later: HashMap::new(), unposted };
        if planned.claim_until.is_some_and(|until| now.date() > until) {
            return Ok(due);
        }
        let by_reference: HashMap<&str, &Recipient> = recipients.iter().map(|r| (r.reference.as_str(), r)).collect();
        let find = |reference: &str| by_reference.get(reference).copied();
        let goes_on = outbox::goes_on(read, planned)?;
        let held = campaign::held_back(read, &Planned { state: CampaignState::Sending, ..planned.clone() }, None)?;
        for wave in 0..=outbox::last_wave(read, planned)? {
            for entry in outbox::entries(read, planned, wave)? {
                let Some(recipient) = find(&entry.reference) else { continue };
                if let Some(at) = entry.due_at.filter(|at| *at > now) {
                    due.later.insert((wave, recipient.id), at);
                }
                match held.get(&recipient.id) {
                    _ if wave > 0 || entry.state != "queued" => {}
                    _ if !goes_on && entry.attempts == 0 => due.unsent += 1,
                    Some(held) => due.held.push(held.clone()),
                    None => due.own.push(recipient),
                }
            }
        }
        Ok(due)
    }

    /// Those of a wave's emails that the mail server did not put off.
    fn now(&self, wave: usize, emails: &[&'r Recipient]) -> Vec<&'r Recipient> {
        emails.iter().copied().filter(|r| !self.later.contains_key(&(wave, r.id))).collect()
    }

    /// Takes reminders out of the queue that are not wanted any more.
    pub(super) fn withdraw(&self, store: &mut Store, planned: &Planned) -> Result<()> {
        let waves = outbox::last_wave(&store.read(), planned)?;
        store.write(|write| {
            (1..=waves).try_for_each(|wave| {
                let due = self.reminders.due.iter().find(|due| due.wave == wave);
                reminder::withdraw(write, planned, wave, due.map_or(&[], |due| &due.emails))
            })
        })
    }

    /// Lets it go; letters even when the mail server refuses.
    pub(super) fn go(&self, runner: &mut Runner<'_>, store: &mut Store, planned: &Planned) -> Result<()> {
        if !self.held.is_empty() {
            let why: Vec<&str> = self.held.iter().map(|held| held.message.as_str()).collect();
            let held = text::count(why.len(), "email");
            runner.log.warnings.push(format!("{}: {held} held back: {}", planned.name, text::first_few(&why, 3)));
        }
        self.waiting(planned, &mut runner.log);
        let mut faults: Vec<Error> =
            runner.emails(store, planned, 0, &self.now(0, &self.own)).err().into_iter().collect();
        for due in &self.reminders.due {
            faults.extend(runner.letters(store, planned, due.wave, &due.letters).err());
            faults.extend(runner.emails(store, planned, due.wave, &self.now(due.wave, &due.emails)).err());
        }
        Error::all(faults).map_or(Ok(()), Err)
    }

    /// Whose reminder waits for a complaint to be put right.
    fn waiting(&self, planned: &Planned, log: &mut Log) {
        let waiting = &self.reminders.waiting;
        if !waiting.is_empty() {
            let who: Vec<String> =
                waiting.iter().map(|r| format!("{} ({})", r.name, text::quote(&r.reference))).collect();
            log.warnings.push(format!(
                "{}: {} until a complaint is put right (`regulars customer resolve REF`): {}",
                planned.name,
                if who.len() == 1 {
                    "a reminder waits".to_owned()
                } else {
                    format!("{} wait", text::count(who.len(), "reminder"))
                },
                text::first_few(&who, 3)
            ));
        }
    }

    /// Tells what would go.
    pub(super) fn told(&self, planned: &Planned, log: &mut Log) {
        let mut one = |wave: usize, channel: &str, who: &[&Recipient]| {
            if who.is_empty() {
                return;
            }
            let verb = if channel == "email" { "send" } else { "print" };
            let refs: Vec<&str> = who.iter().map(|r| r.reference.as_str()).collect();
            let of = if wave == 0 { planned.name.clone() } else { format!("{}, reminder {wave}", planned.name) };
            log.sentences.push(format!("{of}: would {verb} {}.", text::count(who.len(), channel)));
            log.objects.push(json!({ "campaign": planned.slug, "wave": wave, "channel": channel, "refs": refs }));
        };
        one(0, "email", &self.now(0, &self.own));
        for due in &self.reminders.due {
            one(due.wave, "letter", &due.letters);
            one(due.wave, "email", &self.now(due.wave, &due.emails));
        }
        self.waiting(planned, log);
        self.to_come_later(planned, log);
    }

    /// What is to come after a run: of what is left as well, tomorrow or when the mail server wants it.
    pub(super) fn to_come(&self, planned: &Planned, today: NaiveDate, log: &mut Log) {
        let tomorrow = today.succ_opt().unwrap_or(today);
        let left = std::iter::once((0, &self.own)).chain(self.reminders.due.iter().map(|due| (due.wave, &due.emails)));
        for (wave, emails) in left {
            if !self.now(wave, emails).is_empty() {
                log.next_is([Next { on: tomorrow, at: None, campaign: planned.slug.clone(), wave }]);
            }
        }
        self.to_come_later(planned, log);
    }

    fn to_come_later(&self, planned: &Planned, log: &mut Log) {
        let campaign = || planned.slug.clone();
        log.next_is(self.reminders.next.map(|(on, wave)| Next { on, at: None, campaign: campaign(), wave }));
        log.next_is(self.later.iter().map(|((wave, _), at)| Next {
            on: at.date(),
            at: Some(*at),
            campaign: campaign(),
            wave: *wave,
        }));
        let (name, slug) = (&planned.name, &planned.slug);
        if self.unsent > 0 {
            let wait = if self.unsent == 1 { "waits" } else { "wait" };
            let emails = text::count(self.unsent, "email");
            log.warnings.push(format!("{name}: {emails} {wait} for your `regulars send {slug}`"));
        }
        if self.unposted {
            log.warnings.push(format!("the reminders of {name} count from the day that `regulars posted {slug}` says"));
        }
    }
}
