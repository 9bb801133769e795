//! `restore FILE`: restores a backup.

use std::path::PathBuf;

use serde_json::json;

use super::context::Context;
use super::done::Done;
use super::output::confirms;
use crate::app::restore::{self, NewerEntries};
use crate::error::{Error, Result};
use crate::text;

/// Replace the database with a backup; the old database is kept next to it. No other program may have the shop open.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArguments {
    /// A file that `backup` made.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(arguments: &RestoreArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let restore = restore::prepare(&shop, &arguments.file)?;
    let lost = lost(&restore.newer);
    if !lost.is_empty() && !arguments.yes {
        ask(&text::list(&lost))?;
    }
    let unreadable = restore.unreadable.as_ref().map(ToString::to_string);
    let newer = serde_json::to_value(&restore.newer).unwrap_or_default();
    let (forgotten, emails) = (restore.newer.forgotten, restore.newer.emails);
    let size = restore.size;
    let old = restore.complete(context.clock.now())?.map(|path| shop.shown(&path));
    let shown = arguments.file.display().to_string();
    let mut text = format!(
        "Restored the database from {} ({} kB) after checking it.\n",
        text::quote(&shown),
        text::thousands(usize::try_from(size / 1024).unwrap_or(usize::MAX)),
    );
    if let Some(old) = &old {
        text.push_str(&format!("The old database is kept as {old}.\n"));
    }
    if !lost.is_empty() {
        text.push_str(&format!("No longer in the shop: {}.\n", text::list(&lost)));
    }
    let mut warnings = Vec::new();
    if let Some(why) = &unreadable {
        warnings.push(format!("the old database could not be read ({why}), so it was not compared"));
    }
    if forgotten {
        warnings
            .push("customers who were forgotten since the backup are in the book again: forget them again".to_owned());
    }
    if emails > 0 || unreadable.is_some() {
        warnings
            .push("emails that were sent since the backup may be queued there: `send` asks before it sends".to_owned());
    }
    let object = json!({
        "file": shown, "bytes": size, "checked": true, "kept": old, "not_in_the_backup": newer, "unreadable": unreadable,
    });
    Ok(Done::new(text, &object).warn(warnings))
}

/// What the shop has that the backup does not, in words.
fn lost(newer: &NewerEntries) -> Vec<String> {
    let all = [
        (newer.customers, text::count(newer.customers, "customer")),
        (newer.purchases, text::count(newer.purchases, "purchase")),
        (newer.notes, text::count(newer.notes, "note")),
        (newer.mail_preferences, text::count(newer.mail_preferences, "mail preference")),
        (newer.plans, text::count(newer.plans, "plan")),
        (newer.redemptions, text::count(newer.redemptions, "redemption")),
        (newer.till_amounts, text::count(newer.till_amounts, "till amount")),
        (newer.emails, text::count(newer.emails, "email")),
        (usize::from(newer.forgotten), "a customer's request to be forgotten".to_owned()),
    ];
    all.into_iter().filter(|(n, _)| *n > 0).map(|(_, words)| words).collect()
}

/// Asks on a terminal; elsewhere no one can answer.
fn ask(lost: &str) -> Result<()> {
    let question = format!("The shop has data that the backup does not: {lost}. Type restore to restore the backup: ");
    if confirms(&question, |answer| answer == "restore") {
        return Ok(());
    }
    Err(Error::new(format!("the shop has data that the backup does not: {lost}; nothing was restored"))
        .hint("use `--yes` to confirm: the current database is kept next to it"))
}
