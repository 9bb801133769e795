//! `send NAME`: emails through the mail server, or as files into a folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::done::Done;
use super::{Context, pieces, progress};
use crate::campaign::{self, HeldBack, Recipient};
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::outbox::{self, Job, Report, Standing, Tally};
use crate::piece::FrozenCampaign;
use crate::shop::{self, Shop};
use crate::store::Store;
use crate::text;

/// Send the emails of a campaign through the mail server of shop.toml, each at most once. Ctrl-C ends it after the emails at
/// hand; the same command goes on.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
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
    /// A backup was put back, and what it has as queued is to be sent.
    #[arg(long, conflicts_with = "to_folder")]
    restored: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut store = shop.store()?;
    let mut on = FrozenCampaign::take(&store.read(), &shop, &arguments.campaign)?;
    // Also after the letters of the campaign went out.
    on.planned.state = CampaignState::Sending;
    on.held_back = campaign::held_back(&store.read(), &on.planned, None)?;
    if arguments.despite {
        on.held_back.retain(|_, held| !held.complaint);
    }
    let all = campaign::recipients(&store.read(), on.planned.id)?;
    // Whoever was forgotten since has no number.
    let emails: Vec<&Recipient> = all.iter().filter(|r| r.gets("email") && r.number.is_some()).collect();
    if emails.is_empty() {
        return Err(Error::new(format!("{} has no email to send", text::quote(&arguments.campaign)))
            .hint("its pieces are letters: `regulars print`; or set `channel = \"email\"` in the campaign"));
    }
    let done = match &arguments.to_folder {
        Some(folder) => to_folder(folder, arguments, context, &store, &on, &shop, &emails)?,
        None => through_the_server(arguments, context, &mut store, &on, &shop, &emails)?,
    };
    Ok(done.warn(pieces::differences(&store.read(), &shop, &on)?))
}

fn to_folder(
    folder: &Path,
    arguments: &Arguments,
    context: &Context,
    store: &Store,
    on: &FrozenCampaign,
    shop: &Shop,
    emails: &[&Recipient],
) -> Result<Done> {
    let writer = pieces::writer(&store.read(), shop)?;
    let wanted = arguments.limit.unwrap_or(emails.len()).min(emails.len());
    let bar = progress(context, wanted, "Writing emails");
    let (mut written, mut faults) = (Vec::new(), Vec::new());
    for recipient in &emails[..wanted] {
        match pieces::email(&store.read(), on, &writer, recipient) {
            Ok(bytes) => written.push((recipient, bytes)),
            Err(fault) => faults.push(fault),
        }
        bar.inc(1);
    }
    Error::all(faults).map_or(Ok(()), Err)?;
    for (recipient, bytes) in &written {
        let name = format!("{:06}-{}.eml", recipient.number.unwrap_or(0), pieces::file_name(&recipient.reference));
        shop::write_whole(&folder.join(name), bytes)?;
    }
    bar.finish_and_clear();
    let shown = folder.display().to_string();
    let text = format!("Wrote {} to {}; nothing was sent.", text::count(written.len(), "email"), text::quote(&shown));
    let mut object = standing(store, on)?;
    object["folder"] = shown.into();
    object["written"] = written.len().into();
    Ok(Done::new(text, &object))
}

fn through_the_server(
    arguments: &Arguments,
    context: &Context,
    store: &mut Store,
    on: &FrozenCampaign,
    shop: &Shop,
    emails: &[&Recipient],
) -> Result<Done> {
    let sender = outbox::sender(shop, pieces::sender(shop)?, std::env::var("REGULARS_SMTP_PASSWORD").ok())?;
    let writer = pieces::writer(&store.read(), shop)?;
    let waits = |recipient: &Recipient| on.held_back.contains_key(&recipient.id);
    let before = outbox::entries(&store.read(), &on.planned, 0)?;
    let queued: HashSet<&str> = before.iter().filter(|e| e.state == "queued").map(|e| e.reference.as_str()).collect();
    // Nothing goes out as long as one of them cannot be made; they are made as they go.
    let is_wanted = |r: &&Recipient| queued.contains(r.reference.as_str()) && !waits(r);
    let wanted: Vec<&Recipient> = emails.iter().copied().filter(is_wanted).collect();
    let faults = pieces::faults(on, &writer, &wanted)?;
    Error::all(faults.into_iter().flatten().collect()).map_or(Ok(()), Err)?;
    let bar = progress(context, queued.len(), "Sending");
    if let Ok(style) = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let job = Job {
        planned: &on.planned,
        wave: 0,
        emails,
        waiting: &waits,
        compose: &|recipient, key| pieces::keyed_email(on, &writer, recipient, key),
        sender,
        limit: arguments.limit,
        restored: arguments.restored,
        by_timer: false,
        stop: &*stop_on_ctrl_c()?,
        now: context.clock.now(),
        progress: &|tally| {
            bar.set_length(tally.all as u64);
            bar.set_position((tally.sent + tally.failed + tally.later + tally.in_doubt) as u64);
        },
    };
    let report = outbox::run(store, &mut outbox::Turn::take(&shop.folder)?, &job)?;
    bar.finish_and_clear();
    let held: Vec<&HeldBack> = emails
        .iter()
        .filter(|r| queued.contains(r.reference.as_str()))
        .filter_map(|r| on.held_back.get(&r.id))
        .collect();
    let mut object = standing(store, on)?;
    object["held_back"] = held.len().into();
    object["next_try"] = json!(report.next_try);
    object["stopped"] = json!(report.stopped);
    Ok(said(&report, &on.planned.slug, &held, Done::new(format!("Sent {}.", summary(&report.tally)), &object)))
}

/// `120 emails; 1 failed, 1 is in doubt`, to stand after "sent".
pub(super) fn summary(tally: &Tally) -> String {
    let mut text = text::count(tally.sent, "email");
    let others = [
        (tally.failed, "failed", "failed"),
        (tally.later, "is to be tried again", "are to be tried again"),
        (tally.in_doubt, "is in doubt", "are in doubt"),
    ];
    let others: Vec<String> = others
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many)| format!("{} {}", text::thousands(*n), if *n == 1 { one } else { many }))
        .collect();
    if !others.is_empty() {
        text.push_str(&format!("; {}", others.join(", ")));
    }
    text
}

/// What is to be known beside the figures, and the exit code.
fn said(report: &Report, slug: &str, held: &[&HeldBack], done: Done) -> Done {
    let tally = &report.tally;
    let mut warnings = Vec::new();
    if report.doubted > 0 {
        let n = text::count(report.doubted, "email");
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
        warnings.push(format!("{} held back: {}", text::count(held.len(), "email"), text::first_few(&why, 3)));
    }
    let left = tally.all - tally.sent - tally.failed - tally.later - tally.in_doubt;
    if left > 0 && report.stopped.is_none() {
        warnings.push(format!("{} stay queued: a no was written down meanwhile", text::count(left, "email")));
    }
    let done = done.warn(warnings);
    match &report.stopped {
        Some(why) => {
            let error = Error::new(format!("{why}; {} stay queued", text::count(left, "email")))
                .hint(format!("`regulars send {slug}` goes on where this ended"));
            done.refused(&error.report()).exit(3)
        }
        None if tally.failed + tally.later + tally.in_doubt + report.doubted + left > 0 => done.exit(3),
        None => done,
    }
}

/// Where the emails of a campaign stand, for programs.
fn standing(store: &Store, on: &FrozenCampaign) -> Result<serde_json::Value> {
    let Standing { queued, sending, sent, failed, in_doubt } =
        Standing::of(&outbox::entries(&store.read(), &on.planned, 0)?);
    Ok(json!({
        "campaign": on.planned.slug, "queued": queued, "sending": sending, "sent": sent, "failed": failed,
        "in_doubt": in_doubt,
    }))
}

/// A flag that Ctrl-C raises; when it is pressed again the program ends at once, and what is under way is in doubt.
pub(super) fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    let handler = move || {
        if raised.swap(true, Ordering::SeqCst) {
            #[expect(clippy::exit, reason = "the owner insists; the outbox is made for it")]
            std::process::exit(3);
        }
    };
    ctrlc::set_handler(handler).map_err(|e| Error::new("Ctrl-C could not be listened to").because(e))?;
    Ok(stop)
}
