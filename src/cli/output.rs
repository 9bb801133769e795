//! Where the program writes: data to stdout, talk to stderr.

use std::io::Write;
use std::process::ExitCode;

use super::done::Done;

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
