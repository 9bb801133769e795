//! `bounces [MAILBOX]`: reads returned mail.

use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::done::Done;
use super::output::and_more;
use super::progress::watched;
use crate::app::bounces::{self, BounceCounts, BounceReport};
use crate::app::incoming;
use crate::domain::InboundKind;
use crate::error::Result;
use crate::text;

/// Read returned mail: dead addresses, full mailboxes, complaints, opt-outs.
///
/// The mailbox is never changed, and reading a message again has no effect. Without a file, the mailbox in `[bounces]`
/// of shop.toml is read over IMAP: its new messages, and those that an earlier run left to you.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The mailbox is never changed, and reading it again does nothing twice. Without a file it is the mailbox that \
                  `[bounces]` in shop.toml names, read over IMAP: what is new in it, and what was left to you before."
)]
pub(super) struct BouncesArguments {
    /// A Maildir, an mbox file, or a single message.
    #[arg(value_name = "MAILDIR|MBOX")]
    mailbox: Option<PathBuf>,
    /// Also accept reports that name nothing but an address; anyone could have written them.
    #[arg(long)]
    by_address: bool,
    /// Show what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// How many people are shown on the terminal; `--json` has them all.
const MOST_SHOWN: usize = 20;

pub(super) fn run(arguments: &BouncesArguments, context: &Context) -> Result<Done> {
    let (shop, now) = (context.shop()?, context.clock.now());
    let BouncesArguments { by_address, dry_run, .. } = *arguments;
    let Some(mailbox) = &arguments.mailbox else {
        let act = if dry_run { incoming::rehearse } else { incoming::bounces };
        let incoming = watched(context, |progress| act(&shop, by_address, now, progress))?;
        let done = done(&incoming.report, &incoming, Some(&incoming.folder), dry_run);
        return Ok(match &incoming.stopped {
            Some(fault) => done.broken_off(fault),
            None => done,
        });
    };
    let act = if dry_run { bounces::rehearse } else { bounces::bounces };
    let outcome = act(&shop, mailbox, by_address, now)?;
    Ok(done(&outcome, &outcome, None, dry_run))
}

fn done(outcome: &BounceReport, object: &impl Serialize, folder: Option<&str>, dry_run: bool) -> Done {
    let mut object = serde_json::to_value(object).unwrap_or_default();
    object["dry_run"] = dry_run.into();
    Done::new(page(outcome, folder, dry_run), &object).warn(warnings(outcome))
}

/// The outcome in sentences; `folder` is the one that was read over IMAP.
pub(super) fn page(outcome: &BounceReport, folder: Option<&str>, dry_run: bool) -> String {
    let counts = &outcome.counts;
    let of = folder.map_or(String::new(), |folder| format!(" of {}", text::quote(folder)));
    let mut text = format!("Read {}{of}{}.\n", text::count(counts.messages, "message"), kinds(counts));
    if outcome.people.is_empty() && counts.settled == 0 {
        let known = if counts.known > 0 { ": every report in it was already read" } else { "" };
        text.push_str(&format!("Nothing new{known}; the book stays unchanged.\n"));
    } else if dry_run {
        text.push_str("This is a dry run; the book stays unchanged.\n");
    }
    for (what, heading) in [
        (InboundKind::Bounced, "no such mailbox; these addresses get no more email"),
        (InboundKind::MailboxFull, "mailbox full"),
        (InboundKind::Undelivered, "not delivered"),
        (InboundKind::Complaint, "complained that it is spam; these addresses get no more email"),
        (InboundKind::Unsubscribed, "asked to unsubscribe"),
    ] {
        let people: Vec<_> = outcome.people.iter().filter(|one| one.what == what).collect();
        if people.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{heading}\n"));
        for one in people.iter().take(MOST_SHOWN) {
            let third = if what == InboundKind::MailboxFull && one.suppressed.is_some() {
                "; for the third time, no more"
            } else {
                ""
            };
            let instead = one.instead.as_ref().map_or(String::new(), |channel| format!("; a {channel} goes instead"));
            let by = if one.by_address { "; by the address alone" } else { "" };
            text.push_str(&format!(
                "  {}  {} <{}>  {}: {}{third}{instead}{by}\n",
                one.reference, one.name, one.email, one.campaign, one.diagnostic
            ));
        }
        text.push_str(&and_more(people.len(), MOST_SHOWN));
    }
    if counts.settled > 0 {
        let doubts = text::count(counts.settled, "email");
        let (is, was) = (text::is(counts.settled), text::was(counts.settled));
        let they = if counts.settled == 1 { "it" } else { "they" };
        text.push_str(&format!(
            "\n{doubts} {is} no longer in doubt: {they} {was} sent, because something came back.\n"
        ));
    }
    text
}

/// `: 2 bounced, 1 delayed, 7 other mails`.
fn kinds(counts: &BounceCounts) -> String {
    let some = text::counts(&[
        (counts.bounced, InboundKind::Bounced.as_str()),
        (counts.mailbox_full, "mailbox full"),
        (counts.undelivered, "not delivered"),
        (counts.complaints, "complained"),
        (counts.unsubscribed, InboundKind::Unsubscribed.as_str()),
        (counts.delayed, "delayed"),
        (counts.delivered, "delivered"),
        (counts.replies, "answered"),
        (counts.automatic, "automatic replies"),
        (counts.left, "left to you"),
        (counts.known, "read before"),
        (counts.ordinary, "other mail"),
    ]);
    if some.is_empty() { some } else { format!(": {some}") }
}

/// What is left to the owner.
pub(super) fn warnings(outcome: &BounceReport) -> Vec<String> {
    let mut warnings = Vec::new();
    let left = &outcome.left_to_you;
    let reasons: Vec<String> = left.iter().map(|one| format!("{}: {}", one.message, one.why)).collect();
    let shown: Vec<&str> = reasons.iter().map(String::as_str).collect();
    warnings.extend(shown.iter().take(MOST_SHOWN).map(|reason| format!("left to you: {reason}")));
    if shown.len() > MOST_SHOWN {
        warnings.push(format!("and {} more", text::thousands(shown.len() - MOST_SHOWN)));
    }
    if left.iter().any(|one| one.by_address) {
        warnings.push(
            "anyone could have written a report that has only an address; once you have checked them, `--by-address` accepts them"
                .to_owned(),
        );
    }
    warnings
}
