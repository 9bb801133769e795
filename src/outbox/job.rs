//! What a run of the sender is given, and what it reports.

use std::sync::atomic::AtomicBool;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde::Serialize;

use super::queue::OnUndeliverable;
use super::settings::Sender;
use crate::campaign::{Planned, Recipient};
use crate::clock::Clock;
use crate::error::Result;

/// The bytes of an email, with the key of its Message-ID and its date.
pub(crate) type ComposeEmail<'j> = dyn Fn(&Recipient, &str, DateTime<FixedOffset>) -> Result<Vec<u8>> + Sync + 'j;

/// What is to be sent, and how.
pub(crate) struct SendJob<'j> {
    pub(crate) planned: &'j Planned,
    /// 0 for the campaign's own emails, 1 and on for its reminders.
    pub(crate) wave: usize,
    /// In their order.
    pub(crate) emails: &'j [&'j Recipient],
    /// Whose email waits; they stay queued.
    pub(crate) waiting: &'j (dyn Fn(&Recipient) -> bool + Sync),
    pub(crate) compose: &'j ComposeEmail<'j>,
    pub(crate) undeliverable: &'j OnUndeliverable<'j>,
    pub(crate) sender: Sender,
    /// So many at most.
    pub(crate) limit: Option<usize>,
    /// Nobody watches: it only goes on with what the owner has begun.
    pub(crate) by_timer: bool,
    /// Ends the run after the emails at hand.
    pub(crate) stop: &'j AtomicBool,
    pub(crate) clock: Clock,
    /// Called after every step.
    pub(crate) progress: &'j (dyn Fn(&SendTally) + Sync),
}

/// What became of the emails of a run so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SendTally {
    /// How many the run set out with.
    #[serde(skip)]
    pub(crate) all: usize,
    /// Accepted by the mail server.
    pub(crate) sent: usize,
    /// Refused for good.
    pub(crate) failed: usize,
    /// To be tried again later.
    pub(crate) later: usize,
    /// Handed over without an answer.
    pub(crate) in_doubt: usize,
}

impl SendTally {
    /// How many the run has not come to.
    pub(crate) fn left(&self) -> usize {
        self.all - self.sent - self.failed - self.later - self.in_doubt
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct SendReport {
    pub(crate) tally: SendTally,
    /// Emails that an earlier run was handing over when it was broken off.
    pub(crate) doubted: usize,
    /// Why it ended before its emails did.
    pub(crate) stopped: Option<String>,
    /// How many `limit` left.
    pub(crate) over_limit: usize,
    /// How many the daily cap left for another day.
    pub(crate) over_cap: usize,
    /// When something can be tried again.
    pub(crate) next_try: Option<NaiveDateTime>,
}
