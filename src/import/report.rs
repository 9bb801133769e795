//! The result of an import: counts, errors with their places, and changes by field.

use std::collections::BTreeMap;

use serde::Serialize;

use super::UnknownRef;
use crate::error::Error;
use crate::text;

/// The result of an import, or of a dry run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ImportReport {
    /// Rows of the file, without its header.
    pub(crate) read: usize,
    /// New customers or purchases.
    pub(crate) added: usize,
    /// Existing ones with a difference.
    pub(crate) changed: usize,
    /// Existing ones without.
    pub(crate) unchanged: usize,
    /// Purchases without a customer of this book.
    pub(crate) unlinked: usize,
    /// Rows that could not be imported.
    pub(crate) rejected: usize,
    /// The number of their errors.
    pub(crate) faults: usize,
    /// The first of them, each with its place; at most [`ImportReport::MOST`].
    pub(crate) problems: Vec<RowProblem>,
    /// Ambiguous values, and how other rows settled them.
    pub(crate) settled: Vec<String>,
    /// Messages that do not stop the import.
    pub(crate) warnings: Vec<String>,
    /// What each column is taken as; only of a rehearsal.
    pub(crate) columns: Vec<ColumnUse>,
    /// What a list usually has, and this one has no column for; only of a rehearsal.
    #[serde(skip)]
    pub(crate) not_found: Vec<&'static str>,
    /// Headings of the file that no field uses.
    pub(crate) not_taken: Vec<String>,
    /// References of purchases without a customer, those with the most purchases first.
    pub(crate) unknown_refs: Vec<UnknownRef>,
    /// How many more there are.
    pub(crate) unknown_refs_more: usize,
    /// Cards added for unknown references.
    pub(crate) opened: usize,
    /// Orders that were canceled or never paid.
    #[serde(rename = "came_to_nothing")]
    pub(crate) cancelled: usize,
    /// Rows that are returns by their type alone.
    #[serde(skip)]
    pub(super) returned: usize,
    /// The differences from the book, by field.
    pub(crate) changes: FieldChanges,
}

impl ImportReport {
    /// The limit of stored errors, so that a file in which every row is bad does not fill the memory.
    pub(crate) const MOST: usize = 1_000;

    /// Counts a row that could not be imported, and its errors.
    pub(crate) fn reject(&mut self, problems: impl IntoIterator<Item = RowProblem>) {
        self.rejected += 1;
        for problem in problems {
            self.faults += 1;
            if self.problems.len() < Self::MOST {
                self.problems.push(problem);
            }
        }
    }

    /// Adds headings that no field uses.
    pub(crate) fn not_taken<'h>(&mut self, headings: impl IntoIterator<Item = &'h str>) {
        self.not_taken = headings.into_iter().map(str::to_owned).collect();
        if !self.not_taken.is_empty() {
            let names: Vec<String> = self.not_taken.iter().map(|name| text::quote(name)).collect();
            self.warnings.push(format!("not imported: {}", text::first_few(&names, 12)));
        }
    }

    /// Adds the counts of another part.
    pub(super) fn join(&mut self, other: Self) {
        self.read += other.read;
        self.rejected += other.rejected;
        self.faults += other.faults;
        self.settled.extend(other.settled);
        self.warnings.extend(other.warnings);
        self.problems.extend(other.problems);
        self.problems.sort_by_key(|problem| problem.line);
        self.problems.truncate(Self::MOST);
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ColumnUse {
    /// Its heading.
    pub(crate) column: String,
    /// The fields that it is taken as; nothing when it is not used.
    pub(crate) fields: Vec<String>,
    /// The first cell that is not empty.
    pub(crate) example: String,
}

/// The progress of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportStep {
    /// This many bytes of the file are imported.
    Read(usize),
    /// The file is read; now this is being done.
    Now(&'static str),
}

/// The differences on existing cards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct FieldChanges {
    /// The number of cards with a change, by field.
    pub(crate) fields: BTreeMap<String, usize>,
    /// The first few.
    pub(crate) examples: Vec<ChangeExample>,
}

/// One field of one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ChangeExample {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) field: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

impl FieldChanges {
    /// The number of stored examples.
    const MOST: usize = 5;

    /// Counts a changed field, and stores it if it is one of the first.
    pub(super) fn note(&mut self, reference: &str, field: &str, before: &str, after: &str) {
        self.count(field);
        self.show(reference, field, before, after);
    }

    pub(super) fn count(&mut self, field: &str) {
        *self.fields.entry(field.to_owned()).or_default() += 1;
    }

    pub(super) fn show(&mut self, reference: &str, field: &str, before: &str, after: &str) {
        if self.examples.len() < Self::MOST {
            self.examples.push(ChangeExample {
                reference: reference.to_owned(),
                field: field.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
    }

    /// `phone 12, street 3`, most frequent first; empty when there are none.
    pub(crate) fn in_words(&self) -> String {
        let mut fields: Vec<_> = self.fields.iter().collect();
        fields.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let fields: Vec<String> = fields.into_iter().map(|(f, n)| format!("{f} {}", text::thousands(*n))).collect();
        fields.join(", ")
    }
}

/// One error in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RowProblem {
    /// The line of the file, the header being 1.
    pub(crate) line: usize,
    /// The heading of the column; empty when it is about the row.
    pub(crate) column: String,
    pub(crate) message: String,
    #[serde(skip)]
    pub(crate) hint: String,
}

impl RowProblem {
    /// An error in a line, under a heading.
    pub(crate) fn new(line: usize, column: &str, message: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), message: message.into(), hint: String::new() }
    }

    /// The same from a parse error.
    pub(crate) fn of(line: usize, column: &str, error: &Error) -> Self {
        Self::new(line, column, error.message()).hint(error.what_next().unwrap_or_default())
    }

    /// Sets what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// As an error of the file called `name`, without the hint.
    pub(crate) fn error(&self, name: &str) -> Error {
        let place = if self.column.is_empty() {
            format!("{name}:{}", self.line)
        } else {
            format!("{name}:{}, column {}", self.line, text::quote(&self.column))
        };
        Error::new(self.message.clone()).at(place)
    }
}
