//! Rows of purchases, read: lines of one receipt put together, in batches that are cheap to hand over.

use std::fmt::Write as _;
use std::ops::Range;

use chrono::NaiveDate;
use csv::StringRecord;
use sha2::{Digest, Sha256};

use super::days::{self, DayOrder, Reading};
use super::numbers::{self, Sign};
use super::reading::Plan;
use super::survey::{Shown, Survey};
use super::{Problem, Report};
use crate::error::Result;
use crate::money::{Currency, Decimal, Money};
use crate::text;

/// A piece of a batch's text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span(u32, u32);

/// Some purchases, their texts in one piece.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    pub(crate) sales: Vec<Sale>,
    pub(crate) lines: Vec<Line>,
    /// How far into the file it reaches.
    pub(crate) offset: usize,
}

/// One purchase.
#[derive(Debug, Clone)]
pub(super) struct Sale {
    pub(crate) receipt: Span,
    pub(crate) reference: Span,
    pub(crate) on: NaiveDate,
    pub(crate) amount: Money,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) lines: Range<usize>,
    /// What makes two purchases the same one: the receipt within its source, else everything there is to tell.
    pub(crate) same: [u8; 16],
    /// The line of its first row.
    pub(crate) at: usize,
    /// A cancelled order.
    pub(crate) came_to_nothing: bool,
}

/// One line of a receipt.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line {
    pub(crate) item: Span,
    pub(crate) quantity_milli: Option<i64>,
    pub(crate) amount: Money,
}

impl Batch {
    pub(super) fn text(&self, span: Span) -> &str {
        &self.text[span.0 as usize..span.1 as usize]
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(self.text.len()).unwrap_or(u32::MAX))
    }

    fn is_full(&self) -> bool {
        self.sales.len() >= 4096 || self.text.len() >= 1 << 20
    }
}

/// Reads the file and hands its purchases over in batches, until `give` says that nobody wants more.
pub(super) fn read(
    plan: &Plan<'_>,
    source: &str,
    currency: Currency,
    mut give: impl FnMut(Batch) -> bool,
) -> Result<Report> {
    let mut reader = Reader {
        plan,
        survey: Survey::new(plan.sheet, &plan.columns),
        source,
        currency,
        batch: Batch::default(),
        full: None,
        open: false,
        shown: None,
        settled_day: None,
        settled_amount: None,
        scratch: String::new(),
    };
    let (mut read, mut wanted) = (Report::default(), true);
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
    if wanted {
        give(reader.batch);
    }
    Ok(read)
}

struct Reader<'r> {
    plan: &'r Plan<'r>,
    survey: Survey<'r>,
    source: &'r str,
    currency: Currency,
    batch: Batch,
    /// A batch that can be handed over.
    full: Option<Batch>,
    /// Whether the last sale of the batch may have more lines.
    open: bool,
    /// Which order of day and month a row showed, and its line.
    shown: Option<(DayOrder, usize)>,
    /// The first day and the first amount that other rows had to settle, and how.
    settled_day: Option<(String, DayOrder)>,
    settled_amount: Option<(String, Sign)>,
    scratch: String,
}

impl Reader<'_> {
    fn row(&mut self, at: usize, row: &StringRecord) -> Result<std::result::Result<(), Vec<Problem>>> {
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
        let line = self.line(at, row, more, &mut faults)?;
        if more && faults.is_empty() {
            let batch = &mut self.batch;
            let sale = &batch.sales[batch.sales.len() - 1];
            let differs = |what: &str| {
                format!("receipt {} has another {what} in line {}", text::quote(batch.text(sale.receipt)), sale.at)
            };
            if !reference.is_empty() && reference != batch.text(sale.reference) {
                faults.push(Problem::new(at, plan.reference_heading(), differs("customer")));
            } else if day.is_some_and(|day| day != sale.on) {
                faults.push(Problem::new(at, heading("on"), differs("day")));
            }
        }
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let item = pick("item");
        if more {
            let item = self.batch.keep(&item);
            self.batch.lines.push(Line { item, ..line });
            return Ok(Ok(()));
        }
        self.close();
        if self.batch.is_full() {
            self.full = Some(std::mem::take(&mut self.batch));
        }
        let Some(on) = day else { return Ok(Err(vec![Problem::new(at, heading("on"), "a purchase without a day")])) };
        let start = self.batch.lines.len();
        let receipt = match &takes_back {
            Some(word) if !receipt.is_empty() => self.batch.keep(&format!("{receipt} {word} {on}")),
            _ => self.batch.keep(&receipt),
        };
        let (reference, item) = (self.batch.keep(&reference), self.batch.keep(&item));
        self.batch.lines.push(Line { item, ..line });
        self.batch.sales.push(Sale {
            receipt,
            reference,
            on,
            amount: line.amount,
            quantity_milli: None,
            lines: start..start + 1,
            same: [0; 16],
            at,
            came_to_nothing: self.came_to_nothing(row),
        });
        self.open = true;
        if receipt.0 == receipt.1 {
            self.close();
        }
        Ok(Ok(()))
    }

    /// The receipt has no more lines: its sums and what makes it the same one.
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
        if plan.dialect.habits.order_total {
            // The order's amount stands on its first line; the lines themselves are worth their prices.
            let priced = plan.columns.pick("unit_price").is_there();
            for line in lines.iter_mut().filter(|_| !priced && end - start > 1) {
                line.amount = Money(0);
            }
        } else {
            sale.amount = total;
        }
        self.batch.sales[last].same = self.same(last);
    }

    fn same(&mut self, index: usize) -> [u8; 16] {
        let (batch, sale) = (&self.batch, &self.batch.sales[index]);
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        let receipt = batch.text(sale.receipt);
        if receipt.is_empty() {
            add("row");
            add(batch.text(sale.reference));
            let mut add_number = |text: std::fmt::Arguments<'_>| {
                self.scratch.clear();
                let _ = self.scratch.write_fmt(text);
                add(&self.scratch);
            };
            add_number(format_args!("{}", sale.on));
            for line in &batch.lines[sale.lines.clone()] {
                add_number(format_args!("{}", line.amount.0));
                match line.quantity_milli {
                    Some(n) => add_number(format_args!("{n}")),
                    None => add_number(format_args!("")),
                }
                add_number(format_args!("{}", batch.text(line.item)));
            }
        } else {
            add("receipt");
            add(self.source);
            add(receipt);
        }
        let mut same = [0; 16];
        same.copy_from_slice(&hash.finalize()[..16]);
        same
    }

    fn day(&mut self, text: &str, at: usize, heading: &str, faults: &mut Vec<Problem>) -> Result<Option<NaiveDate>> {
        let order = match (days::read(text), self.plan.day_order) {
            (Some(Reading::Clear(day)), _) => return Ok(Some(day)),
            (Some(Reading::Shows(day, order)), None) => {
                match self.shown {
                    Some((first, before)) if first != order => {
                        let message =
                            format!("{} has day and month in another order than line {before}", text::quote(text));
                        faults.push(Problem::new(at, heading, message).hint("write all days alike, as 1989-01-31"));
                    }
                    Some(_) => {}
                    None => self.shown = Some((order, at)),
                }
                return Ok(Some(day));
            }
            (Some(Reading::Either(..)), None) => {
                let order = self.survey.day_order()?;
                self.settled_day = self.settled_day.take().or_else(|| order.map(|order| (text.to_owned(), order)));
                order
            }
            (_, order) => order,
        };
        let day = days::parse(text, order);
        Ok(day.map_err(|e| faults.push(Problem::of(at, heading, &e))).ok())
    }

    /// The quantity and the amount of a row.
    fn line(&mut self, at: usize, row: &StringRecord, more: bool, faults: &mut Vec<Problem>) -> Result<Line> {
        let (plan, currency) = (self.plan, self.currency);
        let columns = &plan.columns;
        let order_total = self.plan.dialect.habits.order_total;
        let quantity = columns.pick("quantity").of(row);
        let amount = columns.pick("amount").of(row);
        let less = columns.pick("less").of(row);
        if less.is_empty()
            && !(order_total && more)
            && let Some(amount) = numbers::plain_minor(&amount, currency)
            && let Some(quantity_milli) =
                if quantity.is_empty() { Some(None) } else { numbers::plain_milli(&quantity).map(Some) }
        {
            return Ok(Line { quantity_milli, amount, ..Line::default() });
        }
        let mut number = |field: &'static str, text: &str| -> Result<Option<Decimal>> {
            if text.is_empty() {
                return Ok(None);
            }
            let sign = if numbers::is_in_doubt(text) { self.sign(field)? } else { None };
            if let Some(sign) = sign.filter(|_| self.settled_amount.is_none() && self.plan.decimal.is_none()) {
                self.settled_amount = Some((text.to_owned(), sign));
            }
            let read = numbers::decimal(text, sign, currency).and_then(|decimal| match field {
                // A price may be of parts of a cent; what was paid is not.
                "amount" | "less" => numbers::whole(text, decimal, currency),
                _ => Ok(decimal),
            });
            Ok(read.map_err(|e| faults.push(Problem::of(at, columns.heading_of(field), &e))).ok())
        };
        let quantity = number("quantity", &quantity)?;
        let price = number("unit_price", &columns.pick("unit_price").of(row))?;
        let amount = number("amount", &amount)?;
        let less = number("less", &less)?.map_or(Money(0), |less| less.rounded(currency));
        let times = match (quantity, price) {
            (Some(quantity), Some(price)) => Some(quantity.times(price)),
            (None, price) => price,
            (Some(_), None) => None,
        };
        let worth = if order_total && more { times } else { amount.or(times) };
        if worth.is_none() && faults.is_empty() && !(order_total && more) {
            let field = if columns.place("amount").is_some() { "amount" } else { "unit_price" };
            faults.push(Problem::new(at, columns.heading_of(field), "a purchase without an amount"));
        }
        let worth = worth.map_or(Money(0), |worth| worth.rounded(currency));
        let amount = if order_total && more { worth } else { worth.plus(Money(less.0.saturating_neg())) };
        Ok(Line { quantity_milli: quantity.map(Decimal::thousandths), amount, ..Line::default() })
    }

    /// What other rows settled, for people.
    fn settled(&self) -> Vec<String> {
        let day = self.settled_day.as_ref().map(|(text, order)| {
            let first = if *order == DayOrder::DayFirst { "day" } else { "month" };
            format!("Days such as {} were read with the {first} first, as other rows show.", text::quote(text))
        });
        let amount = self.settled_amount.as_ref().map(|(text, sign)| {
            let sign = if *sign == Sign::Point { "point" } else { "comma" };
            let text = text::quote(text);
            format!("Amounts such as {text} were read with a decimal {sign}, as other rows show or this system writes.")
        });
        day.into_iter().chain(amount).collect()
    }

    /// How a field writes decimals: as the owner says, else as other rows show it, else as its system always does.
    fn sign(&self, field: &str) -> Result<Option<Sign>> {
        if self.plan.decimal.is_some() {
            return Ok(self.plan.decimal);
        }
        Ok(match self.survey.sign(field)? {
            Shown::One(sign) => Some(sign),
            Shown::Both => None,
            Shown::Nothing => self.plan.dialect.decimal(),
        })
    }

    fn came_to_nothing(&self, row: &StringRecord) -> bool {
        self.plan.dialect.habits.came_to_nothing.iter().any(|(heading, known)| {
            let cell = self.plan.cell(heading, row).trim();
            if known.is_empty() { !cell.is_empty() } else { known.iter().any(|word| cell.eq_ignore_ascii_case(word)) }
        })
    }

    /// The word of a row that takes back what an earlier receipt of this number gave.
    fn takes_back(&self, row: &StringRecord) -> Option<String> {
        let (heading, word) = self.plan.dialect.habits.takes_back?;
        self.plan.cell(heading, row).trim().eq_ignore_ascii_case(word).then(|| word.to_lowercase())
    }
}
