//! `send NAME`: sends emails through the mail server, or writes them into a folder.

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::context::Context;
use super::done::Done;
use super::outbox::wrong_waits;
use super::progress::watched;
use crate::app::send::{self, SendOptions, SendOutcome};
use crate::campaign::HeldBack;
use crate::domain::{Channel, OutboxState};
use crate::error::{Error, Result};
use crate::outbox::{OutboxCounts, SendTally};
use crate::shop::Shop;
use crate::text;

/// Send the emails of a campaign through the mail server in shop.toml, each at most once.
///
/// Ctrl-C stops after the current emails; run the same command again to continue. Exit code 0: everything that can be
/// sent was sent; 3: some emails wait, failed or are in doubt.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Ctrl-C ends it after the emails at hand; the same command goes on. Exit code 0: everything that can go has \
                  gone; 3: something waits, failed or is in doubt."
)]
pub(super) struct SendArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Write the emails into this folder instead, as .eml files, exactly as they would be sent; nothing is sent.
    #[arg(long, value_name = "DIR")]
    to_folder: Option<PathBuf>,
    /// The largest number of emails.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Also send emails that wait for a complaint to be resolved. Email always needs consent.
    #[arg(long)]
    despite: bool,
    /// Send the emails without problems, and list the others.
    #[arg(long)]
    leave_out_problems: bool,
    /// Confirm that this is the same shop, moved here or restored from a backup, and that its queued emails may be
    /// sent. Needed once.
    #[arg(long, conflicts_with = "to_folder")]
    restored: bool,
}

pub(super) fn run(arguments: &SendArguments, context: &Context) -> Result<Done> {
    let (shop, slug) = (context.shop()?, &arguments.campaign);
    let SendArguments { limit, despite, leave_out_problems, restored, .. } = *arguments;
    let options = SendOptions { limit, despite, leave_out_problems, restored };
    if let Some(folder) = &arguments.to_folder {
        return to_folder(&shop, slug, folder, &options, context);
    }
    let clock = context.clock;
    let sent = watched(context, |progress| send::send(&shop, slug, &options, clock, progress))?;
    let mut object = counts(slug, &sent.counts);
    object["held_back"] = sent.held_back.len().into();
    object["next_try"] = json!(sent.report.next_try);
    object["stopped"] = json!(sent.report.stopped);
    object["left_out"] = messages(&sent.left_out);
    let done = Done::new(format!("Sent {}.", summary(&sent.report.tally)), &object);
    let done = with_warnings(&sent, slug, clock.now(), done);
    Ok(without(sent.left_out, done).warn(sent.differences))
}

fn to_folder(shop: &Shop, slug: &str, folder: &Path, options: &SendOptions, context: &Context) -> Result<Done> {
    let outcome = watched(context, |progress| send::send_to_folder(shop, slug, folder, options, progress))?;
    let shown = folder.display().to_string();
    let emails = Channel::Email.count(outcome.count);
    let mut object = counts(slug, &outcome.counts);
    object["folder"] = shown.as_str().into();
    object["written"] = outcome.count.into();
    let text = format!("Wrote {emails} to {}; nothing was sent.", text::quote(&shown));
    object["left_out"] = messages(&outcome.left_out);
    Ok(without(outcome.left_out, Done::new(text, &object)).warn(outcome.differences))
}

fn messages(left_out: &[Error]) -> Value {
    left_out.iter().map(Error::message).collect()
}

/// Adds the emails that were left out.
fn without(left_out: Vec<Error>, done: Done) -> Done {
    if left_out.is_empty() {
        return done;
    }
    done.warn(left_out.into_iter().map(|problem| format!("left out: {problem}"))).partial(true)
}

/// `120 emails; 1 failed, 1 is in doubt`, to stand after "sent".
pub(super) fn summary(tally: &SendTally) -> String {
    let mut text = Channel::Email.count(tally.sent);
    let others = [
        (tally.failed, OutboxState::Failed.as_str(), OutboxState::Failed.as_str()),
        (tally.later, "is to be tried again", "are to be tried again"),
        (tally.in_doubt, "is in doubt", "are in doubt"),
    ];
    let others = text::counts(&others.map(|(n, one, many)| (n, if n == 1 { one } else { many })));
    if !others.is_empty() {
        text.push_str(&format!("; {others}"));
    }
    text
}

/// Warnings and the exit code: a line for all emails that were not sent, and what to do about them.
fn with_warnings(sent: &SendOutcome, slug: &str, now: NaiveDateTime, done: Done) -> Done {
    let SendOutcome { report, held_back: held, open, .. } = sent;
    let emails = |n: usize| Channel::Email.count(n);
    let mut warnings = Vec::new();
    if report.doubted > 0 {
        let n = emails(report.doubted);
        warnings.push(format!("{n} in doubt since an earlier run was interrupted: `regulars outbox {slug}`"));
    }
    if open.failed > 0 {
        warnings.push(format!(
            "{} failed: `regulars outbox {slug}` shows which, and the mail server's reply; `--settle REF again` or \
             `--readdress REF` sends one again",
            emails(open.failed)
        ));
    }
    if open.in_doubt > 0 {
        let (n, are) = (emails(open.in_doubt), text::is(open.in_doubt));
        warnings.push(format!(
            "{n} {are} in doubt: `regulars outbox {slug}` shows which, and the mail server's reply; settle it with `--settle \
             REF sent`, or `again`"
        ));
    }
    if let Some(next) = open.next_tries.first() {
        let (n, next) = (emails(open.next_tries.len()), next.format("%Y-%m-%d %H:%M"));
        warnings.push(format!("to retry what the mail server deferred ({n}): `regulars send {slug}`, from {next} on"));
    }
    warnings.extend(wrong_waits(slug, open.next_tries.iter().copied(), now));
    if report.over_limit > 0 {
        let (n, are) = (emails(report.over_limit), text::is(report.over_limit));
        warnings.push(format!("{n} {are} left by `--limit`: `regulars send {slug}` sends them"));
    }
    if report.over_cap > 0 {
        let n = emails(report.over_cap);
        warnings.push(format!("`daily_cap` is reached for today: `regulars send {slug}` continues tomorrow with {n}"));
    }
    warnings.extend(held_back(held));
    let left = report.tally.left();
    if left > 0 && report.stopped.is_none() {
        warnings.push(format!("{} stay queued: an opt-out was recorded in the meantime", emails(left)));
    }
    let done = done.warn(warnings);
    match &report.stopped {
        Some(why) => {
            let error = Error::new(format!("{why}; {} stay queued", emails(left)))
                .hint(format!("`regulars send {slug}` continues from there"));
            done.broken_off(&error)
        }
        None => done.partial(sent.is_partial()),
    }
}

/// What is held back and why: open complaints, and pieces that are no longer wanted.
pub(super) fn held_back(held: &[HeldBack]) -> Vec<String> {
    let (complaints, others): (Vec<&HeldBack>, Vec<&HeldBack>) = held.iter().partition(|held| held.complaint);
    let complaint = " until a complaint is resolved (`regulars customer resolve REF`), or with `send --despite`";
    [(complaints, complaint), (others, "")]
        .into_iter()
        .filter(|(held, _)| !held.is_empty())
        .map(|(held, until)| {
            let why: Vec<&str> = held.iter().map(|held| held.message.as_str()).collect();
            format!("{} held back{until}: {}", Channel::Email.count(held.len()), text::first_few(&why, 3))
        })
        .collect()
}

/// The counts of a campaign's emails, for programs.
fn counts(slug: &str, counts: &OutboxCounts) -> Value {
    let mut object = json!(counts);
    object["campaign"] = slug.into();
    object
}
