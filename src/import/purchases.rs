//! Purchases into the book: each is taken once, however often the file is imported.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::mpsc::sync_channel;

use chrono::NaiveDate;

use super::reading::{ImportPlan, LARGE};
use super::sales::{self, Batch, Sale, SaleLine};
use super::{ImportReport, ImportStep, RowProblem, links};
use crate::customers::{self, RefStatus, References};
use crate::domain::{CustomerId, EmailAddress};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::store::params;
use crate::store::{PreparedStatement, Write};
use crate::text;

/// How purchases are to be taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PurchaseOptions<'o> {
    /// Which system the file is from; receipt numbers are unique within it.
    pub(crate) source: &'o str,
    /// What the amounts are in.
    pub(crate) currency: Currency,
    /// Open a bare card for a reference that the book does not know.
    pub(crate) new_customers: bool,
    /// Purchases after this day are taken with a warning.
    pub(crate) today: NaiveDate,
}

/// Takes the purchases of a file into the book.
///
/// Rows with a fault are left out and named in the report; whether the rest stands is for the caller to say.
///
/// # Errors
/// When the file cannot be read, or the database fails.
pub(crate) fn purchases(
    write: &Write<'_>,
    plan: &ImportPlan<'_>,
    options: PurchaseOptions<'_>,
    progress: &dyn Fn(ImportStep),
) -> Result<ImportReport> {
    let is_first = write.first("SELECT 1 FROM purchase LIMIT 1", params![], |_| Ok(()))?.is_none();
    let mut book = PurchaseImporter::new(write, options, is_first, plan.is_by_contact())?;
    let mut reading = || {
        let read = read_all(&mut book, plan, progress)?;
        progress(ImportStep::Now("Putting the indexes in order"));
        Ok(read)
    };
    // A first load is faster without the indexes, which are then made in one go.
    let read = match (plan.sheet.size() > LARGE, is_first) {
        (true, true) => write.unindexed("purchase", reading)?,
        (true, false) => write.with_room(reading)?,
        (false, _) => reading()?,
    };
    let faulty = book.add_stragglers()?;
    let mut report = book.finish();
    report.join(read);
    if !faulty.is_empty() {
        plan.sheet.each(|row| match faulty.get(&row.line) {
            Some(problem) => plan.leave_out(&mut report, row, vec![problem.clone()]),
            None => Ok(()),
        })?;
        report.problems.sort_by_key(|problem| problem.line);
    }
    Ok(report)
}

/// Reads on a thread of its own, and takes what was read here.
fn read_all(
    book: &mut PurchaseImporter<'_>,
    plan: &ImportPlan<'_>,
    progress: &dyn Fn(ImportStep),
) -> Result<ImportReport> {
    let (source, currency) = (book.options.source, book.options.currency);
    let read = std::thread::scope(|scope| {
        let (give, taken) = sync_channel::<Batch>(4);
        let reading = scope.spawn(move || sales::read(plan, source, currency, |batch| give.send(batch).is_ok()));
        for batch in taken {
            book.take(&batch)?;
            progress(ImportStep::Read(batch.offset));
        }
        reading.join().unwrap_or_else(|_| Err(Error::new("reading the file failed")))
    });
    // Not needed any more, and large.
    book.seen = HashMap::default();
    read
}

/// The sums are random already: a piece of them is their hash.
#[derive(Default)]
struct DedupeKeyHasher(u64);

impl Hasher for DedupeKeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks_exact(8) {
            let mut piece = [0; 8];
            piece.copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(piece);
        }
    }
}

type DedupeKey = [u8; 16];

/// The book while purchases are taken into it.
struct PurchaseImporter<'t> {
    write: &'t Write<'t>,
    options: PurchaseOptions<'t>,
    is_first: bool,
    ids: HashMap<String, CustomerId>,
    /// Those that were merged or forgotten.
    references: References,
    /// Who has an email alone; only where people are known by it.
    emails: HashMap<String, CustomerId>,
    seen: HashMap<DedupeKey, u32, BuildHasherDefault<DedupeKeyHasher>>,
    /// Lines of receipts that stood further up in the file.
    stragglers: Vec<Straggler>,
    /// What receipts were that this file has changed.
    before: HashMap<DedupeKey, StoredPurchase>,
    next: i64,
    purchase: PreparedStatement<'t>,
    item: PreparedStatement<'t>,
    report: ImportReport,
    future: usize,
}

/// A line of a receipt whose other lines are in the book already.
struct Straggler {
    dedupe_key: DedupeKey,
    receipt: String,
    reference: String,
    on: NaiveDate,
    lines: Vec<(String, SaleLine)>,
    at: usize,
}

/// What the book has of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StoredPurchase {
    id: i64,
    reference: String,
    on: NaiveDate,
    amount: Money,
    quantity_milli: Option<i64>,
}

impl<'t> PurchaseImporter<'t> {
    fn new(write: &'t Write<'t>, options: PurchaseOptions<'t>, is_first: bool, by_contact: bool) -> Result<Self> {
        let emails = if by_contact { links::lone_emails(write)? } else { HashMap::new() };
        let purchase = "INSERT INTO purchase (id, source, receipt, ref, customer_id, day, amount_minor, quantity_milli, \
                        same, nth) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let item = "INSERT INTO purchase_item (purchase_id, line, item, quantity_milli, amount_minor) \
                    VALUES (?1, ?2, ?3, ?4, ?5)";
        Ok(Self {
            write,
            options,
            is_first,
            ids: customers::ids(write)?,
            references: References::of(write)?,
            emails,
            seen: HashMap::default(),
            stragglers: Vec::new(),
            before: HashMap::new(),
            next: write.value::<i64>("SELECT COALESCE(max(id), 0) + 1 FROM purchase", params![])?,
            purchase: write.prepare(purchase)?,
            item: write.prepare(item)?,
            report: ImportReport::default(),
            future: 0,
        })
    }

    fn take(&mut self, batch: &Batch) -> Result<()> {
        for sale in &batch.sales {
            let occurrence = self.seen.entry(sale.dedupe_key).and_modify(|n| *n += 1).or_insert(1);
            let (occurrence, receipt) = (*occurrence, batch.text(sale.receipt));
            if occurrence > 1 && !receipt.is_empty() {
                self.stragglers.push(Straggler {
                    dedupe_key: sale.dedupe_key,
                    receipt: receipt.to_owned(),
                    reference: self.reference(batch, sale).to_owned(),
                    on: sale.on,
                    lines: batch.lines[sale.lines.clone()]
                        .iter()
                        .map(|l| (batch.text(l.item).to_owned(), *l))
                        .collect(),
                    at: sale.at,
                });
                continue;
            }
            self.one(batch, sale, occurrence)?;
        }
        Ok(())
    }

    fn one(&mut self, batch: &Batch, sale: &Sale, occurrence: u32) -> Result<()> {
        let reference = self.reference(batch, sale);
        let old = if self.is_first { None } else { self.stored(&sale.dedupe_key, occurrence)? };
        if sale.cancelled {
            self.report.cancelled += 1;
            if let Some(old) = old {
                self.write.run("DELETE FROM purchase WHERE id = ?1", params![old.id])?;
                self.report.changed += 1;
            }
            return Ok(());
        }
        self.future += usize::from(sale.on > self.options.today);
        let customer = self.customer(reference)?;
        self.report.unlinked += usize::from(customer.is_none());
        let Some(old) = old else {
            self.insert(batch, sale, customer, occurrence)?;
            self.report.added += 1;
            return Ok(());
        };
        let alike = (old.reference == reference || reference.is_empty())
            && old.on == sale.on
            && old.amount == sale.amount
            && old.quantity_milli == sale.quantity_milli;
        if alike || batch.text(sale.receipt).is_empty() {
            self.report.unchanged += 1;
            return Ok(());
        }
        self.replace(batch, sale, customer, &old)?;
        self.report.changed += 1;
        self.before.insert(sale.dedupe_key, old);
        Ok(())
    }

    /// Whom a sale names; nothing is kept of somebody who was forgotten.
    fn reference<'b>(&self, batch: &'b Batch, sale: &Sale) -> &'b str {
        let said = batch.text(sale.reference);
        if self.references.status(said) == RefStatus::Forgotten { "" } else { said }
    }

    fn customer(&mut self, reference: &str) -> Result<Option<CustomerId>> {
        if reference.is_empty() {
            return Ok(None);
        }
        if let RefStatus::Merged(id) = self.references.status(reference) {
            return Ok(Some(id));
        }
        if let Some(id) = self.ids.get(reference).or_else(|| self.emails.get(reference)) {
            return Ok(Some(*id));
        }
        if !self.options.new_customers {
            return Ok(None);
        }
        let email = EmailAddress::parse(reference).map_or("", |_| reference);
        let sql = "INSERT INTO customer (ref, email) VALUES (?1, ?2) RETURNING id";
        let id: CustomerId = self.write.value(sql, params![reference, email])?;
        self.write.run("UPDATE customer SET household_id = ?1 WHERE id = ?1", params![id])?;
        self.ids.insert(reference.to_owned(), id);
        self.report.opened += 1;
        Ok(Some(id))
    }

    fn stored(&self, key: &DedupeKey, occurrence: u32) -> Result<Option<StoredPurchase>> {
        let sql = "SELECT id, ref, day, amount_minor, quantity_milli FROM purchase WHERE same = ?1 AND nth = ?2";
        self.write.first(sql, params![key[..], occurrence], |row| {
            let (id, reference, on) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(StoredPurchase { id, reference, on, amount: row.get(3)?, quantity_milli: row.get(4)? })
        })
    }

    fn insert(&mut self, batch: &Batch, sale: &Sale, customer: Option<CustomerId>, occurrence: u32) -> Result<()> {
        let id = self.next;
        self.next += 1;
        let (receipt, reference) = (batch.text(sale.receipt), self.reference(batch, sale));
        let (source, amount, quantity) = (self.options.source, sale.amount, sale.quantity_milli);
        let values = params![
            id,
            source,
            receipt,
            reference,
            customer,
            sale.on,
            amount,
            quantity,
            sale.dedupe_key[..],
            occurrence
        ];
        self.purchase.run(values)?;
        self.items(id, batch, sale)
    }

    fn replace(
        &mut self,
        batch: &Batch,
        sale: &Sale,
        customer: Option<CustomerId>,
        old: &StoredPurchase,
    ) -> Result<()> {
        let sql = "UPDATE purchase SET ref = ?2, customer_id = ?3, day = ?4, amount_minor = ?5, quantity_milli = ?6 WHERE id = ?1";
        let reference = self.reference(batch, sale);
        // An empty cell never erases who it was.
        let (reference, customer) = if reference.is_empty() {
            (&*old.reference, self.customer(&old.reference)?)
        } else {
            (reference, customer)
        };
        let values = params![old.id, reference, customer, sale.on, sale.amount, sale.quantity_milli];
        self.write.run(sql, values)?;
        self.write.run("DELETE FROM purchase_item WHERE purchase_id = ?1", params![old.id])?;
        self.items(old.id, batch, sale)
    }

    /// Lines without the name of an item say nothing that the purchase does not.
    fn items(&mut self, id: i64, batch: &Batch, sale: &Sale) -> Result<()> {
        for (index, line) in batch.lines[sale.lines.clone()].iter().enumerate() {
            let item = batch.text(line.item);
            if !item.is_empty() {
                self.item.run(params![id, index + 1, item, line.quantity_milli, line.amount])?;
            }
        }
        Ok(())
    }

    /// Adds lines that stood apart from the others of their receipt; what is wrong with those that cannot be, by line.
    fn add_stragglers(&mut self) -> Result<HashMap<usize, RowProblem>> {
        let mut problems = HashMap::new();
        for straggler in std::mem::take(&mut self.stragglers) {
            let stored = self.stored(&straggler.dedupe_key, 1)?;
            let receipt = text::quote(&straggler.receipt);
            let wrong = match &stored {
                None => Some(format!("receipt {receipt} was left out further up")),
                Some(stored) if !straggler.reference.is_empty() && straggler.reference != stored.reference => {
                    Some(format!("receipt {receipt} has another customer further up"))
                }
                Some(stored) => {
                    (straggler.on != stored.on).then(|| format!("receipt {receipt} has another day further up"))
                }
            };
            if let Some(message) = wrong {
                problems.insert(straggler.at, RowProblem::new(straggler.at, "", message));
                continue;
            }
            let Some(stored) = stored else { continue };
            let amount = straggler.lines.iter().fold(stored.amount, |sum, (_, line)| sum.plus(line.amount));
            let quantities = straggler.lines.iter().filter_map(|(_, line)| line.quantity_milli);
            let quantity = stored.quantity_milli.into_iter().chain(quantities).reduce(i64::saturating_add);
            let sql = "UPDATE purchase SET amount_minor = ?2, quantity_milli = ?3 WHERE id = ?1";
            self.write.run(sql, params![stored.id, amount, quantity])?;
            let sql = "SELECT COALESCE(max(line), 0) + 1 FROM purchase_item WHERE purchase_id = ?1";
            let next: i64 = self.write.value(sql, params![stored.id])?;
            for (line, (item, about)) in (next..).zip(straggler.lines.iter().filter(|(item, _)| !item.is_empty())) {
                self.item.run(params![stored.id, line, item, about.quantity_milli, about.amount])?;
            }
            // With all its lines the receipt may be what it was.
            if self
                .before
                .get(&straggler.dedupe_key)
                .is_some_and(|old| *old == StoredPurchase { amount, quantity_milli: quantity, ..stored })
            {
                self.before.remove(&straggler.dedupe_key);
                self.report.changed -= 1;
                self.report.unchanged += 1;
            }
        }
        Ok(problems)
    }

    fn finish(self) -> ImportReport {
        let mut report = self.report;
        if self.future > 0 {
            let count = text::count(self.future, "purchase");
            report.warnings.push(format!("{count} dated after today ({})", self.options.today));
        }
        if report.cancelled > 0 {
            let count = text::count(report.cancelled, "order");
            report.warnings.push(format!("{count} cancelled or never paid: not taken"));
        }
        report
    }
}
