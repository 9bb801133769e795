//! Where the program writes: data to stdout, talk to stderr.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use super::done::Done;
use crate::text;

pub(super) fn show(done: &Done, json: bool) -> ExitCode {
    if json {
        to_stdout(&format!("{}\n", done.json));
    } else {
        to_stdout(&done.text);
        for warning in &done.warnings {
            to_stderr(&format!("warning: {warning}\n"));
        }
    }
    to_stderr(&done.refusal);
    ExitCode::from(done.exit)
}

/// Writes to where data goes; a reader that has gone away is no fault of ours.
pub(super) fn to_stdout(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Writes to where talk goes.
pub(super) fn to_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// What stands below a list of which only the first `shown` of `all` are on the terminal.
pub(super) fn and_more(all: usize, shown: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("  and {} more; `--json` has them all\n", text::thousands(more)),
    }
}

/// Whether somebody sits at a terminal and can be asked.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks at the terminal, and whether the answer is a yes; elsewhere nobody can answer.
pub(super) fn confirms(question: &str, is_yes: impl Fn(&str) -> bool) -> bool {
    if !can_ask() {
        return false;
    }
    to_stderr(question);
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).is_ok() && is_yes(answer.trim())
}
