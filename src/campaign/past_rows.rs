//! The rows of last year's spreadsheet: recipient, branch, visit and amount.

use std::collections::HashMap;

use chrono::NaiveDate;
use csv::StringRecord;

use crate::clock::TimeZone;
use crate::domain::{Arm, Column, Consent, CustomerId, PieceState};
use crate::error::{Error, Result};
use crate::import::{
    Columns, DayOrder, DayZones, ImportReport, ImportSheet, LeftOut, RowProblem, decimal_separator_of_column,
    order_of_column, parse_amount, parse_day,
};
use crate::money::{Currency, DecimalSeparator, Money};
use crate::text;

/// The fields of a past campaign, as `--map` names them.
pub(crate) fn past_fields() -> impl Iterator<Item = &'static str> {
    PAST_FIELDS.iter().map(|(field, _)| *field)
}

/// The fields of a past campaign, with the headings that are recognized.
const PAST_FIELDS: &[(&str, &[&str])] = &[
    (
        "ref",
        &[
            "ref",
            "reference",
            "customerid",
            "customernumber",
            "customerno",
            "customercode",
            "custid",
            "customer",
            "accountnumber",
            "id",
        ],
    ),
    ("arm", &["arm", "group", "mailed", "cell"]),
    ("branch", &["branch", "letter", "version", "variant"]),
    ("redeemed_on", &["redeemedon", "redeemed", "cameon", "came", "date", "day", "visitedon"]),
    ("spend", &["spend", "spent", "amount", "takings", "total"]),
];

/// The options of a past campaign that are not in its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past<'p> {
    /// Its name in files and on the command line.
    pub(crate) slug: &'p str,
    /// Its name in letters.
    pub(crate) name: &'p str,
    /// The day on which it was mailed.
    pub(crate) as_of: NaiveDate,
    /// The last day to claim the gift.
    pub(crate) claim_until: NaiveDate,
    /// The gift; empty when not given.
    pub(crate) gift: &'p str,
    /// The cost of one gift.
    pub(crate) unit_cost: Money,
    /// The postage of one letter.
    pub(crate) postage: Money,
    /// Which comes first in `03/04/1989`.
    pub(crate) day_order: Option<DayOrder>,
    /// The separator before the cents in `1.149`.
    pub(crate) decimal: Option<DecimalSeparator>,
    /// The owner's mapping of columns.
    pub(crate) map: &'p [String],
    /// Where rows that cannot be imported are written.
    pub(crate) left_out: Option<&'p LeftOut>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PastRow {
    pub(crate) customer_id: CustomerId,
    pub(crate) held_out: bool,
    pub(crate) branch: String,
    pub(crate) came: Option<Came>,
}

/// The visit and the amount spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Came {
    pub(crate) on: NaiveDate,
    pub(crate) spend: Money,
}

/// Reads the sheet. Rows with an error are left out and named in the report.
pub(super) fn read(
    sheet: &ImportSheet,
    past: &Past<'_>,
    (currency, timezone): (Currency, TimeZone),
    known: &HashMap<String, CustomerId>,
    progress: &dyn Fn(usize),
) -> Result<(Vec<PastRow>, ImportReport)> {
    let columns = Columns::find(PAST_FIELDS, sheet, past.map)?;
    columns.need("ref", "the customer's reference")?;
    let (mut report, mut rows) = (ImportReport::default(), Vec::new());
    let mut seen: HashMap<CustomerId, usize> = HashMap::new();
    let shown = columns.place("spend").map(|place| decimal_separator_of_column(sheet, place)).transpose()?.flatten();
    let order = columns.place("redeemed_on").map(|place| order_of_column(sheet, place)).transpose()?.flatten();
    let (decimal, day_order) = (past.decimal.or(shown), past.day_order.or(order));
    let zones = DayZones::of(timezone, columns.place("redeemed_on").map_or("", |place| columns.heading(place)));
    let reader = RowReader { columns: &columns, past, currency, known, decimal, day_order, zones };
    sheet.each(|row| {
        report.read += 1;
        progress(row.offset);
        let parsed = match row.fault.clone() {
            None => reader.row(row.line, row.cells, &mut seen),
            Some(fault) => Err(vec![fault]),
        };
        match parsed {
            Ok(parsed) => rows.push(parsed),
            Err(problems) => {
                if let Some(left_out) = past.left_out {
                    left_out.row(row.line, row.cells, &problems)?;
                }
                report.reject(problems);
            }
        }
        Ok(())
    })?;
    if columns.place("redeemed_on").is_none() {
        report.warnings.push("no column shows who came, so no one did".to_owned());
    }
    report.not_taken(columns.unused());
    Ok((rows, report))
}

struct RowReader<'r> {
    columns: &'r Columns<'r>,
    past: &'r Past<'r>,
    currency: Currency,
    known: &'r HashMap<String, CustomerId>,
    decimal: Option<DecimalSeparator>,
    day_order: Option<DayOrder>,
    zones: DayZones,
}

impl RowReader<'_> {
    fn row(
        &self,
        line: usize,
        cells: &StringRecord,
        seen: &mut HashMap<CustomerId, usize>,
    ) -> std::result::Result<PastRow, Vec<RowProblem>> {
        let mut problems = Vec::new();
        let cell = |field: &str| self.columns.place(field).and_then(|place| cells.get(place)).map_or("", str::trim);
        let mut fault = |field: &str, error: Error| {
            let heading = self.columns.place(field).map_or("", |place| self.columns.heading(place));
            problems.push(RowProblem::of(line, heading, &error));
        };
        let reference = cell("ref");
        let customer_id = self.known.get(reference).copied();
        match customer_id {
            None if reference.is_empty() => fault("ref", Error::new("a row without a reference")),
            None => {
                let error = Error::new(format!("there is no customer {} in the book", text::quote(reference)));
                fault("ref", error);
            }
            Some(id) => {
                if let Some(first) = seen.insert(id, line) {
                    fault("ref", Error::new(format!("customer {} is in line {first} already", text::quote(reference))));
                }
            }
        }
        let held_out = arm(cell("arm")).unwrap_or_else(|error| {
            fault("arm", error);
            false
        });
        let on = self.came_on(cell("redeemed_on"), held_out).unwrap_or_else(|error| {
            fault("redeemed_on", error);
            None
        });
        let came_cell = !cell("redeemed_on").is_empty();
        let spend = self.spend(cell("spend"), came_cell).unwrap_or_else(|error| {
            fault("spend", error);
            Money(0)
        });
        if let (Some(customer_id), true) = (customer_id, problems.is_empty()) {
            let branch: String = text::plain(cell("branch"));
            Ok(PastRow { customer_id, held_out, branch, came: on.map(|on| Came { on, spend }) })
        } else {
            Err(problems)
        }
    }

    fn came_on(&self, text: &str, held_out: bool) -> Result<Option<NaiveDate>> {
        if text.is_empty() {
            return Ok(None);
        }
        let on = parse_day(text, self.day_order, self.zones)?;
        let (from, until) = (self.past.as_of, self.past.claim_until);
        if held_out {
            return Err(Error::new("a customer in the control group cannot have come for it"));
        }
        if on < from || on > until {
            return Err(Error::new(format!("{on} is outside the campaign, which ran from {from} to {until}")));
        }
        Ok(Some(on))
    }

    fn spend(&self, text: &str, came: bool) -> Result<Money> {
        if text.is_empty() {
            return Ok(Money(0));
        }
        let amount = parse_amount(text, self.decimal, self.currency)?;
        if amount.0 < 0 {
            return Err(Error::new(format!("{} is negative", text::quote(text))));
        }
        if amount.0 > 0 && !came {
            return Err(Error::new("an amount, but no day on which they came"));
        }
        Ok(amount)
    }
}

/// Whether a cell means the control group; an empty cell means mailed.
fn arm(text: &str) -> Result<bool> {
    let typed = text.to_lowercase().replace(['-', ' '], "_");
    let consent = Consent::from_form(&typed);
    let arm = Arm::from_form(&typed).or_else(|| match typed.as_str() {
        "" | "written_to" => Some(Arm::Mailed),
        "holdout" | "hold_out" | "control" => Some(Arm::HeldOut),
        _ if PieceState::from_form(&typed) == Some(PieceState::Sent) || consent == Some(Consent::Yes) => {
            Some(Arm::Mailed)
        }
        _ => (consent == Some(Consent::No)).then_some(Arm::HeldOut),
    });
    match arm {
        Some(arm) => Ok(arm == Arm::HeldOut),
        None => Err(Error::new(format!("{} is not an arm", text::quote(text))).hint("write `mailed` or `held_out`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "ref,arm,branch,redeemed_on,spend\n";

    fn read_text(text: &str) -> (Vec<PastRow>, ImportReport) {
        let day = |text: &str| text.parse().expect("day");
        let past = Past {
            slug: "old",
            name: "Old",
            as_of: day("1989-01-02"),
            claim_until: day("1989-06-30"),
            gift: "",
            unit_cost: Money(0),
            postage: Money(0),
            day_order: None,
            decimal: None,
            map: &[],
            left_out: None,
        };
        let known = ["A", "B"].into_iter().map(str::to_owned).zip((1..).map(CustomerId)).collect();
        let sheet = ImportSheet::read(format!("{HEAD}{text}").as_bytes()).expect("a table");
        read(&sheet, &past, (Currency::of("USD").expect("known"), TimeZone::default()), &known, &|_| {}).expect("rows")
    }

    #[test]
    fn a_row_says_who_was_written_to_and_who_came() {
        let (rows, report) = read_text("A,,thanks,1989-02-03,$612.40\nB,Held-out,,,\n");
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        let came = Came { on: "1989-02-03".parse().expect("day"), spend: Money(61_240) };
        assert_eq!(
            rows[0],
            PastRow { customer_id: CustomerId(1), held_out: false, branch: "thanks".into(), came: Some(came) }
        );
        assert_eq!(rows[1], PastRow { customer_id: CustomerId(2), held_out: true, branch: String::new(), came: None });
    }

    #[test]
    fn other_rows_settle_days_and_amounts() {
        let (rows, report) = read_text("A,,,03/04/1989,\"1.149\"\nB,,,25/04/1989,\"12,50\"\n");
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        let came = |on: &str, minor| Some(Came { on: on.parse().expect("day"), spend: Money(minor) });
        assert_eq!((rows[0].came, rows[1].came), (came("1989-04-03", 114_900), came("1989-04-25", 1_250)));
    }

    #[test]
    fn every_fault_has_its_line_and_column() {
        for (row, column, start) in [
            ("C,,,,", "ref", "there is no customer `C`"),
            (",,,,5", "ref", "a row without a reference"),
            ("B,perhaps,,,", "arm", "`perhaps` is not an arm"),
            ("B,,,1988-12-31,", "redeemed_on", "1988-12-31 is outside"),
            ("B,,,1989-07-01,", "redeemed_on", "1989-07-01 is outside"),
            ("B,,,03/04/1989,", "redeemed_on", "`03/04/1989` could be two"),
            ("B,,,yes,", "redeemed_on", "`yes` is not a day"),
            ("B,held_out,,1989-02-03,", "redeemed_on", "a customer in the control group"),
            ("B,,,1989-02-03,-5", "spend", "`-5` is negative"),
            ("B,,,1989-02-03,lots", "spend", "`lots` is not an amount"),
            ("B,,,,20", "spend", "an amount, but no day"),
            ("A,,,,", "ref", "customer `A` is in line 2 already"),
            ("B,,,,5,6", "6", "6 cells"),
        ] {
            let (rows, report) = read_text(&format!("A,,,,0\n{row}\n"));
            assert_eq!(rows.len(), 1, "{row}");
            let problem = &report.problems[0];
            assert_eq!((problem.line, problem.column.as_str()), (3, column), "{row}");
            assert!(problem.message.starts_with(start), "{row}: {}", problem.message);
        }
    }
}
