//! `outbox NAME`: the state of its emails, and the owner's decision about those in doubt.

use chrono::NaiveDateTime;
use serde_json::json;

use super::context::Context;
use super::done::Done;
use super::output::and_more;
use crate::app::outbox;
use crate::domain::{Channel, Column as _, OutboxState};
use crate::error::{Error, Result};
use crate::outbox::{DoubtVerdict, OutboxCounts, OutboxEntry, is_beyond_any_wait};
use crate::text;

/// Show the state of a campaign's emails and its reminders: counts, and everyone whose email was not simply sent.
#[derive(Debug, clap::Args)]
pub(super) struct OutboxArguments {
    /// The campaign.
    #[arg(value_name = "NAME")]
    campaign: String,
    /// Settle a doubt: record that this recipient's email was `sent`, or send it `again`. An email that failed can also
    /// be sent `again`; one that waits for its next try is then due now.
    #[arg(long, num_args = 2, value_names = ["REF", "sent|again"])]
    settle: Option<Vec<String>>,
    /// Send this recipient's queued or failed email to the address that is now on their card.
    #[arg(long, value_name = "REF", conflicts_with = "settle")]
    readdress: Option<String>,
}

/// How many people of a state are shown on the terminal; `--json` has them all.
const MOST_SHOWN: usize = 20;

pub(super) fn run(arguments: &OutboxArguments, context: &Context) -> Result<Done> {
    let (shop, slug, clock) = (context.shop()?, &arguments.campaign, context.clock);
    let mut text = String::new();
    if let Some([reference, word]) = arguments.settle.as_deref() {
        let verdict = DoubtVerdict::from_form(word).ok_or_else(|| {
            Error::new(format!("{} is not `sent` or `again`", text::quote(word)))
                .hint("use `sent` if it arrived, or `again` to send it again")
        })?;
        let entry = outbox::settle(&shop, slug, reference, verdict, clock)?;
        let verb = if entry.wave == 0 { "send" } else { "run" };
        text = match verdict {
            DoubtVerdict::Again if entry.state == OutboxState::Queued => {
                format!("The email to {} is due now, and is sent with the next `regulars {verb}`.\n", entry.name)
            }
            DoubtVerdict::Sent => format!("Recorded: the email to {} was sent.\n", entry.name),
            DoubtVerdict::Again if entry.wave == 0 => {
                format!("The email to {} is sent again with the next `regulars send`.\n", entry.name)
            }
            DoubtVerdict::Again => {
                format!("Reminder {} to {} is sent again with the next `regulars run`.\n", entry.wave, entry.name)
            }
        };
    }
    if let Some(reference) = &arguments.readdress {
        let (entry, address) = outbox::readdress(&shop, slug, reference, clock)?;
        let next = if entry.wave == 0 { "send" } else { "run" };
        text = format!(
            "The email to {} is sent to {} instead of {}, with the next `regulars {next}`.\n",
            entry.name,
            text::quote(address.as_str()),
            text::quote(&entry.email)
        );
    }
    let (planned, waves) = outbox::list(&shop, slug, clock)?;
    let (mut object, mut reminders, mut doubts) = (json!({}), Vec::new(), 0);
    for (wave, entries) in waves.iter().enumerate() {
        let counts = OutboxCounts::of(entries);
        doubts += counts.in_doubt;
        if wave == 0 {
            text.push_str(&shown(&planned.name, &counts, entries));
            object = json!(counts);
            object["emails"] = json!(entries);
        } else if !entries.is_empty() {
            text.push_str(&format!("\n{}", shown(&format!("Reminder {wave}"), &counts, entries)));
            let mut one = json!(counts);
            one["emails"] = json!(entries);
            one["wave"] = wave.into();
            reminders.push(one);
        }
    }
    object["campaign"] = planned.slug.as_str().into();
    object["reminders"] = reminders.into();
    let mut warnings = Vec::new();
    if doubts > 0 {
        warnings.push(format!(
            "an email in doubt may have arrived, and is never sent again automatically: check the mail server's log, then \
             `regulars outbox {slug} --settle REF sent`, or `again`"
        ));
    }
    let due = waves.iter().flatten().filter(|entry| entry.state == OutboxState::Queued).filter_map(|e| e.due_at);
    warnings.extend(wrong_waits(slug, due, clock.now()));
    Ok(Done::new(text, &object).warn(warnings))
}

/// What to do about emails that wait longer than any should.
pub(super) fn wrong_waits(slug: &str, due: impl Iterator<Item = NaiveDateTime>, now: NaiveDateTime) -> Option<String> {
    let wrong = due.filter(|due| is_beyond_any_wait(*due, now)).count();
    (wrong > 0).then(|| {
        let (emails, wait) = (Channel::Email.count(wrong), if wrong == 1 { "waits" } else { "wait" });
        format!(
            "{emails} {wait} longer than the program ever does, for example after the clock was wrong: `regulars outbox {slug} --settle REF \
             again` makes an email due now"
        )
    })
}

/// A wave as text: its counts, and everyone whose email was not simply sent.
fn shown(name: &str, counts: &OutboxCounts, entries: &[OutboxEntry]) -> String {
    let mut text = counts_line(name, counts);
    for (state, what) in [
        (OutboxState::InDoubt, "in doubt"),
        (OutboxState::Failed, OutboxState::Failed.as_str()),
        (OutboxState::Sending, "being sent"),
        (OutboxState::Queued, "to be tried again"),
    ] {
        // In the queue, only those that were already tried.
        let of =
            |entry: &&OutboxEntry| entry.state == state && (state != OutboxState::Queued || !entry.reply.is_empty());
        text.push_str(&people(what, &entries.iter().filter(of).collect::<Vec<_>>()));
    }
    text + &back(entries)
}

/// `Spring tea: 210 sent, 2 failed, 1 in doubt, 1 queued.`
fn counts_line(name: &str, counts: &OutboxCounts) -> String {
    let some = text::counts(&[
        (counts.sent, OutboxState::Sent.as_str()),
        (counts.failed, OutboxState::Failed.as_str()),
        (counts.in_doubt, "in doubt"),
        (counts.sending, "being sent"),
        (counts.queued, OutboxState::Queued.as_str()),
    ]);
    format!("{name}: {}.\n", if some.is_empty() { "no emails" } else { &some })
}

/// Recipients whose email did not arrive, and what is sent instead.
fn back(entries: &[OutboxEntry]) -> String {
    let back: Vec<&OutboxEntry> = entries.iter().filter(|entry| entry.came_back.is_some()).collect();
    let mut text = if back.is_empty() { String::new() } else { "\ncame back\n".to_owned() };
    for entry in back.iter().take(MOST_SHOWN) {
        let day = entry.came_back.map(|day| day.to_string()).unwrap_or_default();
        let reply = if entry.report.is_empty() { &entry.reply } else { &entry.report };
        let letter = entry.letter.as_ref().map_or(String::new(), |state| format!("; a letter instead: {state}"));
        text.push_str(&format!("  {}  {} <{}>  {day}  {reply}{letter}\n", entry.reference, entry.name, entry.email));
    }
    text + &and_more(back.len(), MOST_SHOWN)
}

/// Recipients in one state, each with the reply of the mail server.
fn people(what: &str, entries: &[&OutboxEntry]) -> String {
    let mut text = String::new();
    if entries.is_empty() {
        return text;
    }
    text.push_str(&format!("\n{what}\n"));
    for entry in entries.iter().take(MOST_SHOWN) {
        let at = entry.at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        let due = entry.due_at.map(|due| format!("; next try {}", due.format("%Y-%m-%d %H:%M"))).unwrap_or_default();
        text.push_str(&format!(
            "  {}  {} <{}>  {at}  {}{due}\n",
            entry.reference, entry.name, entry.email, entry.reply
        ));
    }
    text + &and_more(entries.len(), MOST_SHOWN)
}
