//! Purchases written by the thousand: each once, however often it is imported.

use chrono::NaiveDate;

use crate::domain::{CustomerId, ImportId};
use crate::error::Result;
use crate::money::Money;
use crate::store::{PreparedStatement, Write, params};

/// What makes two purchases the same one, as a hash.
pub(crate) type DedupeKey = [u8; 16];

/// Writes purchases.
pub(crate) struct PurchaseWriter<'t> {
    write: &'t Write<'t>,
    /// Within which receipt numbers are unique.
    source: &'t str,
    /// Which writes; it can be undone.
    import: ImportId,
    next: i64,
    purchase: PreparedStatement<'t>,
    item: PreparedStatement<'t>,
}

/// What the book has of a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredPurchase {
    pub(crate) id: i64,
    pub(crate) reference: String,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Money,
    pub(crate) quantity_milli: Option<i64>,
}

/// A purchase as it is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PurchaseDraft<'a> {
    pub(crate) receipt: &'a str,
    pub(crate) reference: &'a str,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Money,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) key: DedupeKey,
    /// Which of several purchases of one key it is.
    pub(crate) occurrence: u32,
}

/// One line of a receipt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PurchaseItem<'a> {
    pub(crate) item: &'a str,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) amount: Money,
}

impl<'t> PurchaseWriter<'t> {
    pub(crate) fn new(write: &'t Write<'t>, source: &'t str, import: ImportId) -> Result<Self> {
        let purchase = "INSERT INTO purchase (id, source, receipt, ref, customer_id, day, amount_minor, quantity_milli, \
                        same, nth, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let item = "INSERT INTO purchase_item (purchase_id, line, item, quantity_milli, amount_minor) \
                    VALUES (?1, ?2, ?3, ?4, ?5)";
        // The number of a purchase that was deleted may be wanted again.
        let next = write.value(
            "SELECT COALESCE(max(id), 0) + 1 FROM (SELECT max(id) AS id FROM purchase \
             UNION ALL SELECT max(purchase_id) FROM replaced_purchase) used",
            params![],
        )?;
        Ok(Self { write, source, import, next, purchase: write.prepare(purchase)?, item: write.prepare(item)? })
    }

    pub(crate) fn stored(&self, key: &DedupeKey, occurrence: u32) -> Result<Option<StoredPurchase>> {
        let sql = "SELECT id, ref, day, amount_minor, quantity_milli FROM purchase WHERE same = ?1 AND nth = ?2";
        self.write.first(sql, params![key[..], occurrence], |row| {
            let (id, reference, on) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(StoredPurchase { id, reference, on, amount: row.get(3)?, quantity_milli: row.get(4)? })
        })
    }

    pub(crate) fn insert<'i>(
        &mut self,
        new: PurchaseDraft<'_>,
        items: impl Iterator<Item = PurchaseItem<'i>>,
    ) -> Result<()> {
        let id = self.next;
        self.next += 1;
        let PurchaseDraft { receipt, reference, customer, on, amount, quantity_milli, key, occurrence } = new;
        let (source, import, n) = (self.source, self.import, quantity_milli);
        let values = params![id, source, receipt, reference, customer, on, amount, n, key[..], occurrence, import];
        self.purchase.run(values)?;
        self.write_items(id, 1, items)
    }

    pub(crate) fn replace<'i>(
        &mut self,
        id: i64,
        new: PurchaseDraft<'_>,
        items: impl Iterator<Item = PurchaseItem<'i>>,
    ) -> Result<()> {
        self.keep_before(id)?;
        let sql = "UPDATE purchase SET ref = ?2, customer_id = ?3, day = ?4, amount_minor = ?5, quantity_milli = ?6 \
                   WHERE id = ?1";
        let values = params![id, new.reference, new.customer, new.on, new.amount, new.quantity_milli];
        self.write.run(sql, values)?;
        self.write.run("DELETE FROM purchase_item WHERE purchase_id = ?1", params![id])?;
        self.write_items(id, 1, items)
    }

    pub(crate) fn delete(&self, id: i64) -> Result<()> {
        self.keep_before(id)?;
        self.write.run("DELETE FROM purchase WHERE id = ?1", params![id]).map(|_| ())
    }

    /// Keeps a purchase as it is before this import changes it for the first time, unless it has added it.
    fn keep_before(&self, id: i64) -> Result<()> {
        let sql = "INSERT INTO replaced_purchase (purchase_id, import_id, source, receipt, ref, customer_id, day, \
                   amount_minor, quantity_milli, same, nth, added_by, linked_by) SELECT id, ?2, source, receipt, ref, \
                   customer_id, day, amount_minor, quantity_milli, same, nth, import_id, linked_by FROM purchase \
                   WHERE id = ?1 AND import_id <> ?2 ON CONFLICT (purchase_id, import_id) DO NOTHING RETURNING id";
        if let Some(kept) = self.write.first(sql, params![id, self.import], |row| row.get::<i64>(0))? {
            let sql = "INSERT INTO replaced_item (replaced_id, line, item, quantity_milli, amount_minor) \
                       SELECT ?2, line, item, quantity_milli, amount_minor FROM purchase_item WHERE purchase_id = ?1";
            self.write.run(sql, params![id, kept])?;
        }
        Ok(())
    }

    /// Drops what is kept of a purchase that is in the end as it was.
    pub(crate) fn drop_before(&self, id: i64) -> Result<()> {
        let sql = "DELETE FROM replaced_purchase WHERE purchase_id = ?1 AND import_id = ?2";
        self.write.run(sql, params![id, self.import]).map(|_| ())
    }

    /// Adds lines to a receipt, which has other sums then.
    pub(crate) fn add_items<'i>(
        &mut self,
        sums: &StoredPurchase,
        items: impl Iterator<Item = PurchaseItem<'i>>,
    ) -> Result<()> {
        self.keep_before(sums.id)?;
        let sql = "UPDATE purchase SET amount_minor = ?2, quantity_milli = ?3 WHERE id = ?1";
        self.write.run(sql, params![sums.id, sums.amount, sums.quantity_milli])?;
        let sql = "SELECT COALESCE(max(line), 0) + 1 FROM purchase_item WHERE purchase_id = ?1";
        let next: usize = self.write.value(sql, params![sums.id])?;
        self.write_items(sums.id, next, items.filter(|line| !line.item.is_empty()))
    }

    /// Lines without the name of an item say nothing that the purchase does not.
    fn write_items<'i>(&mut self, id: i64, first: usize, items: impl Iterator<Item = PurchaseItem<'i>>) -> Result<()> {
        for (line, PurchaseItem { item, quantity_milli, amount }) in (first..).zip(items) {
            if !item.is_empty() {
                self.item.run(params![id, line, item, quantity_milli, amount])?;
            }
        }
        Ok(())
    }
}
