//! A list for a house that prints and mails the letters: the manifest's columns, the address and the greeting.

use super::letters::manifest_rows;
use super::options::PrintOutcome;
use super::publish::FileSet;
use super::run::PrintRun;
use crate::error::Result;
use crate::files;
use crate::merge::{self, Fields};
use crate::store::Store;
use crate::text::csv::CsvTable;

/// The columns of the address: of its lines that are more, the last takes all.
const ADDRESS: [&str; 6] = ["address_1", "address_2", "address_3", "address_4", "address_5", "address_6"];
/// The columns after it.
const OTHERS: [&str; 4] = ["city", "state", "country", "greeting"];

/// Writes the list of those whose letter has no problems; their codes leave the shop with it, so they count as printed.
pub(super) fn print(run: PrintRun<'_>, store: &mut Store) -> Result<PrintOutcome> {
    let (run, left_out, pages) = run.in_order()?;
    let (file, mut set) = (run.path("list", ".csv"), FileSet::new(&run.folder()));
    files::write_whole(&set.add(&file), list_csv(&run, &pages).as_bytes())?;
    set.announce(0)?;
    run.mark_printed(store, &run.letters)?;
    set.publish()?;
    let (count, pages) = (run.letters.len(), pages.iter().sum());
    Ok(PrintOutcome { count, pages, file, left_out, ..PrintOutcome::default() })
}

fn list_csv(run: &PrintRun<'_>, pages: &[usize]) -> String {
    let (mut head, rows) = manifest_rows(run, pages);
    head.extend(ADDRESS.into_iter().chain(OTHERS));
    let mut table = CsvTable::new(head);
    for (mut row, letter) in rows.into_iter().zip(&run.letters) {
        let fields = run.on.templates.fields(letter);
        let lines = merge::address_forms(&fields).into_iter().next().unwrap_or_default();
        for column in 0..ADDRESS.len() {
            let is_last = column + 1 == ADDRESS.len();
            let own = lines.get(column..).unwrap_or_default();
            row.push(if is_last { own.join(", ") } else { own.first().cloned().unwrap_or_default() });
        }
        let text = |field: &str| fields.get(field).unwrap_or_default().to_owned();
        row.push(text("customer.city"));
        row.push(state(&lines, &fields, &letter.postcode));
        row.push(text("customer.country"));
        row.push(text("greeting"));
        table.row(row);
    }
    table.text()
}

/// The state or region as it stands in the address: what is left of the town's line without town and postcode.
fn state(lines: &[String], fields: &Fields, postcode: &str) -> String {
    state_of(lines, fields.get("customer.city").unwrap_or_default(), postcode)
}

fn state_of(lines: &[String], city: &str, postcode: &str) -> String {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (city, postcode) = (city.trim(), plain(postcode));
    if city.is_empty() {
        return String::new();
    }
    let line = lines.iter().rev().find_map(|line| without(line, city));
    let Some(line) = line else { return String::new() };
    // A postcode may be written with spaces, and with the letters of the country before it.
    let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let is_of_postcode = |word: &str| {
        let word = plain(word);
        !word.is_empty()
            && (postcode.contains(&word) && word.chars().any(|c| c.is_ascii_digit())
                || !postcode.is_empty() && word.ends_with(&postcode))
    };
    let rest: Vec<&str> = words.into_iter().filter(|word| !is_of_postcode(word)).collect();
    let rest = rest.join(" ");
    let rest = rest.trim_matches(|c: char| !c.is_alphanumeric());
    if rest.chars().any(|c| c.is_ascii_digit()) { String::new() } else { rest.to_owned() }
}

/// A line without the name of a town that stands in it as whole words, in whatever case.
fn without(line: &str, city: &str) -> Option<String> {
    let (low, city) = (line.to_lowercase(), city.to_lowercase());
    let at = low.rfind(&city)?;
    let end = at + city.len();
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let is_whole = is_edge(low[..at].chars().next_back()) && is_edge(low[end..].chars().next());
    // Lower case may be longer than what was written.
    let (before, after) = (line.get(..at)?, line.get(end..)?);
    (is_whole && low.len() == line.len()).then(|| format!("{before} {after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_what_is_left_of_the_towns_line() {
        for (lines, city, postcode, expected) in [
            (vec!["Ana Lopez", "1 Oak St", "Palo Alto, CA 94301"], "Palo Alto", "94301", "CA"),
            (vec!["Ana Lopez", "PALO ALTO, CA 94301-1234", "USA"], "Palo Alto", "94301-1234", "CA"),
            (vec!["J. Roy", "1 Rue X", "MONTREAL QC  H3Z 2Y7"], "Montreal", "H3Z2Y7", "QC"),
            (vec!["A", "SYDNEY NSW 2000"], "Sydney", "2000", "NSW"),
            (vec!["A", "1 New York Ave", "New York, New York 10001"], "New York", "10001", "New York"),
            (vec!["A", "00184 Roma RM"], "Roma", "00184", "RM"),
            (vec!["A", "12347 Berlin"], "Berlin", "12347", ""),
            (vec!["A", "CH-8001 Zürich", "SWITZERLAND"], "Zürich", "8001", ""),
            (vec!["A", "LONDON", "SW1A 1AA"], "London", "SW1A 1AA", ""),
            (vec!["A", "Springfield 12"], "", "", ""),
        ] {
            let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
            assert_eq!(state_of(&lines, city, postcode), expected, "{lines:?}");
        }
    }
}
