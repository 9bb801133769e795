//! What an import did, or would do: counts, faults with their places, and what changed field by field.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;
use crate::words;

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows of the file, without its header.
    pub read: usize,
    /// Customers or purchases that are new.
    pub added: usize,
    /// Those the book had, with something different.
    pub changed: usize,
    /// Those the book had, just so.
    pub unchanged: usize,
    /// Purchases without a customer of this book.
    pub unlinked: usize,
    /// Rows that could not be taken.
    pub rejected: usize,
    /// Why not, each with its place.
    pub problems: Vec<Problem>,
    /// What is worth knowing and stops nothing.
    pub warnings: Vec<String>,
    /// Cards opened for unknown references.
    pub opened: usize,
    /// Orders that were cancelled or never paid.
    pub came_to_nothing: usize,
    /// The difference to the book, field by field.
    pub changes: Changes,
}

/// What is different on the cards that the book had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// How many cards have something new in a field.
    pub fields: BTreeMap<String, usize>,
    /// The first few.
    pub examples: Vec<Example>,
}

/// One field of one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Whose card.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Which field.
    pub field: String,
    /// What the book has.
    pub before: String,
    /// What the file has.
    pub after: String,
}

impl Changes {
    /// How many examples are kept.
    const MOST: usize = 5;

    /// Counts a field that is different.
    pub(super) fn note(&mut self, reference: &str, field: &str, before: &str, after: &str) {
        *self.fields.entry(field.to_owned()).or_default() += 1;
        if self.examples.len() < Self::MOST {
            self.examples.push(Example {
                reference: reference.to_owned(),
                field: field.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
    }

    /// `phone 12, street 3`, the most first; empty when there are none.
    pub fn in_words(&self) -> String {
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let fields: Vec<String> = fields.into_iter().map(|(f, n)| format!("{f} {}", words::thousands(*n))).collect();
        fields.join(", ")
    }
}

/// One fault in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line of the file, the header being 1.
    pub line: usize,
    /// The heading of the column, empty when it is about the row.
    pub column: String,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    /// A fault in a line, under a heading.
    pub fn new(line: usize, column: &str, message: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), message: message.into() }
    }

    /// As an error of the file called `name`.
    pub fn error(&self, name: &str) -> Error {
        let place = if self.column.is_empty() {
            format!("{name}:{}", self.line)
        } else {
            format!("{name}:{}, column {}", self.line, words::quote(&self.column))
        };
        Error::new(self.message.clone()).at(place)
    }
}

/// A fault while the file is read: lines are counted when they are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where its row starts.
    pub offset: u64,
    pub column: String,
    pub message: String,
    /// Where another row starts of which the message speaks, as [`super::sheet::EARLIER`].
    pub earlier: Option<u64>,
}

impl Fault {
    pub(super) fn new(offset: u64, column: &str, message: impl Into<String>) -> Self {
        Self { offset, column: column.to_owned(), message: message.into(), earlier: None }
    }

    /// Speaks of an earlier row.
    pub(super) fn after(mut self, earlier: u64) -> Self {
        self.earlier = Some(earlier);
        self
    }
}
