//! How long work tells how far it has come, and hears that it is to stop.

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

/// Who is told, and who may stop it.
pub(crate) struct Progress<'p> {
    /// Told what is being done, how much of it is done, and how much it is in all.
    pub(crate) report: &'p (dyn Fn(Activity, usize, usize) + Sync),
    /// Raised to end the work early.
    pub(crate) stop: &'p AtomicBool,
}

impl Progress<'_> {
    /// Tells of one activity, by how much is done; fails once somebody stopped it, when what it makes is not written.
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
/// When somebody has raised the flag; `so` says what was not done.
pub(super) fn go_on(stop: &AtomicBool, so: &str) -> Result<()> {
    if stop.load(Ordering::SeqCst) { Err(Error::new(format!("you stopped it; {so}"))) } else { Ok(()) }
}
