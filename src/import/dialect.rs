//! The exports that are known, each recognised by its headings: the data is in dialects.tsv.
//!
//! To add one, write its lines into dialects.tsv, cells separated by tabs: `dialect` with what `--from` calls it and how it
//! reads after "This looks like"; `system`, within which receipt numbers are unique; `marks`, the headings that are all in
//! this export and not all in any other; its quirks; then under `customers` or `purchases` a line for each field, with the
//! columns that may be it. A column is written as in the export. `a|b` takes the first that is not empty, `a+b` joins
//! them, `a if b` counts only in files that have `b` as well, and `a#2` is the second column of that heading. Where an
//! export has several addresses, `address` with the name of each begins its columns, the best first.

use std::sync::LazyLock;

use super::columns::{ADDRESS_FIELDS, CUSTOMER_FIELDS, PURCHASE_FIELDS};
use super::days::DayOrder;
use super::headings::full_key;
use crate::error::{Error, Result};
use crate::money::DecimalSeparator;
use crate::text::{self, heading_key};

/// Every dialect, the plain lists of several languages last.
static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    let mut reader = DialectReader::default();
    for line in include_str!("dialects.tsv").lines() {
        reader.line(line);
    }
    reader.dialects
});

/// A field of ours, and the columns that may be it.
pub(super) type DialectField = (&'static str, Vec<&'static str>);

/// One of several addresses of an export.
#[derive(Debug)]
pub(super) struct DialectAddress {
    /// As in "the billing address".
    pub(super) name: &'static str,
    pub(super) columns: Vec<DialectField>,
}

/// One kind of export.
#[derive(Debug, Default)]
pub(crate) struct Dialect {
    /// What `--from` calls it: `square-customers`.
    pub(crate) name: &'static str,
    /// As in "This looks like …": `a Square customer export`.
    pub(crate) title: &'static str,
    /// The system it is from; receipt numbers are unique within it.
    pub(crate) system: &'static str,
    /// Headings that are all there in this export, and not all in any other.
    marks: Vec<&'static str>,
    customers: Vec<DialectField>,
    /// The best first.
    pub(super) addresses: Vec<DialectAddress>,
    purchases: Vec<DialectField>,
    pub(super) quirks: Quirks,
}

/// How an export writes things.
#[derive(Debug, Default)]
pub(super) struct Quirks {
    /// The amount is that of the whole order and stands on its first line; without it every line has its own.
    pub(super) order_total: bool,
    /// A customer stands in several rows, one an order: the newest counts.
    pub(super) repeats: bool,
    /// The heading and the word of rows that take back an earlier receipt under the same number.
    pub(super) takes_back: Option<(&'static str, &'static str)>,
    /// Which comes first in `03/04/2024`, where the system always writes it so.
    pub(super) day_order: Option<DayOrder>,
}

impl Quirks {
    /// Whether a column is read though it is no field of ours.
    pub(super) fn reads(&self, heading: &str) -> bool {
        self.takes_back.is_some_and(|(known, _)| known.eq_ignore_ascii_case(heading))
    }
}

/// Reads dialects.tsv.
#[derive(Default)]
struct DialectReader {
    dialects: Vec<Dialect>,
    /// Of the fields that come now; nothing before the first.
    kind: Option<ImportKind>,
}

impl DialectReader {
    /// Reads a line; whether it says something that is known.
    fn line(&mut self, line: &'static str) -> bool {
        if line.is_empty() || line.starts_with('#') {
            return true;
        }
        let mut cells = line.split('\t');
        let (key, values): (&str, Vec<&'static str>) = (cells.next().unwrap_or_default(), cells.collect());
        if let ("dialect", &[name, title]) = (key, values.as_slice()) {
            self.dialects.push(Dialect { name, title, ..Dialect::default() });
            self.kind = None;
            return true;
        }
        let Some(dialect) = self.dialects.last_mut() else { return false };
        match (self.kind, key, values.as_slice()) {
            (_, "customers", []) => self.kind = Some(ImportKind::Customers),
            (_, "purchases", []) => self.kind = Some(ImportKind::Purchases),
            (None, "system", &[system]) => dialect.system = system,
            (None, "marks", _) => dialect.marks = values,
            (None, "order_total", []) => dialect.quirks.order_total = true,
            (None, "repeats", []) => dialect.quirks.repeats = true,
            (None, "takes_back", &[heading, word]) => dialect.quirks.takes_back = Some((heading, word)),
            (None, "day_order", &[order]) => dialect.quirks.day_order = order.parse().ok(),
            (Some(ImportKind::Customers), "address", &[name]) => {
                dialect.addresses.push(DialectAddress { name, columns: Vec::new() });
            }
            (Some(kind), _, [_, ..]) => {
                let Some(field) = kind.fields().iter().find(|field| **field == key) else { return false };
                match (kind, dialect.addresses.last_mut()) {
                    (ImportKind::Customers, Some(address)) if ADDRESS_FIELDS.contains(field) => {
                        address.columns.push((field, values));
                    }
                    (ImportKind::Customers, _) => dialect.customers.push((field, values)),
                    (ImportKind::Purchases, _) => dialect.purchases.push((field, values)),
                }
            }
            _ => return false,
        }
        true
    }
}

/// Customers or purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportKind {
    /// `import customers`.
    Customers,
    /// `import purchases`.
    Purchases,
}

impl ImportKind {
    /// The fields that there are.
    pub(crate) fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Customers => CUSTOMER_FIELDS,
            Self::Purchases => PURCHASE_FIELDS,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Purchases => "purchases",
        }
    }
}

impl Dialect {
    /// Every dialect, the plain lists last.
    pub(crate) fn all() -> impl Iterator<Item = &'static Dialect> {
        DIALECTS.iter()
    }

    /// The plain lists, a language each.
    fn plain() -> impl DoubleEndedIterator<Item = &'static Dialect> {
        DIALECTS.iter().filter(|dialect| dialect.is_plain())
    }

    /// Which column is which.
    pub(super) fn columns(&self, kind: ImportKind) -> &[DialectField] {
        match kind {
            ImportKind::Customers => &self.customers,
            ImportKind::Purchases => &self.purchases,
        }
    }

    /// Whether it is a list of the owner's own making.
    pub(crate) fn is_plain(&self) -> bool {
        self.marks.is_empty()
    }

    /// How it writes decimals where nothing in a file shows it: systems write a point, people what they like.
    pub(super) fn decimal(&self) -> Option<DecimalSeparator> {
        (!self.is_plain()).then_some(DecimalSeparator::Point)
    }

    /// Of a plain list: the columns of the other languages, for headings that are not in its own.
    pub(super) fn others(&self, kind: ImportKind) -> impl Iterator<Item = &'static DialectField> {
        Self::plain().filter(|_| self.is_plain()).flat_map(move |other| other.columns(kind))
    }

    /// Of a plain list: the addresses that the plain lists of other languages know.
    pub(super) fn plain_addresses(&self) -> impl Iterator<Item = &'static DialectAddress> {
        let name = self.name;
        Self::plain().filter(move |other| self.is_plain() && other.name != name).flat_map(|other| &other.addresses)
    }

    /// The dialect of a header: the one with the most marks, all of them there; else the plain list that knows most headings.
    ///
    /// # Errors
    /// When the export has nothing of what is wanted.
    pub(crate) fn recognise(header: &[String], kind: ImportKind, is_cards: bool) -> Result<&'static Self> {
        let folded: Vec<String> = header.iter().map(|heading| heading_key(heading)).collect();
        let there = |mark: &&&str| folded.contains(&heading_key(mark));
        let marked = |d: &&Dialect| !d.is_plain() && d.marks.iter().all(|mark| there(&mark));
        let card = Self::all().find(|d| is_cards && d.name == "vcard");
        let Some(found) = card.or_else(|| Self::all().filter(marked).max_by_key(|d| d.marks.len())) else {
            let full: Vec<String> = header.iter().map(|heading| full_key(heading)).collect();
            let is_there = |name: &str| folded.contains(&heading_key(name)) || full.contains(&full_key(name));
            let is_known = |names: &[&str]| names.iter().any(|name| is_there(first(name)));
            let known = |d: &&Dialect| d.columns(kind).iter().filter(|(_, names)| is_known(names)).count();
            let most = Self::plain().rev().max_by_key(known);
            return most.ok_or_else(|| Error::new("no dialect is known"));
        };
        found.with(kind)
    }

    /// The dialect of a name, or of a system and what is wanted of it.
    ///
    /// # Errors
    /// When there is none, or the export has nothing of what is wanted.
    pub(crate) fn named(name: &str, header: &[String], kind: ImportKind) -> Result<&'static Self> {
        if let Some(found) = Self::all().find(|d| d.name == name) {
            return found.with(kind);
        }
        let folded: Vec<String> = header.iter().map(|heading| heading_key(heading)).collect();
        let marks = |d: &&Dialect| d.marks.iter().filter(|mark| folded.contains(&heading_key(mark))).count();
        let of_system = Self::all().filter(|d| d.system == name && !d.columns(kind).is_empty()).max_by_key(marks);
        of_system.ok_or_else(|| {
            let names: Vec<&str> = Self::all().filter(|d| !d.columns(kind).is_empty()).map(|d| d.name).collect();
            Error::new(format!("unknown dialect {}", text::quote(name))).hint(text::did_you_mean(name, &names))
        })
    }

    fn with(&'static self, kind: ImportKind) -> Result<&'static Self> {
        if !self.columns(kind).is_empty() {
            return Ok(self);
        }
        let other = if kind == ImportKind::Customers { ImportKind::Purchases } else { ImportKind::Customers };
        Err(Error::new(format!("{} has no {}", self.title, kind.word())).hint(format!(
            "take it in with `regulars import {}`, or force another dialect with `--from`",
            other.word()
        )))
    }
}

/// The heading with which the writing of a column begins.
fn first(name: &str) -> &str {
    name.split([' ', '|', '+', '#']).next().filter(|_| name.contains(" if ")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_fields_are_ones_that_there_are() {
        let mut names: Vec<&str> = Dialect::all().map(|d| d.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        let mut reader = DialectReader::default();
        for (index, line) in include_str!("dialects.tsv").lines().enumerate() {
            assert!(reader.line(line), "dialects.tsv:{}: {line}", index + 1);
        }
    }
}
