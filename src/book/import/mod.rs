//! CSV in: customers and purchases, wholly or not at all.

mod columns;
mod customers;
mod days;
mod purchases;
mod sheet;

use serde::Serialize;

use crate::error::Error;
use crate::words;

pub use columns::{CUSTOMER_FIELDS, Columns, PURCHASE_FIELDS};
pub use customers::customers;
pub use days::{DayOrder, parse as parse_day};
pub use purchases::{Options as PurchaseOptions, purchases};
pub use sheet::Sheet;

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
