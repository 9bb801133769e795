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
    /// What is written: its name, and which reminder it is.
    pub(crate) title: String,
    /// 0 for its own pieces, 1 and on for its reminders.
    pub(crate) wave: usize,
    pub(crate) what: RunStep,
}

pub(crate) enum RunStep {
    /// In a rehearsal: whose piece would go, by their references.
    WouldGo {
        channel: Channel,
        refs: Vec<String>,
    },
    Sent {
        tally: SendTally,
        stopped: Option<String>,
        /// How many the daily cap left for another day.
        over_cap: usize,
    },
    Printed {
        count: usize,
        pages: usize,
        file: PathBuf,
    },
    /// A file that a run which was killed had printed.
    Completed(PathBuf),
    /// A piece with a problem.
    LeftOut(Error),
    /// Why emails are held back.
    HeldBack(Vec<HeldBack>),
    /// Whose reminder waits for a complaint to be resolved.
    Waiting(Vec<String>),
    /// How many emails are in doubt since an earlier run was broken off.
    Doubted(usize),
    /// Emails that the owner's `send` has not tried yet.
    Unsent(usize),
    /// Its reminders count from a day of posting that is not known yet.
    Unposted,
}

/// What is to come next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct NextPieces {
    pub(crate) on: NaiveDate,
    /// For what the mail server put off.
    pub(crate) at: Option<NaiveDateTime>,
    pub(crate) campaign: String,
    pub(crate) wave: usize,
}

/// What a run did, in its order.
#[derive(Default)]
pub(crate) struct RunOutcome {
    /// What the mailbox had, if shop.toml names one that could be read.
    pub(crate) came_back: Option<BounceReport>,
    pub(crate) events: Vec<RunEvent>,
    /// The soonest of what is to come.
    pub(crate) next: Option<NextPieces>,
    /// What could not be begun.
    pub(crate) faults: Vec<Error>,
}

impl RunOutcome {
    pub(super) fn push(&mut self, slug: &str, title: String, wave: usize, what: RunStep) {
        self.events.push(RunEvent { slug: slug.to_owned(), title, wave, what });
    }

    /// Something that is to come, of which only the soonest is told.
    pub(super) fn next_is(&mut self, next: impl IntoIterator<Item = NextPieces>) {
        self.next = self.next.take().into_iter().chain(next).min();
    }

    /// Whether part of what was due failed, waits or is in doubt. What the owner's `send` has not begun is not due.
    pub(crate) fn is_partial(&self) -> bool {
        self.events.iter().any(|event| match &event.what {
            RunStep::Sent { tally, over_cap, .. } => tally.failed + tally.later + tally.in_doubt + over_cap > 0,
            RunStep::HeldBack(held) => held.iter().any(|held| held.complaint),
            RunStep::LeftOut(_) | RunStep::Waiting(_) | RunStep::Doubted(_) => true,
            _ => false,
        })
    }
}
