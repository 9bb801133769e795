//! Birthdays as exports write them: days, often without the year, or with a two-digit year.

use std::cell::OnceCell;

use chrono::{Datelike, Months, NaiveDate};

use super::days::{self, DayOrder, DayReading};
use super::reading::ImportPlan;
use crate::customers::CustomerField;
use crate::domain::Birthday;
use crate::error::{Error, Result};
use crate::text;

/// Replacements for a missing year: in Outlook, in Apple's address book.
const NO_YEAR: [&str; 3] = ["--", "0000-", "1604-"];
/// The greatest plausible age of a customer, in months.
const OLDEST: Months = Months::new(110 * 12);
/// How many are named in a warning.
const FEW: usize = 5;

/// The meaning of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BirthdayReading {
    One(Birthday),
    /// With a two-digit year, the century is unknown.
    NoCentury(Birthday),
    /// Two days: day first and month first.
    Either,
    /// Not a day, or one in the future.
    NoDay,
}

fn read(text: &str, order: Option<DayOrder>, today: NaiveDate) -> BirthdayReading {
    if let Some(rest) = NO_YEAR.iter().find_map(|year| text.strip_prefix(year)) {
        let day = rest.split(['T', ' ']).next().unwrap_or_default();
        return format!("--{day}").parse().map_or(BirthdayReading::NoDay, BirthdayReading::One);
    }
    let Some((reading, has_year)) = reading(text) else { return BirthdayReading::NoDay };
    let day = match (reading, order) {
        (DayReading::Clear(day), _) | (DayReading::Shows(day, _), None) => day,
        (DayReading::Shows(day, shown), Some(order)) if shown == order => day,
        (DayReading::Shows(..), Some(_)) => return BirthdayReading::NoDay,
        (DayReading::Either(day_first, _), Some(DayOrder::DayFirst)) => day_first,
        (DayReading::Either(_, month_first), Some(DayOrder::MonthFirst)) => month_first,
        (DayReading::Either(..), None) => return BirthdayReading::Either,
    };
    let birthday = Birthday::on(day);
    if !has_year {
        return BirthdayReading::One(birthday.without_year());
    }
    let is_past = |day: &NaiveDate| *day <= today && *day + OLDEST > today;
    if text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 4) {
        return if day <= today { BirthdayReading::One(birthday) } else { BirthdayReading::NoDay };
    }
    let centuries = [1900, 2000].map(|century| day.with_year(century + day.year() % 100).filter(is_past));
    match centuries {
        [Some(_), Some(_)] => BirthdayReading::NoCentury(birthday.without_year()),
        [one, other] => one.or(other).map_or(BirthdayReading::NoDay, |day| BirthdayReading::One(Birthday::on(day))),
    }
}

/// Reads a day, and whether it has a year: `11/05`, `5.11.` and `5 Nov` have none.
fn reading(text: &str) -> Option<(DayReading, bool)> {
    if let Some(day) = days::read(text) {
        return Some((day.reading, true));
    }
    let text = text.trim_end_matches('.');
    let between = text.chars().find(|c| matches!(c, '/' | '.' | '-')).unwrap_or(' ');
    // In a leap year.
    days::read(&format!("{text}{between}2000")).map(|day| (day.reading, false))
}

/// The birthdays of a file, and messages about them.
pub(super) struct BirthdayColumn<'p> {
    plan: &'p ImportPlan<'p>,
    today: NaiveDate,
    /// The order that the rows show.
    order: OnceCell<Option<DayOrder>>,
    settled: Option<(String, DayOrder)>,
    no_days: Vec<String>,
    no_centuries: Vec<String>,
}

impl<'p> BirthdayColumn<'p> {
    pub(super) fn of(plan: &'p ImportPlan<'p>, today: NaiveDate) -> Self {
        let (no_days, no_centuries) = (Vec::new(), Vec::new());
        Self { plan, today, order: OnceCell::new(), settled: None, no_days, no_centuries }
    }

    /// A cell in its stored form; none if it is not a day.
    ///
    /// # Errors
    /// With what is wrong when it could be two days and no other row shows which.
    pub(super) fn read(&mut self, cell: &str, line: usize) -> Result<Result<String>> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(Ok(String::new()));
        }
        let mut found = read(cell, self.plan.day_order, self.today);
        if found == BirthdayReading::Either {
            let Some(order) = self.order()? else {
                let doubt = Error::new(format!("{} could be two different days", text::quote(cell)));
                return Ok(Err(doubt.hint("set which comes first: `--date-order dmy` or `--date-order mdy`")));
            };
            self.settled.get_or_insert_with(|| (cell.to_owned(), order));
            found = read(cell, Some(order), self.today);
        }
        let place = || format!("{} (line {line})", text::quote(cell));
        Ok(Ok(match found {
            BirthdayReading::One(birthday) => birthday.to_string(),
            BirthdayReading::NoCentury(birthday) => {
                self.no_centuries.push(place());
                birthday.to_string()
            }
            BirthdayReading::Either | BirthdayReading::NoDay => {
                self.no_days.push(place());
                String::new()
            }
        }))
    }

    /// The order that the column shows; none when no row shows it, or rows differ.
    fn order(&self) -> Result<Option<DayOrder>> {
        if let Some(order) = self.order.get() {
            return Ok(*order);
        }
        let column = self.plan.columns.pick(CustomerField::Birthday.as_str());
        let shown = self.plan.sheet.shown(|row| reading(column.of(row).trim())?.0.order())?;
        Ok(*self.order.get_or_init(|| shown))
    }

    /// What was settled by other rows, as a message.
    pub(super) fn settled(&self) -> Option<String> {
        let (text, order) = self.settled.as_ref()?;
        let first = if *order == DayOrder::DayFirst { "day" } else { "month" };
        Some(format!("Birthdays such as {} were read with the {first} first, as other rows show.", text::quote(text)))
    }

    /// What was left out, and what was imported without its year.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.no_days.is_empty() {
            let (count, some) = (text::count(self.no_days.len(), "birthday"), text::first_few(&self.no_days, FEW));
            let no_day = if self.no_days.len() == 1 { "is not a day in the past" } else { "are not days in the past" };
            warnings.push(format!("{count} {no_day} and not imported: {some}"));
        }
        if !self.no_centuries.is_empty() {
            let some = text::first_few(&self.no_centuries, FEW);
            let count = text::count(self.no_centuries.len(), "birthday");
            warnings.push(format!("{count} imported without the year, whose century is not clear: {some}"));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birthdays_are_read_with_and_without_a_year() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day");
        let shown = |text: &str, order| match read(text, order, today) {
            BirthdayReading::One(birthday) => birthday.to_string(),
            BirthdayReading::NoCentury(birthday) => format!("{birthday} of any century"),
            BirthdayReading::Either => "either".to_owned(),
            BirthdayReading::NoDay => "none".to_owned(),
        };
        for (text, wanted) in [
            ("1980-02-29", "1980-02-29"),
            ("29.2.1980", "1980-02-29"),
            ("5/6/1980", "either"),
            ("25/6/1980", "1980-06-25"),
            ("6/6/1980", "1980-06-06"),
            ("1/31/1989 3:04 PM", "1989-01-31"),
            ("5 Nov 1975", "1975-11-05"),
            ("--11-05", "--11-05"),
            ("--1105", "--11-05"),
            ("1604-11-05", "--11-05"),
            ("0000-02-29", "--02-29"),
            ("11/05", "either"),
            ("11/25", "--11-25"),
            ("25/11", "--11-25"),
            ("5.11.", "--11-05"),
            ("29.02", "--02-29"),
            ("Nov 5", "--11-05"),
            ("5. November", "--11-05"),
            ("5 de noviembre", "--11-05"),
            ("5.11.62", "1962-11-05"),
            ("11/25/62", "1962-11-25"),
            ("5.11.20", "--11-05 of any century"),
            ("5.11.10", "2010-11-05"),
            ("29.2.1981", "none"),
            ("1975", "none"),
            ("11/1975", "none"),
            ("2026-03-02", "none"),
            ("2026-03-01", "2026-03-01"),
            ("in May", "none"),
            ("unknown", "none"),
            ("27338", "none"),
        ] {
            assert_eq!(shown(text, None), wanted, "{text}");
        }
        for (text, order, wanted) in [
            ("5/6/1980", DayOrder::DayFirst, "1980-06-05"),
            ("5/6/1980", DayOrder::MonthFirst, "1980-05-06"),
            ("11/05", DayOrder::DayFirst, "--05-11"),
            ("11-05", DayOrder::MonthFirst, "--11-05"),
            ("25/6/1980", DayOrder::MonthFirst, "none"),
            ("5.6.1980", DayOrder::MonthFirst, "1980-06-05"),
        ] {
            assert_eq!(shown(text, Some(order)), wanted, "{text}");
        }
    }
}
