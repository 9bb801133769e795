//! `run`: whatever is due today goes, for a timer that calls once a day.

mod due;
mod go;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;
use serde_json::{Value, json};

use super::Context;
use super::done::Done;
use super::send::stop_on_ctrl_c;
use crate::campaign::{self, Planned};
use crate::domain::CampaignState;
use crate::error::{Error, Result};
use crate::outbox::{self, Turn};
use crate::store::{Read, Store};
use crate::text;
use due::Due;
use go::Runner;

/// Let everything go that is due today, or was due earlier and was missed: emails that wait for another try or were left by
/// the daily cap, and reminders; letters of reminders are printed. Made for a timer; may be run any number of times.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Tell what would go; nothing is sent, printed or written down.
    #[arg(long)]
    dry_run: bool,
}

/// What is to come next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Next {
    on: NaiveDate,
    /// For what the mail server put off.
    at: Option<NaiveDateTime>,
    campaign: String,
    wave: usize,
}

/// What was done, sentence by sentence.
#[derive(Default)]
pub(super) struct Log {
    sentences: Vec<String>,
    objects: Vec<Value>,
    warnings: Vec<String>,
    next: Option<Next>,
    /// Part of it failed, waits for another try or is in doubt.
    in_part: bool,
    /// What could not be begun.
    faults: Vec<Error>,
}

impl Log {
    /// Something that is to come, of which only the soonest is told.
    fn next_is(&mut self, next: impl IntoIterator<Item = Next>) {
        self.next = self.next.take().into_iter().chain(next).min();
    }
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut store = shop.store()?;
    let now = context.clock.now();
    let mut log = Log::default();
    if arguments.dry_run {
        for planned in out(&store.read())? {
            let recipients = campaign::recipients(&store.read(), planned.id)?;
            Due::of(&store.read(), &planned, &recipients, now)?.told(&planned, &mut log);
        }
        return Ok(told("would_go", log));
    }
    outbox::doubt_what_was_left(&mut store, &shop, now)?;
    let mut turn = Turn::take(&shop.folder)?;
    turn.check(&store.read(), "NAME")?;
    let stop = stop_on_ctrl_c()?;
    let mut runner = Runner { context, shop: &shop, turn: &mut turn, stop: &stop, log, refused: false };
    for planned in out(&store.read())? {
        if let Err(fault) = campaign(&mut runner, &mut store, &planned) {
            runner.log.faults.push(fault);
        }
    }
    Ok(told("went", runner.log))
}

/// The campaigns that are out.
fn out(read: &Read<'_>) -> Result<Vec<Planned>> {
    let mut found = Vec::new();
    for slug in campaign::slugs(read)? {
        let planned = campaign::need(read, &slug)?;
        if matches!(planned.state, CampaignState::Printing | CampaignState::Sending | CampaignState::Posted) {
            found.push(planned);
        }
    }
    Ok(found)
}

/// What is due of one campaign goes; then what is to come of it is noted.
fn campaign(runner: &mut Runner<'_>, store: &mut Store, planned: &Planned) -> Result<()> {
    let now = runner.context.clock.now();
    let recipients = campaign::recipients(&store.read(), planned.id)?;
    let due = Due::of(&store.read(), planned, &recipients, now)?;
    due.withdraw(store, planned)?;
    due.go(runner, store, planned)?;
    let recipients = campaign::recipients(&store.read(), planned.id)?;
    let left = Due::of(&store.read(), planned, &recipients, now)?;
    left.to_come(planned, now.date(), &mut runner.log);
    Ok(())
}

/// The log as sentences, and as an object.
fn told(what: &str, log: Log) -> Done {
    let mut text: String = log.sentences.iter().map(|sentence| format!("{sentence}\n")).collect();
    if log.sentences.is_empty() && log.faults.is_empty() {
        text.push_str("Nothing is due.\n");
    }
    if let Some(next) = &log.next {
        let which = match next.wave {
            0 => "emails".to_owned(),
            wave => format!("reminder {wave}"),
        };
        let when = next.at.map_or(next.on.to_string(), |at| at.format("%Y-%m-%d %H:%M").to_string());
        text.push_str(&format!("Next: {which} of {}, on {when}.\n", text::quote(&next.campaign)));
    }
    let mut object = json!({ "next": log.next });
    object[what] = log.objects.into();
    let done = Done::new(text, &object).warn(log.warnings).exit(if log.in_part { 3 } else { 0 });
    match Error::all(log.faults) {
        Some(faults) => done.refused(&faults.report()).exit(3),
        None => done,
    }
}
