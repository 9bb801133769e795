//! The connections of a run: each sends emails, one after the other, and reacts to the mail server's replies.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset, TimeDelta};
use lettre::Address;

use super::job::SendJob;
use super::queue::DueEmail;
use super::rate_limiter::RateLimiter;
use super::reply::{
    HandOverOutcome, NextStep, Phase, RefusalKind, Settled, SmtpError, bounce_class, judge, refusal_kind,
};
use super::smtp_session::SmtpSession;
use super::wire_message::WireMessage;
use crate::campaign::Recipient;
use crate::clock::Clock;
use crate::customers::AddressKey;
use crate::domain::{EmailAddress, OutboxId};
use crate::error::Result;

/// How often in a row the mail server may reject the last connection.
const STRIKES: usize = 3;
/// How often a waiting connection checks whether the run is over.
const GLANCE: Duration = Duration::from_millis(50);

/// How old the date of an email may be when it is first sent.
const DATED_AHEAD: TimeDelta = TimeDelta::seconds(1);

/// An email to send.
#[derive(Debug)]
pub(super) struct SendTask<'j> {
    recipient: &'j Recipient,
    /// Its ID in the outbox.
    id: OutboxId,
    key: String,
    /// The date that it has from an earlier try.
    date: Option<DateTime<FixedOffset>>,
    ready: Option<Result<ReadyEmail, String>>,
}

impl<'j> SendTask<'j> {
    /// An email that may have been sent keeps the date in its bytes; one that was deferred before that keeps the date
    /// of the first try, unless a wrong clock wrote it.
    pub(super) fn new(recipient: &'j Recipient, due: DueEmail, clock: Clock) -> Self {
        let first_try = || due.first_at.filter(|at| *at <= clock.now()).map(|at| clock.moment_of(at));
        let date = due.dated_at.or_else(first_try);
        Self { recipient, id: due.id, key: due.key, date, ready: None }
    }
}

/// The destination of an email, its bytes and the date in them.
#[derive(Debug)]
struct ReadyEmail {
    to: Address,
    message: WireMessage,
    date: DateTime<FixedOffset>,
}

/// A message of a connection: the outcome of its last emails, and the one it wants to send next.
pub(super) struct HandOverStep {
    pub(super) settled: Vec<Settled>,
    pub(super) claim: Option<HandOverClaim>,
}

/// An email that a connection wants to send, with the channel on which it waits for permission.
pub(super) struct HandOverClaim {
    pub(super) id: OutboxId,
    /// The hash of its address.
    pub(super) address: Vec<u8>,
    /// That of its bytes.
    pub(super) date: DateTime<FixedOffset>,
    pub(super) answer: SyncSender<bool>,
}

/// The remaining work, and how many connections are active: under one lock, so that none stops while work is left.
struct TaskQueue<'j> {
    tasks: VecDeque<SendTask<'j>>,
    connections: usize,
}

/// State shared by the connections.
pub(super) struct Connections<'j> {
    job: &'j SendJob<'j>,
    addresses: AddressKey,
    queue: Mutex<TaskQueue<'j>>,
    limiter: RateLimiter,
    /// Ends the run, with the reason.
    over: AtomicBool,
    why: Mutex<Option<String>>,
    /// How often in a row the server was unusable.
    strikes: AtomicUsize,
    refusals: Mutex<LastRefusals>,
}

/// How many of the last emails are compared, and how many similar rejections mean that we are rejected.
const LAST: usize = 6;
const ALIKE: usize = 5;

/// The last emails that were sent or rejected permanently, and the kind of each rejection.
#[derive(Default)]
struct LastRefusals {
    last: VecDeque<(OutboxId, Option<RefusalKind>)>,
    /// Rejected in a similar way: the recipients are not the reason.
    blameless: Vec<OutboxId>,
}

impl LastRefusals {
    /// Adds an outcome; returns whether there are now so many similar rejections that the recipients cannot be the
    /// reason.
    fn add(&mut self, id: OutboxId, kind: Option<RefusalKind>) -> bool {
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        let alike = self.last.iter().filter(|(_, other)| kind.is_some() && *other == kind);
        let ids: Vec<OutboxId> = alike.map(|(id, _)| *id).chain([id]).collect();
        let is_ours = kind.is_some() && ids.len() >= ALIKE;
        self.last.push_back((id, kind));
        if is_ours {
            self.blameless.extend(ids);
        }
        is_ours
    }
}

impl<'j> Connections<'j> {
    pub(super) fn new(
        job: &'j SendJob<'j>,
        addresses: AddressKey,
        tasks: VecDeque<SendTask<'j>>,
        connections: usize,
    ) -> Self {
        Self {
            job,
            addresses,
            queue: Mutex::new(TaskQueue { tasks, connections }),
            limiter: RateLimiter::of(job.sender.gap),
            over: AtomicBool::new(false),
            why: Mutex::new(None),
            strikes: AtomicUsize::new(0),
            refusals: Mutex::new(LastRefusals::default()),
        }
    }

    /// Ends the run without a new reason.
    pub(super) fn end_now(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    /// Why the run ended early, and which failed emails are to be tried again.
    pub(super) fn ended(self) -> (Option<String>, Vec<OutboxId>) {
        let refusals = self.refusals.into_inner().unwrap_or_else(PoisonError::into_inner);
        (self.why.into_inner().unwrap_or_else(PoisonError::into_inner), refusals.blameless)
    }

    /// Sends emails, one after the other, until there are none or the run is over.
    pub(super) fn work(&self, steps: &Sender<HandOverStep>) {
        let mut session: Option<SmtpSession> = None;
        // The outcome of the last email is sent with the next claim, for one commit.
        let mut before: Vec<Settled> = Vec::new();
        // The next one is made while the disk is busy.
        let mut ahead: Option<SendTask<'j>> = None;
        while let Some(mut task) = self.next(&mut ahead, &mut before, steps) {
            match self.hand_over(&mut task, &mut ahead, &mut session, &mut before, steps) {
                Ok(next) => {
                    if !self.follow(next, task, &mut ahead, &mut session, &mut before) {
                        break;
                    }
                }
                // The writer thread is gone: nothing may be sent any more.
                Err(Gone) => return,
            }
        }
        if !before.is_empty() {
            let _ = steps.send(HandOverStep { settled: before, claim: None });
        }
        if let Some(session) = session {
            session.quit();
        }
    }

    /// The next email, once it is time.
    fn next(
        &self,
        ahead: &mut Option<SendTask<'j>>,
        before: &mut Vec<Settled>,
        steps: &Sender<HandOverStep>,
    ) -> Option<SendTask<'j>> {
        if self.is_over() {
            return None;
        }
        let task = ahead.take().or_else(|| {
            let mut queue = self.queue();
            let task = queue.tasks.pop_front();
            queue.connections -= usize::from(task.is_none());
            task
        })?;
        let slot = self.limiter.slot();
        if slot > Instant::now() + GLANCE && !before.is_empty() {
            steps.send(HandOverStep { settled: std::mem::take(before), claim: None }).ok()?;
        }
        self.wait_until(slot).then_some(task)
    }

    /// Sends one email; returns what to do next, and the error.
    fn hand_over(
        &self,
        task: &mut SendTask<'j>,
        ahead: &mut Option<SendTask<'j>>,
        session: &mut Option<SmtpSession>,
        before: &mut Vec<Settled>,
        steps: &Sender<HandOverStep>,
    ) -> Result<HandOver, Gone> {
        let settled = |outcome, reply: String| HandOver::new(NextStep::Settle(outcome), reply);
        let mut ready = match task.ready.take().unwrap_or_else(|| self.make(task)) {
            Ok(ready) => ready,
            Err(why) => return Ok(settled(HandOverOutcome::Failed, why)),
        };
        let sender = &self.job.sender;
        let open = match session.as_mut() {
            Some(open) => open,
            None => match SmtpSession::open(&sender.server, sender.password.as_deref(), sender.timeouts) {
                Ok(opened) => session.insert(opened),
                Err(fault) => return Ok(HandOver::fault(Phase::Connect, &fault)),
            },
        };
        // It was made before a long wait: its date must be the time of sending.
        if task.date.is_none() && self.job.clock.moment() - ready.date > DATED_AHEAD {
            match self.make(task) {
                Ok(now) => ready = now,
                Err(why) => return Ok(settled(HandOverOutcome::Failed, why)),
            }
        }
        let ReadyEmail { to, message, date } = ready;
        if let Err((phase, fault)) = open.announce(&sender.from, &to, &message) {
            let is_lost = matches!(fault, SmtpError::Lost(_) | SmtpError::Refused(421, _));
            let handed = HandOver { carried: open.carried, ..HandOver::fault(phase, &fault) };
            if is_lost || !open.reset() {
                *session = None;
            }
            return Ok(handed);
        }
        let (answer, granted) = sync_channel(1);
        let address = self.addresses.hash(&task.recipient.email);
        let claim = HandOverClaim { id: task.id, address, date, answer };
        steps.send(HandOverStep { settled: std::mem::take(before), claim: Some(claim) }).map_err(|_| Gone)?;
        *ahead = self.queue().tasks.pop_front();
        if let Some(next) = ahead {
            next.ready = Some(self.make(next));
        }
        if !granted.recv().map_err(|_| Gone)? {
            // Forgotten or opted out a moment ago: after DATA only closing the connection sends nothing.
            *session = None;
            return Ok(HandOver::new(NextStep::Skip, String::new()));
        }
        let carried = open.carried;
        match open.deliver(&message) {
            Ok(reply) => {
                self.strikes.store(0, Ordering::SeqCst);
                Ok(settled(HandOverOutcome::Sent, reply))
            }
            Err((phase, fault)) => {
                if matches!(fault, SmtpError::Lost(_) | SmtpError::Refused(421, _)) {
                    *session = None;
                }
                Ok(HandOver { carried, ..HandOver::fault(phase, &fault) })
            }
        }
    }

    fn make(&self, task: &SendTask<'_>) -> Result<ReadyEmail, String> {
        let date = task.date.unwrap_or_else(|| self.job.clock.moment());
        let bytes = (self.job.compose)(task.recipient, &task.key, date).map_err(|fault| fault.message().to_owned())?;
        let body = String::from_utf8(bytes).map_err(|_| "the email is not text".to_owned())?;
        let address = EmailAddress::parse(&task.recipient.email).and_then(|address| address.for_wire().parse().ok());
        let to = address.ok_or_else(|| "this is not an email address".to_owned())?;
        Ok(ReadyEmail { to, message: WireMessage::of(body), date })
    }

    /// Does what a reply requires; returns whether this connection continues.
    fn follow(
        &self,
        handed: HandOver,
        task: SendTask<'j>,
        ahead: &mut Option<SendTask<'j>>,
        session: &mut Option<SmtpSession>,
        before: &mut Vec<Settled>,
    ) -> bool {
        let id = task.id;
        let HandOver { next, reply, carried, phase } = handed;
        let settled = |outcome| {
            // The text of a positive reply is not searched for bounce phrases.
            let bounce = (outcome != HandOverOutcome::Sent).then(|| bounce_class(phase, &reply)).flatten();
            Settled { id, outcome, bounce, reply: reply.clone() }
        };
        match next {
            NextStep::Skip => {}
            NextStep::Settle(outcome) | NextStep::SettleAndReconnect(outcome) => {
                before.push(settled(outcome));
                let is_final = matches!(outcome, HandOverOutcome::Sent | HandOverOutcome::Failed);
                let kind = refusal_kind(phase, &reply).filter(|_| outcome == HandOverOutcome::Failed);
                if is_final && self.refusals.lock().unwrap_or_else(PoisonError::into_inner).add(id, kind) {
                    self.end(format!(
                        "the mail server rejects our emails, {ALIKE} of the last {LAST} in the same way: {reply}"
                    ));
                    return false;
                }
            }
            NextStep::Stop => {
                self.end(format!("the mail server rejects us: {reply}"));
                return false;
            }
            NextStep::Slower | NextStep::Reconnect => {
                *session = None;
                // This connection may end here: its pending task is returned first.
                if let Some(next) = ahead.take() {
                    self.queue().tasks.push_front(next);
                }
                let was_asked = phase != Phase::Connect;
                if next == NextStep::Slower && carried > 0 {
                    self.limiter.halve();
                }
                if matches!(phase, Phase::Body | Phase::Dot) {
                    // It was recorded as being sent, and is returned with a definite rejection.
                    before.push(settled(HandOverOutcome::Later));
                } else if carried > 0 || !was_asked {
                    // A server may end a connection after some emails: this one was not sent yet.
                    self.queue().tasks.push_front(task);
                } else {
                    before.push(settled(HandOverOutcome::Later));
                }
                return carried > 0 || self.strike(next, &reply);
            }
        }
        true
    }

    /// A new connection was unusable: fewer of them continue; the last one waits, and gives up after a few tries.
    fn strike(&self, next: NextStep, reply: &str) -> bool {
        let mut queue = self.queue();
        if queue.connections > 1 {
            queue.connections -= 1;
            return false;
        }
        drop(queue);
        let strikes = self.strikes.fetch_add(1, Ordering::SeqCst) + 1;
        if strikes >= STRIKES {
            let what = if next == NextStep::Slower {
                "the mail server rejects the connection"
            } else {
                "the connection to the mail server fails"
            };
            self.end(format!("{what}: {reply}"));
            return false;
        }
        if next == NextStep::Slower {
            self.limiter.halve();
        }
        self.wait_until(Instant::now() + Duration::from_secs(1 << strikes.min(6)) / 2)
    }

    fn queue(&self) -> MutexGuard<'_, TaskQueue<'j>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, why: String) {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.over.store(true, Ordering::SeqCst);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst) || self.job.stop.load(Ordering::SeqCst)
    }

    /// Returns whether the moment came before the run was over.
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

/// The result of sending an email: what to do next, and the server's text.
struct HandOver {
    next: NextStep,
    reply: String,
    /// How many emails the connection had sent before.
    carried: usize,
    phase: Phase,
}

impl HandOver {
    fn new(next: NextStep, reply: String) -> Self {
        Self { next, reply, carried: 0, phase: Phase::Dot }
    }

    fn fault(phase: Phase, fault: &SmtpError) -> Self {
        Self { next: judge(phase, fault), reply: fault.text(), carried: 0, phase }
    }
}

/// The writer thread has ended.
struct Gone;
