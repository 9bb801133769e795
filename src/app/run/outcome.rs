//! What a run did, or would do.

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use crate::app::bounces::BounceReport;
use crate::campaign::HeldBack;
use crate::domain::Channel;
use crate::error::Error;
use crate::outbox::SendTally;

/// What happened to one campaign.
pub(crate) struct RunEvent {
    /// The campaign.
    pub(crate) slug: String,
    /// Its name, and which reminder it is.
    pub(crate) title: String,
    /// 0 for its own pieces, 1 and up for its reminders.
    pub(crate) wave: usize,
    pub(crate) what: RunStep,
}

pub(crate) enum RunStep {
    /// In a dry run: the references of the recipients.
    WouldGo {
        channel: Channel,
        refs: Vec<String>,
    },
    Sent {
        tally: SendTally,
        stopped: Option<String>,
        /// How many the daily cap leaves for another day.
        over_cap: usize,
    },
    Printed {
        count: usize,
        pages: usize,
        file: PathBuf,
    },
    /// A file that a killed run had printed.
    Completed(PathBuf),
    /// A piece with a problem.
    LeftOut(Error),
    /// Why emails are held back.
    HeldBack(Vec<HeldBack>),
    /// Whose reminder waits for a complaint to be resolved.
    Waiting(Vec<String>),
    /// How many emails are in doubt because an earlier run was interrupted.
    Doubted(usize),
    /// Emails that the owner's `send` has not tried yet.
    Unsent(usize),
    /// Its reminders count from the day of mailing, which is not recorded yet.
    Unposted,
}

/// The next pieces that will be due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct NextPieces {
    pub(crate) on: NaiveDate,
    /// Set for emails that the mail server deferred.
    pub(crate) at: Option<NaiveDateTime>,
    pub(crate) campaign: String,
    pub(crate) wave: usize,
}

/// What a run did, in order.
#[derive(Default)]
pub(crate) struct RunOutcome {
    /// What the mailbox had, if shop.toml names one that could be read.
    pub(crate) came_back: Option<BounceReport>,
    pub(crate) events: Vec<RunEvent>,
    /// The earliest of the next pieces.
    pub(crate) next: Option<NextPieces>,
    /// Campaigns that could not be processed.
    pub(crate) faults: Vec<Error>,
}

impl RunOutcome {
    pub(super) fn push(&mut self, slug: &str, title: String, wave: usize, what: RunStep) {
        self.events.push(RunEvent { slug: slug.to_owned(), title, wave, what });
    }

    /// Adds something that is due later; only the earliest is shown.
    pub(super) fn next_is(&mut self, next: impl IntoIterator<Item = NextPieces>) {
        self.next = self.next.take().into_iter().chain(next).min();
    }

    /// Whether part of what was due failed, waits or is in doubt. Emails that the owner's `send` has not started are
    /// not due.
    pub(crate) fn is_partial(&self) -> bool {
        self.events.iter().any(|event| match &event.what {
            RunStep::Sent { tally, over_cap, .. } => tally.failed + tally.later + tally.in_doubt + over_cap > 0,
            RunStep::HeldBack(held) => held.iter().any(|held| held.complaint),
            RunStep::LeftOut(_) | RunStep::Waiting(_) | RunStep::Doubted(_) => true,
            _ => false,
        })
    }
}
