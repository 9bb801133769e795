//! How long work tells how far it has come, and hears that it is to stop.

use std::io::{self, Write};
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
}

/// Who is told, and who may stop it.
pub(crate) struct Progress<'p> {
    /// Told what is being done, how much of it is done, and how much it is in all.
    pub(crate) report: &'p (dyn Fn(Activity, usize, usize) + Sync),
    /// Raised to end the work early.
    pub(crate) stop: &'p AtomicBool,
}

impl<'p> Progress<'p> {
    /// Tells of one activity, by how much is done.
    pub(super) fn of(&self, activity: Activity, total: usize) -> impl Fn(usize) + Sync {
        move |done| (self.report)(activity, done, total)
    }

    /// The same file, which takes nothing more once the work is to stop.
    pub(super) fn until_stopped<W: Write>(&self, out: W) -> UntilStopped<'p, W> {
        UntilStopped { out, stop: self.stop }
    }

    /// # Errors
    /// When somebody stopped it; `so` says what was not done.
    pub(super) fn go_on(&self, so: &str) -> Result<()> {
        go_on(self.stop, so)
    }
}

/// # Errors
/// When somebody has raised the flag; `so` says what was not done.
pub(super) fn go_on(stop: &AtomicBool, so: &str) -> Result<()> {
    if stop.load(Ordering::SeqCst) { Err(Error::new(format!("you stopped it; {so}"))) } else { Ok(()) }
}

/// A file that takes nothing more once the work is to stop.
pub(super) struct UntilStopped<'s, W> {
    out: W,
    stop: &'s AtomicBool,
}

impl<W: Write> Write for UntilStopped<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::SeqCst) { Err(io::Error::other("stopped")) } else { self.out.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_stops_it_ends_the_file_and_the_work() {
        let stop = AtomicBool::new(false);
        let progress = Progress { report: &|_, _, _| {}, stop: &stop };
        let mut file = progress.until_stopped(Vec::new());
        assert!(file.write_all(b"a").is_ok() && progress.go_on("").is_ok());
        stop.store(true, Ordering::SeqCst);
        assert!(file.write_all(b"b").is_err() && file.out == b"a");
        let stopped = progress.go_on("nothing was printed").map_err(|e| e.message().to_owned());
        assert_eq!(stopped, Err("you stopped it; nothing was printed".to_owned()));
    }
}
