//! Undoes the purchases of an import: added ones are removed, changed ones restored.

use chrono::NaiveDate;

use super::stayed::{Stayed, changed_by};
use crate::domain::{CustomerId, ImportId};
use crate::error::Result;
use crate::store::{Read, Row, Write, params};

/// What an undo did to purchases.
#[derive(Debug, Default)]
pub(crate) struct UndonePurchases {
    pub(crate) removed: usize,
    pub(crate) restored: usize,
    /// Whether a restored purchase had no customer, who may exist now.
    pub(super) has_lost: bool,
}

/// How many purchases are removed at a time.
const CHUNK: i64 = 50_000;

pub(super) fn undo(
    write: &Write<'_>,
    import: ImportId,
    after: i64,
    stayed: &mut Stayed,
    progress: &dyn Fn(usize, usize) -> Result<()>,
) -> Result<UndonePurchases> {
    let sql = "SELECT p.receipt, p.ref, p.day, p.id, min(r.import_id) FROM replaced_purchase r \
               JOIN purchase p ON p.id = r.purchase_id WHERE r.added_by = ?1 AND p.import_id = ?1 \
               GROUP BY p.receipt, p.ref, p.day, p.id ORDER BY p.id";
    let changed = write
        .all(sql, params![import], |row| Ok((row.get::<i64>(3)?, purchase_name(row)?, row.get::<ImportId>(4)?)))?;
    for (id, name, by) in changed {
        write.run("UPDATE purchase SET import_id = 0 WHERE id = ?1", params![id])?;
        stayed.add(name, changed_by(by));
    }
    // What a later import has deleted is not restored by any undo.
    let sql = "DELETE FROM replaced_purchase WHERE added_by = ?1 AND NOT EXISTS \
               (SELECT 1 FROM purchase p WHERE p.id = replaced_purchase.purchase_id)";
    write.run(sql, params![import])?;
    write.run("UPDATE replaced_purchase SET added_by = 0 WHERE added_by = ?1", params![import])?;
    let mut done = UndonePurchases { removed: remove(write, import, after, progress)?, ..UndonePurchases::default() };
    restore(write, import, stayed, progress, &mut done)?;
    Ok(done)
}

fn remove(
    write: &Write<'_>,
    import: ImportId,
    after: i64,
    progress: &dyn Fn(usize, usize) -> Result<()>,
) -> Result<usize> {
    let sql = "SELECT count(*), COALESCE(max(id), 0) FROM purchase WHERE id > ?2 AND import_id = ?1";
    let added = write.first(sql, params![import, after], |row| Ok((row.get::<usize>(0)?, row.get::<i64>(1)?)))?;
    let (count, last) = added.unwrap_or_default();
    if count == 0 {
        return Ok(0);
    }
    let all: usize = write.value("SELECT count(*) FROM purchase", params![])?;
    removing(write, "purchase", count, all, || {
        let (mut from, mut removed) = (after, 0);
        while from < last {
            progress(removed, count)?;
            let to = from.saturating_add(CHUNK);
            let sql = "DELETE FROM purchase_item WHERE purchase_id > ?2 AND purchase_id <= ?3 AND purchase_id IN \
                       (SELECT p.id FROM purchase p WHERE p.id > ?2 AND p.id <= ?3 AND p.import_id = ?1)";
            write.run(sql, params![import, from, to])?;
            let sql = "DELETE FROM purchase WHERE id > ?2 AND id <= ?3 AND import_id = ?1";
            removed += write.run(sql, params![import, from, to])?;
            from = to;
        }
        Ok(removed)
    })
}

/// Removes `count` of the `all` rows of a table: without its indexes when these are many and most of them.
pub(super) fn removing(
    write: &Write<'_>,
    table: &str,
    count: usize,
    all: usize,
    work: impl FnOnce() -> Result<usize>,
) -> Result<usize> {
    if count > 10_000 && count * 2 > all { write.unindexed(table, work) } else { work() }
}

/// The state of a purchase before the import.
struct ReplacedPurchase {
    kept: i64,
    purchase: i64,
    name: String,
    reference: String,
    customer: Option<CustomerId>,
    /// The next import that changed it too.
    later: Option<ImportId>,
    /// Its current reference; none when it was deleted.
    present: Option<String>,
}

fn restore(
    write: &Write<'_>,
    import: ImportId,
    stayed: &mut Stayed,
    progress: &dyn Fn(usize, usize) -> Result<()>,
    done: &mut UndonePurchases,
) -> Result<()> {
    let all: usize = write.value("SELECT count(*) FROM replaced_purchase WHERE import_id = ?1", params![import])?;
    let (mut from, mut seen) = (0, 0);
    loop {
        let replaced = page(write, import, from)?;
        let Some(last) = replaced.last() else { break };
        (from, seen) = (last.kept, seen + replaced.len());
        progress(seen, all)?;
        for one in &replaced {
            restore_one(write, one, stayed, done)?;
        }
    }
    write.run("DELETE FROM replaced_purchase WHERE import_id = ?1", params![import]).map(|_| ())
}

/// The next purchases that an import has replaced.
fn page(read: &Read<'_>, import: ImportId, from: i64) -> Result<Vec<ReplacedPurchase>> {
    let sql = "SELECT r.receipt, r.ref, r.day, r.id, r.purchase_id, r.customer_id, (SELECT min(l.import_id) \
               FROM replaced_purchase l WHERE l.purchase_id = r.purchase_id AND l.import_id > r.import_id), p.ref \
               FROM replaced_purchase r LEFT JOIN purchase p ON p.id = r.purchase_id \
               WHERE r.id > ?2 AND r.import_id = ?1 ORDER BY r.id LIMIT 1024";
    read.all(sql, params![import, from], |row| {
        Ok(ReplacedPurchase {
            name: purchase_name(row)?,
            reference: row.get(1)?,
            kept: row.get(3)?,
            purchase: row.get(4)?,
            customer: row.get(5)?,
            later: row.get(6)?,
            present: row.get(7)?,
        })
    })
}

fn restore_one(
    write: &Write<'_>,
    one: &ReplacedPurchase,
    stayed: &mut Stayed,
    done: &mut UndonePurchases,
) -> Result<()> {
    if let Some(later) = one.later {
        // Undoing the later import restores what this one would have.
        let sql = "DELETE FROM replaced_purchase WHERE purchase_id = ?1 AND import_id = ?2";
        write.run(sql, params![one.purchase, later])?;
        let sql = "UPDATE replaced_purchase SET import_id = ?2 WHERE id = ?1";
        write.run(sql, params![one.kept, later])?;
        stayed.add(one.name.clone(), changed_by(later));
        return Ok(());
    }
    if !put_back(write, one)? {
        stayed.add(one.name.clone(), "was imported again since");
        return Ok(());
    }
    write.run("DELETE FROM purchase_item WHERE purchase_id = ?1", params![one.purchase])?;
    let sql = "INSERT INTO purchase_item (purchase_id, line, item, quantity_milli, amount_minor) \
               SELECT ?2, line, item, quantity_milli, amount_minor FROM replaced_item WHERE replaced_id = ?1";
    write.run(sql, params![one.kept, one.purchase])?;
    done.restored += 1;
    done.has_lost |= one.customer.is_none() && !one.reference.is_empty();
    Ok(())
}

/// Restores the row of a purchase; returns whether its number was free.
fn put_back(write: &Write<'_>, one: &ReplacedPurchase) -> Result<bool> {
    if let Some(present) = &one.present {
        let sql = "UPDATE purchase SET ref = r.ref, day = r.day, amount_minor = r.amount_minor, \
                   quantity_milli = r.quantity_milli FROM replaced_purchase r WHERE purchase.id = ?1 AND r.id = ?2";
        write.run(sql, params![one.purchase, one.kept])?;
        let sql = "UPDATE purchase SET source = r.source, receipt = r.receipt, same = r.same, nth = r.nth \
                   FROM replaced_purchase r WHERE purchase.id = ?1 AND r.id = ?2 AND NOT EXISTS \
                   (SELECT 1 FROM purchase o WHERE o.same = r.same AND o.nth = r.nth AND o.id <> ?1)";
        write.run(sql, params![one.purchase, one.kept])?;
        // Its customer may have changed when a merge moved their card.
        if *present != one.reference {
            let sql = "UPDATE purchase SET customer_id = ?2 WHERE id = ?1";
            write.run(sql, params![one.purchase, one.customer])?;
        }
        return Ok(true);
    }
    let sql = "INSERT INTO purchase (id, source, receipt, ref, customer_id, day, amount_minor, quantity_milli, same, nth, \
               import_id, linked_by) SELECT purchase_id, source, receipt, ref, customer_id, day, amount_minor, \
               quantity_milli, same, nth, added_by, linked_by FROM replaced_purchase r WHERE r.id = ?1 AND NOT EXISTS \
               (SELECT 1 FROM purchase p WHERE p.same = r.same AND p.nth = r.nth)";
    Ok(write.run(sql, params![one.kept])? > 0)
}

/// The display name of a purchase: its receipt, reference and day.
fn purchase_name(row: &Row<'_>) -> Result<String> {
    let (receipt, reference, on): (String, String, NaiveDate) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(match (receipt.is_empty(), reference.is_empty()) {
        (false, _) => format!("receipt {receipt}"),
        (true, false) => format!("purchase of {reference} on {on}"),
        (true, true) => format!("purchase on {on}"),
    })
}
