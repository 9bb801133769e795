//! What programs add around a table: titles above the headings, repeated headings, rulers, totals and footers.

use std::collections::HashSet;
use std::sync::LazyLock;

use csv::StringRecord;

use super::cells;
use crate::error::{Error, Result};
use crate::text::{self, WordLists, heading_key};

/// The headings are searched in this many first rows.
pub(super) const MOST_TITLES: usize = 30;

/// The headings of every dialect.
static KNOWN: LazyLock<HashSet<String>> = LazyLock::new(|| headings(|field| !NO_FIELDS.contains(&field)));

/// First words of lines in dialects.tsv without headings.
const NO_FIELDS: [&str; 5] = ["address", "dialect", "system", "takes_back", "day_order"];

/// The headings of personal fields: a row with one of them is not a total.
static PERSONAL: LazyLock<HashSet<String>> =
    LazyLock::new(|| headings(|field| ["ref", "email", "phone", "postcode", "street", "birthday"].contains(&field)));

static REFERENCES: LazyLock<HashSet<String>> = LazyLock::new(|| headings(|field| field == "ref"));

/// The headings of some fields in every dialect.
fn headings(is_wanted: impl Fn(&str) -> bool) -> HashSet<String> {
    let rows = text::table_rows(include_str!("dialects.tsv"));
    let columns = rows.filter(|row| row.clone().next().is_some_and(&is_wanted)).flat_map(|row| row.skip(1));
    let headings = columns.flat_map(|column| column.split(" if ").take(1).flat_map(|part| part.split(['|', '+', '#'])));
    headings.map(heading_key).filter(|key| !key.is_empty()).collect()
}

/// The words of frame.tsv: those of totals, and of other lines.
static WORDS: LazyLock<WordLists> = LazyLock::new(|| WordLists::of(include_str!("frame.tsv")));

/// Which of the first rows has the headings.
///
/// # Errors
/// When it is not the first and there is doubt, or when there is none.
pub(super) fn header_of(rows: &[(usize, Vec<String>)]) -> Result<usize> {
    let filled = |row: &[String]| row.iter().filter(|cell| !cell.is_empty()).count();
    let known = |row: &[String]| row.iter().filter(|cell| KNOWN.contains(&heading_key(cell))).count();
    let Some(begin) = rows.iter().position(|(_, row)| filled(row) > 0) else {
        return Err(Error::new("the first row has no headings").at(1).hint("the first row names the columns"));
    };
    let (first_line, first) = &rows[begin];
    let known_in_first = known(first);
    let mut widest = 0;
    for (index, (_, row)) in rows.iter().enumerate().skip(begin) {
        let (known, filled) = (known(row), filled(row));
        let is_beyond_doubt = index == begin || filled > widest || known == filled && known_in_first == 0;
        if known >= 2 && known * 2 >= filled && is_beyond_doubt {
            return Ok(index);
        }
        widest = widest.max(filled);
    }
    let row_width = |row: &[String]| row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    if known_in_first == 0 && filled(first) == 1 {
        let width = rows.iter().map(|(_, row)| row_width(row)).max().unwrap_or(0);
        let is_header = |row: &[String]| width > 1 && filled(row) == width && !row.iter().any(|cell| is_datum(cell));
        if let Some((line, _)) = rows.iter().find(|(_, row)| is_header(row)) {
            return Err(Error::new(format!("the headings seem to be in line {line}"))
                .at(first_line)
                .hint("remove what is above them"));
        }
    }
    let data: Vec<&String> = first.iter().filter(|cell| is_datum(cell)).collect();
    let is_clear = data.iter().any(|cell| **cell == first[0] || cell.contains('@') || is_street(cell));
    if known_in_first * 4 <= filled(first) && filled(first) > 1 && (data.len() > 1 || is_clear) {
        let cells: Vec<String> = first.iter().filter(|cell| !cell.is_empty()).map(|cell| text::quote(cell)).collect();
        return Err(Error::new(format!("the file has no headings: it begins with {}", text::first_few(&cells, 4)))
            .at(first_line)
            .hint(
                "add a line above it with the names of the columns, such as `ref,first_name,last_name,street,city`",
            ));
    }
    Ok(begin)
}

/// Whether a cell cannot be a heading: a number, a day, an amount, an email, a street with its number. A year can.
fn is_datum(cell: &str) -> bool {
    let is_number = cell.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '$' | '€' | '£'))
        && cell.chars().all(|c| c.is_ascii_digit() || " .,:/-+()$€£".contains(c))
        && cell.chars().any(|c| c.is_ascii_digit());
    let is_year = cell.len() == 4 && matches!(cell.get(..2), Some("19" | "20")) && is_number;
    let is_email = cell.split_once('@').is_some_and(|(_, domain)| domain.contains('.') && !cell.contains(' '));
    is_number && !is_year || is_street(cell) || is_email
}

/// Whether a cell is a street with its number first.
fn is_street(cell: &str) -> bool {
    cell.split_once(' ').is_some_and(|(number, name)| {
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && name.starts_with(char::is_uppercase)
    })
}

/// The message about what is above the headings.
pub(super) fn title(line: usize, row: &[String]) -> String {
    let cells: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    format!("line {line} is above the headings and is left out: {}", text::quote(&cells.join(" ")))
}

/// The headings of a table, which distinguish its rows from other lines between and below them.
#[derive(Debug, Default)]
pub(super) struct TableFrame {
    header: Vec<String>,
    /// Which columns are personal.
    personal: Vec<bool>,
}

impl TableFrame {
    pub(super) fn of(header: &[String]) -> Self {
        let personal = header.iter().map(|heading| PERSONAL.contains(&heading_key(heading))).collect();
        Self { header: header.to_vec(), personal }
    }

    /// What a line is if it is not a row of the table.
    pub(super) fn not_a_row(&self, row: &StringRecord) -> Option<&'static str> {
        let mut filled = row.iter().enumerate().filter(|(_, cell)| !cells::is_blank(cell));
        let (place, first) = filled.next()?;
        if self.header.len() > 1 && place == self.first_heading() && self.is_header(row) {
            return Some("the headings again");
        }
        let is_alone = filled.clone().next().is_none();
        let is_ruler = |cell: &str| {
            let cell = cell.trim();
            cell.chars().all(|c| "-=_*+~#|–—".contains(c)) && (!is_alone || cell.chars().count() > 2)
        };
        if is_ruler(first) && filled.clone().all(|(_, cell)| is_ruler(cell)) {
            return Some("a ruler");
        }
        let is_sum = |(index, cell): (usize, &str)| is_amount(cell) && !self.is_personal(index);
        let is_sums = !is_alone && filled.clone().all(is_sum);
        let rest: Vec<(usize, &str)> = filled.take(2).collect();
        // Most rows end here: they have words in several cells.
        if !is_sums && rest.len() > 1 {
            return None;
        }
        let words = words(first);
        let (totals, lines) = (WORDS.words("total"), WORDS.words("line"));
        if totals.contains(&words.as_str()) && (is_sums || is_alone) {
            return Some("a total");
        }
        let has_total = |total: &&str| is_beside(words.strip_prefix(total)) || is_beside(words.strip_suffix(total));
        if is_sums && self.header.len() > 2 && rest.len() < self.header.len() - 1 && totals.iter().any(has_total) {
            return Some("a total");
        }
        // A line that contains a separator is split into two cells.
        if rest.len() > 1 || rest.iter().any(|(index, _)| *index != place + 1 || self.is_personal(*index)) {
            return None;
        }
        let whole = match rest.first() {
            Some((_, cell)) => self::words(&format!("{first},{cell}")),
            None => words,
        };
        let fits = |line: &&'static str| match line.strip_suffix('*') {
            None => whole == **line,
            Some(start) => {
                let is_start = whole.strip_prefix(start).is_some_and(|more| more.is_empty() || more.starts_with(' '));
                is_start && self.header.len() > 2 && (is_alone || first.contains(' ') || is_amount(first))
            }
        };
        if lines.iter().any(fits) {
            return Some("a line of the program that wrote the file");
        }
        let is_text = first.split_whitespace().count() > 2 || first.trim_end().ends_with(':');
        let is_alone = is_alone && place == 0 && self.header.len() > 2;
        let is_under_ref = self.header.first().is_some_and(|heading| REFERENCES.contains(&heading_key(heading)));
        (is_alone && is_text && is_under_ref).then_some("a line of text")
    }

    fn is_personal(&self, place: usize) -> bool {
        self.personal.get(place).copied().unwrap_or(false)
    }

    fn first_heading(&self) -> usize {
        self.header.iter().position(|heading| !heading.is_empty()).unwrap_or(0)
    }

    fn is_header(&self, row: &StringRecord) -> bool {
        let cells = row.iter().map(cells::plain).chain(std::iter::repeat("".into()));
        row.len() <= self.header.len() + 1
            && self.header.iter().zip(cells).all(|(heading, cell)| heading.eq_ignore_ascii_case(&cell))
    }
}

/// The words of a cell, in the form of frame.tsv.
fn words(cell: &str) -> String {
    let mut words = String::with_capacity(cell.len());
    for c in cell.chars() {
        match c {
            '0'..='9' | '.' | ',' if words.ends_with('#') => {}
            '0'..='9' => words.push('#'),
            _ if c.is_alphabetic() => words.extend(c.to_lowercase()),
            _ if words.is_empty() || words.ends_with(' ') => {}
            _ => words.push(' '),
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// Whether the remaining words are separate from the removed ones.
fn is_beside(rest: Option<&str>) -> bool {
    rest.is_some_and(|rest| rest.starts_with(' ') || rest.ends_with(' '))
}

fn is_amount(cell: &str) -> bool {
    cell.chars().all(|c| !c.is_alphabetic()) && cell.chars().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &str) -> Vec<(usize, Vec<String>)> {
        let cells = |line: &str| line.split(',').map(|cell| cell.trim().to_owned()).collect();
        table.lines().enumerate().map(|(index, line)| (index + 1, cells(line))).collect()
    }

    #[test]
    fn headings_are_found_below_titles() {
        for (table, found) in [
            ("ref,first_name,last_name\nC1,Ann,One", Ok(0)),
            ("Report: Customers\nref,first_name,last_name\nC1,Ann,One", Ok(1)),
            ("Report: Customers,,\nStore,Main,\n2026-01-05,,\nref,first_name,last_name\nC1,Ann,One", Ok(3)),
            ("Umsatz 2025\nDatum von,01.01.2025\nKundennr,Datum,Betrag\nC1,2025-01-05,5.00", Ok(2)),
            ("Kunde-X,Tag-X\n1,2", Ok(0)),
            ("Name,Street\nAnn,1 A St", Ok(0)),
            ("Gift list\nWer,Wann,Was\nAnn,morgen,Hut", Err("the headings seem to be in line 2")),
            ("1,Ann,Moss,1 A St,Boston,MA,02108", Err("the file has no headings: it begins with `1`, `Ann`")),
            ("C1,Ann,Moss,1 A St,Boston,MA,02108", Err("the file has no headings")),
            ("Ann,Moss,1 A St,Boston", Err("the file has no headings")),
            ("Report,Customers\nref,first_name\nC1,Ann", Ok(1)),
            ("List,of,all,2026\nref,first_name\nC1,Ann", Ok(1)),
            ("Ann,Moss,ann@example.com", Err("the file has no headings")),
            ("17,2026-01-05,Hat,20.00", Err("the file has no headings")),
            ("Wer,2024,2025\nAnn,1,2", Ok(0)),
        ] {
            match (header_of(&rows(table)), found) {
                (Ok(index), Ok(expected)) => assert_eq!(index, expected, "{table}"),
                (Err(error), Err(message)) => assert!(error.message().starts_with(message), "{table}: {error}"),
                (other, _) => panic!("{table}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_row_is_told_from_rows() {
        let customers: Vec<String> =
            ["ref", "first_name", "last_name", "company", "street", "postcode", "phone"].map(str::to_owned).into();
        let sales: Vec<String> = ["receipt", "ref", "on", "item", "amount"].map(str::to_owned).into();
        for (header, row, found) in [
            (&customers, "REF,First_Name,last_name,company,street,postcode,phone", Some("the headings again")),
            (&customers, "Total,2,,,,,", Some("a total")),
            (&customers, "Total,2", Some("a total")),
            (&customers, "Grand Total:,2", Some("a total")),
            (&customers, ",,Summe,12", Some("a total")),
            (&customers, "Итого,2", Some("a total")),
            (&customers, "(2 rows affected)", Some("a line of the program that wrote the file")),
            (&customers, "-- 14 rows", Some("a line of the program that wrote the file")),
            (&customers, "Page 1 of 3", Some("a line of the program that wrote the file")),
            (&customers, "Seite 1 von 3,,,", Some("a line of the program that wrote the file")),
            (&customers, "1,234 rows in set (0.01 sec)", Some("a line of the program that wrote the file")),
            (&customers, "Total: 14", Some("a line of the program that wrote the file")),
            (&customers, "Exported on 2026-01-05", Some("a line of the program that wrote the file")),
            (&customers, "-----,-----,-----", Some("a ruler")),
            (&customers, "=======", Some("a ruler")),
            (&customers, "Reporter,Ann", None),
            (&customers, "Fin,Ann", None),
            (&customers, "Thank you for your trust", Some("a line of text")),
            (&customers, "Total,Ann,Moss,,1 A St,02108,", None),
            (&customers, "C7,Total,,,,,", None),
            (&customers, "7,Total,,,,,", None),
            (&customers, "C7,,,Total Wine,1 A St,02108,", None),
            (&customers, ",,,Total,,02108,617-555-0142", None),
            (&customers, ",,Page,,,,6175550142", None),
            (&customers, "C8,-,-,,,,", None),
            (&customers, "C 8,,,,,,", None),
            (&customers, "END,Ann,,,,,", None),
            (&sales, ",,,Total,50.00", Some("a total")),
            (&sales, "Total,,,,50.00", Some("a total")),
            (&sales, "C-01 Total,,,,\"50.00\"", Some("a total")),
            (&sales, "Gesamtergebnis,,,,1.234,50", Some("a total")),
            (&sales, "Total sales,,,,50.00", Some("a total")),
            (&sales, "Total Gym,C1,2026-01-05,,50.00", None),
            (&sales, "R1,C1,2026-01-05,Total Gym,50.00", None),
            (&sales, "R1,C1,2026-01-05,Total,50.00", None),
        ] {
            let row: StringRecord = row.split(',').collect();
            assert_eq!(TableFrame::of(header).not_a_row(&row), found, "{row:?}");
        }
    }
}
