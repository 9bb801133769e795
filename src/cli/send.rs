//! `send NAME`: emails through the mail server, or as files into a folder.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::context::Context;
use super::done::Done;
use super::progress::watched;
use crate::app::send::{self, SendOptions};
use crate::campaign::HeldBack;
use crate::domain::{Channel, OutboxState};
use crate::error::{Error, Result};
use crate::outbox::{OutboxCounts, SendReport, SendTally};
use crate::shop::Shop;
use crate::text;

/// Send the emails of a campaign through the mail server of shop.toml, each at most once. Ctrl-C ends it after the emails at
/// hand; the same command goes on.
#[derive(Debug, clap::Args)]
pub(super) struct SendArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Write the emails into this folder instead, as .eml files, exactly as they would go out; nothing leaves the shop.
    #[arg(long, value_name = "DIR")]
    to_folder: Option<PathBuf>,
    /// So many at most.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Let emails go that wait for a complaint to be put right. Nobody gets email without a yes.
    #[arg(long)]
    despite: bool,
    /// Send the emails that are in order, and list those that are not.
    #[arg(long)]
    leave_out_problems: bool,
    /// A backup was put back, and what it has as queued is to be sent.
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
    let now = context.clock.now();
    let sent = watched(context, |progress| send::send(&shop, slug, &options, now, progress))?;
    let mut object = counts(slug, &sent.counts);
    object["held_back"] = sent.held_back.len().into();
    object["next_try"] = json!(sent.report.next_try);
    object["stopped"] = json!(sent.report.stopped);
    object["left_out"] = messages(&sent.left_out);
    let done = Done::new(format!("Sent {}.", summary(&sent.report.tally)), &object);
    let done = with_warnings(&sent.report, slug, &sent.held_back, done);
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

/// With the emails that were left out.
fn without(left_out: Vec<Error>, done: Done) -> Done {
    if left_out.is_empty() {
        return done;
    }
    done.warn(left_out.into_iter().map(|problem| format!("left out: {problem}"))).exit(3)
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

/// What is to be known beside the figures, and the exit code.
fn with_warnings(report: &SendReport, slug: &str, held: &[HeldBack], done: Done) -> Done {
    let tally = &report.tally;
    let mut warnings = Vec::new();
    if report.doubted > 0 {
        let n = Channel::Email.count(report.doubted);
        warnings.push(format!("{n} in doubt since an earlier run was broken off: `regulars outbox {slug}`"));
    }
    if tally.failed + tally.in_doubt > 0 {
        warnings.push(format!("`regulars outbox {slug}` says whose, and what the mail server said"));
    }
    if let Some(next) = report.next_try {
        let next = next.format("%Y-%m-%d %H:%M");
        warnings.push(format!("to try again what the mail server put off: `regulars send {slug}`, from {next} on"));
    }
    if report.capped {
        warnings.push(format!("that is `daily_cap` for today: `regulars send {slug}` goes on tomorrow"));
    }
    if !held.is_empty() {
        let why: Vec<&str> = held.iter().map(|held| held.message.as_str()).collect();
        warnings.push(format!("{} held back: {}", Channel::Email.count(held.len()), text::first_few(&why, 3)));
    }
    let left = tally.left();
    if left > 0 && report.stopped.is_none() {
        warnings.push(format!("{} stay queued: a no was written down meanwhile", Channel::Email.count(left)));
    }
    let done = done.warn(warnings);
    match &report.stopped {
        Some(why) => {
            let error = Error::new(format!("{why}; {} stay queued", Channel::Email.count(left)))
                .hint(format!("`regulars send {slug}` goes on where this ended"));
            done.refused(&error.report()).exit(3)
        }
        None if tally.failed + tally.later + tally.in_doubt + report.doubted + left > 0 => done.exit(3),
        None => done,
    }
}

/// Where the emails of a campaign stand, for programs.
fn counts(slug: &str, counts: &OutboxCounts) -> Value {
    let mut object = json!(counts);
    object["campaign"] = slug.into();
    object
}
