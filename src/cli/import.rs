//! `import customers FILE` and `import purchases FILE`; `import past-campaign FILE` goes its own way from here.

use std::path::PathBuf;

use clap::Subcommand;
use indicatif::ProgressBar;
use serde_json::json;

use super::context::Context;
use super::done::Done;
use super::import_past;
use super::output::to_stderr;
use super::progress::{now, progress};
use crate::app::import::{self, ImportFile, ImportProgress, ImportRequest, Imported, PurchaseImport, Recognised};
use crate::error::Result;
use crate::import::{BookProfile, ImportOptions, ImportStep};
use crate::text;

/// Take customers or purchases from a CSV into the book.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArguments {
    #[command(subcommand)]
    verb: ImportVerb,
}

#[derive(Debug, Subcommand)]
enum ImportVerb {
    /// Customers: new cards, and what changed on the old ones. Empty cells never erase what the book knows.
    Customers(CustomerFile),
    /// Purchases: each is taken once, however often the file is imported.
    Purchases(PurchaseFile),
    PastCampaign(import_past::ImportPastArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct FileArguments {
    /// A CSV with a header row, or address cards (.vcf).
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// Which column is which, when the headings do not say: `--map ref="Customer No"`. May be said more than once.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(super) map: Vec<String>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Take the good rows and write the bad ones out with their faults.
    #[arg(long)]
    skip_bad: bool,
}

#[derive(Debug, clap::Args)]
struct CustomerFile {
    #[command(flatten)]
    file: FileArguments,
    /// The export that the file is, when its headings do not show it: `square-customers`, `outlook`, `plain` …
    #[arg(long, value_name = "DIALECT")]
    from: Option<String>,
}

#[derive(Debug, clap::Args)]
struct PurchaseFile {
    #[command(flatten)]
    file: FileArguments,
    /// Which comes first in 03/04/1989: `dmy` or `mdy`.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<String>,
    /// What stands before the cents in 1.149 and 1,149: `point` or `comma`; asked for only when no other row shows it.
    #[arg(long, value_name = "SIGN")]
    decimal: Option<String>,
    /// The export that the file is, when its headings do not show it: `square-items`, `shopify-orders`, `plain` …
    #[arg(long, value_name = "DIALECT")]
    from: Option<String>,
    /// What receipt numbers are unique within, for shops with several tills of one kind; else the system of the export.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Open a bare card for a reference that the book does not know.
    #[arg(long)]
    new_customers: bool,
}

impl FileArguments {
    pub(super) fn file(&self) -> ImportFile<'_> {
        ImportFile { path: &self.path, dry_run: self.dry_run, skip_bad: self.skip_bad }
    }
}

pub(super) fn run(arguments: &ImportArguments, context: &Context) -> Result<Done> {
    let (file, noun, options, purchases) = match &arguments.verb {
        ImportVerb::PastCampaign(past) => return import_past::run(past, context),
        ImportVerb::Customers(CustomerFile { file, from }) => {
            let options = ImportOptions { from: from.as_deref(), map: &file.map, ..ImportOptions::default() };
            (file, "customer", options, None)
        }
        ImportVerb::Purchases(PurchaseFile { file, date_order, decimal, from, source, new_customers }) => {
            let day_order = date_order.as_deref().map(str::parse).transpose()?;
            let decimal = decimal.as_deref().map(str::parse).transpose()?;
            let options = ImportOptions { from: from.as_deref(), map: &file.map, day_order, decimal };
            let purchases = PurchaseImport { source: source.as_deref(), new_customers: *new_customers };
            (file, "purchase", options, Some(purchases))
        }
    };
    let shop = context.shop()?;
    let in_words = |profile: &BookProfile| format!("{}\n", profile.in_words(shop.settings.currency));
    let bar = progress(context, 0, "Reading");
    let show = |at: ImportProgress<'_>| match at {
        ImportProgress::Recognised(recognised) => show_recognised(recognised, context),
        ImportProgress::Profile(profile) => {
            bar.finish_and_clear();
            if context.watched && !file.dry_run {
                to_stderr(&in_words(profile));
            }
        }
        at => show_step(&bar, &at),
    };
    let request = ImportRequest { file: file.file(), options, purchases, with_profile: context.watched };
    let (imported, recognised, profile) = import::import(&shop, request, context.clock.today(), &show)?;
    bar.finish_and_clear();
    let mut done = done(file, noun, imported);
    if let Some(object) = done.json.as_object_mut() {
        object.insert("dialect".into(), recognised.dialect.name.into());
        object.insert("reference".into(), if recognised.is_by_contact { "email or phone" } else { "column" }.into());
        if let Some(profile) = &profile {
            object.insert("profile".into(), serde_json::to_value(profile).unwrap_or_default());
        }
    }
    if let Some(profile) = profile.filter(|_| file.dry_run && done.refusal.is_empty()) {
        done.text.push_str(&in_words(&profile));
    }
    Ok(done)
}

/// Moves the bar of an import.
pub(super) fn show_step(bar: &ProgressBar, at: &ImportProgress<'_>) {
    match at {
        ImportProgress::Size(bytes) => bar.set_length(*bytes as u64),
        ImportProgress::Step(ImportStep::Read(bytes)) => bar.set_position(*bytes as u64),
        ImportProgress::Step(ImportStep::Now(what)) => now(bar, what),
        ImportProgress::Recognised(_) | ImportProgress::Profile(_) => {}
    }
}

/// "This looks like a Square customer export." Of plain lists only people who watch hear it.
fn show_recognised(recognised: &Recognised, context: &Context) {
    if recognised.dialect.is_plain() && !context.watched && !recognised.is_by_contact {
        return;
    }
    to_stderr(&format!("This looks like {}.\n", recognised.dialect.title));
    if recognised.is_by_contact {
        to_stderr("It has no customer numbers: people are known by their email, else by their phone.\n");
    }
}

pub(super) fn done(file: &FileArguments, noun: &str, imported: Imported) -> Done {
    let Imported { file: name, mut report, refused, left_out } = imported;
    let mut warnings = std::mem::take(&mut report.warnings);
    if let Some(place) = left_out {
        let count = text::count(report.rejected, "row");
        warnings.push(format!("{count} left out; they are in {place} with their faults"));
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
            text.push_str(&format!("… and {} more\n", text::count(rest, "fault")));
        }
        // What to do about faults of one kind is said once.
        let mut hints: Vec<&str> = Vec::new();
        for problem in shown.iter().filter(|problem| !problem.hint.is_empty()) {
            if !hints.contains(&problem.hint.as_str()) {
                hints.push(&problem.hint);
            }
        }
        hints.push("nothing was taken in; correct the file, or take the good rows with `--skip-bad`");
        text.extend(hints.iter().map(|hint| format!("hint: {hint}\n")));
        return Done::new("", &object).refused(&text);
    }
    let verb = if file.dry_run { "Would take in" } else { "Took in" };
    let taken = report.added + report.changed + report.unchanged;
    let mut text = format!(
        "{verb} {}: {} new, {} changed, {} as before.",
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
    Done::new(text, &object).warn(warnings)
}

/// How many faults of a file are shown on the terminal; `--json` has more.
const MOST_SHOWN: usize = 20;
