//! Ctrl-C, for verbs that end in an orderly way.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

static RAISED: AtomicBool = AtomicBool::new(false);
static LISTENING: AtomicBool = AtomicBool::new(false);

/// A flag that Ctrl-C raises, for as long as this lives.
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
    }
}

/// Lets Ctrl-C raise a flag. When it is pressed again, or nobody looks at the flag any more, the program ends at once; what an
/// outbox has under way is in doubt then.
pub(super) fn stop_on_ctrl_c() -> Result<StopFlag> {
    static HANDLER: OnceLock<()> = OnceLock::new();
    LISTENING.store(true, Ordering::SeqCst);
    if HANDLER.set(()).is_ok() {
        let handler = || {
            if !LISTENING.load(Ordering::SeqCst) || RAISED.swap(true, Ordering::SeqCst) {
                #[expect(clippy::exit, reason = "the owner insists; the database and the outbox are made for it")]
                std::process::exit(3);
            }
        };
        ctrlc::set_handler(handler).map_err(|e| Error::new("Ctrl-C could not be listened to").because(e))?;
    }
    Ok(StopFlag(()))
}
