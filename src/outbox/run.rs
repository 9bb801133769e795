//! A run: one thread a connection hands emails over, this one writes down what becomes of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender as Channel, SyncSender, channel, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use lettre::Address;

use super::pace::Pace;
use super::reply::{Fault, Next, Outcome, Phase, Settled, blame, judge};
use super::settings::Sender;
use super::table;
use super::turn::Turn;
use super::wire::{Message, Wire};
use crate::campaign::{self, Planned, Recipient};
use crate::customers::AddressKey;
use crate::error::Result;
use crate::shop::Shop;
use crate::store::Store;

/// How often in a row the mail server may turn the last connection away.
const STRIKES: usize = 3;
/// Who waits looks at least this often whether it is all over.
const GLANCE: Duration = Duration::from_millis(50);

/// What is to be sent, and how.
pub(crate) struct SendJob<'j> {
    /// The plan.
    pub(crate) planned: &'j Planned,
    /// 0 for the campaign's own emails, 1 and on for its reminders.
    pub(crate) wave: usize,
    /// Its emails, in their order.
    pub(crate) emails: &'j [&'j Recipient],
    /// Whose email waits, by id; they stay queued.
    pub(crate) waiting: &'j (dyn Fn(&Recipient) -> bool + Sync),
    /// The bytes of an email, with the key of its Message-ID.
    pub(crate) compose: &'j (dyn Fn(&Recipient, &str) -> Result<Vec<u8>> + Sync),
    /// How they leave the shop.
    pub(crate) sender: Sender,
    /// So many at most.
    pub(crate) limit: Option<usize>,
    /// The owner knows that the outbox is an older one.
    pub(crate) restored: bool,
    /// Nobody watches: it only goes on with what the owner has begun.
    pub(crate) by_timer: bool,
    /// Ends the run after the emails at hand.
    pub(crate) stop: &'j AtomicBool,
    /// When it begins.
    pub(crate) now: NaiveDateTime,
    /// Told after every step.
    pub(crate) progress: &'j (dyn Fn(&Tally) + Sync),
}

/// What became of the emails of a run so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Tally {
    /// How many the run set out with.
    #[serde(skip)]
    pub(crate) all: usize,
    /// Taken by the mail server.
    pub(crate) sent: usize,
    /// Refused for good.
    pub(crate) failed: usize,
    /// To be tried again later.
    pub(crate) later: usize,
    /// Handed over without an answer.
    pub(crate) in_doubt: usize,
}

impl Tally {
    /// How many the run has not come to.
    pub(crate) fn left(&self) -> usize {
        self.all - self.sent - self.failed - self.later - self.in_doubt
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct SendReport {
    /// What became of its emails.
    pub(crate) tally: Tally,
    /// Emails that an earlier run was handing over when it was broken off.
    pub(crate) doubted: usize,
    /// Why it ended before its emails did.
    pub(crate) stopped: Option<String>,
    /// Whether the daily cap left some for another day.
    pub(crate) capped: bool,
    /// When something can be tried again.
    pub(crate) next_try: Option<NaiveDateTime>,
}

/// An email to hand over.
#[derive(Debug)]
struct Task<'j> {
    recipient: &'j Recipient,
    /// Its number in the outbox.
    id: i64,
    key: String,
    made: Option<Made>,
}

/// Where an email goes and its bytes, or why there are none.
type Made = Result<(Address, Message), String>;

/// What a connection tells: what became of its last emails, and which it wants to hand over next.
struct Step {
    settled: Vec<Settled>,
    claim: Option<Claim>,
}

/// An email that a connection wants to hand over, and where it waits for the word.
struct Claim {
    id: i64,
    /// The hash of its address.
    address: Vec<u8>,
    answer: SyncSender<bool>,
}

/// What is left to do, and how many connections are at it: together, so that nobody leaves work behind.
struct Queue<'j> {
    tasks: VecDeque<Task<'j>>,
    connections: usize,
}

/// What the connections share.
struct Shared<'j> {
    job: &'j SendJob<'j>,
    addresses: AddressKey,
    queue: Mutex<Queue<'j>>,
    pace: Pace,
    /// Ends the run, with the reason.
    over: AtomicBool,
    why: Mutex<Option<String>>,
    /// How often in a row the server was of no use.
    strikes: AtomicUsize,
}

/// Sends what is queued and due. Nothing is sent twice: what is in doubt stays so.
///
/// # Errors
/// When the outbox is older than what was sent, or the database fails; what was written down by then holds.
pub(crate) fn run(store: &mut Store, turn: &mut Turn, job: &SendJob<'_>) -> Result<SendReport> {
    if !job.restored {
        turn.check(&store.read(), &job.planned.slug)?;
    }
    let (number, doubted, step) = store.write(|write| {
        campaign::mark_sending(write, job.planned)?;
        let doubted = table::doubt_what_was_left(write, job.now)?;
        table::enqueue(write, job.planned, job.wave, job.emails)?;
        let step = table::step(write)?.max(turn.recorded);
        let goes_on = job.by_timer && table::goes_on(write, job.planned)?;
        let number = table::begin(write, job.planned, job.wave, job.now, step)?;
        if goes_on {
            table::let_go_on(write, number)?;
        }
        Ok((number, doubted, step + 1))
    })?;
    turn.record(step)?;
    let mut due = table::due(&store.read(), job.planned, job.wave, job.now)?;
    let left = match job.sender.daily_cap {
        Some(cap) => cap.saturating_sub(table::given_today(&store.read(), job.now)?),
        None => usize::MAX,
    };
    let wanted = job.emails.iter().filter(|r| !(job.waiting)(r));
    let mut tasks: VecDeque<Task<'_>> = wanted
        .filter_map(|recipient| due.remove(&recipient.id).map(|(id, key)| Task { recipient, id, key, made: None }))
        .collect();
    tasks.truncate(job.limit.unwrap_or(usize::MAX));
    let capped = tasks.len() > left;
    tasks.truncate(left);
    let mut tally = Tally { all: tasks.len(), ..Tally::default() };
    let connections = job.sender.connections.min(tasks.len());
    let shared = Shared {
        job,
        addresses: AddressKey::of(&store.read())?,
        queue: Mutex::new(Queue { tasks, connections }),
        pace: Pace::of(job.sender.gap),
        over: AtomicBool::new(false),
        why: Mutex::new(None),
        strikes: AtomicUsize::new(0),
    };
    let written = std::thread::scope(|scope| {
        let (steps, taken) = channel();
        for _ in 0..connections {
            let (shared, steps) = (&shared, steps.clone());
            scope.spawn(move || shared.work(&steps));
        }
        drop(steps);
        let written = write_down(store, turn, number, &taken, job, &mut tally);
        // Whoever still waits for a word learns that there is none, and ends.
        shared.over.store(true, Ordering::SeqCst);
        drop(taken);
        written
    });
    written?;
    let interrupted = job.stop.load(Ordering::SeqCst).then(|| "you stopped it".to_owned());
    let why = shared.why.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !job.by_timer && job.limit.is_none() && interrupted.is_none() {
        store.write(|write| table::let_go_on(write, number))?;
    }
    let next_try = table::next_try(&store.read(), job.planned, job.wave)?;
    Ok(SendReport { tally, doubted, stopped: why.or(interrupted), capped, next_try })
}

/// What was being handed over when a run was broken off is in doubt, unless that run goes on at this moment.
///
/// # Errors
/// When the database fails.
pub(crate) fn doubt_what_was_left(store: &mut Store, shop: &Shop, now: NaiveDateTime) -> Result<()> {
    if table::is_sending(&store.read())?
        && let Ok(_turn) = Turn::take(&shop.folder)
    {
        store.write(|write| table::doubt_what_was_left(write, now))?;
    }
    Ok(())
}

/// Writes steps down as they come, all that wait in one commit, and only then lets the emails go.
fn write_down(
    store: &mut Store,
    turn: &mut Turn,
    run: i64,
    steps: &Receiver<Step>,
    job: &SendJob<'_>,
    tally: &mut Tally,
) -> Result<()> {
    let began = Instant::now();
    while let Ok(first) = steps.recv() {
        let batch: Vec<Step> = std::iter::once(first).chain(steps.try_iter()).collect();
        let now = job.now + TimeDelta::from_std(began.elapsed()).unwrap_or_default();
        let (outcomes, granted, step) = store.write(|write| {
            let (mut outcomes, mut granted) = (Vec::new(), Vec::new());
            for settled in batch.iter().flat_map(|step| &step.settled) {
                outcomes.push(table::settle(write, settled, run, now)?);
            }
            for claim in batch.iter().filter_map(|step| step.claim.as_ref()) {
                granted.push(table::claim(write, claim.id, &claim.address, run, now)?);
            }
            Ok((outcomes, granted, table::advance(write, run)?))
        })?;
        turn.record(step)?;
        for (claim, granted) in batch.into_iter().filter_map(|step| step.claim).zip(granted) {
            let _ = claim.answer.send(granted);
        }
        for outcome in outcomes {
            match outcome {
                Outcome::Sent => tally.sent += 1,
                Outcome::Failed => tally.failed += 1,
                Outcome::Later => tally.later += 1,
                Outcome::InDoubt => tally.in_doubt += 1,
            }
        }
        (job.progress)(tally);
    }
    Ok(())
}

impl<'j> Shared<'j> {
    /// Hands emails over, one after the other, until there are none or the run is over.
    fn work(&self, steps: &Channel<Step>) {
        let mut wire: Option<Wire> = None;
        // What became of the last email rides with the next one's claim, in one commit.
        let mut before: Vec<Settled> = Vec::new();
        // The next one is made while the disk is waited for.
        let mut ahead: Option<Task<'j>> = None;
        while let Some(mut task) = self.next(&mut ahead, &mut before, steps) {
            match self.hand_over(&mut task, &mut ahead, &mut wire, &mut before, steps) {
                Ok(next) => {
                    if !self.follow(next, task, &mut ahead, &mut wire, &mut before) {
                        break;
                    }
                }
                // The one who writes things down is gone: nothing may leave any more.
                Err(Gone) => return,
            }
        }
        if !before.is_empty() {
            let _ = steps.send(Step { settled: before, claim: None });
        }
        if let Some(wire) = wire {
            wire.quit();
        }
    }

    /// The next email, when its time has come.
    fn next(&self, ahead: &mut Option<Task<'j>>, before: &mut Vec<Settled>, steps: &Channel<Step>) -> Option<Task<'j>> {
        if self.is_over() {
            return None;
        }
        let task = ahead.take().or_else(|| {
            let mut queue = self.queue();
            let task = queue.tasks.pop_front();
            queue.connections -= usize::from(task.is_none());
            task
        })?;
        let slot = self.pace.slot();
        if slot > Instant::now() + GLANCE && !before.is_empty() {
            steps.send(Step { settled: std::mem::take(before), claim: None }).ok()?;
        }
        self.wait_until(slot).then_some(task)
    }

    /// Hands one email over; what to do after it, with what went wrong.
    fn hand_over(
        &self,
        task: &mut Task<'j>,
        ahead: &mut Option<Task<'j>>,
        wire: &mut Option<Wire>,
        before: &mut Vec<Settled>,
        steps: &Channel<Step>,
    ) -> Result<Handed, Gone> {
        let settled = |outcome, reply: String| Handed::new(Next::Settle(outcome), reply);
        let (to, message) = match task.made.take().unwrap_or_else(|| self.make(task)) {
            Ok(made) => made,
            Err(why) => return Ok(settled(Outcome::Failed, why)),
        };
        let sender = &self.job.sender;
        let open = match wire.as_mut() {
            Some(open) => open,
            None => match Wire::open(&sender.server, sender.password.as_deref(), sender.patience) {
                Ok(opened) => wire.insert(opened),
                Err(fault) => return Ok(Handed::fault(Phase::Connect, &fault)),
            },
        };
        if let Err((phase, fault)) = open.announce(&sender.from, &to, &message) {
            let is_lost = matches!(fault, Fault::Lost(_) | Fault::Refused(421, _));
            let handed = Handed { carried: open.carried, ..Handed::fault(phase, &fault) };
            if is_lost || !open.reset() {
                *wire = None;
            }
            return Ok(handed);
        }
        let (answer, granted) = sync_channel(1);
        let claim = Claim { id: task.id, address: self.addresses.hash(&task.recipient.email), answer };
        steps.send(Step { settled: std::mem::take(before), claim: Some(claim) }).map_err(|_| Gone)?;
        *ahead = self.queue().tasks.pop_front();
        if let Some(next) = ahead {
            next.made = Some(self.make(next));
        }
        if !granted.recv().map_err(|_| Gone)? {
            // Forgotten, or said no, a moment ago: after the leave to go on only hanging up says nothing.
            *wire = None;
            return Ok(Handed::new(Next::Skip, String::new()));
        }
        let carried = open.carried;
        match open.deliver(&message) {
            Ok(reply) => {
                self.strikes.store(0, Ordering::SeqCst);
                Ok(settled(Outcome::Sent, reply))
            }
            Err(fault) => {
                if matches!(fault, Fault::Lost(_) | Fault::Refused(421, _)) {
                    *wire = None;
                }
                Ok(Handed { carried, ..Handed::fault(Phase::Dot, &fault) })
            }
        }
    }

    /// Makes an email.
    fn make(&self, task: &Task<'_>) -> Made {
        let bytes = (self.job.compose)(task.recipient, &task.key).map_err(|fault| fault.message().to_owned())?;
        let body = String::from_utf8(bytes).map_err(|_| "the email is not text".to_owned())?;
        let to = task.recipient.email.trim().parse().map_err(|_| "this is no email address".to_owned())?;
        Ok((to, Message::of(&body)))
    }

    /// Does what an answer asks for; whether this connection goes on.
    fn follow(
        &self,
        handed: Handed,
        task: Task<'j>,
        ahead: &mut Option<Task<'j>>,
        wire: &mut Option<Wire>,
        before: &mut Vec<Settled>,
    ) -> bool {
        let id = task.id;
        let Handed { next, reply, carried, phase } = handed;
        let settled = |outcome| Settled { id, outcome, blame: blame(phase, &reply), reply: reply.clone() };
        match next {
            Next::Skip => {}
            Next::Settle(outcome) | Next::SettleAndReconnect(outcome) => before.push(settled(outcome)),
            Next::SettleAndStop(outcome) => {
                before.push(settled(outcome));
                self.end(format!("the mail server refuses our emails: {reply}"));
                return false;
            }
            Next::Stop => {
                self.end(format!("the mail server refuses us: {reply}"));
                return false;
            }
            Next::Slower | Next::Reconnect => {
                *wire = None;
                // This connection may end here: what it has taken goes back first.
                if let Some(next) = ahead.take() {
                    self.queue().tasks.push_front(next);
                }
                let was_asked = phase != Phase::Connect;
                if next == Next::Slower && carried > 0 {
                    self.pace.halve();
                }
                if phase == Phase::Dot {
                    // It was written down as being handed over, and comes back with a definite no.
                    before.push(settled(Outcome::Later));
                } else if carried > 0 || !was_asked {
                    // A server may end a connection after so many emails: this one has not been asked for yet.
                    self.queue().tasks.push_front(task);
                } else {
                    before.push(settled(Outcome::Later));
                }
                return carried > 0 || self.strike(next, &reply);
            }
        }
        true
    }

    /// A new connection was of no use: fewer of them go on; the last one waits, and gives up after a few times.
    fn strike(&self, next: Next, reply: &str) -> bool {
        let mut queue = self.queue();
        if queue.connections > 1 {
            queue.connections -= 1;
            return false;
        }
        drop(queue);
        let strikes = self.strikes.fetch_add(1, Ordering::SeqCst) + 1;
        if strikes >= STRIKES {
            let what = if next == Next::Slower {
                "the mail server turns us away"
            } else {
                "the connection to the mail server fails"
            };
            self.end(format!("{what}: {reply}"));
            return false;
        }
        if next == Next::Slower {
            self.pace.halve();
        }
        self.wait_until(Instant::now() + Duration::from_secs(1 << strikes.min(6)) / 2)
    }

    fn queue(&self) -> MutexGuard<'_, Queue<'j>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, why: String) {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.over.store(true, Ordering::SeqCst);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst) || self.job.stop.load(Ordering::SeqCst)
    }

    /// Whether the moment came before the run was over.
    fn wait_until(&self, moment: Instant) -> bool {
        loop {
            if self.is_over() {
                return false;
            }
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(GLANCE));
        }
    }
}

/// What came of handing an email over: what to do next, and in which words.
struct Handed {
    next: Next,
    reply: String,
    /// How many emails the connection had taken before.
    carried: usize,
    phase: Phase,
}

impl Handed {
    fn new(next: Next, reply: String) -> Self {
        Self { next, reply, carried: 0, phase: Phase::Dot }
    }

    fn fault(phase: Phase, fault: &Fault) -> Self {
        Self { next: judge(phase, fault), reply: fault.text(), carried: 0, phase }
    }
}

/// Nobody writes down any more what becomes of emails.
struct Gone;
