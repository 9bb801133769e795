//! Sends the emails of a campaign through the mail server, or writes them into a folder.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::NaiveDateTime;

use super::problems::nothing_went;
use super::progress::{Activity, Progress};
use super::undelivered;
use crate::campaign::{self, HeldBack, Recipient};
use crate::clock::Clock;
use crate::domain::{CampaignState, Channel, OutboxState, PieceState, RecipientId};
use crate::error::{Error, Result};
use crate::files;
use crate::outbox::{self, OutboxCounts, OutboxEntry, SendJob, SendLock, SendReport};
use crate::piece::{self, EmailComposer, FrozenCampaign};
use crate::shop::Shop;
use crate::store::Store;
use crate::text;

/// Which emails go.
#[derive(Debug, Default)]
pub(crate) struct SendOptions {
    /// At most this many.
    pub(crate) limit: Option<usize>,
    /// Also those that wait for a complaint to be resolved.
    pub(crate) despite: bool,
    /// Skip those that cannot be made.
    pub(crate) leave_out_problems: bool,
    /// Also what an outbox from a backup has as queued.
    pub(crate) restored: bool,
}

/// The outcome of sending.
pub(crate) struct SendOutcome {
    pub(crate) report: SendReport,
    /// Why queued emails were not sent.
    pub(crate) held_back: Vec<HeldBack>,
    /// Why others could not be made.
    pub(crate) left_out: Vec<Error>,
    pub(crate) counts: OutboxCounts,
    pub(crate) open: OpenEmails,
    /// What has changed since the plan.
    pub(crate) differences: Vec<String>,
}

impl SendOutcome {
    /// Whether an email waits, failed or is in doubt.
    pub(crate) fn is_partial(&self) -> bool {
        let left = self.report.doubted + self.report.tally.left();
        left > 0 || self.open.is_any() || self.held_back.iter().any(|held| held.complaint)
    }
}

/// Emails of a campaign that can still be sent, except those held back.
#[derive(Debug, Default)]
pub(crate) struct OpenEmails {
    pub(crate) failed: usize,
    pub(crate) in_doubt: usize,
    /// Due now.
    pub(crate) queued: usize,
    /// When each deferred email is tried again, earliest first.
    pub(crate) next_tries: Vec<NaiveDateTime>,
}

impl OpenEmails {
    fn is_any(&self) -> bool {
        self.failed + self.in_doubt + self.queued + self.next_tries.len() > 0
    }
}

/// Emails written as files.
pub(crate) struct FolderOutcome {
    pub(crate) count: usize,
    /// Why others could not be made.
    pub(crate) left_out: Vec<Error>,
    pub(crate) counts: OutboxCounts,
    /// What has changed since the plan.
    pub(crate) differences: Vec<String>,
}

/// Sends what is queued and due, each email at most once.
///
/// # Errors
/// When a setting is missing in shop.toml, an email cannot be made and may not be left out, or another program
/// is sending.
pub(crate) fn send(
    shop: &Shop,
    slug: &str,
    options: &SendOptions,
    clock: Clock,
    progress: &Progress<'_>,
) -> Result<SendOutcome> {
    let mut store = shop.store()?;
    let (on, recipients) = open(&store, shop, slug, options.despite)?;
    let mut emails: Vec<&Recipient> = recipients.iter().collect();
    let sender = sender(shop)?;
    let composer = EmailComposer::open(&store.read(), shop)?;
    let waits = |recipient: &Recipient| on.held_back.contains_key(&recipient.id);
    let before = outbox::entries(&store.read(), &on.planned, 0)?;
    let queued: HashSet<&str> =
        before.iter().filter(|e| e.state == OutboxState::Queued).map(|e| e.reference.as_str()).collect();
    let is_queued = |recipient: &&Recipient| queued.contains(recipient.reference.as_str());
    // Nothing is sent if one of them cannot be made; each is made when it is sent.
    let wanted: Vec<&Recipient> = emails.iter().copied().filter(|r| is_queued(r) && !waits(r)).collect();
    let faults = composer.faults(&on, &wanted)?;
    let bad: HashSet<RecipientId> =
        wanted.iter().zip(&faults).filter_map(|(email, fault)| fault.as_ref().map(|_| email.id)).collect();
    let problems = faults.into_iter().flatten().collect();
    // If other emails of the campaign were already sent, having none left to send is not an error.
    let left_out = if options.leave_out_problems && bad.len() < before.len() {
        problems
    } else {
        allowed(("send", OutboxState::Sent.as_str()), problems, (bad.len(), wanted.len()), options)?
    };
    emails.retain(|email| !bad.contains(&email.id));
    (progress.report)(Activity::SendEmails, 0, queued.len());
    let job = SendJob {
        planned: &on.planned,
        wave: 0,
        emails: &emails,
        waiting: &waits,
        compose: &|recipient, key, date| composer.compose_to_go(&on, recipient, key, date),
        undeliverable: &undelivered::refused,
        sender,
        limit: options.limit,
        by_timer: false,
        stop: progress.stop,
        clock,
        progress: &|tally| (progress.report)(Activity::SendEmails, tally.all - tally.left(), tally.all),
    };
    let mut lock = SendLock::take(&shop.folder, &mut store, options.restored, &format!("send {slug}"))?;
    let report = outbox::run(&mut store, &mut lock, &job)?;
    let held_back = emails.iter().filter(|r| is_queued(r)).filter_map(|r| on.held_back.get(&r.id)).cloned().collect();
    let entries = outbox::entries(&store.read(), &on.planned, 0)?;
    let whose: HashMap<&str, bool> = emails.iter().map(|r| (r.reference.as_str(), waits(r))).collect();
    let open = open_emails(&entries, &whose, clock.now());
    let (counts, differences) = (OutboxCounts::of(&entries), campaign::differences(&store.read(), shop, &on.planned)?);
    Ok(SendOutcome { report, held_back, left_out, counts, open, differences })
}

/// Emails to these people, by reference, with whether they are held back; that does not matter for emails that are not
/// in the queue.
fn open_emails(entries: &[OutboxEntry], whose: &HashMap<&str, bool>, now: NaiveDateTime) -> OpenEmails {
    let mut open = OpenEmails::default();
    for entry in entries {
        let Some(is_held_back) = whose.get(entry.reference.as_str()) else { continue };
        match (entry.state, entry.due_at.filter(|at| *at > now)) {
            // A letter was sent instead.
            (OutboxState::Failed, _) if entry.letter.is_some_and(|letter| letter != PieceState::Planned) => {}
            (OutboxState::Failed, _) => open.failed += 1,
            (OutboxState::InDoubt, _) => open.in_doubt += 1,
            (OutboxState::Queued, _) if *is_held_back => {}
            (OutboxState::Queued, Some(at)) => open.next_tries.push(at),
            (OutboxState::Queued, None) => open.queued += 1,
            (OutboxState::Sending | OutboxState::Sent, _) => {}
        }
    }
    open.next_tries.sort_unstable();
    open
}

/// Writes the emails into a folder as .eml files, exactly as they would be sent.
///
/// # Errors
/// When one of them cannot be made and may not be left out: then none is written.
pub(crate) fn send_to_folder(
    shop: &Shop,
    slug: &str,
    folder: &Path,
    options: &SendOptions,
    progress: &Progress<'_>,
) -> Result<FolderOutcome> {
    let store = shop.store()?;
    let (on, emails) = open(&store, shop, slug, options.despite)?;
    let composer = EmailComposer::open(&store.read(), shop)?;
    let wanted = options.limit.unwrap_or(emails.len()).min(emails.len());
    let report = progress.of(Activity::WriteEmails, wanted);
    let (mut composed, mut faults) = (Vec::new(), Vec::new());
    for recipient in &emails[..wanted] {
        match composer.compose(&store.read(), &on, recipient) {
            Ok(bytes) => composed.push((recipient, bytes)),
            Err(fault) => faults.push(fault),
        }
        report(composed.len() + faults.len())?;
    }
    let left_out = allowed(("write", "written"), faults, (wanted - composed.len(), wanted), options)?;
    for (recipient, bytes) in &composed {
        let name = format!("{:06}-{}.eml", recipient.number.unwrap_or(0), piece::file_name(&recipient.reference));
        files::write_whole(&folder.join(name), bytes)?;
    }
    let differences = campaign::differences(&store.read(), shop, &on.planned)?;
    Ok(FolderOutcome { count: composed.len(), left_out, counts: counts(&store, &on)?, differences })
}

/// The problems of emails, if the others may be sent without them.
fn allowed(
    verb: (&str, &str),
    problems: Vec<Error>,
    (bad, all): (usize, usize),
    options: &SendOptions,
) -> Result<Vec<Error>> {
    if problems.is_empty() || options.leave_out_problems && bad < all {
        return Ok(problems);
    }
    Err(nothing_went(verb, problems, (bad, all), Channel::Email.as_str()))
}

/// Opens the transport for emails.
pub(super) fn sender(shop: &Shop) -> Result<outbox::Sender> {
    outbox::sender(shop, shop.settings.sender()?, std::env::var("REGULARS_SMTP_PASSWORD").ok())
}

/// The plan, and its email recipients in order.
fn open(store: &Store, shop: &Shop, slug: &str, despite: bool) -> Result<(FrozenCampaign, Vec<Recipient>)> {
    let read = store.read();
    let mut on = FrozenCampaign::take(&read, shop, slug)?;
    // Also after the letters of the campaign were mailed.
    on.planned.state = CampaignState::Sending;
    on.held_back = campaign::held_back(&read, &on.planned, None)?;
    if despite {
        on.held_back.retain(|_, held| !held.complaint);
    }
    // Forgotten people have no number.
    let mut emails = campaign::recipients(&read, on.planned.id)?;
    emails.retain(|r| r.gets(Channel::Email) && r.number.is_some());
    if emails.is_empty() {
        return Err(Error::new(format!("{} has no email to send", text::quote(slug)))
            .hint("its pieces are letters: `regulars print`; or set `channel = \"email\"` in the campaign"));
    }
    Ok((on, emails))
}

fn counts(store: &Store, on: &FrozenCampaign) -> Result<OutboxCounts> {
    Ok(OutboxCounts::of(&outbox::entries(&store.read(), &on.planned, 0)?))
}
