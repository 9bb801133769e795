//! How long work reports its progress, and how it is stopped.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    ReadLetters,
    CheckLetters,
    LayOutLetters,
    PrintLetters,
    WriteEmails,
    SendEmails,
    ReadMailbox,
}

/// Receives progress, and can stop the work.
pub(crate) struct Progress<'p> {
    /// Called with the activity, the amount done, and the total.
    pub(crate) report: &'p (dyn Fn(Activity, usize, usize) + Sync),
    /// Set to stop the work early.
    pub(crate) stop: &'p AtomicBool,
}

impl Progress<'_> {
    /// Reports the amount done of one activity; fails once `stop` is set, and then nothing is written.
    pub(super) fn of(&self, activity: Activity, total: usize) -> impl Fn(usize) -> Result<()> + Sync {
        move |done| {
            (self.report)(activity, done, total);
            go_on(
                self.stop,
                match activity {
                    Activity::ReadLetters | Activity::WriteEmails | Activity::SendEmails | Activity::ReadMailbox => {
                        "nothing was written"
                    }
                    Activity::CheckLetters | Activity::LayOutLetters | Activity::PrintLetters => "nothing was printed",
                },
            )
        }
    }
}

/// # Errors
/// When the flag is set; `so` is the message about what was not done.
pub(super) fn go_on(stop: &AtomicBool, so: &str) -> Result<()> {
    if stop.load(Ordering::SeqCst) { Err(Error::new(format!("you stopped it; {so}"))) } else { Ok(()) }
}
