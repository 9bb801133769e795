//! The input and the report of a sending run.

use std::sync::atomic::AtomicBool;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde::Serialize;

use super::queue::OnUndeliverable;
use super::settings::Sender;
use crate::campaign::{Planned, Recipient};
use crate::clock::Clock;
use crate::error::Result;

/// Returns the bytes of an email, from the key of its Message-ID and its date.
pub(crate) type ComposeEmail<'j> = dyn Fn(&Recipient, &str, DateTime<FixedOffset>) -> Result<Vec<u8>> + Sync + 'j;

/// What is to be sent, and how.
pub(crate) struct SendJob<'j> {
    pub(crate) planned: &'j Planned,
    /// 0 for the campaign's own emails, 1 and up for its reminders.
    pub(crate) wave: usize,
    /// In their order.
    pub(crate) emails: &'j [&'j Recipient],
    /// Whether an email is held back; it stays queued.
    pub(crate) waiting: &'j (dyn Fn(&Recipient) -> bool + Sync),
    pub(crate) compose: &'j ComposeEmail<'j>,
    pub(crate) undeliverable: &'j OnUndeliverable<'j>,
    pub(crate) sender: Sender,
    /// At most this many.
    pub(crate) limit: Option<usize>,
    /// Started by a timer: it only continues what the owner has started.
    pub(crate) by_timer: bool,
    /// Ends the run after the current emails.
    pub(crate) stop: &'j AtomicBool,
    pub(crate) clock: Clock,
    /// Called after every step.
    pub(crate) progress: &'j (dyn Fn(&SendTally) + Sync),
}

/// The outcomes of a run so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SendTally {
    /// How many the run started with.
    #[serde(skip)]
    pub(crate) all: usize,
    /// Accepted by the mail server.
    pub(crate) sent: usize,
    /// Rejected permanently.
    pub(crate) failed: usize,
    /// To be tried again later.
    pub(crate) later: usize,
    /// Sent without a reply.
    pub(crate) in_doubt: usize,
}

impl SendTally {
    /// How many are still to be tried.
    pub(crate) fn left(&self) -> usize {
        self.all - self.sent - self.failed - self.later - self.in_doubt
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct SendReport {
    pub(crate) tally: SendTally,
    /// Emails that an earlier run was sending when it was interrupted.
    pub(crate) doubted: usize,
    /// Why it ended early.
    pub(crate) stopped: Option<String>,
    /// How many the `limit` excluded.
    pub(crate) over_limit: usize,
    /// How many the daily cap leaves for another day.
    pub(crate) over_cap: usize,
    /// When something can be tried again.
    pub(crate) next_try: Option<NaiveDateTime>,
}
