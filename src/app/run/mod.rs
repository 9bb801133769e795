//! Whatever is due today goes, for a timer that calls once a day.

mod due;
mod go;
mod outcome;

use std::sync::atomic::AtomicBool;

use chrono::NaiveDateTime;

use crate::campaign::{self, Planned};
use crate::domain::CampaignState;
use crate::error::Result;
use crate::outbox::{self, SendLock};
use crate::shop::Shop;
use crate::store::{Read, Store};
use due::DuePieces;
use go::Runner;

pub(crate) use outcome::{RunEvent, RunOutcome, RunStep};

/// Lets everything go that is due, or was due earlier and was missed.
///
/// # Errors
/// When another program sends, or the outbox is older than what was sent. What fails with one campaign stands in the outcome.
pub(crate) fn run(shop: &Shop, now: NaiveDateTime, stop: &AtomicBool) -> Result<RunOutcome> {
    let mut store = shop.store()?;
    outbox::doubt_what_was_left(&mut store, shop, now)?;
    let mut lock = SendLock::take(&shop.folder)?;
    let all = out(&store.read())?;
    let mut waiting = None;
    for planned in &all {
        if waiting.is_none() && outbox::goes_on(&store.read(), planned)? {
            waiting = Some(planned);
        }
    }
    if let Some(planned) = waiting.or(all.first()) {
        lock.check(&store.read(), &planned.slug)?;
    }
    let mut runner =
        Runner { shop, store: &mut store, lock: &mut lock, now, stop, outcome: RunOutcome::default(), refused: false };
    for planned in &all {
        if let Err(fault) = campaign(&mut runner, planned) {
            runner.outcome.faults.push(fault);
        }
    }
    Ok(runner.outcome)
}

/// What would go; nothing is sent, printed or written down.
pub(crate) fn rehearse(shop: &Shop, now: NaiveDateTime) -> Result<RunOutcome> {
    let store = shop.store()?;
    let mut outcome = RunOutcome::default();
    for planned in out(&store.read())? {
        let recipients = campaign::recipients(&store.read(), planned.id)?;
        DuePieces::of(&store.read(), &planned, &recipients, now)?.rehearse(&mut outcome);
    }
    Ok(outcome)
}

/// The campaigns that are out.
fn out(read: &Read<'_>) -> Result<Vec<Planned>> {
    let slugs = campaign::slugs(read)?;
    let mut found = slugs.iter().map(|slug| campaign::need(read, slug)).collect::<Result<Vec<_>>>()?;
    found.retain(|one| matches!(one.state, CampaignState::Printing | CampaignState::Sending | CampaignState::Posted));
    Ok(found)
}

/// What is due of one campaign goes; then what is to come of it is noted.
fn campaign(runner: &mut Runner<'_>, planned: &Planned) -> Result<()> {
    let due = |store: &Store| campaign::recipients(&store.read(), planned.id);
    let recipients = due(runner.store)?;
    let pieces = DuePieces::of(&runner.store.read(), planned, &recipients, runner.now)?;
    pieces.withdraw(runner.store)?;
    pieces.go(runner)?;
    let recipients = due(runner.store)?;
    let left = DuePieces::of(&runner.store.read(), planned, &recipients, runner.now)?;
    left.to_come(runner.now.date(), &mut runner.outcome);
    Ok(())
}
