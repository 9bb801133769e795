//! A file that is imported: its arguments, its progress, and the result.

use std::path::Path;

use indicatif::ProgressBar;
use serde_json::json;

use super::done::Done;
use super::output::confirms;
use super::progress::now;
use crate::app::import::{self, ImportFile, ImportProgress, Imported};
use crate::error::{Error, Result};
use crate::import::{ImportReport, ImportStep, SheetOptions, preview_in_words};
use crate::shop::Shop;
use crate::text;

#[derive(Debug, clap::Args)]
pub(super) struct FileArguments {
    /// Which column is which, if the headings do not show it: `--map ref="Customer No"`. May be repeated.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(super) map: Vec<String>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Import the good rows and write the bad ones to a file with their errors.
    #[arg(long)]
    skip_bad: bool,
    /// The encoding of the file, if names come out wrong: `windows-1252`, `macintosh`, `cp850` …; detected by default.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The sheet of a workbook, by its name or number; the first by default.
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// Import a large file while the shop's pages are open, although the tills have to wait for it.
    #[arg(long)]
    yes: bool,
}

impl FileArguments {
    pub(super) fn file<'a>(&'a self, path: &'a Path) -> ImportFile<'a> {
        let sheet = SheetOptions { encoding: self.encoding.as_deref(), sheet: self.sheet.as_deref() };
        ImportFile { path, sheet, dry_run: self.dry_run, skip_bad: self.skip_bad }
    }

    /// Asks before open tills are blocked.
    pub(super) fn ask(&self, shop: &Shop, path: &Path) -> Result<()> {
        let Some(rows) = (if self.yes { None } else { import::keeps_tills_waiting(shop, self.file(path))? }) else {
            return Ok(());
        };
        let rows = text::thousands(rows);
        let question =
            format!("The shop's pages are open, and tills wait while {rows} rows are imported. Continue? Type yes: ");
        if confirms(&question, |answer| answer.eq_ignore_ascii_case("yes")) {
            return Ok(());
        }
        let message = format!("the shop's pages are open, and the tills would wait while {rows} rows are imported");
        Err(Error::new(message).hint("import after closing time, or use `--yes`"))
    }
}

/// Updates the progress bar.
pub(super) fn show_step(bar: &ProgressBar, at: &ImportProgress<'_>) {
    match at {
        ImportProgress::Size(bytes) => bar.set_length(*bytes as u64),
        ImportProgress::Step(ImportStep::Read(bytes)) => bar.set_position(*bytes as u64),
        ImportProgress::Step(ImportStep::Now(what)) => now(bar, what),
        ImportProgress::Recognised(_) | ImportProgress::Profile(_) => {}
    }
}

pub(super) fn outcome(file: &FileArguments, noun: &str, imported: Imported) -> Done {
    let Imported { file: name, mut report, refused, left_out } = imported;
    let mut warnings = std::mem::take(&mut report.warnings);
    let count = text::count(report.rejected, "row");
    if let Some(place) = left_out.as_ref().filter(|_| !refused) {
        warnings.push(format!("{count} left out; they are in {place} with their errors"));
    }
    let mut object = serde_json::to_value(&report).unwrap_or_default();
    if let Some(object) = object.as_object_mut() {
        object.insert("dry_run".into(), json!(file.dry_run));
        object.insert("warnings".into(), json!(warnings));
    }
    if refused {
        let shown = &report.problems[..report.problems.len().min(MOST_SHOWN)];
        let mut text: String = shown.iter().map(|problem| problem.error(&name).report()).collect();
        let rest = report.faults - shown.len();
        if rest > 0 {
            text.push_str(&format!("… and {} more\n", text::count(rest, "error")));
        }
        // A hint for errors of one kind is shown once.
        let mut hints: Vec<&str> = Vec::new();
        for problem in shown.iter().filter(|problem| !problem.hint.is_empty()) {
            if !hints.contains(&problem.hint.as_str()) {
                hints.push(&problem.hint);
            }
        }
        let hint = match left_out {
            Some(place) => {
                let are = text::is(report.rejected);
                format!("nothing was imported: every row has an error; {count} {are} in {place} with their errors")
            }
            None if file.skip_bad => "nothing would be imported: every row has an error".to_owned(),
            None => "nothing was imported; correct the file, or import the good rows with `--skip-bad`".to_owned(),
        };
        hints.push(&hint);
        text.extend(hints.iter().map(|hint| format!("hint: {hint}\n")));
        return Done::new("", &object).refused(&text);
    }
    let verb = if file.dry_run { "Would import" } else { "Imported" };
    let taken = report.added + report.changed + report.unchanged;
    let mut text = format!(
        "{verb} {}: {} new, {} changed, {} unchanged.",
        text::count(taken, noun),
        text::thousands(report.added),
        text::thousands(report.changed),
        text::thousands(report.unchanged),
    );
    if report.unlinked > 0 {
        text.push_str(&format!(
            " {} no customer of this book.",
            if report.unlinked == 1 {
                "1 has".to_owned()
            } else {
                format!("{} have", text::thousands(report.unlinked))
            }
        ));
        text.push_str(&unknown_refs(&report));
    }
    if report.opened > 0 {
        text.push_str(&format!(" Opened {}.", text::count(report.opened, "bare card")));
    }
    for settled in &report.settled {
        text.push_str(&format!("\n{settled}"));
    }
    if !report.changes.fields.is_empty() {
        text.push_str(&format!("\nDifferent: {}.", report.changes.in_words()));
        for example in &report.changes.examples {
            let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text::quote(text) };
            let (before, after) = (shown(&example.before), shown(&example.after));
            text.push_str(&format!("\n  {} {}: {before}, now {after}", example.reference, example.field));
        }
    }
    if !report.columns.is_empty() {
        text = format!("{}{}\n{text}", preview_in_words(&report.columns), what_is_missing(&report));
    }
    Done::new(text, &object).warn(warnings)
}

/// How a column is named that was not recognized, where there is one, and what is missing.
fn what_is_missing(report: &ImportReport) -> String {
    if report.not_taken.is_empty() {
        return String::new();
    }
    let missing: Vec<String> = report.not_found.iter().map(|field| text::quote(field)).collect();
    let field = report.not_found.first().unwrap_or(&"FIELD");
    let found = if missing.is_empty() { String::new() } else { format!("No column for {}. ", text::list(&missing)) };
    format!("{found}If a column is not used and should be, name it: `--map {field}=\"COLUMN\"`.\n")
}

/// The references without a customer, one per line, with the customers they may mean.
fn unknown_refs(report: &ImportReport) -> String {
    let shown = &report.unknown_refs[..report.unknown_refs.len().min(MOST_UNKNOWN)];
    let mut lines: Vec<String> = shown
        .iter()
        .map(|unknown| {
            let near: Vec<String> = unknown.near.iter().map(|near| text::quote(near)).collect();
            let count = if unknown.count > 1 {
                format!(" ({})", text::count(unknown.count, "purchase"))
            } else {
                String::new()
            };
            let asked = if near.is_empty() { String::new() } else { format!("; is it {}?", text::alternatives(&near)) };
            format!("{} is no customer{count}{asked}", text::quote(&unknown.reference))
        })
        .collect();
    let more = report.unknown_refs.len() - shown.len() + report.unknown_refs_more;
    if more > 0 {
        lines.push(format!("and {} like these", text::count(more, "more reference")));
    }
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

/// How many unknown references are shown on the terminal; `--json` has more.
const MOST_UNKNOWN: usize = 12;

/// How many errors of a file are shown on the terminal; `--json` has more.
const MOST_SHOWN: usize = 20;
