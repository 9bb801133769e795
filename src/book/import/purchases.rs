//! Purchases from a CSV: receipts with their items, each taken once.

use std::collections::HashMap;

use chrono::NaiveDate;
use csv::StringRecord;
use sha2::{Digest, Sha256};

use super::columns::{Columns, PURCHASE_FIELDS};
use super::days::{self, DayOrder};
use super::{Problem, Report, Sheet};
use crate::book::table;
use crate::error::Result;
use crate::money::{Currency, Decimal, Money};
use crate::params;
use crate::store::Write;
use crate::words;

/// How a file of purchases is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Options<'o> {
    /// `FIELD=COLUMN`, as the owner said.
    pub map: &'o [String],
    /// Which system the file is from; receipt numbers are unique within it.
    pub source: &'o str,
    /// What the amounts are in.
    pub currency: Currency,
    /// Which comes first in `03/04/1989`.
    pub day_order: Option<DayOrder>,
    /// Open a bare card for a reference that the book does not know.
    pub new_customers: bool,
    /// Purchases after this day are taken with a warning.
    pub today: NaiveDate,
}

/// One line of a receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Line {
    item: String,
    quantity_milli: Option<i64>,
    amount: Money,
}

/// One purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Purchase {
    receipt: String,
    reference: String,
    on: NaiveDate,
    lines: Vec<Line>,
}

impl Purchase {
    fn amount(&self) -> Money {
        self.lines.iter().fold(Money(0), |sum, line| sum.plus(line.amount))
    }

    fn quantity_milli(&self) -> Option<i64> {
        self.lines.iter().filter_map(|line| line.quantity_milli).reduce(i64::saturating_add)
    }

    /// What makes two purchases the same one: the receipt within its source, else everything there is to tell.
    fn same(&self, source: &str) -> [u8; 16] {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        if self.receipt.is_empty() {
            add("row");
            add(&self.reference);
            add(&self.on.to_string());
            for line in &self.lines {
                add(&line.amount.0.to_string());
                add(&line.quantity_milli.map_or(String::new(), |n| n.to_string()));
                add(&line.item);
            }
        } else {
            add("receipt");
            add(source);
            add(&self.receipt);
        }
        let mut same = [0; 16];
        same.copy_from_slice(&hash.finalize()[..16]);
        same
    }
}

/// Takes the purchases of a sheet into the book.
///
/// Rows with a fault are left out and named in the report; whether the rest stands is for the caller to say.
///
/// # Errors
/// When the columns are not clear, or the database fails.
pub fn purchases(write: &Write<'_>, sheet: &Sheet, options: Options<'_>, progress: &dyn Fn(usize)) -> Result<Report> {
    let columns = Columns::find(PURCHASE_FIELDS, sheet, options.map)?;
    columns.need("ref", "the customer's reference")?;
    columns.need("on", "the day of the purchase")?;
    if columns.place("amount").is_none() {
        columns.need("unit_price", "an amount or a price")?;
    }
    let mut book =
        Taking { write, options, ids: table::ids(write)?, nth: HashMap::new(), report: Report::default(), late: 0 };
    let mut receipts = Receipts::default();
    let mut odd = Vec::new();
    sheet.each(
        |line, offset, cells| {
            book.report.read += 1;
            if book.report.read.is_multiple_of(1000) {
                progress(offset);
            }
            match read_row(&columns, options, line, cells) {
                Ok(row) if row.receipt.is_empty() => book.take(&row)?,
                Ok(row) => {
                    if let Err(problem) = receipts.add(row, line, &columns) {
                        book.report.rejected += 1;
                        book.report.problems.push(problem);
                    }
                }
                Err(problems) => {
                    book.report.rejected += 1;
                    book.report.problems.extend(problems);
                }
            }
            Ok(())
        },
        |problem, _| odd.push(problem),
    )?;
    for purchase in &receipts.purchases {
        book.take(purchase)?;
    }
    let mut report = book.finish();
    report.read += odd.len();
    report.rejected += odd.len();
    report.problems.append(&mut odd);
    report.problems.sort_by_key(|problem| problem.line);
    Ok(report)
}

/// Lines of one receipt, gathered wherever they stand in the file.
#[derive(Default)]
struct Receipts {
    purchases: Vec<Purchase>,
    index: HashMap<String, (usize, usize)>,
}

impl Receipts {
    fn add(&mut self, mut row: Purchase, line: usize, columns: &Columns<'_>) -> std::result::Result<(), Problem> {
        let Some(&(index, first)) = self.index.get(&row.receipt) else {
            self.index.insert(row.receipt.clone(), (self.purchases.len(), line));
            self.purchases.push(row);
            return Ok(());
        };
        let purchase = &mut self.purchases[index];
        let differs = |what: &str| format!("receipt {} has another {what} in line {first}", words::quote(&row.receipt));
        let heading = |field| columns.place(field).map_or("", |place| columns.heading(place));
        if purchase.reference != row.reference {
            return Err(Problem::new(line, heading("ref"), differs("customer")));
        }
        if purchase.on != row.on {
            return Err(Problem::new(line, heading("on"), differs("day")));
        }
        purchase.lines.append(&mut row.lines);
        Ok(())
    }
}

fn read_row(
    columns: &Columns<'_>,
    options: Options<'_>,
    line: usize,
    cells: &StringRecord,
) -> std::result::Result<Purchase, Vec<Problem>> {
    let cell = |field: &str| columns.place(field).and_then(|place| cells.get(place)).map_or("", str::trim);
    let heading = |field: &str| columns.place(field).map_or("", |place| columns.heading(place));
    let mut problems = Vec::new();
    let on = days::parse(cell("on"), options.day_order)
        .map_err(|e| problems.push(Problem::new(line, heading("on"), e.message())))
        .ok();
    let mut number = |field: &str| match cell(field) {
        "" => None,
        text => match options.currency.decimal(text) {
            Ok(number) => Some(number),
            Err(fault) => {
                problems.push(Problem::new(line, heading(field), fault.message()));
                None
            }
        },
    };
    let (quantity, unit_price, amount) = (number("quantity"), number("unit_price"), number("amount"));
    let amount = match (amount, quantity, unit_price) {
        (None, Some(quantity), Some(price)) => Some(quantity.times(price)),
        (None, None, price) => price,
        (amount, _, _) => amount,
    };
    if amount.is_none() && problems.is_empty() {
        let field = if columns.place("amount").is_some() { "amount" } else { "unit_price" };
        problems.push(Problem::new(line, heading(field), "a purchase without an amount"));
    }
    match (on, amount, problems.is_empty()) {
        (Some(on), Some(amount), true) => Ok(Purchase {
            receipt: cell("receipt").to_owned(),
            reference: cell("ref").to_owned(),
            on,
            lines: vec![Line {
                item: cell("item").chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
                quantity_milli: quantity.map(Decimal::thousandths),
                amount: amount.rounded(options.currency),
            }],
        }),
        _ => Err(problems),
    }
}

/// The book while purchases are taken into it.
struct Taking<'t> {
    write: &'t Write<'t>,
    options: Options<'t>,
    ids: HashMap<String, i64>,
    nth: HashMap<[u8; 16], usize>,
    report: Report,
    late: usize,
}

impl Taking<'_> {
    fn take(&mut self, purchase: &Purchase) -> Result<()> {
        if purchase.on > self.options.today {
            self.late += 1;
        }
        let customer = self.customer(&purchase.reference)?;
        if customer.is_none() {
            self.report.unlinked += 1;
        }
        let same = purchase.same(self.options.source);
        let nth = *self.nth.entry(same).and_modify(|n| *n += 1).or_insert(1);
        let old =
            if purchase.receipt.is_empty() { self.same_row(&same, nth)? } else { self.same_receipt(&same, purchase)? };
        match old {
            Old::None => {
                self.insert(purchase, customer, &same, nth)?;
                self.report.added += 1;
            }
            Old::Alike => self.report.unchanged += 1,
            Old::Differs(id) => {
                self.replace(id, purchase, customer)?;
                self.report.changed += 1;
            }
        }
        Ok(())
    }

    fn customer(&mut self, reference: &str) -> Result<Option<i64>> {
        if reference.is_empty() {
            return Ok(None);
        }
        if let Some(id) = self.ids.get(reference) {
            return Ok(Some(*id));
        }
        if !self.options.new_customers {
            return Ok(None);
        }
        let id: i64 = self.write.value("INSERT INTO customer (ref) VALUES (?1) RETURNING id", params![reference])?;
        self.write.run("UPDATE customer SET household_id = ?1 WHERE id = ?1", params![id])?;
        self.ids.insert(reference.to_owned(), id);
        self.report.opened += 1;
        Ok(Some(id))
    }

    fn same_row(&self, same: &[u8; 16], nth: usize) -> Result<Old> {
        let sql = "SELECT 1 FROM purchase WHERE same = ?1 AND nth = ?2";
        let found = self.write.first(sql, params![same[..], nth], |_| Ok(()))?;
        Ok(if found.is_some() { Old::Alike } else { Old::None })
    }

    fn same_receipt(&self, same: &[u8; 16], purchase: &Purchase) -> Result<Old> {
        let sql = "SELECT id, ref, day, amount_minor, quantity_milli FROM purchase WHERE same = ?1 AND nth = 1";
        let found = self.write.first(sql, params![same[..]], |row| {
            let alike = row.get::<String>(1)? == purchase.reference
                && row.get::<NaiveDate>(2)? == purchase.on
                && row.get::<Money>(3)? == purchase.amount()
                && row.get::<Option<i64>>(4)? == purchase.quantity_milli();
            Ok(if alike { Old::Alike } else { Old::Differs(row.get(0)?) })
        })?;
        Ok(found.unwrap_or(Old::None))
    }

    fn insert(&self, purchase: &Purchase, customer: Option<i64>, same: &[u8; 16], nth: usize) -> Result<()> {
        let sql = "INSERT INTO purchase (source, receipt, ref, customer_id, day, amount_minor, quantity_milli, same, nth) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id";
        let (source, amount, quantity) = (self.options.source, purchase.amount(), purchase.quantity_milli());
        let (receipt, reference) = (&purchase.receipt, &purchase.reference);
        let values = params![source, receipt, reference, customer, purchase.on, amount, quantity, same[..], nth];
        let id: i64 = self.write.value(sql, values)?;
        self.items(id, purchase)
    }

    fn replace(&self, id: i64, purchase: &Purchase, customer: Option<i64>) -> Result<()> {
        let sql = "UPDATE purchase SET ref = ?2, customer_id = ?3, day = ?4, amount_minor = ?5, quantity_milli = ?6 WHERE id = ?1";
        let (amount, quantity) = (purchase.amount(), purchase.quantity_milli());
        self.write.run(sql, params![id, purchase.reference, customer, purchase.on, amount, quantity])?;
        self.write.run("DELETE FROM purchase_item WHERE purchase_id = ?1", params![id])?;
        self.items(id, purchase)
    }

    /// Lines without the name of an item say nothing that the purchase does not.
    fn items(&self, id: i64, purchase: &Purchase) -> Result<()> {
        let sql = "INSERT INTO purchase_item (purchase_id, line, item, quantity_milli, amount_minor) VALUES (?1, ?2, ?3, ?4, ?5)";
        for (index, line) in purchase.lines.iter().enumerate().filter(|(_, line)| !line.item.is_empty()) {
            self.write.run(sql, params![id, index + 1, line.item, line.quantity_milli, line.amount])?;
        }
        Ok(())
    }

    fn finish(self) -> Report {
        let mut report = self.report;
        if self.late > 0 {
            let count = words::count(self.late, "purchase");
            report.warnings.push(format!("{count} dated after today ({})", self.options.today));
        }
        report
    }
}

/// What the book has of a purchase.
enum Old {
    None,
    Alike,
    Differs(i64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_the_same_within_its_source_and_a_row_by_all_it_says() {
        let on = NaiveDate::from_ymd_opt(1989, 1, 2).expect("day");
        let row = Purchase { receipt: String::new(), reference: "A".into(), on, lines: vec![Line::default()] };
        let other = Purchase { reference: "B".into(), ..row.clone() };
        assert_ne!(row.same("x"), other.same("x"));
        assert_eq!(row.same("x"), row.same("y"));
        let receipt = Purchase { receipt: "7".into(), ..row };
        let edited = Purchase { reference: "B".into(), ..receipt.clone() };
        assert_eq!(receipt.same("x"), edited.same("x"));
        assert_ne!(receipt.same("x"), receipt.same("y"));
    }
}
