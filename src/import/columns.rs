//! Assigns columns to fields: by the dialect's table, or as the owner sets with `--map`.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::StringRecord;

use super::ImportSheet;
use super::cells;
use super::headings::full_key;
use crate::customers::CustomerField;
use crate::domain::{CircumstanceKind, Column};
use crate::error::{Error, Result};
use crate::text::{self, heading_key};

/// A field and its known columns; see `dialect` for their notation.
pub(crate) type Field = (&'static str, &'static [&'static str]);

/// At most this many columns are named in a message.
const MOST_NAMED: usize = 20;

/// A customer identified by one of these also has it as a field.
pub(super) const EMAIL: &str = CustomerField::Email.as_str();
pub(super) const PHONE: &str = CustomerField::Phone.as_str();

/// The fields of a customer. In `email_start`, `email_stop` and `post_stop` any text means consent to or opt-out of
/// email or post, in `contact_stop` an opt-out of both.
pub(crate) const CUSTOMER_FIELDS: &[&str] = &{
    let others = [
        "ref",
        "email_consent",
        "email_start",
        "email_stop",
        "post_consent",
        "post_stop",
        "contact_stop",
        "tags",
        BOX,
        CircumstanceKind::Deceased.as_str(),
        CircumstanceKind::Moved.as_str(),
    ];
    let mut fields = [""; CustomerField::ALL.len() + 11];
    let mut at = 0;
    while at < fields.len() {
        fields[at] = if at < 11 { others[at] } else { CustomerField::ALL[at - 11].as_str() };
        at += 1;
    }
    fields
};

/// The fields of an address; a post office box is printed next to the street, or instead of it.
pub(super) const ADDRESS_FIELDS: &[&str] = &[
    CustomerField::Street.as_str(),
    CustomerField::Street2.as_str(),
    BOX,
    CustomerField::City.as_str(),
    CustomerField::State.as_str(),
    CustomerField::Postcode.as_str(),
    CustomerField::Country.as_str(),
];
pub(super) const BOX: &str = "box";

/// The fields of a purchase. `less` is subtracted from the amount: a refund, a discount.
pub(crate) const PURCHASE_FIELDS: &[&str] =
    &["receipt", "ref", PHONE, "on", "item", "quantity", "unit_price", "amount", "less"];

/// The columns of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pick {
    places: Vec<usize>,
    joined: bool,
    /// It is specified which of several columns with one heading is meant.
    numbered: bool,
}

impl Pick {
    /// The cleaned text: the first that is not empty, or all of them joined.
    pub(super) fn of<'r>(&self, row: &'r StringRecord) -> Cow<'r, str> {
        let mut cells =
            self.places.iter().filter_map(|place| row.get(*place)).map(cells::plain).filter(|c| !c.is_empty());
        let first = cells.next().unwrap_or_default();
        if !self.joined {
            return first;
        }
        cells.fold(first, |all, cell| Cow::Owned(format!("{all} {cell}")))
    }

    /// The same split into lines, if a cell has several.
    pub(super) fn lines(&self, row: &StringRecord) -> Vec<String> {
        let cells = self.places.iter().filter_map(|place| row.get(*place)).map(str::trim);
        let mut cells = cells.filter(|cell| !cell.is_empty());
        let cells: Vec<&str> = if self.joined { cells.collect() } else { cells.next().into_iter().collect() };
        let lines = cells.iter().flat_map(|cell| cell.split(['\n', '\r'])).map(cells::plain);
        let mut lines: Vec<String> = lines.map(Cow::into_owned).filter(|line| !line.is_empty()).collect();
        if self.joined && cells.iter().all(|cell| !cell.contains(['\n', '\r'])) {
            lines = vec![lines.join(" ")];
        }
        lines
    }

    pub(super) fn is_there(&self) -> bool {
        !self.places.is_empty()
    }
}

/// The columns of each field in a file.
#[derive(Debug)]
pub(crate) struct Columns<'s> {
    names: Vec<&'static str>,
    picks: Vec<Pick>,
    header: &'s [String],
}

/// One of the addresses of a file.
#[derive(Debug)]
pub(super) struct AddressColumns<'s> {
    /// As in "the billing address"; empty for the only one.
    pub(super) name: &'static str,
    pub(super) columns: Columns<'s>,
}

impl<'s> Columns<'s> {
    /// Finds the columns of a table of fields; `map` has the owner's `FIELD=COLUMN` entries.
    ///
    /// # Errors
    /// When `map` names a field or a column that does not exist.
    pub(crate) fn find(fields: &[Field], sheet: &'s ImportSheet, map: &[String]) -> Result<Self> {
        let names: Vec<&'static str> = fields.iter().map(|(name, _)| *name).collect();
        Self::of(&names, fields.iter().copied(), sheet, map)
    }

    /// The same for the fields of `names`; `fields` may have several entries for one: the first that fits is used.
    pub(super) fn of<'f>(
        names: &[&'static str],
        fields: impl Iterator<Item = (&'static str, &'f [&'static str])>,
        sheet: &'s ImportSheet,
        map: &[String],
    ) -> Result<Self> {
        let header = sheet.header();
        let folded: Vec<String> = header.iter().map(|heading| heading_key(heading)).collect();
        let mut columns = Self { names: names.to_vec(), picks: vec![Pick::default(); names.len()], header };
        let fields: Vec<_> = fields.collect();
        columns.take_known(&fields, &folded, heading_key);
        // Headings that are shortened, where only one of them may be meant.
        let full: Vec<String> = header.iter().map(|heading| full_key(heading)).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for key in &full {
            *counts.entry(key).or_default() += 1;
        }
        let once = |key: &String| if counts.get(key.as_str()) == Some(&1) { key.clone() } else { String::new() };
        let full: Vec<String> = full.iter().map(once).collect();
        columns.take_known(&fields, &full, full_key);
        for said in map {
            columns.say(said, &folded)?;
        }
        columns.refuse_twins(&folded)?;
        Ok(columns)
    }

    /// Takes for each field that has none the first of its known columns that is there, and no other field's.
    fn take_known(&mut self, fields: &[(&'static str, &[&'static str])], keys: &[String], key: fn(&str) -> String) {
        for (name, known) in fields {
            let Some(index) = self.names.iter().position(|n| n == name) else { continue };
            if self.picks[index].is_there() {
                continue;
            }
            let taken: Vec<usize> = self.picks.iter().flat_map(|pick| &pick.places).copied().collect();
            let found = known
                .iter()
                .map(|column| pick(column, keys, key))
                .find(|pick| pick.is_there() && !pick.places.iter().any(|place| taken.contains(place)));
            self.picks[index] = found.unwrap_or_default();
        }
    }

    /// Whether a row is empty in all of them.
    pub(super) fn are_empty(&self, row: &StringRecord) -> bool {
        self.picks.iter().all(|pick| pick.of(row).is_empty())
    }

    /// Only those of some fields.
    pub(super) fn of_fields(&self, names: &[&'static str]) -> Self {
        let picks = names.iter().map(|name| self.pick(name).clone()).collect();
        Self { names: names.to_vec(), picks, header: self.header }
    }

    /// Adds the columns of another for the fields that have none, and for those in `always`.
    pub(super) fn complete(&mut self, other: &Self, always: impl Fn(&str) -> bool) {
        for (name, pick) in self.names.iter().zip(&mut self.picks) {
            let from = other.pick(name);
            if from.is_there() && (!pick.is_there() || always(name)) {
                pick.clone_from(from);
            }
        }
    }

    /// Rejects a field whose heading occurs twice, unless the owner or the dialect specifies which it is.
    fn refuse_twins(&self, folded: &[String]) -> Result<()> {
        for (name, pick) in self.names.iter().zip(&self.picks).filter(|(_, pick)| !pick.numbered) {
            for place in &pick.places {
                let twins = (0..folded.len()).filter(|other| folded[*other] == folded[*place]);
                // A dialect that has both uses both.
                let taken = |place: &usize| self.picks.iter().any(|pick| pick.places.contains(place));
                if twins.clone().count() > 1 && !twins.clone().all(|twin| taken(&twin)) {
                    let heading = text::quote(self.heading(*place));
                    let ways: Vec<String> = (1..=twins.count().min(MOST_NAMED))
                        .map(|n| format!("`--map {name}=\"{}#{n}\"`", self.heading(*place)))
                        .collect();
                    return Err(Error::new(format!("several columns have the heading {heading}"))
                        .at(1)
                        .hint(format!("set which one to use: {}", text::alternatives(&ways))));
                }
            }
        }
        Ok(())
    }

    /// Applies a `--map` entry.
    fn say(&mut self, said: &str, folded: &[String]) -> Result<()> {
        let (field, column) = said.split_once('=').ok_or_else(|| {
            Error::new(format!("{} does not assign a column", text::quote(said)))
                .hint("write `--map FIELD=COLUMN`, such as `--map ref=\"Customer ID\"`")
        })?;
        let index = self.names.iter().position(|name| *name == field.trim()).ok_or_else(|| {
            Error::new(format!("there is no field {}", text::quote(field))).hint(text::did_you_mean(field, &self.names))
        })?;
        let place = self.header.iter().position(|heading| heading == column.trim());
        let place = place.or_else(|| folded.iter().position(|heading| *heading == heading_key(column)));
        let chosen = match place {
            Some(place) => Pick { places: vec![place], ..Pick::default() },
            None => whole_pick(column, folded).map_err(|missing| {
                let names: Vec<&str> = self.header.iter().map(String::as_str).collect();
                Error::new(format!("there is no column {}", text::quote(missing)))
                    .hint(text::did_you_mean(missing, &names))
            })?,
        };
        for (name, other) in self.names.iter().zip(&mut self.picks) {
            // A customer identified by their email has an email.
            if field.trim() != "ref" || !matches!(*name, EMAIL | PHONE) {
                other.places.retain(|taken| !chosen.places.contains(taken));
            }
        }
        self.picks[index] = chosen;
        Ok(())
    }

    /// The column of a required field.
    ///
    /// # Errors
    /// When the file does not have it; `meaning` is its description.
    pub(crate) fn need(&self, field: &str, meaning: &str) -> Result<usize> {
        self.place(field).ok_or_else(|| {
            Error::new(format!("no column looks like {meaning}")).at(1).hint(format!(
                "set it with `--map {field}=COLUMN`; the columns are {}",
                text::first_few(
                    &self.header.iter().map(|heading| text::quote(heading)).collect::<Vec<_>>(),
                    MOST_NAMED
                )
            ))
        })
    }

    /// The (first) column of a field, if the file has it.
    pub(crate) fn place(&self, field: &str) -> Option<usize> {
        self.pick(field).places.first().copied()
    }

    /// The columns of a field.
    pub(super) fn pick(&self, field: &str) -> &Pick {
        const NONE: &Pick = &Pick { places: Vec::new(), joined: false, numbered: false };
        self.names.iter().position(|name| *name == field).map_or(NONE, |index| &self.picks[index])
    }

    /// The heading of a column.
    pub(crate) fn heading(&self, place: usize) -> &str {
        self.header.get(place).map_or("", String::as_str)
    }

    /// The heading of a field.
    pub(super) fn heading_of(&self, field: &str) -> &str {
        self.place(field).map_or("", |place| self.heading(place))
    }

    /// Whether a field uses this column.
    pub(super) fn takes(&self, place: usize) -> bool {
        self.picks.iter().any(|pick| pick.places.contains(&place))
    }

    /// The fields that take the column of this place.
    pub(super) fn fields_of(&self, place: usize) -> impl Iterator<Item = &'static str> {
        self.names.iter().zip(&self.picks).filter(move |(_, pick)| pick.places.contains(&place)).map(|(name, _)| *name)
    }

    /// Headings that no field uses.
    pub(crate) fn unused(&self) -> Vec<&str> {
        (0..self.header.len())
            .filter(|index| !self.takes(*index))
            .map(|index| self.heading(index))
            .filter(|h| !h.is_empty())
            .collect()
    }
}

/// The same where every heading of it must exist; the error is the missing one.
fn whole_pick<'c>(column: &'c str, folded: &[String]) -> std::result::Result<Pick, &'c str> {
    match column.split(['|', '+']).find(|part| !pick(part, folded, heading_key).is_there()) {
        Some(missing) => Err(missing.trim()),
        None => Ok(pick(column, folded, heading_key)),
    }
}

/// The columns of a header that a column notation means.
fn pick(column: &str, keys: &[String], key: fn(&str) -> String) -> Pick {
    let (column, needed) = column.split_once(" if ").map_or((column, None), |(column, needed)| (column, Some(needed)));
    if needed.is_some_and(|needed| !keys.contains(&key(needed))) {
        return Pick::default();
    }
    let place = |heading: &str| {
        let (heading, nth) = heading.split_once('#').unwrap_or((heading, "1"));
        let (heading, nth) = (key(heading), nth.parse::<usize>().unwrap_or(1));
        keys.iter().enumerate().filter(|(_, known)| **known == heading).map(|(place, _)| place).nth(nth - 1)
    };
    let joined = column.contains('+');
    let numbered = column.contains('#');
    Pick { places: column.split(['|', '+']).filter_map(place).collect(), joined, numbered }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Field] = &[
        ("last_name", &["Particle+Surname", "Nom if Prénom"]),
        ("full_name", &["Nom"]),
        ("street2", &["Address#2"]),
        ("phone", &["Mobile|Phone"]),
    ];

    fn picked(table: &str) -> Vec<String> {
        let sheet = ImportSheet::read(table.as_bytes()).expect("a table");
        let columns = Columns::find(FIELDS, &sheet, &[]).expect("columns");
        let mut cells = Vec::new();
        let take = |row: &super::super::sheet::SheetRow<'_>| {
            cells = FIELDS.iter().map(|(name, _)| columns.pick(name).of(row.cells).into_owned()).collect();
            Ok(())
        };
        sheet.each(take).expect("rows");
        cells
    }

    #[test]
    fn columns_join_stand_in_for_each_other_and_repeat() {
        for (table, cells) in [
            ("Particle,Surname,Phone,Mobile\nvan der,Berg,1,\n", ["van der Berg", "", "", "1"]),
            ("PRENOM,Nom,Address,ADDRESS\nZoë,Petit,a,b\n", ["Petit", "", "b", ""]),
            ("Nom,Mobile,Phone\nZoë Petit,2,1\n", ["", "Zoë Petit", "", "2"]),
        ] {
            assert_eq!(picked(table), cells, "{table}");
        }
    }

    #[test]
    fn of_two_columns_with_one_heading_none_is_taken_unasked() {
        let sheet = ImportSheet::read(b"Mobile,Nom,MOBILE\n1,Petit,2\n").expect("a table");
        let find = |map: &[&str]| {
            let map: Vec<String> = map.iter().map(|said| (*said).to_owned()).collect();
            Columns::find(FIELDS, &sheet, &map).map(|columns| columns.place("phone"))
        };
        let refused = find(&[]).expect_err("two").report();
        assert_eq!(
            refused,
            "error: 1: several columns have the heading `Mobile`\n\
             hint: set which one to use: `--map phone=\"Mobile#1\"` or `--map phone=\"Mobile#2\"`\n"
        );
        assert!(find(&["phone=Mobile"]).is_err());
        assert_eq!(find(&["phone=Mobile#2"]).expect("said"), Some(2));
    }
}
