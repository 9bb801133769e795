//! Writes many purchases: each once, however often it is imported.

use chrono::NaiveDate;

use crate::domain::{CustomerId, ImportId};
use crate::error::Result;
use crate::money::Money;
use crate::store::{PreparedStatement, Read, Value, Write, params};

/// A hash that identifies a purchase.
pub(crate) type DedupeKey = [u8; 16];

/// Writes purchases.
pub(crate) struct PurchaseWriter<'t> {
    write: &'t Write<'t>,
    /// The scope in which receipt numbers are unique.
    source: &'t str,
    /// The import that writes; it can be undone.
    import: ImportId,
    /// The number of the first new purchase.
    first: i64,
    next: i64,
    purchase: PreparedStatement<'t>,
    item: PreparedStatement<'t>,
}

/// A purchase as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredPurchase {
    pub(crate) id: i64,
    pub(crate) source: String,
    /// Empty where the file had no receipt numbers.
    pub(crate) receipt: String,
    pub(crate) reference: String,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Money,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) key: Vec<u8>,
    /// Its lines with an item.
    pub(crate) lines: Vec<StoredLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredLine {
    pub(crate) item: String,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) amount: Money,
}

impl StoredLine {
    pub(crate) fn item(&self) -> PurchaseItem<'_> {
        PurchaseItem { item: &self.item, quantity_milli: self.quantity_milli, amount: self.amount }
    }
}

impl From<PurchaseItem<'_>> for StoredLine {
    fn from(line: PurchaseItem<'_>) -> Self {
        Self { item: line.item.to_owned(), quantity_milli: line.quantity_milli, amount: line.amount }
    }
}

/// The columns of [`read_rows`]: a purchase with each of its lines.
macro_rules! stored {
    ($such:literal) => {
        concat!(
            "SELECT p.id, p.source, p.receipt, p.ref, p.customer_id, p.day, p.amount_minor, p.quantity_milli, p.same, i.item, \
             i.quantity_milli, i.amount_minor FROM purchase p LEFT JOIN purchase_item i ON i.purchase_id = p.id WHERE ",
            $such,
            " ORDER BY p.id, i.line"
        )
    };
}

fn read_rows(read: &Read<'_>, sql: &str, such: &[Value<'_>]) -> Result<Vec<StoredPurchase>> {
    let mut all: Vec<StoredPurchase> = Vec::new();
    read.each(sql, such, |row| {
        let id = row.get(0)?;
        if all.last().is_none_or(|last| last.id != id) {
            let (source, receipt, reference, customer) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            let (on, amount, quantity_milli, key) = (row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?);
            let lines = Vec::new();
            all.push(StoredPurchase {
                id,
                source,
                receipt,
                reference,
                customer,
                on,
                amount,
                quantity_milli,
                key,
                lines,
            });
        }
        if let (Some(item), Some(last)) = (row.get::<Option<String>>(9)?, all.last_mut()) {
            last.lines.push(StoredLine { item, quantity_milli: row.get(10)?, amount: row.get(11)? });
        }
        Ok(())
    })?;
    Ok(all)
}

/// A purchase to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PurchaseDraft<'a> {
    pub(crate) receipt: &'a str,
    pub(crate) reference: &'a str,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Money,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) key: DedupeKey,
    /// Its number among several purchases with the same key.
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
        // The number of a deleted purchase may be needed again.
        let first = write.value(
            "SELECT COALESCE(max(id), 0) + 1 FROM (SELECT max(id) AS id FROM purchase \
             UNION ALL SELECT max(purchase_id) FROM replaced_purchase) used",
            params![],
        )?;
        Ok(Self {
            write,
            source,
            import,
            first,
            next: first,
            purchase: write.prepare(purchase)?,
            item: write.prepare(item)?,
        })
    }

    /// The number and the customer of a stored purchase.
    pub(crate) fn known(&self, key: &DedupeKey, occurrence: u32) -> Result<Option<(i64, Option<CustomerId>)>> {
        let sql = "SELECT id, customer_id FROM purchase WHERE same = ?1 AND nth = ?2";
        self.write.first(sql, params![key[..], occurrence], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    pub(crate) fn stored(&self, key: &DedupeKey, occurrence: u32) -> Result<Option<StoredPurchase>> {
        let found = read_rows(self.write, stored!("p.same = ?1 AND p.nth = ?2"), params![key[..], occurrence])?;
        Ok(found.into_iter().next())
    }

    /// The purchases of a customer on a day that were there before this import.
    pub(crate) fn of_customer(&self, customer: CustomerId, on: NaiveDate) -> Result<Vec<StoredPurchase>> {
        let such = params![customer, on, self.first];
        read_rows(self.write, stored!("p.customer_id = ?1 AND p.day = ?2 AND p.id < ?3"), such)
    }

    /// Those without a customer on a day.
    pub(crate) fn of_nobody(&self, on: NaiveDate) -> Result<Vec<StoredPurchase>> {
        read_rows(self.write, stored!("p.customer_id IS NULL AND p.day = ?1 AND p.id < ?2"), params![on, self.first])
    }

    /// The days on which the book has purchases.
    pub(crate) fn days(&self) -> Result<Vec<NaiveDate>> {
        self.write.all("SELECT DISTINCT day FROM purchase", params![], |row| row.get(0))
    }

    /// Whether the book has purchases without a receipt number.
    pub(crate) fn has_unnumbered(&self) -> Result<bool> {
        Ok(self.write.first("SELECT 1 FROM purchase WHERE receipt = '' LIMIT 1", params![], |_| Ok(()))?.is_some())
    }

    /// The next occurrence of a key.
    pub(crate) fn next_occurrence(&self, key: &DedupeKey) -> Result<u32> {
        self.write.value("SELECT COALESCE(max(nth), 0) + 1 FROM purchase WHERE same = ?1", params![key[..]])
    }

    /// Links a purchase to its customer.
    pub(crate) fn link(&self, id: i64, customer: CustomerId) -> Result<()> {
        let sql = "UPDATE purchase SET customer_id = ?2, linked_by = 0 WHERE id = ?1 AND customer_id IS NULL";
        self.write.run(sql, params![id, customer]).map(|_| ())
    }

    /// Gives a purchase another key; nothing visible changes.
    pub(crate) fn set_key(&self, id: i64, key: &DedupeKey) -> Result<()> {
        let sql = "UPDATE purchase SET same = ?2, nth = (SELECT COALESCE(max(o.nth), 0) + 1 FROM purchase o \
                   WHERE o.same = ?2) WHERE id = ?1";
        self.write.run(sql, params![id, key[..]]).map(|_| ())
    }

    /// Gives a purchase its receipt number.
    pub(crate) fn set_receipt(&self, id: i64, receipt: &str, key: &DedupeKey) -> Result<()> {
        self.keep_before(id)?;
        self.write.run("UPDATE purchase SET receipt = ?2 WHERE id = ?1", params![id, receipt])?;
        self.set_key(id, key)
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

    /// Updates a purchase, except its receipt and its key.
    pub(crate) fn replace(&mut self, now: &StoredPurchase) -> Result<()> {
        self.keep_before(now.id)?;
        let sql = "UPDATE purchase SET ref = ?2, customer_id = ?3, day = ?4, amount_minor = ?5, quantity_milli = ?6 \
                   WHERE id = ?1";
        self.write.run(sql, params![now.id, now.reference, now.customer, now.on, now.amount, now.quantity_milli])?;
        self.write.run("DELETE FROM purchase_item WHERE purchase_id = ?1", params![now.id])?;
        self.write_items(now.id, 1, now.lines.iter().map(StoredLine::item))
    }

    pub(crate) fn delete(&self, id: i64) -> Result<()> {
        self.keep_before(id)?;
        self.write.run("DELETE FROM purchase WHERE id = ?1", params![id]).map(|_| ())
    }

    /// Stores the old state of a purchase before this import changes it for the first time, unless this import has
    /// added it.
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

    /// Drops the old state of a purchase that is unchanged in the end.
    pub(crate) fn drop_before(&self, id: i64) -> Result<()> {
        let sql = "DELETE FROM replaced_purchase WHERE purchase_id = ?1 AND import_id = ?2";
        self.write.run(sql, params![id, self.import]).map(|_| ())
    }

    /// Adds lines to a receipt, and updates its totals.
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

    /// Lines without an item name add nothing to the purchase.
    fn write_items<'i>(&mut self, id: i64, first: usize, items: impl Iterator<Item = PurchaseItem<'i>>) -> Result<()> {
        for (line, PurchaseItem { item, quantity_milli, amount }) in (first..).zip(items) {
            if !item.is_empty() {
                self.item.run(params![id, line, item, quantity_milli, amount])?;
            }
        }
        Ok(())
    }
}
