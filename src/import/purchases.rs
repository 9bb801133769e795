//! Imports purchases: each once, however often the file is imported.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::mpsc::sync_channel;

use chrono::NaiveDate;

use super::doubtful_sales::{DoubtfulSale, SaleMatch, decide};
use super::order_states;
use super::reading::{ImportPlan, KnownBy, LARGE};
use super::sales::{self, Batch, Sale, SaleLine};
use super::same_sale::{filled_lines, is_unchanged, says_nothing_new};
use super::{ImportReport, ImportStep, RowProblem, unknown};
use crate::customers::{
    self, DedupeKey, PurchaseDraft, PurchaseItem, PurchaseWriter, RefStatus, References, StoredLine, StoredPurchase,
};
use crate::domain::{CustomerId, EmailAddress, ImportId};
use crate::error::{Error, Result};
use crate::money::Currency;
use crate::store::{Write, params};
use crate::text::{self, same_key};

/// Options for importing purchases.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PurchaseOptions<'o> {
    /// The number of the import.
    pub(crate) import: ImportId,
    /// The system of the file; receipt numbers are unique within it.
    pub(crate) source: &'o str,
    /// The currency of the amounts.
    pub(crate) currency: Currency,
    /// Add a card for a reference that is not in the book.
    pub(crate) new_customers: bool,
    /// Purchases after this day are imported with a warning.
    pub(crate) today: NaiveDate,
}

/// Imports the purchases of a file.
///
/// Rows with an error are left out and named in the report; the caller decides whether the rest is imported.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn purchases(
    write: &Write<'_>,
    plan: &ImportPlan<'_>,
    options: PurchaseOptions<'_>,
    progress: &dyn Fn(ImportStep) -> Result<()>,
) -> Result<ImportReport> {
    let is_first = write.first("SELECT 1 FROM purchase LIMIT 1", params![], |_| Ok(()))?.is_none();
    let mut book = PurchaseImporter::new(write, options, is_first, plan.known_by() == KnownBy::Contact)?;
    let mut reading = || {
        let read = read_all(&mut book, plan, progress)?;
        progress(ImportStep::Now("Building the indexes"))?;
        Ok(read)
    };
    // A first import is faster without the indexes, which are built at the end.
    let read = match (plan.sheet.size() > LARGE, is_first) {
        (true, true) => write.unindexed("purchase", reading)?,
        (true, false) => write.with_room(reading)?,
        (false, _) => reading()?,
    };
    book.take_doubtful()?;
    let faulty = book.add_stragglers()?;
    let mut report = book.finish();
    let reads_type = read.returned > 0;
    report.join(read);
    if !faulty.is_empty() {
        plan.sheet.each(|row| match faulty.get(&row.line) {
            Some(problem) => plan.leave_out(&mut report, row, vec![problem.clone()]),
            None => Ok(()),
        })?;
        report.problems.sort_by_key(|problem| problem.line);
    }
    let mut not_taken = plan.purchase_columns_not_taken();
    if let Some(place) = plan.orders.sale_type.filter(|_| reads_type) {
        not_taken.retain(|heading| *heading != plan.columns.heading(place));
    }
    let refunds: Vec<String> =
        not_taken.iter().filter(|heading| order_states::is_refund(heading)).map(|h| text::quote(h)).collect();
    if !refunds.is_empty() {
        let columns = text::list(&refunds);
        report
            .warnings
            .push(format!("{columns}: refunds that were not subtracted; `--map less=COLUMN` subtracts them"));
    }
    report.not_taken(not_taken);
    Ok(report)
}

/// Parses on a separate thread, and imports the parsed rows here.
fn read_all(
    book: &mut PurchaseImporter<'_>,
    plan: &ImportPlan<'_>,
    progress: &dyn Fn(ImportStep) -> Result<()>,
) -> Result<ImportReport> {
    let (source, currency) = (book.options.source, book.options.currency);
    let read = std::thread::scope(|scope| {
        let (give, taken) = sync_channel::<Batch>(4);
        let reading = scope.spawn(move || sales::read(plan, source, currency, |batch| give.send(batch).is_ok()));
        for batch in taken {
            book.take(&batch)?;
            progress(ImportStep::Read(batch.offset))?;
        }
        reading.join().unwrap_or_else(|_| Err(Error::new("reading the file failed")))
    });
    // No longer needed, and large.
    book.seen = HashMap::default();
    read
}

/// The keys are already random: a part of them is their hash.
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

/// The state of an import of purchases.
struct PurchaseImporter<'t> {
    write: &'t Write<'t>,
    options: PurchaseOptions<'t>,
    is_first: bool,
    ids: HashMap<String, CustomerId>,
    /// Merged and forgotten references.
    references: References,
    /// The customer of each unshared email; only if people are identified by it.
    emails: HashMap<String, CustomerId>,
    /// The customer of each normalized reference, if it is unique.
    plain_refs: Option<HashMap<String, Option<CustomerId>>>,
    /// The days on which the book had purchases before, and whether some of them have no receipt number.
    days: HashSet<NaiveDate>,
    has_unnumbered: bool,
    /// Sales of those days that are not in the book in the same form.
    doubtful: Vec<DoubtfulSale>,
    /// Stored purchases that were found in the file.
    matched: Vec<i64>,
    seen: HashMap<DedupeKey, u32, BuildHasherDefault<DedupeKeyHasher>>,
    /// Lines whose receipt occurred earlier in the file.
    stragglers: Vec<Straggler>,
    /// Orders that do not count, which may have more lines.
    cancelled: HashSet<DedupeKey>,
    /// The old state of receipts that this file has changed.
    before: HashMap<DedupeKey, StoredPurchase>,
    purchases: PurchaseWriter<'t>,
    report: ImportReport,
    future: usize,
    /// References without a customer, and how many purchases have each.
    unknown: HashMap<String, usize>,
}

/// A line of a receipt whose other lines are already stored.
struct Straggler {
    dedupe_key: DedupeKey,
    receipt: String,
    reference: String,
    on: NaiveDate,
    lines: Vec<(String, SaleLine)>,
    at: usize,
}

impl<'t> PurchaseImporter<'t> {
    fn new(write: &'t Write<'t>, options: PurchaseOptions<'t>, is_first: bool, by_contact: bool) -> Result<Self> {
        let emails = if by_contact { customers::lone_emails(write)? } else { HashMap::new() };
        let purchases = PurchaseWriter::new(write, options.source, options.import)?;
        let days = if is_first { HashSet::new() } else { purchases.days()?.into_iter().collect() };
        Ok(Self {
            write,
            options,
            is_first,
            plain_refs: None,
            days,
            has_unnumbered: !is_first && purchases.has_unnumbered()?,
            doubtful: Vec::new(),
            matched: Vec::new(),
            ids: customers::ids(write)?,
            references: References::of(write)?,
            emails,
            seen: HashMap::default(),
            stragglers: Vec::new(),
            cancelled: HashSet::new(),
            before: HashMap::new(),
            purchases,
            report: ImportReport::default(),
            future: 0,
            unknown: HashMap::new(),
        })
    }

    fn take(&mut self, batch: &Batch) -> Result<()> {
        for sale in &batch.sales {
            let occurrence = self.seen.entry(sale.dedupe_key).and_modify(|n| *n += 1).or_insert(1);
            let (occurrence, receipt) = (*occurrence, batch.text(sale.receipt));
            if occurrence > 1 && !receipt.is_empty() && self.cancelled.contains(&sale.dedupe_key) {
                continue;
            }
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
        let receipt = batch.text(sale.receipt);
        if receipt.is_empty() && !sale.cancelled && !self.is_first {
            // The key identifies it completely.
            if let Some((id, customer)) = self.purchases.known(&sale.dedupe_key, occurrence)? {
                return self.take_known(id, customer, sale, reference);
            }
        }
        let is_stored = !self.is_first && (!receipt.is_empty() || sale.cancelled);
        let old = if is_stored { self.purchases.stored(&sale.dedupe_key, occurrence)? } else { None };
        if sale.cancelled {
            self.report.cancelled += 1;
            self.cancelled.insert(sale.dedupe_key);
            if let Some(old) = old {
                self.purchases.delete(old.id)?;
                self.report.changed += 1;
            }
            return Ok(());
        }
        self.future += usize::from(sale.on > self.options.today);
        if let Some(old) = old {
            self.matched.push(old.id);
            let lines: Vec<PurchaseItem<'_>> = items(batch, sale).collect();
            return self.update(old, draft(batch, sale, reference, None, occurrence), &lines);
        }
        if self.days.contains(&sale.on) && (receipt.is_empty() || self.has_unnumbered) {
            self.doubtful.push(DoubtfulSale {
                receipt: receipt.to_owned(),
                reference: reference.to_owned(),
                on: sale.on,
                amount: sale.amount,
                quantity_milli: sale.quantity_milli,
                lines: items(batch, sale).map(StoredLine::from).collect(),
                key: sale.dedupe_key,
                customer: None,
            });
            return Ok(());
        }
        let customer = self.customer(reference)?;
        self.report.unlinked += usize::from(customer.is_none());
        self.purchases.insert(draft(batch, sale, reference, customer, occurrence), items(batch, sale))?;
        self.report.added += 1;
        Ok(())
    }

    /// Handles a row that is in the book in the same form.
    fn take_known(&mut self, id: i64, customer: Option<CustomerId>, sale: &Sale, reference: &str) -> Result<()> {
        self.future += usize::from(sale.on > self.options.today);
        self.matched.push(id);
        self.report.unchanged += 1;
        if customer.is_none() {
            match self.customer(reference)? {
                Some(customer) => self.purchases.link(id, customer)?,
                None => self.report.unlinked += 1,
            }
        }
        Ok(())
    }

    /// Updates a purchase from the file. An empty cell never erases a stored value.
    fn update(&mut self, old: StoredPurchase, new: PurchaseDraft<'_>, lines: &[PurchaseItem<'_>]) -> Result<()> {
        let is_same = new.reference.is_empty()
            || new.reference == old.reference
            || same_key(new.reference) == same_key(&old.reference);
        let reference = if is_same { &old.reference } else { new.reference };
        let customer = match old.customer {
            Some(known) if is_same => Some(known),
            _ => self.customer(reference)?,
        };
        self.report.unlinked += usize::from(customer.is_none());
        if let (None, Some(customer)) = (old.customer, customer) {
            self.purchases.link(old.id, customer)?;
        }
        if is_same && says_nothing_new(&old, &new, lines) {
            self.report.unchanged += 1;
            return Ok(());
        }
        let mut now = StoredPurchase {
            reference: reference.to_owned(),
            customer,
            on: new.on,
            amount: new.amount,
            quantity_milli: new.quantity_milli.or(old.quantity_milli),
            lines: filled_lines(&old.lines, lines),
            ..old.clone()
        };
        // With one line, its quantity is that of the sale.
        if let ([line], 1) = (now.lines.as_mut_slice(), lines.len()) {
            line.quantity_milli = line.quantity_milli.or(now.quantity_milli);
        }
        if is_unchanged(&old, &now) {
            self.report.unchanged += 1;
            return Ok(());
        }
        self.purchases.replace(&now)?;
        self.report.changed += 1;
        if !now.receipt.is_empty() {
            self.before.insert(new.key, old);
        }
        Ok(())
    }

    /// Imports the sales that may be in the book in another form, grouped by customer and day.
    fn take_doubtful(&mut self) -> Result<()> {
        let mut doubtful = std::mem::take(&mut self.doubtful);
        if doubtful.is_empty() {
            return Ok(());
        }
        for sale in &mut doubtful {
            sale.customer = self.meant_customer(&sale.reference);
        }
        doubtful.sort_by_cached_key(|sale| {
            let (on, customer, reference) = sale.group();
            (on, customer, reference.into_owned())
        });
        let matched: HashSet<i64> = std::mem::take(&mut self.matched).into_iter().collect();
        // Purchases of one day by normalized reference.
        let mut nobodys: (Option<NaiveDate>, HashMap<String, Vec<StoredPurchase>>) = (None, HashMap::new());
        for group in doubtful.chunk_by(|one, other| one.group() == other.group()) {
            let Some(first) = group.first() else { continue };
            if nobodys.0 != Some(first.on) {
                nobodys = (Some(first.on), HashMap::new());
                for sale in self.purchases.of_nobody(first.on)? {
                    nobodys.1.entry(same_key(&sale.reference).into_owned()).or_default().push(sale);
                }
            }
            let references: HashSet<Cow<'_, str>> = group.iter().map(|sale| same_key(&sale.reference)).collect();
            let theirs = references.iter().filter_map(|reference| nobodys.1.get(&**reference));
            let mut stored: Vec<StoredPurchase> = theirs.flatten().cloned().collect();
            stored.sort_by_key(|sale| sale.id);
            if let Some(customer) = first.customer {
                stored.extend(self.purchases.of_customer(customer, first.on)?);
                stored.sort_by_key(|sale| sale.id);
            }
            stored.retain(|sale| !matched.contains(&sale.id));
            self.take_group(group, &stored)?;
        }
        Ok(())
    }

    /// Imports the sales of a customer and a day; `stored` are their purchases in the book.
    fn take_group(&mut self, group: &[DoubtfulSale], stored: &[StoredPurchase]) -> Result<()> {
        for (sale, found) in group.iter().zip(decide(group, stored, self.options.source)) {
            match found {
                SaleMatch::New => self.add(sale)?,
                SaleMatch::Known(at) => self.fill(sale, &stored[at], false)?,
                SaleMatch::LineOf(at) => self.fill(sale, &stored[at], true)?,
                SaleMatch::Numbered(places) => {
                    let known: Vec<&StoredPurchase> = places.into_iter().map(|at| &stored[at]).collect();
                    self.number(sale, &known)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a new sale.
    fn add(&mut self, sale: &DoubtfulSale) -> Result<()> {
        let customer = self.customer(&sale.reference)?;
        self.report.unlinked += usize::from(customer.is_none());
        let draft = PurchaseDraft {
            receipt: &sale.receipt,
            reference: &sale.reference,
            customer,
            on: sale.on,
            amount: sale.amount,
            quantity_milli: sale.quantity_milli,
            key: sale.key,
            occurrence: self.purchases.next_occurrence(&sale.key)?,
        };
        self.purchases.insert(draft, sale.items().into_iter())?;
        self.report.added += 1;
        Ok(())
    }

    /// Fills in a stored purchase, or a line of one, from a row.
    fn fill(&mut self, sale: &DoubtfulSale, old: &StoredPurchase, is_line: bool) -> Result<()> {
        let items = if is_line { Vec::new() } else { sale.items() };
        let draft = PurchaseDraft {
            receipt: &old.receipt,
            reference: &old.reference,
            customer: None,
            on: old.on,
            amount: old.amount,
            quantity_milli: if is_line { None } else { sale.quantity_milli },
            key: sale.key,
            occurrence: 1,
        };
        let known = StoredPurchase { customer: old.customer.or(sale.customer), ..old.clone() };
        if let (None, Some(customer)) = (old.customer, sale.customer) {
            self.purchases.link(old.id, customer)?;
        }
        self.update(known, draft, &items)?;
        if old.receipt.is_empty() {
            let quantity_milli = sale.quantity_milli.or(old.quantity_milli);
            let lines = filled_lines(&old.lines, &items);
            let item = lines.first().map_or("", |line| line.item.as_str());
            let line = PurchaseItem { item, quantity_milli, amount: old.amount };
            let key = sales::row_key(&old.reference, old.on, std::iter::once(line), &mut String::new());
            if key[..] != old.key[..] {
                self.purchases.set_key(old.id, &key)?;
            }
        }
        Ok(())
    }

    /// Combines stored purchases without a number that are the lines of one receipt.
    fn number(&mut self, sale: &DoubtfulSale, known: &[&StoredPurchase]) -> Result<()> {
        let [first, others @ ..] = known else { return Ok(()) };
        self.purchases.set_receipt(first.id, &sale.receipt, &sale.key)?;
        for other in others {
            self.purchases.delete(other.id)?;
        }
        let lines: Vec<StoredLine> = known.iter().flat_map(|one| one.lines.clone()).collect();
        let quantities = known.iter().filter_map(|one| one.quantity_milli);
        let now = StoredPurchase {
            receipt: sale.receipt.clone(),
            customer: first.customer.or(sale.customer),
            amount: sale.amount,
            quantity_milli: sale.quantity_milli.or_else(|| quantities.reduce(i64::saturating_add)),
            lines: filled_lines(&lines, &sale.items()),
            key: sale.key.to_vec(),
            ..(*first).clone()
        };
        self.report.unlinked += usize::from(now.customer.is_none());
        self.purchases.replace(&now)?;
        self.report.changed += 1;
        Ok(())
    }

    /// The customer of a reference, ignoring case, spaces and the composition of accents.
    fn meant_customer(&mut self, reference: &str) -> Option<CustomerId> {
        if let RefStatus::Merged(id) = self.references.status(reference) {
            return Some(id);
        }
        let known = self.ids.get(reference).or_else(|| self.emails.get(reference)).copied();
        if known.is_some() || reference.is_empty() {
            return known;
        }
        let plain = self.plain_refs.get_or_insert_with(|| {
            let mut plain: HashMap<String, Option<CustomerId>> = HashMap::new();
            for (reference, id) in &self.ids {
                let key = same_key(reference).into_owned();
                plain.entry(key).and_modify(|known| *known = None).or_insert(Some(*id));
            }
            plain
        });
        plain.get(&*same_key(reference)).copied().flatten()
    }

    /// The reference of a sale; empty for someone who was forgotten.
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
            match self.unknown.get_mut(reference) {
                Some(count) => *count += 1,
                None => drop(self.unknown.insert(reference.to_owned(), 1)),
            }
            return Ok(None);
        }
        let email = EmailAddress::parse(reference).map_or("", |_| reference);
        let id = customers::add_bare_card(self.write, reference, email, self.options.import)?;
        self.ids.insert(reference.to_owned(), id);
        self.report.opened += 1;
        Ok(Some(id))
    }

    /// Adds lines that were apart from the others of their receipt; returns errors by line.
    fn add_stragglers(&mut self) -> Result<HashMap<usize, RowProblem>> {
        let mut problems = HashMap::new();
        for straggler in std::mem::take(&mut self.stragglers) {
            let stored = self.purchases.stored(&straggler.dedupe_key, 1)?;
            let receipt = text::quote(&straggler.receipt);
            let wrong = match &stored {
                None => Some(format!("receipt {receipt} was left out above")),
                Some(stored)
                    if !straggler.reference.is_empty()
                        && same_key(&straggler.reference) != same_key(&stored.reference) =>
                {
                    Some(format!("receipt {receipt} has a different customer above"))
                }
                Some(stored) => {
                    (straggler.on != stored.on).then(|| format!("receipt {receipt} has a different day above"))
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
            let mut whole = StoredPurchase { amount, quantity_milli: quantity, ..stored };
            self.purchases.add_items(&whole, straggler.lines.iter().map(|(item, line)| line.item(item)))?;
            let lines = straggler.lines.iter().map(|(item, line)| StoredLine::from(line.item(item)));
            whole.lines.extend(lines.filter(|line| !line.item.is_empty()));
            // With all its lines the receipt may be unchanged.
            if self.before.get(&straggler.dedupe_key).is_some_and(|before| is_unchanged(before, &whole)) {
                self.before.remove(&straggler.dedupe_key);
                self.purchases.drop_before(whole.id)?;
                self.report.changed -= 1;
                self.report.unchanged += 1;
            }
        }
        Ok(problems)
    }

    fn finish(self) -> ImportReport {
        let mut report = self.report;
        (report.unknown_refs, report.unknown_refs_more) = unknown::unknown_refs(self.unknown, &self.ids);
        if self.future > 0 {
            let count = text::count(self.future, "purchase");
            report.warnings.push(format!("{count} dated after today ({})", self.options.today));
        }
        if report.cancelled > 0 {
            let count = text::count(report.cancelled, "order");
            report.warnings.push(format!("{count} canceled or never paid: not imported"));
        }
        report
    }
}

fn draft<'a>(
    batch: &'a Batch,
    sale: &Sale,
    reference: &'a str,
    customer: Option<CustomerId>,
    occurrence: u32,
) -> PurchaseDraft<'a> {
    PurchaseDraft {
        receipt: batch.text(sale.receipt),
        reference,
        customer,
        on: sale.on,
        amount: sale.amount,
        quantity_milli: sale.quantity_milli,
        key: sale.dedupe_key,
        occurrence,
    }
}

fn items<'a>(batch: &'a Batch, sale: &Sale) -> impl Iterator<Item = PurchaseItem<'a>> {
    batch.lines[sale.lines.clone()].iter().map(|line| line.item(batch.text(line.item)))
}
