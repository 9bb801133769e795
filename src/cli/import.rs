//! `import customers FILE` and `import purchases FILE`; `import past-campaign FILE` goes its own way from here.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::done::Done;
use super::{Context, import_past, now, progress, to_stderr};
use crate::error::{Error, Result};
use crate::import::{self, Kind, LeftOut, Plan, Profile, PurchaseOptions, Report, Sheet, Step, Wishes};
use crate::shop::Shop;
use crate::store::{Store, Write};
use crate::text;

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
        What::Customers(customers) => Wishes { from: customers.from.as_deref(), map: &file.map, ..Wishes::default() },
        What::Purchases(purchases) => {
            let day_order = purchases.date_order.as_deref().map(str::parse).transpose()?;
            let decimal = purchases.decimal.as_deref().map(str::parse).transpose()?;
            Wishes { from: purchases.from.as_deref(), map: &file.map, day_order, decimal }
        }
        What::PastCampaign(_) => unreachable!("it went its own way"),
    };
    let left_out = left_out(&shop, file, &name, &sheet);
    let plan = Plan::of(&sheet, kind, wishes).map_err(|e| e.at(&name))?.writing_out(left_out.as_ref());
    say_what_it_is(&plan, context);
    let bar = progress(context, sheet.size(), "Reading");
    let step = |step: Step| match step {
        Step::Read(bytes) => bar.set_position(bytes as u64),
        Step::Now(what) => now(&bar, what),
    };
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
        now(&bar, "Looking the book over");
        let profile = look.then(|| import::profile(write)).transpose()?;
        bar.finish_and_clear();
        if let Some(profile) = profile.as_ref().filter(|_| context.watched && !file.dry_run) {
            // Before anything is written.
            to_stderr(&format!("{}\n", profile.in_words(shop.settings.currency)));
        }
        Ok((report, profile))
    };
    let (report, profile) = take(&mut store, file, work)?;
    bar.finish_and_clear();
    let mut done = done(file, &name, noun, left_out.as_ref(), report)?;
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
        if taken.0.faults == 0 || file.skip_bad {
            return Ok(taken);
        }
        refused = Some(taken);
        Err(Error::new("the file has faults"))
    });
    refused.map_or(taken, Ok)
}

/// What an import did, and what the book then looks like, when somebody wants to know.
pub(super) type Taken = (Report, Option<Profile>);

/// Where the rows that cannot be taken go, when the good ones are to be.
pub(super) fn left_out(shop: &Shop, file: &File, name: &str, sheet: &Sheet) -> Option<LeftOut> {
    let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
    let place = format!("out/{stem}-left-out.csv");
    (file.skip_bad && !file.dry_run).then(|| LeftOut::new(&shop.folder, place, sheet.header()))
}

pub(super) fn done(
    file: &File,
    name: &str,
    noun: &str,
    left_out: Option<&LeftOut>,
    mut report: Report,
) -> Result<Done> {
    let refused = report.faults > 0 && !file.skip_bad;
    if refused {
        // Nothing was taken.
        (report.added, report.changed) = (0, 0);
    }
    let mut warnings = std::mem::take(&mut report.warnings);
    if let Some(place) = left_out.map(LeftOut::keep).transpose()?.flatten() {
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
        let mut text: String = shown.iter().map(|problem| problem.error(name).report()).collect();
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
        return Ok(Done::new("", &object).refused(&text));
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
    Ok(Done::new(text, &object).warn(warnings))
}

/// How many faults of a file are shown on the terminal; `--json` has more.
const MOST_SHOWN: usize = 20;
