//! The exports that are known: each a table of data, recognised by its headings.
//!
//! To add one, write a [`Dialect`] into a file of dialects/: its name, the headings that only it has, and which column is
//! which. A column is written as in the export. `a|b` takes the first that is not empty, `a+b` joins them, `a if b` counts
//! only in files that have `b` as well, and `a#2` is the second column of that heading.

mod contacts;
mod plain;
mod shops;

use super::columns::{CUSTOMER_FIELDS, Field, PURCHASE_FIELDS, fold};
use super::days::DayOrder;
use super::numbers::DecimalSeparator;
use crate::error::{Error, Result};
use crate::text;

/// One kind of export.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What `--from` calls it: `square-customers`.
    pub(crate) name: &'static str,
    /// As in "This looks like …": `a Square customer export`.
    pub(crate) title: &'static str,
    /// The system it is from; receipt numbers are unique within it.
    pub(crate) system: &'static str,
    /// Headings that are all there in this export, and not all in any other.
    pub(super) marks: &'static [&'static str],
    /// Which column is which, for customers; empty when it has none.
    pub(super) customers: &'static [Field],
    /// Which column is which, for purchases; empty when it has none.
    pub(super) purchases: &'static [Field],
    /// How it writes things.
    pub(super) quirks: Quirks,
}

/// How an export writes things.
#[derive(Debug)]
pub(super) struct Quirks {
    /// The amount is that of the whole order and stands on its first line; without it every line has its own.
    pub(crate) order_total: bool,
    /// A customer stands in several rows, the newest first: the first counts.
    pub(crate) repeats: bool,
    /// Headings and words of orders that came to nothing; without words any text counts.
    pub(crate) cancelled: &'static [(&'static str, &'static [&'static str])],
    /// The heading and the word of rows that take back an earlier receipt under the same number.
    pub(crate) takes_back: Option<(&'static str, &'static str)>,
    /// What stands between several phones or emails in one cell.
    pub(crate) between: &'static [&'static str],
    /// Which comes first in `03/04/2024`, where the system always writes it so.
    pub(crate) day_order: Option<DayOrder>,
}

/// An export without peculiarities.
pub(super) const USUAL: Quirks = Quirks {
    order_total: false,
    repeats: false,
    cancelled: &[],
    takes_back: None,
    between: &[" ::: ", ",", ";", " / "],
    day_order: None,
};

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
    pub(super) fn fields(self) -> &'static [&'static str] {
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
        shops::ALL.iter().chain(contacts::ALL).chain(plain::ALL)
    }

    /// Which column is which.
    pub(super) fn columns(&self, kind: ImportKind) -> &'static [Field] {
        match kind {
            ImportKind::Customers => self.customers,
            ImportKind::Purchases => self.purchases,
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
    pub(super) fn others(&self, kind: ImportKind) -> impl Iterator<Item = &'static Field> {
        let all: &'static [Dialect] = if self.is_plain() { plain::ALL } else { &[] };
        all.iter().flat_map(move |other| other.columns(kind))
    }

    /// The dialect of a header: the one with the most marks, all of them there; else the plain list that knows most headings.
    ///
    /// # Errors
    /// When the export has nothing of what is wanted.
    pub(crate) fn recognise(header: &[String], kind: ImportKind, is_cards: bool) -> Result<&'static Self> {
        let folded: Vec<String> = header.iter().map(|heading| fold(heading)).collect();
        let there = |mark: &&&str| folded.contains(&fold(mark));
        let marked = |d: &&Dialect| !d.is_plain() && d.marks.iter().all(|mark| there(&mark));
        let card = Self::all().find(|d| is_cards && d.name == "vcard");
        let Some(found) = card.or_else(|| Self::all().filter(marked).max_by_key(|d| d.marks.len())) else {
            let known = |d: &&Dialect| {
                d.columns(kind)
                    .iter()
                    .filter(|(_, names)| names.iter().any(|n| folded.contains(&fold(first(n)))))
                    .count()
            };
            let most = plain::ALL.iter().rev().max_by_key(known);
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
        let folded: Vec<String> = header.iter().map(|heading| fold(heading)).collect();
        let marks = |d: &&Dialect| d.marks.iter().filter(|mark| folded.contains(&fold(mark))).count();
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
        for dialect in Dialect::all() {
            for kind in [ImportKind::Customers, ImportKind::Purchases] {
                for (field, _) in dialect.columns(kind) {
                    assert!(kind.fields().contains(field), "{}: {field}", dialect.name);
                }
            }
        }
    }
}
