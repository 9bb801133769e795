//! Output: data to stdout, messages to stderr.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use super::done::Done;
use crate::error::{Error, Result};
use crate::text;

pub(super) fn show(done: &Done, json: bool) -> ExitCode {
    let printed = if json { to_stdout(&format!("{}\n", done.json)) } else { to_stdout(&done.text) };
    if !json {
        for warning in &done.warnings {
            to_stderr(&format!("warning: {warning}\n"));
        }
    }
    to_stderr(&done.refusal);
    unless_unprinted(printed, done.exit)
}

/// The exit code of a verb; a different one when its output could not be written.
pub(super) fn unless_unprinted(printed: Result<()>, exit: u8) -> ExitCode {
    let Err(error) = printed else { return ExitCode::from(exit) };
    to_stderr(&error.report());
    ExitCode::from(exit.max(error.exit_code()))
}

/// Writes data. A reader that has closed the pipe, such as `head`, is not an error.
///
/// # Errors
/// When it cannot be written, for example because the disk is full.
pub(super) fn to_stdout(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    is_printed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// The result of writing to stdout.
pub(super) fn is_printed(outcome: io::Result<()>) -> Result<()> {
    match outcome {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::cannot("write the output", e)
                .hint("the command itself is done; free some space, then run it again"))
        }
        _ => Ok(()),
    }
}

/// Writes a message.
pub(super) fn to_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The line below a list of which only the first `shown` of `all` are on the terminal.
pub(super) fn and_more(all: usize, shown: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("  and {} more; `--json` has them all\n", text::thousands(more)),
    }
}

/// Whether a user is at a terminal and can be asked.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks at the terminal; returns whether the answer is yes. Elsewhere no one can answer.
pub(super) fn confirms(question: &str, is_yes: impl Fn(&str) -> bool) -> bool {
    if !can_ask() {
        return false;
    }
    to_stderr(question);
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).is_ok() && is_yes(answer.trim())
}
