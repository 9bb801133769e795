//! The receipts of the invented shop: who bought what on which day.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::dice::Dice;
use super::people::{self, InventedPerson};
use super::wares::{self, ReceiptLine};
use crate::text::csv::CsvTable;

/// One receipt, before it has a number.
pub(super) struct Receipt {
    pub(super) on: NaiveDate,
    pub(super) reference: String,
    pub(super) lines: Vec<ReceiptLine>,
}

/// The share of a year's sales in each month, out of a thousand.
const MONTHS: &[(i64, u32)] =
    &[(70, 1), (52, 2), (70, 3), (80, 4), (78, 5), (80, 6), (62, 7), (62, 8), (92, 9), (92, 10), (108, 11), (154, 12)];

/// The purchases of a span of days, both ends included, as CSV with a header, ready for `import purchases`.
///
/// The sample years are 1987 and 1988; a receipt has the same number whatever span is requested.
pub(crate) fn purchases(from: NaiveDate, to: NaiveDate) -> String {
    let people = people::everyone();
    let mut receipts: Vec<Receipt> = (from.year()..=to.year()).flat_map(|year| of_year(&people, year)).collect();
    receipts.retain(|receipt| (from..=to).contains(&receipt.on));
    csv(receipts)
}

/// All purchases of a year.
pub(super) fn of_year(people: &[InventedPerson], year: i32) -> Vec<Receipt> {
    let mut receipts = Vec::new();
    for person in people {
        let mut came_back = Vec::new();
        let mut last = None;
        let mut dice = Dice::of(&person.reference, &format!("receipts of {year}"));
        let budget = person.yearly * dice.along(&[720, 880, 970, 1_040, 1_140, 1_440]) / 1_000;
        let usual = if person.wholesale { 400_000 } else { 31_000 + person.yearly / 7 };
        let visits = (budget + usual / 2) / usual;
        // Customers who spend less than an average purchase in a year come once, or every other year.
        let visits = if visits == 0 { i64::from(budget > 2_000) } else { visits.min(26) };
        for _ in 0..visits {
            let share = budget / visits * dice.along(&[400, 750, 950, 1_100, 1_700]) / 1_000;
            let Some(on) = day(&mut dice, year) else { continue };
            let lines = if person.wholesale {
                wares::carton(&mut dice, on.month(), share)
            } else {
                wares::basket(&mut dice, person.woman, on.month(), share)
            };
            if on < person.since || lines.is_empty() {
                continue;
            }
            came_back.extend(returned(&mut dice, on, person, &lines));
            last = last.max(Some(on));
            receipts.push(Receipt { on, reference: person.reference.clone(), lines });
        }
        // Someone who returned something has bought something since: letters mention the last item bought.
        receipts.extend(came_back.into_iter().filter(|receipt| Some(receipt.on) < last));
    }
    receipts
}

/// Occasionally one item is returned some days later.
fn returned(dice: &mut Dice, bought: NaiveDate, person: &InventedPerson, lines: &[ReceiptLine]) -> Option<Receipt> {
    if person.wholesale || !dice.chance(24) {
        return None;
    }
    let on = bought.checked_add_days(Days::new(dice.between(3, 16).unsigned_abs()))?;
    let line = lines.last()?;
    let lines = vec![ReceiptLine { quantity: -1, ..line.clone() }];
    (is_open(on) && on.year() == bought.year()).then(|| Receipt { on, reference: person.reference.clone(), lines })
}

/// A day of the year on which the shop is open.
fn day(dice: &mut Dice, year: i32) -> Option<NaiveDate> {
    let month = *dice.weighted(MONTHS)?;
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let any = first.checked_add_days(Days::new(dice.between(0, 27).unsigned_abs() + u64::from(dice.chance(90)) * 2))?;
    let any = if any.month() == month { any } else { first };
    any.iter_days().take(4).find(|on| is_open(*on))
}

/// Closed on Sundays and on three holidays.
pub(super) fn is_open(on: NaiveDate) -> bool {
    on.weekday() != Weekday::Sun && !matches!((on.month(), on.day()), (1, 1) | (7, 4) | (12, 25))
}

/// The receipts in order of days, numbered within each day.
pub(super) fn csv(mut receipts: Vec<Receipt>) -> String {
    receipts.sort_by_key(|receipt| (receipt.on, shuffled(receipt)));
    let mut table = CsvTable::new(["Receipt", "Customer ID", "Date", "Item", "Quantity", "Unit Price"]);
    let mut of_the_day: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for receipt in &receipts {
        let number = of_the_day.entry(receipt.on).or_default();
        *number += 1;
        let number = format!("{}-{number:02}", receipt.on.format("%y%m%d"));
        let on = receipt.on.to_string();
        for line in &receipt.lines {
            let (quantity, price) = (line.quantity.to_string(), amount(line.price));
            table.row([&*number, &*receipt.reference, &*on, line.item, &*quantity, &*price]);
        }
    }
    table.text()
}

/// Cents as `12.50`, or `-12.50`.
fn amount(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// Customers come in random order: sorting by the reversed number is enough.
fn shuffled(receipt: &Receipt) -> (String, i64) {
    let total = receipt.lines.iter().map(|line| line.price * line.quantity).sum();
    (receipt.reference.chars().rev().collect(), total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_keep_their_zeros() {
        assert_eq!(["4.05", "-0.50", "120.00"], [405, -50, 12_000].map(amount).each_ref().map(String::as_str));
    }
}
