//! The list of imports, and undoing one of them.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use chrono::NaiveDateTime;

use super::progress::go_on;
use crate::customers::{self, UndoneRows};
use crate::domain::CustomerId;
use crate::error::Result;
use crate::import::history::{self, ImportRecord};
use crate::shop::Shop;
use crate::store::{Read, Write};
use crate::text;
use crate::{campaign, redemption};

/// What an undo did, or would do.
#[derive(Debug)]
pub(crate) struct ImportUndone {
    pub(crate) record: ImportRecord,
    pub(crate) rows: UndoneRows,
    /// Newer imports of customers that were not undone.
    pub(crate) newer: Vec<ImportRecord>,
}

/// Every import, oldest first.
pub(crate) fn list(shop: &Shop) -> Result<Vec<ImportRecord>> {
    history::history(&shop.store()?.read())
}

/// The import to undo: the one with this number, or the last one.
///
/// # Errors
/// When none can be undone.
pub(crate) fn find(shop: &Shop, number: Option<i64>) -> Result<ImportRecord> {
    history::to_undo(&shop.store()?.read(), number)
}

/// Undoes an import; with `dry_run` only shows what would be removed and what would stay.
///
/// # Errors
/// When it cannot be undone, or `stop` was set: then the book is unchanged.
pub(crate) fn undo(
    shop: &Shop,
    number: i64,
    dry_run: bool,
    now: NaiveDateTime,
    (stop, progress): (&AtomicBool, &dyn Fn(usize, usize)),
) -> Result<ImportUndone> {
    let mut store = shop.store()?;
    let work = |write: &Write<'_>| {
        // Another program may have undone it in the meantime.
        let record = history::to_undo(write, Some(number))?;
        let step = |done, total| {
            progress(done, total);
            go_on(stop, "nothing was undone")
        };
        let rows = customers::undo_import(write, record.rows(), &held(write, &record)?, &step)?;
        history::mark_undone(write, record.id, now)?;
        let newer = history::newer(write, &record)?;
        go_on(stop, "nothing was undone")?;
        Ok(ImportUndone { record, rows, newer })
    };
    if dry_run { store.rehearse(work) } else { store.write(work) }
}

/// Customers of an import that are still used by plans or the till, and why.
fn held(read: &Read<'_>, record: &ImportRecord) -> Result<HashMap<CustomerId, String>> {
    let in_plans = campaign::customers_of_import(read, record.id)?.into_iter();
    let mut held: HashMap<CustomerId, String> =
        in_plans.map(|(id, slug)| (id, format!("is frozen in the plan of {}", text::quote(&slug)))).collect();
    let at_the_till = redemption::customers_of_import(read, record.id)?;
    held.extend(at_the_till.into_iter().map(|id| (id, "has an entry at the till".to_owned())));
    Ok(held)
}
