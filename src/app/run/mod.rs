//! Sends everything that is due today, for a timer that runs once a day.

mod due;
mod go;
mod outcome;

use std::sync::atomic::AtomicBool;

use chrono::NaiveDateTime;

use super::bounces::{BounceReport, act};
use super::incoming;
use super::progress::Progress;
use crate::campaign::{self, Planned};
use crate::clock::Clock;
use crate::domain::CampaignState;
use crate::error::Result;
use crate::inbound::WhichMessages;
use crate::outbox::{self, SendLock};
use crate::shop::Shop;
use crate::store::{Read, Store};
use due::DuePieces;
use go::Runner;

pub(crate) use outcome::{RunEvent, RunOutcome, RunStep};

/// Sends everything that is due, or was due earlier and was missed; `restored` as in [`SendLock::take`].
///
/// # Errors
/// When another program is sending, or the outbox may be older than what was sent. Errors of one campaign are
/// in the outcome.
pub(crate) fn run(shop: &Shop, clock: Clock, restored: bool, stop: &AtomicBool) -> Result<RunOutcome> {
    let mut store = shop.store()?;
    let mut outcome = RunOutcome::default();
    for (planned, count) in outbox::doubt_what_was_left(&mut store, shop, clock.now())? {
        outcome.push(&planned.slug, planned.name.clone(), 0, RunStep::Doubted(count));
    }
    let mut lock = SendLock::take(&shop.folder, &mut store, restored, "run")?;
    let mut runner = Runner { shop, store: &mut store, lock: &mut lock, clock, stop, outcome, refused: false };
    // Returned mail decides who can be reached; if the mailbox cannot be read, the rest is done nevertheless.
    if shop.settings.bounces.is_some() {
        let progress = Progress { report: &|_, _, _| {}, stop };
        match incoming::read(shop, runner.store, WhichMessages::New, false, clock.now(), &progress) {
            Ok(read) => {
                runner.outcome.faults.extend(read.stopped);
                runner.outcome.came_back = Some(read.report);
            }
            Err(fault) => runner.outcome.faults.push(fault),
        }
    }
    for planned in out(&runner.store.read())? {
        if let Err(fault) = campaign(&mut runner, &planned) {
            runner.outcome.faults.push(fault);
        }
    }
    Ok(runner.outcome)
}

/// Reports what would be sent; nothing is sent, printed or recorded.
pub(crate) fn rehearse(shop: &Shop, now: NaiveDateTime) -> Result<RunOutcome> {
    let mut store = shop.store()?;
    let mut outcome = RunOutcome::default();
    let mut mails = Vec::new();
    if shop.settings.bounces.is_some() {
        let progress = Progress { report: &|_, _, _| {}, stop: &AtomicBool::new(false) };
        match incoming::mails(shop, &store.read(), WhichMessages::New, &progress) {
            Ok(read) => mails = read,
            Err(fault) => outcome.faults.push(fault),
        }
    }
    if mails.is_empty() {
        would_go(&store.read(), now, &mut outcome)?;
    } else {
        store.rehearse(|write| {
            outcome.came_back = Some(act(write, &mails, false, now, BounceReport::default())?);
            would_go(write, now, &mut outcome)
        })?;
    }
    Ok(outcome)
}

fn would_go(read: &Read<'_>, now: NaiveDateTime, outcome: &mut RunOutcome) -> Result<()> {
    for planned in out(read)? {
        let recipients = campaign::recipients(read, planned.id)?;
        DuePieces::of(read, &planned, &recipients, now)?.rehearse(outcome);
    }
    Ok(())
}

/// Campaigns that have been started.
fn out(read: &Read<'_>) -> Result<Vec<Planned>> {
    let slugs = campaign::slugs(read)?;
    let mut found = slugs.iter().map(|slug| campaign::need(read, slug)).collect::<Result<Vec<_>>>()?;
    found.retain(|one| matches!(one.state, CampaignState::Printing | CampaignState::Sending | CampaignState::Posted));
    Ok(found)
}

/// Sends what is due in one campaign; then adds what is due next.
fn campaign(runner: &mut Runner<'_>, planned: &Planned) -> Result<()> {
    runner.end_what_was_left(planned)?;
    let due = |store: &Store| campaign::recipients(&store.read(), planned.id);
    let recipients = due(runner.store)?;
    let pieces = DuePieces::of(&runner.store.read(), planned, &recipients, runner.clock.now())?;
    pieces.withdraw(runner.store)?;
    pieces.go(runner)?;
    let recipients = due(runner.store)?;
    let left = DuePieces::of(&runner.store.read(), planned, &recipients, runner.clock.now())?;
    left.to_come(runner.clock.today(), &mut runner.outcome);
    Ok(())
}
