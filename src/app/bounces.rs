//! `bounces`: reads what came back after sending emails, and acts on it.

use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};
use serde::Serialize;

use super::undelivered::{BounceNotice, no_more, undelivered};
use crate::domain::{BounceClass, Channel, InboundKind, Suppression, is_same_mailbox};
use crate::error::Result;
use crate::inbound::{self, DeliveryOutcome, DeliveryStatus, Mail, MailKind};
use crate::outbox::{self, SentEmail};
use crate::shop::Shop;
use crate::store::Write;

/// A report that names only an address is matched to an email of at most this many days ago.
const LATELY: i64 = 30;

/// How many messages of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct BounceCounts {
    pub(crate) messages: usize,
    /// Acted on in an earlier run.
    pub(crate) known: usize,
    /// There is no such mailbox.
    pub(crate) bounced: usize,
    pub(crate) mailbox_full: usize,
    /// Not delivered for another reason.
    pub(crate) undelivered: usize,
    /// Still being tried.
    pub(crate) delayed: usize,
    /// Delivered, according to the receiver's mail server.
    pub(crate) delivered: usize,
    /// Someone marked an email as spam.
    pub(crate) complaints: usize,
    /// Someone unsubscribed.
    pub(crate) unsubscribed: usize,
    /// Replies by people.
    pub(crate) replies: usize,
    /// Automatic replies.
    pub(crate) automatic: usize,
    /// All other mail.
    pub(crate) ordinary: usize,
    /// Reports that the owner has to decide on.
    pub(crate) left: usize,
    /// Emails in doubt that are now known to have been sent.
    pub(crate) settled: usize,
}

/// What happened to one recipient's email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BouncedPerson {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) campaign: String,
    pub(crate) email: String,
    pub(crate) what: InboundKind,
    /// As the report words it.
    #[serde(rename = "said")]
    pub(crate) diagnostic: String,
    /// Why the address gets no more email, if it is now suppressed.
    pub(crate) suppressed: Option<Suppression>,
    /// The channel by which a second piece is sent instead.
    pub(crate) instead: Option<Channel>,
    /// Matched by the address alone.
    pub(crate) by_address: bool,
}

/// A message that the owner has to decide on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LeftToOwner {
    /// Where the message is.
    pub(crate) message: String,
    pub(crate) why: String,
    /// It can be acted on once the owner confirms it.
    pub(crate) by_address: bool,
    /// Its UID in a folder read over IMAP.
    #[serde(skip)]
    uid: Option<u32>,
}

/// The outcome of reading a mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct BounceReport {
    #[serde(flatten)]
    pub(crate) counts: BounceCounts,
    pub(crate) people: Vec<BouncedPerson>,
    pub(crate) left_to_you: Vec<LeftToOwner>,
}

impl BounceReport {
    /// The UIDs of messages left to the owner, from index `first` of [`BounceReport::left_to_you`] on.
    pub(super) fn left_uids(&self, first: usize) -> Vec<u32> {
        self.left_to_you[first..].iter().filter_map(|one| one.uid).collect()
    }

    /// Whether there is anything to report.
    pub(crate) fn has_news(&self) -> bool {
        !self.people.is_empty() || !self.left_to_you.is_empty() || self.counts.settled > 0
    }
}

/// Acts on each message of a mailbox once, however often it is read; the mailbox is not changed. Reports that name only
/// an address are accepted if `by_address` is set.
///
/// # Errors
/// When there is no such mailbox; then nothing was done.
pub(crate) fn bounces(shop: &Shop, mailbox: &Path, by_address: bool, now: NaiveDateTime) -> Result<BounceReport> {
    let mut store = shop.store()?;
    let mails = inbound::read(mailbox)?;
    store.write(|write| act(write, &mails, by_address, now, BounceReport::default()))
}

/// Reports what would be done, and does nothing.
///
/// # Errors
/// When there is no such mailbox.
pub(crate) fn rehearse(shop: &Shop, mailbox: &Path, by_address: bool, now: NaiveDateTime) -> Result<BounceReport> {
    let mut store = shop.store()?;
    let mails = inbound::read(mailbox)?;
    store.rehearse(|write| act(write, &mails, by_address, now, BounceReport::default()))
}

/// Acts on messages; the outcome is added to that of `earlier` ones.
pub(super) fn act(
    write: &Write<'_>,
    mails: &[Mail],
    by_address: bool,
    now: NaiveDateTime,
    earlier: BounceReport,
) -> Result<BounceReport> {
    let mut reader = MailReader { write, by_address, now, outcome: earlier };
    for mail in mails {
        reader.read(mail)?;
    }
    let mut outcome = reader.outcome;
    outcome.counts.messages += mails.len();
    outcome.counts.left = outcome.left_to_you.len();
    Ok(outcome)
}

struct MailReader<'w> {
    write: &'w Write<'w>,
    by_address: bool,
    now: NaiveDateTime,
    outcome: BounceReport,
}

impl MailReader<'_> {
    fn read(&mut self, mail: &Mail) -> Result<()> {
        for hash in std::iter::once(&mail.hash).chain(&mail.older_hash) {
            if inbound::is_known(self.write, hash)? {
                self.outcome.counts.known += 1;
                return Ok(());
            }
        }
        match &mail.kind {
            MailKind::Report { keys, statuses } => self.report(mail, keys, statuses),
            MailKind::Complaint { keys, addresses } => self.complaint(mail, keys, addresses),
            MailKind::Unsubscribe { keys, from } => self.unsubscribe(mail, keys, from.as_deref()),
            MailKind::Answer { keys, automatic } => self.answer(keys, *automatic),
            MailKind::MayUnsubscribe { keys, from } => self.may_unsubscribe(mail, keys, from.as_deref()),
            MailKind::Encloses { keys, subject } => match self.ours(keys)? {
                Some(email) => {
                    let why = format!("a message with the email to {} in it: {subject}", shown(&email));
                    self.left(mail, why, false);
                    Ok(())
                }
                None => self.answer(&[], false),
            },
            MailKind::Withheld { why } => {
                self.left(mail, format!("the mail server does not send it: {why}"), false);
                Ok(())
            }
            MailKind::Odd { keys, subject } => {
                let about = self.ours(keys)?.map(|email| format!(" about {}", shown(&email))).unwrap_or_default();
                self.left(mail, format!("a delivery report{about} that follows no standard: {subject}"), false);
                Ok(())
            }
        }
    }

    fn answer(&mut self, keys: &[String], automatic: bool) -> Result<()> {
        let ours = self.ours(keys)?;
        let counts = &mut self.outcome.counts;
        *(match (automatic, ours.is_some()) {
            (true, _) => &mut counts.automatic,
            (false, true) => &mut counts.replies,
            (false, false) => &mut counts.ordinary,
        }) += 1;
        Ok(())
    }

    fn report(&mut self, mail: &Mail, keys: &[String], statuses: &[DeliveryStatus]) -> Result<()> {
        let ours = self.ours(keys)?;
        // One email has one recipient; an alias may forward to several mailboxes, and one delivery is enough.
        let is_about = |email: &SentEmail, status: &DeliveryStatus| {
            status.addresses.iter().any(|address| is_same_mailbox(address, &email.address))
        };
        let named = ours.as_ref().and_then(|email| statuses.iter().find(|status| is_about(email, status)));
        let reached = statuses.iter().find(|status| status.outcome == DeliveryOutcome::Delivered);
        let Some(status) = named.or(reached).or(statuses.first()) else {
            self.left(mail, "a delivery report without a result for the email".to_owned(), false);
            return Ok(());
        };
        let class = match status.outcome {
            DeliveryOutcome::Lost(class) => class,
            DeliveryOutcome::Unclear => {
                let whom = ours.as_ref().map(|email| format!(" to {}", shown(email))).unwrap_or_default();
                let mut why = format!("a delivery report without a result for the email{whom}");
                if !status.diagnostic.is_empty() {
                    why += &format!(": {}", status.diagnostic);
                }
                self.left(mail, why, false);
                return Ok(());
            }
            DeliveryOutcome::Delayed => {
                self.outcome.counts.delayed += 1;
                return Ok(());
            }
            DeliveryOutcome::Delivered => {
                self.outcome.counts.delivered += 1;
                return Ok(());
            }
        };
        let Some((email, is_by_address)) = self.meant(ours, &status.addresses)? else {
            let whom = status.addresses.first().map_or("somebody", String::as_str);
            self.left(mail, format!("about no email of the last {LATELY} days: {whom}, {}", status.diagnostic), false);
            return Ok(());
        };
        if !self.believed(mail, &email, is_by_address, &status.diagnostic) {
            return Ok(());
        }
        // A failure behind a forwarding address does not prove that the address itself is dead.
        let is_forwarded = status.delivered_to.as_ref().is_some_and(|end| !is_same_mailbox(end, &email.address));
        let class = if is_forwarded && class == BounceClass::NoMailbox { BounceClass::Unreached } else { class };
        let notice =
            BounceNotice { class, report: Some(&mail.hash), diagnostic: &status.diagnostic, on: self.now.date() };
        let done = undelivered(self.write, email.recipient, email.wave, &notice)?;
        let counts = &mut self.outcome.counts;
        *match class {
            BounceClass::NoMailbox => &mut counts.bounced,
            BounceClass::MailboxFull => &mut counts.mailbox_full,
            BounceClass::Unreached => &mut counts.undelivered,
        } += 1;
        let second = done.recipient.second.filter(|second| second.returned_on.is_none());
        self.happened(
            email,
            class.kind(),
            &status.diagnostic,
            done.suppressed,
            second.map(|second| second.channel),
            is_by_address,
        );
        Ok(())
    }

    fn complaint(&mut self, mail: &Mail, keys: &[String], addresses: &[String]) -> Result<()> {
        let ours = self.ours(keys)?;
        let Some((email, is_by_address)) = self.meant(ours, addresses)? else {
            self.left(mail, format!("a complaint about no email of the last {LATELY} days"), false);
            return Ok(());
        };
        let diagnostic = "a complaint through their mail provider";
        if !self.believed(mail, &email, is_by_address, diagnostic) {
            return Ok(());
        }
        self.outcome.counts.complaints += 1;
        self.no_more(mail, email, Suppression::Complaint, diagnostic, is_by_address)
    }

    fn unsubscribe(&mut self, mail: &Mail, keys: &[String], from: Option<&str>) -> Result<()> {
        let ours = self.ours(keys)?;
        let is_by_address = ours.is_none();
        // An opt-out is accepted from anyone who has the address, at any time: a false one costs a letter, a true one
        // is the law.
        let Some(email) = self.of_sender(ours, from)? else {
            let from = from.unwrap_or("somebody");
            self.left(mail, format!("{from} asks to unsubscribe, and no email was sent to that address"), false);
            return Ok(());
        };
        self.outcome.counts.unsubscribed += 1;
        self.no_more(mail, email, Suppression::Unsubscribed, "unsubscribed by email", is_by_address)
    }

    /// The email that a message replies to, else the last one sent to its sender.
    fn of_sender(&self, ours: Option<SentEmail>, from: Option<&str>) -> Result<Option<SentEmail>> {
        match (ours, from) {
            (None, Some(from)) => outbox::last_to(self.write, from, NaiveDateTime::default()),
            (ours, _) => Ok(ours),
        }
    }

    fn may_unsubscribe(&mut self, mail: &Mail, keys: &[String], from: Option<&str>) -> Result<()> {
        let ours = self.ours(keys)?;
        let Some(email) = self.of_sender(ours, from)? else { return self.answer(keys, false) };
        let (who, reference) = (shown(&email), &email.reference);
        let then = format!("if so, `regulars customer set {reference} email_consent=no`");
        self.left(mail, format!("{who} seems to ask to unsubscribe; {then}"), false);
        Ok(())
    }

    fn no_more(
        &mut self,
        mail: &Mail,
        email: SentEmail,
        why: Suppression,
        diagnostic: &str,
        is_by_address: bool,
    ) -> Result<()> {
        no_more(self.write, &email, why, (&mail.hash, diagnostic), self.now.date())?;
        self.happened(email, why.inbound_kind(), diagnostic, Some(why), None, is_by_address);
        Ok(())
    }

    /// The email that a key belongs to; a reply to it proves that it was delivered.
    fn ours(&mut self, keys: &[String]) -> Result<Option<SentEmail>> {
        for key in keys {
            if let Some(email) = outbox::by_key(self.write, key)? {
                self.outcome.counts.settled += usize::from(outbox::settle_doubt(self.write, &email, self.now)?);
                return Ok(Some(email));
            }
        }
        Ok(None)
    }

    /// The email that a report is about, and whether it was matched by the address alone.
    fn meant(&self, ours: Option<SentEmail>, addresses: &[String]) -> Result<Option<(SentEmail, bool)>> {
        if let Some(email) = ours {
            return Ok(Some((email, false)));
        }
        for address in addresses {
            if let Some(email) = outbox::last_to(self.write, address, self.now - TimeDelta::days(LATELY))? {
                return Ok(Some((email, true)));
            }
        }
        Ok(None)
    }

    /// Whether a report is acted on; one that names only an address waits for the owner.
    fn believed(&mut self, mail: &Mail, email: &SentEmail, is_by_address: bool, diagnostic: &str) -> bool {
        if is_by_address && !self.by_address {
            let why = format!("matched by the address alone: {}, {diagnostic}", shown(email));
            self.left(mail, why, true);
        }
        !is_by_address || self.by_address
    }

    fn left(&mut self, mail: &Mail, why: String, by_address: bool) {
        let (message, uid) = (mail.place.clone(), mail.uid);
        self.outcome.left_to_you.push(LeftToOwner { message, why, by_address, uid });
    }

    fn happened(
        &mut self,
        email: SentEmail,
        what: InboundKind,
        diagnostic: &str,
        suppressed: Option<Suppression>,
        instead: Option<Channel>,
        by_address: bool,
    ) {
        let SentEmail { reference, name, campaign, address: email, .. } = email;
        let diagnostic = diagnostic.to_owned();
        self.outcome.people.push(BouncedPerson {
            reference,
            name,
            campaign,
            email,
            what,
            diagnostic,
            suppressed,
            instead,
            by_address,
        });
    }
}

/// The recipient of an email, for messages.
fn shown(email: &SentEmail) -> String {
    let SentEmail { name, reference, address, .. } = email;
    format!("{name} (`{reference}`) <{address}>")
}
