//! Progress on the terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;
use super::stop::stop_on_ctrl_c;
use crate::app::{Activity, Progress};
use crate::error::Result;

/// A bar for long work on a terminal; it counts to `total`.
pub(super) fn progress(context: &Context, total: usize, what: &'static str) -> ProgressBar {
    if !context.watched {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total as u64).with_message(what);
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Runs long work that Ctrl-C may stop, with its progress on a terminal.
pub(super) fn watched<T>(context: &Context, work: impl FnOnce(&Progress<'_>) -> Result<T>) -> Result<T> {
    let stop = stop_on_ctrl_c()?;
    let bar = progress(context, 0, "");
    let report = |activity: Activity, done: usize, total: usize| {
        bar.set_message(match activity {
            Activity::ReadLetters => "Reading letters",
            Activity::CheckLetters => "Checking the letters",
            Activity::LayOutLetters => "Setting letters",
            Activity::PrintLetters => "Printing letters",
            Activity::WriteEmails => "Writing emails",
            Activity::SendEmails => "Sending",
            Activity::ReadMailbox => "Reading mail",
        });
        if matches!(activity, Activity::SendEmails | Activity::ReadMailbox)
            && let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec}, {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let done = work(&Progress { report: &report, stop: &stop })?;
    bar.finish_and_clear();
    Ok(done)
}

/// Shows an activity without a measurable amount.
pub(super) fn now(bar: &ProgressBar, what: &'static str) {
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} … {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(100));
}
