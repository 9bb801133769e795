//! A run: one thread per connection sends emails, and this one records their outcomes.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};

use chrono::NaiveDateTime;

use super::by_hand;
use super::connection::{Connections, HandOverStep, SendTask};
use super::job::{SendJob, SendReport, SendTally};
use super::queue;
use super::reply::HandOverOutcome;
use super::send_lock::{self, SendLock};
use crate::campaign::{self, Planned};
use crate::customers::AddressKey;
use crate::error::Result;
use crate::shop::Shop;
use crate::store::Store;

/// Sends what is queued and due. Nothing is sent twice: what is in doubt stays in doubt.
///
/// # Errors
/// When the database fails; what was recorded by then stays recorded.
pub(crate) fn run(store: &mut Store, lock: &mut SendLock, job: &SendJob<'_>) -> Result<SendReport> {
    let now = job.clock.now();
    let (number, doubted, step) = store.write(|write| {
        campaign::mark_sending(write, job.planned)?;
        let doubted = queue::doubt_what_was_left(write, now)?;
        queue::enqueue(write, job.planned, job.wave, job.emails)?;
        let goes_on = job.by_timer && queue::goes_on(write, job.planned)?;
        let number = queue::begin(write, job.planned, job.wave, now)?;
        if goes_on {
            queue::let_go_on(write, number)?;
        }
        Ok((number, doubted, queue::advance(write)?))
    })?;
    lock.record(step)?;
    let mut due = queue::due(&store.read(), job.planned, job.wave, now)?;
    let left = match job.sender.daily_cap {
        Some(cap) => cap.saturating_sub(queue::given_today(&store.read(), now)?),
        None => usize::MAX,
    };
    let wanted = job.emails.iter().filter(|r| !(job.waiting)(r));
    let mut tasks: VecDeque<SendTask<'_>> =
        wanted.filter_map(|recipient| Some(SendTask::new(recipient, due.remove(&recipient.id)?, job.clock))).collect();
    let wanted = tasks.len();
    tasks.truncate(job.limit.unwrap_or(usize::MAX));
    let over_limit = wanted - tasks.len();
    let over_cap = tasks.len().saturating_sub(left);
    tasks.truncate(left);
    let mut tally = SendTally { all: tasks.len(), ..SendTally::default() };
    let connections = job.sender.connections.min(tasks.len());
    let shared = Connections::new(job, AddressKey::of(&store.read())?, tasks, connections);
    let outcome = std::thread::scope(|scope| {
        let (steps, receiver) = channel();
        for _ in 0..connections {
            let (shared, steps) = (&shared, steps.clone());
            scope.spawn(move || shared.work(&steps));
        }
        drop(steps);
        let outcome = write_down(store, lock, number, &receiver, job, &mut tally);
        // Threads that still wait for permission are told that there is none, and end.
        shared.end_now();
        drop(receiver);
        outcome
    });
    outcome?;
    let interrupted = job.stop.load(Ordering::SeqCst).then(|| "you stopped it".to_owned());
    let (why, blameless) = shared.ended();
    if !blameless.is_empty() {
        let again = store.write(|write| by_hand::try_again(write, &blameless, now))?;
        tally.failed = tally.failed.saturating_sub(again);
    }
    if !job.by_timer && job.limit.is_none() && interrupted.is_none() {
        store.write(|write| queue::let_go_on(write, number))?;
    }
    let next_try = queue::next_try(&store.read(), job.planned, job.wave, now)?;
    Ok(SendReport { tally, doubted, stopped: why.or(interrupted), over_limit, over_cap, next_try })
}

/// Marks what was being sent when a run was interrupted as in doubt, unless that run is still active; returns how many
/// emails of which campaign.
pub(crate) fn doubt_what_was_left(store: &mut Store, shop: &Shop, now: NaiveDateTime) -> Result<Vec<(Planned, usize)>> {
    let left = queue::sending(&store.read())?;
    if left.is_empty() {
        return Ok(left);
    }
    let Ok(_lock) = send_lock::lock_folder(&shop.folder) else { return Ok(Vec::new()) };
    store.write(|write| queue::doubt_what_was_left(write, now))?;
    Ok(left)
}

/// Records steps as they come, all waiting ones in one commit, and only then permits the emails.
fn write_down(
    store: &mut Store,
    lock: &mut SendLock,
    run: i64,
    steps: &Receiver<HandOverStep>,
    job: &SendJob<'_>,
    tally: &mut SendTally,
) -> Result<()> {
    while let Ok(first) = steps.recv() {
        let batch: Vec<HandOverStep> = std::iter::once(first).chain(steps.try_iter()).collect();
        let now = job.clock.moment().naive_local();
        let (outcomes, granted, step) = store.write(|write| {
            let (mut outcomes, mut granted) = (Vec::new(), Vec::new());
            for settled in batch.iter().flat_map(|step| &step.settled) {
                outcomes.push(queue::settle(write, settled, run, now, job.undeliverable)?);
            }
            for claim in batch.iter().filter_map(|step| step.claim.as_ref()) {
                granted.push(queue::claim(write, claim.id, (&claim.address, claim.date), run, now)?);
            }
            Ok((outcomes, granted, queue::advance(write)?))
        })?;
        lock.record(step)?;
        for (claim, granted) in batch.into_iter().filter_map(|step| step.claim).zip(granted) {
            let _ = claim.answer.send(granted);
        }
        for outcome in outcomes {
            match outcome {
                HandOverOutcome::Sent => tally.sent += 1,
                HandOverOutcome::Failed => tally.failed += 1,
                HandOverOutcome::Later => tally.later += 1,
                HandOverOutcome::InDoubt => tally.in_doubt += 1,
            }
        }
        (job.progress)(tally);
    }
    Ok(())
}
