//! `import customers FILE` and `import purchases FILE`; `import past-campaign FILE` goes its own way from here.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::done::Done;
use super::{Context, import_past, progress, to_stderr};
use crate::book::import::{self, Kind, Plan, Profile, PurchaseOptions, Report, Sheet, Wishes};
use crate::error::{Error, Result};
use crate::shop::{self, Shop};
use crate::store::{Store, Write};
use crate::words;

/// Take customers or purchases from a CSV into the book.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Customers: new cards, and what changed on the old ones. Empty cells never erase what the book knows.
    Customers(CustomerFile),
    /// Purchases: each is taken once, however often the file is imported.
    Purchases(PurchaseFile),
    PastCampaign(import_past::Arguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct File {
    /// A CSV with a header row, or address cards (.vcf).
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// Which column is which, when the headings do not say: `--map ref="Customer No"`. May be said more than once.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(super) map: Vec<String>,
    /// Show what would change, and change nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Take the good rows and write the bad ones out with their faults.
    #[arg(long)]
    skip_bad: bool,
}

#[derive(Debug, clap::Args)]
struct CustomerFile {
    #[command(flatten)]
    file: File,
    /// The export that the file is, when its headings do not show it: `square-customers`, `outlook`, `plain` …
    #[arg(long, value_name = "DIALECT")]
    from: Option<String>,
}

#[derive(Debug, clap::Args)]
struct PurchaseFile {
    #[command(flatten)]
    file: File,
    /// Which comes first in 03/04/1989: `dmy` or `mdy`.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<String>,
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

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut store = shop.store()?;
    let today = context.clock.today();
    let (file, noun, kind) = match &arguments.what {
        What::Customers(customers) => (&customers.file, "customer", Kind::Customers),
        What::Purchases(purchases) => (&purchases.file, "purchase", Kind::Purchases),
        What::PastCampaign(past) => return import_past::run(past, context),
    };
    let (name, sheet) = sheet(file)?;
    let wishes = match &arguments.what {
        What::Customers(customers) => Wishes { from: customers.from.as_deref(), map: &file.map, day_order: None },
        What::Purchases(purchases) => {
            let day_order = purchases.date_order.as_deref().map(str::parse).transpose()?;
            Wishes { from: purchases.from.as_deref(), map: &file.map, day_order }
        }
        What::PastCampaign(_) => unreachable!("it went its own way"),
    };
    let plan = Plan::of(&sheet, kind, wishes).map_err(|e| e.at(&name))?;
    say_what_it_is(&plan, context);
    let bar = progress(context, sheet.size(), "Reading");
    let step = |offset: usize| bar.set_position(offset as u64);
    let look = file.dry_run || context.watched;
    let work = |write: &Write<'_>| {
        let report = match &arguments.what {
            What::Customers(_) => import::customers(write, &plan, today, &step),
            What::Purchases(purchases) => {
                let options = PurchaseOptions {
                    source: purchases.source.as_deref().unwrap_or(plan.dialect.system),
                    currency: shop.settings.currency,
                    new_customers: purchases.new_customers,
                    today,
                };
                import::purchases(write, &plan, options, &step)
            }
            What::PastCampaign(_) => unreachable!("it went its own way"),
        };
        let report = report.map_err(|e| e.at(&name))?;
        bar.finish_and_clear();
        let profile = look.then(|| import::profile(write)).transpose()?;
        if let Some(profile) = profile.as_ref().filter(|_| context.watched && !file.dry_run) {
            // Before anything is written.
            to_stderr(&format!("{}\n", profile.in_words(shop.settings.currency)));
        }
        Ok((report, profile))
    };
    let (report, profile) = take(&mut store, file, work)?;
    bar.finish_and_clear();
    let mut done = done(&shop, file, &name, noun, &sheet, report)?;
    if let Some(object) = done.json.as_object_mut() {
        object.insert("dialect".into(), plan.dialect.name.into());
        object.insert("reference".into(), if plan.is_by_contact() { "email or phone" } else { "column" }.into());
        if let Some(profile) = &profile {
            object.insert("profile".into(), serde_json::to_value(profile).unwrap_or_default());
        }
    }
    if let Some(profile) = profile.filter(|_| file.dry_run && done.refusal.is_empty()) {
        done.text.push_str(&format!("{}\n", profile.in_words(shop.settings.currency)));
    }
    Ok(done)
}

/// "This looks like a Square customer export." Of plain lists only people who watch hear it.
fn say_what_it_is(plan: &Plan<'_>, context: &Context) {
    if plan.dialect.is_plain() && !context.watched && !plan.is_by_contact() {
        return;
    }
    to_stderr(&format!("This looks like {}.\n", plan.dialect.title));
    if plan.is_by_contact() {
        to_stderr("It has no customer numbers: people are known by their email, else by their phone.\n");
    }
}

/// The name of a file, and the table in it.
pub(super) fn sheet(file: &File) -> Result<(String, Sheet)> {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_machine = |e: &Error| e.kind() == crate::error::Kind::Machine;
    let sheet = Sheet::open(&file.path).map_err(|e| if is_machine(&e) { e } else { e.at(&name) })?;
    Ok((name, sheet))
}

/// Runs the import: wholly, in rehearsal, or not at all when there are faults that may not be skipped.
pub(super) fn take(store: &mut Store, file: &File, work: impl Fn(&Write<'_>) -> Result<Taken>) -> Result<Taken> {
    if file.dry_run {
        return store.rehearse(work);
    }
    let mut refused = None;
    let taken = store.write(|write| {
        let taken = work(write)?;
        if taken.0.problems.is_empty() || file.skip_bad {
            return Ok(taken);
        }
        refused = Some(taken);
        Err(Error::new("the file has faults"))
    });
    refused.map_or(taken, Ok)
}

/// What an import did, and what the book then looks like, when somebody wants to know.
pub(super) type Taken = (Report, Option<Profile>);

pub(super) fn done(
    shop: &Shop,
    file: &File,
    name: &str,
    noun: &str,
    sheet: &Sheet,
    mut report: Report,
) -> Result<Done> {
    let refused = !report.problems.is_empty() && !file.skip_bad;
    if refused {
        // Nothing was taken.
        (report.added, report.changed) = (0, 0);
    }
    let mut warnings = std::mem::take(&mut report.warnings);
    if !report.problems.is_empty() && file.skip_bad && !file.dry_run {
        let path = write_bad_rows(shop, name, sheet, &report)?;
        warnings
            .push(format!("{} left out; they are in {path} with their faults", words::count(report.rejected, "row")));
    }
    let mut object = serde_json::to_value(&report).unwrap_or_default();
    if let Some(object) = object.as_object_mut() {
        object.insert("dry_run".into(), json!(file.dry_run));
        object.insert("warnings".into(), json!(warnings));
    }
    if refused {
        let shown = report.problems.iter().take(MOST_SHOWN).map(|problem| problem.error(name)).collect();
        let rest = report.problems.len().saturating_sub(MOST_SHOWN);
        let nothing = "nothing was taken in; correct the file, or take the good rows with `--skip-bad`";
        let hint =
            if rest > 0 { format!("{} more; {nothing}", words::count(rest, "fault")) } else { nothing.to_owned() };
        let text = Error::all(shown).map(|e| e.report()).unwrap_or_default();
        return Ok(Done::new("", &object).refused(&format!("{text}hint: {hint}\n")));
    }
    let verb = if file.dry_run { "Would take in" } else { "Took in" };
    let taken = report.added + report.changed + report.unchanged;
    let mut text = format!(
        "{verb} {}: {} new, {} changed, {} as before.",
        words::count(taken, noun),
        words::thousands(report.added),
        words::thousands(report.changed),
        words::thousands(report.unchanged),
    );
    if report.unlinked > 0 {
        text.push_str(&format!(
            " {} no customer of this book.",
            if report.unlinked == 1 {
                "1 has".to_owned()
            } else {
                format!("{} have", words::thousands(report.unlinked))
            }
        ));
    }
    if report.opened > 0 {
        text.push_str(&format!(" Opened {}.", words::count(report.opened, "bare card")));
    }
    if !report.changes.fields.is_empty() {
        text.push_str(&format!("\nDifferent: {}.", report.changes.in_words()));
        for example in &report.changes.examples {
            let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { words::quote(text) };
            let (before, after) = (shown(&example.before), shown(&example.after));
            text.push_str(&format!("\n  {} {}: {before}, now {after}", example.reference, example.field));
        }
    }
    Ok(Done::new(text, &object).warn(warnings))
}

/// How many faults of a file are shown on the terminal; `--json` has them all.
const MOST_SHOWN: usize = 20;

/// Writes the rows that could not be taken to out/, with their faults in a last column.
fn write_bad_rows(shop: &Shop, name: &str, sheet: &Sheet, report: &Report) -> Result<String> {
    let failed = |e: csv::Error| Error::new("the bad rows could not be written").because(e);
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let head = sheet.header().iter().map(String::as_str).chain(["line", "fault"]);
    out.write_record(head).map_err(failed)?;
    for (line, cells) in sheet.rows_at(report.problems.iter().map(|problem| problem.line))? {
        let faults: Vec<&str> = report.problems.iter().filter(|p| p.line == line).map(|p| p.message.as_str()).collect();
        let line = line.to_string();
        let row = cells.iter().chain([line.as_str()]).map(words::inert).chain([faults.join("; ")]);
        out.write_record(row).map_err(failed)?;
    }
    let bytes =
        out.into_inner().map_err(|e| Error::new("the bad rows could not be written").because(e.into_error()))?;
    let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = format!("out/{stem}-left-out.csv");
    shop::write_whole(&shop.folder.join(&path), &bytes)?;
    Ok(path)
}
