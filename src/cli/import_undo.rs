//! `import undo [N]`: undoes an import, and shows what stays and why.

use serde_json::json;

use super::context::Context;
use super::customer::one_line;
use super::done::Done;
use super::output::{can_ask, confirms};
use super::progress::progress;
use super::stop::stop_soon_on_ctrl_c;
use crate::app::import_undo::{self, ImportUndone};
use crate::domain::ImportedData;
use crate::error::{Error, Result};
use crate::import::ImportRecord;
use crate::text;

/// Undo an import: remove what it added, and restore what it changed.
///
/// What was used or changed since stays, and is listed with the reason.
#[derive(Debug, clap::Args)]
pub(super) struct ImportUndoArguments {
    /// The number of the import, from `import list`; by default the last one that was not undone.
    #[arg(value_name = "N")]
    number: Option<i64>,
    /// Show what would be removed and what would stay, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// How many things that stay are named for each reason.
const MOST_SHOWN: usize = 5;

pub(super) fn run(arguments: &ImportUndoArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let record = import_undo::find(&shop, arguments.number)?;
    let ImportUndoArguments { dry_run, yes, .. } = *arguments;
    if !dry_run && !yes {
        ask(&record)?;
    }
    let stop = stop_soon_on_ctrl_c()?;
    let bar = progress(context, 0, "Undoing");
    let show = |done: usize, total: usize| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let undone = import_undo::undo(&shop, record.id.0, dry_run, context.clock.now(), (&stop, &show))?;
    bar.finish_and_clear();
    Ok(shown(&undone, dry_run))
}

fn shown(undone: &ImportUndone, dry_run: bool) -> Done {
    let ImportUndone { record, rows, newer } = undone;
    let cards = (rows.customers_removed, "customer", "removed");
    let purchases = (rows.purchases.removed, "purchase", "removed");
    let is_of_customers = record.kind == ImportedData::Customers;
    let (removed, other) = if is_of_customers { (cards, purchases) } else { (purchases, cards) };
    let fields = (rows.fields_restored, "field", "restored");
    let restored = (rows.purchases.restored, "purchase", "restored");
    let counts = [removed, other, fields, restored];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, noun, what)| format!("{} {what}", text::count(*count, noun)))
        .collect();
    let mut text = format!(
        "{} {}: {}.",
        if dry_run { "Would undo" } else { "Undid" },
        named(record),
        if counts.is_empty() { "nothing to remove or restore".to_owned() } else { counts.join(", ") },
    );
    let stayed = &rows.stayed;
    for (why, count) in &stayed.counts {
        let named = stayed.first.iter().filter(|one| one.why == *why).take(MOST_SHOWN);
        let mut names: Vec<String> = named.map(|one| one_line(&one.what)).collect();
        if *count > names.len() {
            names.push(format!("{} more", text::thousands(count - names.len())));
        }
        let each = if *count == 1 { "it" } else { "each" };
        text.push_str(&format!("\nKept {}: {each} {why}.", text::list(&names)));
    }
    let mut warnings = Vec::new();
    if let Some(last) = newer.last().filter(|_| rows.customers_removed > 0) {
        let file = text::quote(&one_line(&last.file));
        warnings.push(format!(
            "import {} is newer: customers that it found unchanged are removed too; import {file} again",
            last.id
        ));
    }
    let object = json!({
        "number": record.id, "dry_run": dry_run, "removed": removed.0, "restored": fields.0 + restored.0,
        "kept": stayed.first, "kept_count": stayed.total(), "customers_removed": cards.0,
        "purchases_removed": purchases.0, "warnings": warnings,
    });
    let exit = if stayed.total() > 0 { 3 } else { 0 };
    Done::new(text, &object).warn(warnings).exit(exit)
}

/// ``import 3 (`customers.csv` of 2026-03-01)``
fn named(record: &ImportRecord) -> String {
    format!("import {} ({} of {})", record.id, text::quote(&one_line(&record.file)), record.at.date())
}

/// Asks on a terminal; without one the command is run as given.
fn ask(record: &ImportRecord) -> Result<()> {
    let question = format!("Undo {}? Type its number to confirm: ", named(record));
    if !can_ask() || confirms(&question, |answer| answer == record.id.to_string()) {
        return Ok(());
    }
    Err(Error::new(format!("{} was not undone", named(record)))
        .hint("`--dry-run` shows what would be removed; `--yes` does not ask"))
}
