//! The known exports, each recognized by its headings: the data is in dialects.tsv.
//!
//! To add one, write its lines into dialects.tsv, cells separated by tabs: `dialect` with its `--from` name and the
//! text after "This looks like"; `system`, within which receipt numbers are unique; `marks`, headings that together are
//! only in this export; its quirks; then under `customers` or `purchases` a line for each field, with its possible
//! columns. A column is written as in the export. `a|b` uses the first that is not empty, `a+b` joins them, `a if b`
//! counts only in files that also have `b`, and `a#2` is the second column of that heading. If an export has several
//! addresses, `address` with the name of each begins its columns, the best first.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::columns::{ADDRESS_FIELDS, CUSTOMER_FIELDS, PURCHASE_FIELDS};
use super::days::DayOrder;
use super::headings::full_key;
use crate::error::{Error, Result};
use crate::money::DecimalSeparator;
use crate::text::{self, heading_key};

/// Every dialect, with the plain lists of several languages at the end.
static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    let mut reader = DialectReader::default();
    for line in include_str!("dialects.tsv").lines() {
        reader.line(line);
    }
    reader.dialects
});

/// A field and its possible columns.
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
    /// The name in `--from`: `square-customers`.
    pub(crate) name: &'static str,
    /// As in "This looks like …": `a Square customer export`.
    pub(crate) title: &'static str,
    /// Its system; receipt numbers are unique within it.
    pub(crate) system: &'static str,
    /// Headings that together are only in this export.
    marks: Vec<&'static str>,
    customers: Vec<DialectField>,
    /// The best first.
    pub(super) addresses: Vec<DialectAddress>,
    purchases: Vec<DialectField>,
    pub(super) quirks: Quirks,
}

/// Peculiarities of an export.
#[derive(Debug, Default)]
pub(super) struct Quirks {
    /// The amount is that of the whole order, in its first line; otherwise every line has its own.
    pub(super) order_total: bool,
    /// A customer has several rows, one for each order: the newest is used.
    pub(super) repeats: bool,
    /// The heading and the word of rows that cancel an earlier receipt with the same number.
    pub(super) takes_back: Option<(&'static str, &'static str)>,
    /// The order in `03/04/2024`, if it is always the same in this system.
    pub(super) day_order: Option<DayOrder>,
}

impl Quirks {
    /// Whether a column is used although it is not a field.
    pub(super) fn reads(&self, heading: &str) -> bool {
        self.takes_back.is_some_and(|(known, _)| known.eq_ignore_ascii_case(heading))
    }
}

/// Parses dialects.tsv.
#[derive(Default)]
struct DialectReader {
    dialects: Vec<Dialect>,
    /// The kind of the following fields; none before the first.
    kind: Option<ImportKind>,
}

impl DialectReader {
    /// Parses a line; returns whether it was understood.
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
    /// The fields of this kind.
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
    /// Every dialect, with the plain lists at the end.
    pub(crate) fn all() -> impl Iterator<Item = &'static Dialect> {
        DIALECTS.iter()
    }

    /// The plain lists, one for each language.
    fn plain() -> impl DoubleEndedIterator<Item = &'static Dialect> {
        DIALECTS.iter().filter(|dialect| dialect.is_plain())
    }

    /// Its fields and columns.
    pub(super) fn columns(&self, kind: ImportKind) -> &[DialectField] {
        match kind {
            ImportKind::Customers => &self.customers,
            ImportKind::Purchases => &self.purchases,
        }
    }

    /// Whether it is a list made by hand.
    pub(crate) fn is_plain(&self) -> bool {
        self.marks.is_empty()
    }

    /// Its decimal separator if a file does not show it: systems use a point, people use both.
    pub(super) fn decimal(&self) -> Option<DecimalSeparator> {
        (!self.is_plain()).then_some(DecimalSeparator::Point)
    }

    /// For a plain list: the columns of the other languages, for headings that are not in its own.
    pub(super) fn others(&self, kind: ImportKind) -> impl Iterator<Item = &'static DialectField> {
        Self::plain().filter(|_| self.is_plain()).flat_map(move |other| other.columns(kind))
    }

    /// For a plain list: the addresses of the plain lists of other languages.
    pub(super) fn plain_addresses(&self) -> impl Iterator<Item = &'static DialectAddress> {
        let name = self.name;
        Self::plain().filter(move |other| self.is_plain() && other.name != name).flat_map(|other| &other.addresses)
    }

    /// The dialect of a header: the one with the most marks, if all of them are there; else the plain list with the
    /// most known headings.
    ///
    /// # Errors
    /// When the export does not have the requested kind.
    pub(crate) fn recognise(header: &[String], kind: ImportKind, is_cards: bool) -> Result<&'static Self> {
        let folded: Vec<String> = header.iter().map(|heading| heading_key(heading)).collect();
        let there = |mark: &&&str| folded.contains(&heading_key(mark));
        let marked = |d: &&Dialect| !d.is_plain() && d.marks.iter().all(|mark| there(&mark));
        let card = Self::all().find(|d| is_cards && d.name == "vcard");
        let Some(found) = card.or_else(|| Self::all().filter(marked).max_by_key(|d| d.marks.len())) else {
            let folded: HashSet<&String> = folded.iter().collect();
            let full: HashSet<String> = header.iter().map(|heading| full_key(heading)).collect();
            let is_there = |name: &str| folded.contains(&heading_key(name)) || full.contains(&full_key(name));
            let is_known = |names: &[&str]| names.iter().any(|name| is_there(first(name)));
            let known = |d: &&Dialect| d.columns(kind).iter().filter(|(_, names)| is_known(names)).count();
            let most = Self::plain().rev().max_by_key(known);
            return most.ok_or_else(|| Error::new("no dialect is known"));
        };
        found.with(kind)
    }

    /// The dialect of a name, or of a system and a kind.
    ///
    /// # Errors
    /// When there is none, or the export does not have the requested kind.
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
        Err(Error::new(format!("{} has no {}", self.title, kind.word()))
            .hint(format!("import it with `regulars import {}`, or set another dialect with `--from`", other.word())))
    }
}

/// The first heading of a column notation.
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
