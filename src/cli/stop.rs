//! Ctrl-C, for verbs that stop in an orderly way.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::output::to_stderr;
use crate::error::{Error, Result};

static RAISED: AtomicBool = AtomicBool::new(false);
static LISTENING: AtomicBool = AtomicBool::new(false);
static HURRIED: AtomicBool = AtomicBool::new(false);

/// How long work that leaves nothing in doubt may go on after Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(3);

/// A flag that Ctrl-C sets, for as long as this exists.
#[derive(Debug)]
pub(super) struct StopFlag(());

impl Deref for StopFlag {
    type Target = AtomicBool;

    fn deref(&self) -> &AtomicBool {
        &RAISED
    }
}

impl Drop for StopFlag {
    fn drop(&mut self) {
        LISTENING.store(false, Ordering::SeqCst);
        HURRIED.store(false, Ordering::SeqCst);
    }
}

/// The same for work in one transaction: it ends after [`PATIENCE`], wherever it is.
pub(super) fn stop_soon_on_ctrl_c() -> Result<StopFlag> {
    HURRIED.store(true, Ordering::SeqCst);
    stop_on_ctrl_c()
}

fn end_after_patience() {
    std::thread::sleep(PATIENCE);
    if HURRIED.load(Ordering::SeqCst) {
        to_stderr("error: you stopped it\nhint: `regulars import list` has every import that was done\n");
        #[expect(clippy::exit, reason = "a transaction that is not committed has changed nothing")]
        std::process::exit(1);
    }
}

/// Makes Ctrl-C set a flag. If it is pressed again, or the flag is no longer used, the program ends at once; emails
/// being sent are then in doubt.
pub(super) fn stop_on_ctrl_c() -> Result<StopFlag> {
    static HANDLER: OnceLock<()> = OnceLock::new();
    LISTENING.store(true, Ordering::SeqCst);
    if HANDLER.set(()).is_ok() {
        let handler = || {
            if !LISTENING.load(Ordering::SeqCst) || RAISED.swap(true, Ordering::SeqCst) {
                #[expect(clippy::exit, reason = "the owner insists; the database and the outbox are made for it")]
                std::process::exit(3);
            }
            std::thread::spawn(end_after_patience);
        };
        ctrlc::set_handler(handler).map_err(|e| Error::new("Ctrl-C cannot be handled").because(e))?;
    }
    Ok(StopFlag(()))
}
