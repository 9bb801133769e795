//! Parses rows of purchases: joins the lines of a receipt, in batches that are cheap to pass on.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::ops::Range;

use chrono::NaiveDate;
use csv::StringRecord;
use sha2::{Digest, Sha256};

use super::days::{self, DayOrder, DayReading};
use super::numbers::{self, NumberKind};
use super::order_states::{self, OrderState, PaidPart};
use super::reading::ImportPlan;
use super::survey::{ShownSeparator, Survey};
use super::zones::TimeText;
use super::{ImportReport, RowProblem};
use crate::customers::{DedupeKey, PurchaseItem};
use crate::error::Result;
use crate::money::{Currency, Decimal, DecimalSeparator, Money};
use crate::text;

/// A part of a batch's text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TextSpan(u32, u32);

/// Some purchases, with their texts in one string.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    pub(crate) sales: Vec<Sale>,
    pub(crate) lines: Vec<SaleLine>,
    /// The offset of its end in the file.
    pub(crate) offset: usize,
}

/// One purchase.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    pub(crate) receipt: TextSpan,
    pub(crate) reference: TextSpan,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Money,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) lines: Range<usize>,
    /// Identifies a purchase: the receipt within its source, else all its data.
    pub(crate) dedupe_key: DedupeKey,
    /// The line of its first row.
    pub(crate) at: usize,
    pub(crate) cancelled: bool,
}

/// One line of a receipt.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SaleLine {
    pub(crate) item: TextSpan,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) amount: Money,
}

impl SaleLine {
    /// The same with its item name.
    pub(super) fn item<'a>(&self, item: &'a str) -> PurchaseItem<'a> {
        PurchaseItem { item, quantity_milli: self.quantity_milli, amount: self.amount }
    }
}

impl Batch {
    pub(super) fn text(&self, span: TextSpan) -> &str {
        &self.text[span.0 as usize..span.1 as usize]
    }

    fn keep(&mut self, text: &str) -> TextSpan {
        let start = self.text.len();
        self.text.push_str(text);
        TextSpan(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(self.text.len()).unwrap_or(u32::MAX))
    }

    fn is_full(&self) -> bool {
        self.sales.len() >= 4096 || self.text.len() >= 1 << 20
    }
}

/// Parses the file and passes its purchases on in batches, until `give` returns that no more are needed.
pub(super) fn read(
    plan: &ImportPlan<'_>,
    source: &str,
    currency: Currency,
    mut give: impl FnMut(Batch) -> bool,
) -> Result<ImportReport> {
    let mut reader = SaleReader {
        states: HashMap::new(),
        unknown_states: BTreeMap::new(),
        partly_paid: 0,
        partly_refunded: 0,
        paid_part: None,
        is_part: false,
        returned: 0,
        foreign: BTreeMap::new(),
        has_total: false,
        plan,
        survey: plan.survey(),
        source,
        currency,
        batch: Batch::default(),
        full: None,
        open: false,
        shown: None,
        settled_day: None,
        settled_amount: None,
        unknown_zones: None,
        scratch: String::new(),
    };
    let (mut read, mut wanted) = (ImportReport::default(), true);
    plan.sheet.each(|row| {
        read.read += 1;
        if !wanted {
            return Ok(());
        }
        let taken = match row.fault.clone() {
            None => reader.row(row.line, row.cells)?,
            Some(fault) => Err(vec![fault]),
        };
        if let Err(problems) = taken {
            plan.leave_out(&mut read, row, problems)?;
        }
        if let Some(mut batch) = reader.full.take() {
            batch.offset = row.offset;
            wanted = give(batch);
        }
        Ok(())
    })?;
    reader.close();
    read.settled = reader.settled();
    read.warnings = reader.warnings();
    read.returned = reader.returned;
    if wanted {
        give(reader.batch);
    }
    Ok(read)
}

/// At most this many unknown words are reported.
const MOST_STATES: usize = 12;

struct SaleReader<'r> {
    plan: &'r ImportPlan<'r>,
    survey: Survey<'r>,
    source: &'r str,
    currency: Currency,
    batch: Batch,
    /// A completed batch.
    full: Option<Batch>,
    /// Whether the last sale of the batch may have more lines.
    open: bool,
    /// The order of day and month that a row showed, and its line.
    shown: Option<(DayOrder, usize)>,
    /// The first day and the first amount that were settled by other rows, and how.
    settled_day: Option<(String, DayOrder)>,
    settled_amount: Option<(String, DecimalSeparator)>,
    /// The meaning of words in the file.
    states: HashMap<String, Option<OrderState>>,
    /// Unknown words, and how many orders have each.
    unknown_states: BTreeMap<String, usize>,
    /// Partly paid orders for which no column has the amount paid or refunded.
    partly_paid: usize,
    partly_refunded: usize,
    /// What was paid of the current sale, and whether a word shows that it is a part.
    paid_part: Option<PaidPart>,
    is_part: bool,
    /// Rows that are returns by their type alone.
    returned: usize,
    /// Other currencies in the column of currencies, and in how many rows.
    foreign: BTreeMap<String, usize>,
    /// The amount in the current sale's first line seems to be that of all its lines.
    has_total: bool,
    /// The first day with an unknown zone, and how many there are.
    unknown_zones: Option<(String, usize)>,
    scratch: String,
}

impl SaleReader<'_> {
    fn row(&mut self, at: usize, row: &StringRecord) -> Result<std::result::Result<(), Vec<RowProblem>>> {
        let (plan, mut faults) = (self.plan, Vec::new());
        let pick = |field| plan.columns.pick(field).of(row);
        let heading = |field| plan.columns.heading_of(field);
        let (receipt, reference) = (plan.id("receipt", row, &self.survey)?, plan.reference(row, &self.survey)?);
        let takes_back = self.takes_back(row);
        let on = pick("on");
        let more = self.open && {
            let sale = &self.batch.sales[self.batch.sales.len() - 1];
            let same = receipt == self.batch.text(sale.receipt) && takes_back.is_none();
            same || receipt.is_empty() && on.is_empty() && reference.is_empty()
        };
        let day = if more && on.is_empty() { None } else { self.day(&on, at, heading("on"), &mut faults)? };
        let mut line = self.line(at, row, more, &mut faults)?;
        if let Some(cell) = plan.orders.foreign(row, self.currency) {
            match self.foreign.get_mut(cell) {
                Some(rows) => *rows += 1,
                None => drop(self.foreign.insert(cell.to_owned(), 1)),
            }
        }
        if line.amount > Money(0) && plan.orders.is_return(row) {
            line.amount = Money(-line.amount.0);
            self.returned += 1;
        }
        if more && faults.is_empty() {
            let batch = &mut self.batch;
            let sale = &batch.sales[batch.sales.len() - 1];
            let differs = |what: &str| {
                format!("receipt {} has another {what} in line {}", text::quote(batch.text(sale.receipt)), sale.at)
            };
            if !reference.is_empty() && reference != batch.text(sale.reference) {
                faults.push(RowProblem::new(at, plan.reference_heading(), differs("customer")));
            } else if day.is_some_and(|day| day != sale.on) {
                faults.push(RowProblem::new(at, heading("on"), differs("day")));
            }
        }
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let item = pick("item");
        if more {
            let item = self.batch.keep(&item);
            self.batch.lines.push(SaleLine { item, ..line });
            return Ok(Ok(()));
        }
        self.close();
        let is_cancelled = !self.counts(row)?;
        if self.batch.is_full() {
            self.full = Some(std::mem::take(&mut self.batch));
        }
        let Some(on) = day else {
            return Ok(Err(vec![RowProblem::new(at, heading("on"), "a purchase without a day")]));
        };
        let start = self.batch.lines.len();
        let receipt = match &takes_back {
            Some(word) if !receipt.is_empty() => self.batch.keep(&format!("{receipt} {word} {on}")),
            _ => self.batch.keep(&receipt),
        };
        let (reference, item) = (self.batch.keep(&reference), self.batch.keep(&item));
        self.batch.lines.push(SaleLine { item, ..line });
        self.batch.sales.push(Sale {
            receipt,
            reference,
            on,
            amount: line.amount,
            quantity_milli: None,
            lines: start..start + 1,
            dedupe_key: [0; 16],
            at,
            cancelled: is_cancelled,
        });
        self.open = true;
        self.has_total =
            self.plan.dialect.quirks.order_total || self.plan.has_order_total && !pick("amount").is_empty();
        if receipt.0 == receipt.1 {
            self.close();
        }
        Ok(Ok(()))
    }

    /// Completes a receipt: its totals and its key.
    fn close(&mut self) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let (plan, end) = (self.plan, self.batch.lines.len());
        let last = self.batch.sales.len() - 1;
        let start = self.batch.sales[last].lines.start;
        let lines = &mut self.batch.lines[start..end];
        let quantity_milli = lines.iter().filter_map(|line| line.quantity_milli).reduce(i64::saturating_add);
        let total = lines.iter().fold(Money(0), |sum, line| sum.plus(line.amount));
        let sale = &mut self.batch.sales[last];
        (sale.lines, sale.quantity_milli) = (start..end, quantity_milli);
        if self.has_total {
            // The order's amount is in its first line; the lines themselves have prices.
            let priced = plan.columns.pick("unit_price").is_there();
            for line in lines.iter_mut().filter(|_| !priced && end - start > 1) {
                line.amount = Money(0);
            }
        } else {
            sale.amount = total;
        }
        self.take_paid_part(last);
        self.batch.sales[last].dedupe_key = self.dedupe_key(last);
    }

    /// Sets the amount of an order that is not completely paid to what was paid; none when nothing was.
    fn take_paid_part(&mut self, last: usize) {
        let (Some(part), is_part) = (self.paid_part.take(), std::mem::take(&mut self.is_part)) else { return };
        let sale = &mut self.batch.sales[last];
        let paid = part.of(sale.amount);
        if paid.is_none() && is_part {
            self.partly_paid += 1;
            sale.cancelled = true;
        }
        let Some(paid) = paid.filter(|paid| *paid < sale.amount && sale.amount > Money(0)) else { return };
        if paid <= Money(0) {
            sale.cancelled = true;
            return;
        }
        // Without a number it would be a different sale once all is paid.
        let has_number = sale.receipt.0 < sale.receipt.1;
        if !has_number && !is_part {
            return;
        }
        sale.amount = paid;
        if let [line] = &mut self.batch.lines[sale.lines.clone()] {
            line.amount = paid;
        }
    }

    fn dedupe_key(&mut self, index: usize) -> DedupeKey {
        let (batch, sale) = (&self.batch, &self.batch.sales[index]);
        let receipt = batch.text(sale.receipt);
        if receipt.is_empty() {
            let lines = batch.lines[sale.lines.clone()].iter().map(|line| line.item(batch.text(line.item)));
            return row_key(batch.text(sale.reference), sale.on, lines, &mut self.scratch);
        }
        let mut hash = Sha256::new();
        for text in ["receipt", self.source, receipt] {
            add(&mut hash, text);
        }
        key_of(hash)
    }

    fn day(&mut self, text: &str, at: usize, heading: &str, faults: &mut Vec<RowProblem>) -> Result<Option<NaiveDate>> {
        let read = days::read(text);
        let time = read.map(|read| read.time).unwrap_or_default();
        let order = match (read.map(|read| read.reading), self.plan.day_order) {
            (Some(DayReading::Clear(day)), _) => return Ok(Some(self.shops_day(day, time, text))),
            (Some(DayReading::Shows(day, order)), None) => {
                match self.shown {
                    Some((first, before)) if first != order => {
                        let message =
                            format!("{} has day and month in a different order than line {before}", text::quote(text));
                        faults
                            .push(RowProblem::new(at, heading, message).hint("write all days in the form 1989-01-31"));
                    }
                    Some(_) => {}
                    None => self.shown = Some((order, at)),
                }
                return Ok(Some(self.shops_day(day, time, text)));
            }
            (Some(DayReading::Either(..)), None) => {
                let order = self.survey.day_order()?;
                self.settled_day = self.settled_day.take().or_else(|| order.map(|order| (text.to_owned(), order)));
                order
            }
            (_, order) => order,
        };
        let day = days::parse(text, order).map(|day| self.shops_day(day, time, text));
        Ok(day.map_err(|e| faults.push(RowProblem::of(at, heading, &e))).ok())
    }

    /// The day in the shop's time zone; an unknown zone is reported, and treated as the shop's.
    fn shops_day(&mut self, day: NaiveDate, time: TimeText<'_>, text: &str) -> NaiveDate {
        let (day, is_known) = self.plan.zones.day(day, time);
        if !is_known {
            self.unknown_zones.get_or_insert_with(|| (text.to_owned(), 0)).1 += 1;
        }
        day
    }

    /// The quantity and the amount of a row.
    fn line(&mut self, at: usize, row: &StringRecord, more: bool, faults: &mut Vec<RowProblem>) -> Result<SaleLine> {
        let (plan, currency) = (self.plan, self.currency);
        let columns = &plan.columns;
        let quantity = columns.pick("quantity").of(row);
        let amount = columns.pick("amount").of(row);
        let order_total = if more {
            self.has_total &= self.plan.dialect.quirks.order_total || amount.is_empty();
            self.has_total
        } else {
            self.plan.dialect.quirks.order_total
        };
        let less = columns.pick("less").of(row);
        if less.is_empty()
            && !(order_total && more)
            && let Some(amount) = numbers::plain_minor(&amount, currency)
            && let Some(quantity_milli) =
                if quantity.is_empty() { Some(None) } else { numbers::plain_milli(&quantity).map(Some) }
        {
            return Ok(SaleLine { quantity_milli, amount, ..SaleLine::default() });
        }
        let mut number = |field: &'static str, text: &str| -> Result<Option<Decimal>> {
            if text.is_empty() {
                return Ok(None);
            }
            let separator = if currency.is_in_doubt(text) { self.separator(field)? } else { None };
            if let Some(separator) = separator.filter(|_| self.settled_amount.is_none() && self.plan.decimal.is_none())
            {
                self.settled_amount = Some((text.to_owned(), separator));
            }
            // A price may have fractions of a cent; a paid amount does not.
            let kind = match field {
                "quantity" => NumberKind::Quantity,
                "unit_price" => NumberKind::Price,
                _ => NumberKind::Amount,
            };
            let read = numbers::read(text, kind, separator, currency);
            Ok(read.map_err(|e| faults.push(RowProblem::of(at, columns.heading_of(field), &e))).ok())
        };
        let quantity = number("quantity", &quantity)?;
        let price = number("unit_price", &columns.pick("unit_price").of(row))?;
        let amount = number("amount", &amount)?;
        let less = number("less", &less)?.map_or(Money(0), |less| less.rounded(currency));
        let less = if plan.orders.takes_off_refunds { Money(less.0.abs()) } else { less };
        let times = match (quantity, price) {
            (Some(quantity), Some(price)) => Some(quantity.times(price)),
            (None, price) => price,
            (Some(_), None) => None,
        };
        let worth = if order_total && more { times } else { amount.or(times) };
        if worth.is_none() && faults.is_empty() && !(order_total && more) {
            let field = if columns.place("amount").is_some() { "amount" } else { "unit_price" };
            faults.push(RowProblem::new(at, columns.heading_of(field), "a purchase without an amount"));
        }
        let worth = worth.map_or(Money(0), |worth| worth.rounded(currency));
        if let Err(fault) = currency.within_limit(worth) {
            faults.push(RowProblem::of(at, columns.heading_of("unit_price"), &fault));
        }
        let amount = if order_total && more { worth } else { worth.plus(Money(less.0.saturating_neg())) };
        Ok(SaleLine { quantity_milli: quantity.map(Decimal::thousandths), amount, ..SaleLine::default() })
    }

    /// What was settled by other rows, as messages.
    fn settled(&self) -> Vec<String> {
        let day = self.settled_day.as_ref().map(|(text, order)| {
            let first = if *order == DayOrder::DayFirst { "day" } else { "month" };
            format!("Days such as {} were read with the {first} first, as other rows show.", text::quote(text))
        });
        let amount = self.settled_amount.as_ref().map(|(text, separator)| {
            let separator = if *separator == DecimalSeparator::Point { "point" } else { "comma" };
            let text = text::quote(text);
            format!(
                "Amounts such as {text} were read with a decimal {separator}, as other rows show or this system writes."
            )
        });
        let returned = (self.returned > 0).then(|| {
            let count = text::count(self.returned, "row");
            let heading = self.plan.orders.sale_type.map_or("", |place| self.plan.columns.heading(place));
            format!("{count} read as returned, as the column {} has it.", text::quote(heading))
        });
        let zone = self.unknown_zones.as_ref().map(|(text, count)| {
            let count = text::count(*count, "day");
            format!("The time zone of {count} such as {} is not known: read as the shop's own.", text::quote(text))
        });
        day.into_iter().chain(amount).chain(returned).chain(zone).collect()
    }

    /// The decimal separator of a field: as the owner sets, else as other rows show, else that of its system.
    fn separator(&self, field: &str) -> Result<Option<DecimalSeparator>> {
        if self.plan.decimal.is_some() {
            return Ok(self.plan.decimal);
        }
        Ok(match self.survey.separator(field)? {
            ShownSeparator::One(separator) => Some(separator),
            ShownSeparator::Both => None,
            ShownSeparator::Nothing => self.plan.dialect.decimal(),
        })
    }

    /// Whether an order counts, by its first row.
    fn counts(&mut self, row: &StringRecord) -> Result<bool> {
        let orders = &self.plan.orders;
        let (states, unknown) = (&mut self.states, &mut self.unknown_states);
        let state = orders.state(row, |cell| {
            let state = match states.get(cell) {
                Some(state) => *state,
                None => *states.entry(cell.to_owned()).or_insert_with(|| OrderState::of(cell)),
            };
            if state.is_none() && order_states::may_be_state(cell) {
                *unknown.entry(cell.to_owned()).or_default() += 1;
            }
            state
        });
        let is_refunded = || {
            let less = self.plan.columns.pick("less").of(row);
            self.plan.orders.takes_off_refunds && less.contains(|c: char| c.is_ascii_digit() && c != '0')
        };
        Ok(match state {
            None => {
                self.paid_part = self.paid_part_of(row, false)?;
                true
            }
            Some(OrderState::Paid) => true,
            Some(OrderState::Cancelled | OrderState::Unpaid) => false,
            Some(OrderState::Refunded) => is_refunded(),
            Some(OrderState::PartlyRefunded) => {
                self.partly_refunded += usize::from(!is_refunded());
                true
            }
            Some(OrderState::PartlyPaid) => {
                self.paid_part = self.paid_part_of(row, true)?;
                self.is_part = self.paid_part.is_some();
                self.partly_paid += usize::from(!self.is_part);
                self.is_part
            }
        })
    }

    /// How much of its order was paid, according to a row; a cell that is not an amount is ignored. If no word shows
    /// that it is a part, a whole number may mean something else, such as days or installments.
    fn paid_part_of(&self, row: &StringRecord, is_part: bool) -> Result<Option<PaidPart>> {
        self.plan.orders.paid_part(row, |cell| {
            let separator = if self.currency.is_in_doubt(cell) { self.separator("amount")? } else { None };
            let amount = numbers::parse_amount(cell, separator, self.currency).ok();
            let is_money =
                |amount: &Money| *amount == Money(0) || cell.contains(['.', ',']) || self.currency.digits == 0;
            Ok(amount.filter(|amount| is_part || is_money(amount)))
        })
    }

    /// Messages about order states.
    fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self
            .unknown_states
            .iter()
            .take(MOST_STATES)
            .map(|(word, count)| {
                let count = text::count(*count, "order");
                format!("{count} with the status {}, which is unknown: imported as paid", text::quote(word))
            })
            .collect();
        warnings.extend(self.foreign.iter().take(MOST_STATES).map(|(currency, rows)| {
            let (count, named) = (text::count(*rows, "row"), text::quote(currency));
            format!("{count} in another currency, {named}: read as {}", self.currency.code)
        }));
        if self.partly_paid > 0 {
            let count = text::count(self.partly_paid, "order");
            warnings.push(format!("{count} partly paid, and no column shows how much: not imported"));
        }
        if self.partly_refunded > 0 {
            let count = text::count(self.partly_refunded, "order");
            warnings.push(format!("{count} partly refunded, and no column shows how much: imported in full"));
        }
        warnings
    }

    /// The word in a row that cancels an earlier receipt with this number.
    fn takes_back(&self, row: &StringRecord) -> Option<String> {
        let (heading, word) = self.plan.dialect.quirks.takes_back?;
        self.plan.cell(heading, row).trim().eq_ignore_ascii_case(word).then(|| word.to_lowercase())
    }
}

/// The key of a sale without a receipt number: the customer, the day, and of each line the amount, the quantity and the
/// item; ignoring case, spaces and the composition of accents.
pub(super) fn row_key<'i>(
    reference: &str,
    on: NaiveDate,
    lines: impl Iterator<Item = PurchaseItem<'i>>,
    scratch: &mut String,
) -> DedupeKey {
    let mut hash = Sha256::new();
    add(&mut hash, "row");
    add(&mut hash, &text::same_key(reference));
    let mut add_number = |hash: &mut Sha256, text: std::fmt::Arguments<'_>| {
        scratch.clear();
        let _ = scratch.write_fmt(text);
        add(hash, scratch);
    };
    add_number(&mut hash, format_args!("{on}"));
    for line in lines {
        add_number(&mut hash, format_args!("{}", line.amount.0));
        match line.quantity_milli {
            Some(n) => add_number(&mut hash, format_args!("{n}")),
            None => add(&mut hash, ""),
        }
        add(&mut hash, &text::same_key(line.item));
    }
    key_of(hash)
}

fn add(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

fn key_of(hash: Sha256) -> DedupeKey {
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}
