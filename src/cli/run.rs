//! `run`: sends everything that is due today, for a timer that runs once a day.

use serde_json::{Value, json};

use super::bounces;
use super::context::Context;
use super::done::Done;
use super::send::{held_back, summary};
use super::stop::stop_on_ctrl_c;
use crate::app::run::{self, RunEvent, RunOutcome, RunStep};
use crate::domain::Channel;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::text;

/// Send everything that is due today, or was missed earlier: emails that wait for another try, and reminders.
///
/// Emails that the daily cap has left are included; letters of reminders are printed. If `[bounces]` in shop.toml names
/// a mailbox, its returned mail is read first. Made for a daily timer; may be repeated any number of times.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Emails wait for another try, or for the next day of the daily cap. Letters of reminders are printed. What was due \
                  earlier and was missed goes too. Where `[bounces]` in shop.toml names a mailbox, what came back in it is read \
                  first. May be run any number of times."
)]
pub(super) struct RunArguments {
    /// Show what would be sent; nothing is sent, printed or recorded.
    #[arg(long)]
    dry_run: bool,
    /// Confirm that this is the same shop, moved here or restored from a backup, and that its queued emails may be
    /// sent. Needed once.
    #[arg(long, conflicts_with = "dry_run")]
    restored: bool,
}

pub(super) fn run(arguments: &RunArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    if arguments.dry_run {
        return Ok(shown(&shop, true, run::rehearse(&shop, context.clock.now())?));
    }
    let stop = stop_on_ctrl_c()?;
    let outcome = run::run(&shop, context.clock, arguments.restored, &stop)?;
    let is_partial = outcome.is_partial();
    Ok(shown(&shop, false, outcome).partial(is_partial))
}

/// The outcome as sentences, and as an object.
fn shown(shop: &Shop, dry_run: bool, outcome: RunOutcome) -> Done {
    let mut lists = Lists::default();
    outcome.events.iter().for_each(|event| lists.add(event, shop));
    let mut text: String = lists.sentences.iter().map(|sentence| format!("{sentence}\n")).collect();
    let came_back = outcome.came_back.as_ref().filter(|report| report.has_news());
    if let Some(report) = came_back {
        text.insert_str(0, &bounces::page(report, None, dry_run));
        lists.warnings.splice(0..0, bounces::warnings(report));
    }
    if text.is_empty() && outcome.faults.is_empty() {
        text.push_str("Nothing is due.\n");
    }
    if let Some(next) = &outcome.next {
        let which = if next.wave == 0 { "emails".to_owned() } else { format!("reminder {}", next.wave) };
        let when = next.at.map_or(next.on.to_string(), |at| at.format("%Y-%m-%d %H:%M").to_string());
        text.push_str(&format!("Next: {which} of {}, on {when}.\n", text::quote(&next.campaign)));
    }
    let mut object = json!({ "next": outcome.next, "came_back": outcome.came_back });
    object[if dry_run { "would_go" } else { "went" }] = lists.objects.into();
    let done = Done::new(text, &object).warn(lists.warnings);
    match Error::all(outcome.faults) {
        Some(faults) => done.broken_off(&faults),
        None => done,
    }
}

/// What happened, for people and for programs.
#[derive(Default)]
struct Lists {
    sentences: Vec<String>,
    objects: Vec<Value>,
    warnings: Vec<String>,
}

impl Lists {
    fn add(&mut self, event: &RunEvent, shop: &Shop) {
        let RunEvent { slug, title, wave, what } = event;
        match what {
            RunStep::WouldGo { channel, refs } => {
                let verb = if *channel == Channel::Email { "send" } else { "print" };
                let pieces = text::count(refs.len(), channel.as_str());
                self.sentences.push(format!("{title}: would {verb} {pieces}."));
                self.objects.push(json!({ "campaign": slug, "wave": wave, "channel": channel, "refs": refs }));
            }
            RunStep::Sent { tally, stopped, over_cap } => {
                if tally.all > 0 {
                    self.sentences.push(format!("{title}: sent {}.", summary(tally)));
                }
                let mut object = json!(tally);
                object["campaign"] = slug.as_str().into();
                object["wave"] = (*wave).into();
                object["channel"] = json!(Channel::Email);
                object["stopped"] = json!(stopped);
                self.objects.push(object);
                if tally.failed + tally.in_doubt > 0 {
                    self.warnings.push(format!("`regulars outbox {slug}` shows which, and the mail server's reply"));
                }
                if *over_cap > 0 {
                    let left = Channel::Email.count(*over_cap);
                    self.warnings
                        .push(format!("{title}: `daily_cap` is reached for today, which leaves {left} for tomorrow"));
                }
            }
            RunStep::Printed { count, pages, file } => {
                let (letters, pages) = (Channel::Letter.count(*count), text::count(*pages, "page"));
                let (file, want) = (shop.shown(file), if *count == 1 { "it wants" } else { "they want" });
                self.sentences.push(format!("{title}: printed {letters} on {pages} to {file}; {want} posting."));
                self.objects.push(json!({
                    "campaign": slug, "wave": wave, "channel": Channel::Letter, "printed": count, "file": file,
                }));
            }
            RunStep::Completed(file) => {
                let file = shop.shown(file);
                self.warnings.push(format!("{title}: an earlier run that was interrupted had printed {file}"));
            }
            RunStep::LeftOut(fault) => self.warnings.push(format!("left out: {fault}")),
            RunStep::HeldBack(held) => {
                let warnings = held_back(held).into_iter().map(|warning| format!("{title}: {warning}"));
                self.warnings.extend(warnings);
            }
            RunStep::Doubted(count) => {
                let emails = Channel::Email.count(*count);
                self.warnings.push(format!(
                    "{title}: {emails} in doubt since an earlier run was interrupted: `regulars outbox {slug}`"
                ));
            }
            RunStep::Waiting(who) => {
                let wait = match who.len() {
                    1 => "a reminder waits".to_owned(),
                    n => format!("{} wait", text::count(n, "reminder")),
                };
                let who = text::first_few(who, 3);
                self.warnings.push(format!(
                    "{title}: {wait} until a complaint is resolved (`regulars customer resolve REF`): {who}"
                ));
            }
            RunStep::Unsent(count) => {
                let (emails, wait) = (Channel::Email.count(*count), if *count == 1 { "waits" } else { "wait" });
                self.warnings.push(format!("{title}: {emails} {wait} for your `regulars send {slug}`"));
            }
            RunStep::Unposted => self
                .warnings
                .push(format!("the reminders of {title} count from the day that `regulars posted {slug}` records")),
        }
    }
}
