//! What each column of a file is taken as, with an example from its rows: for the owner to see before anything is imported.

use super::cells;
use super::{ColumnUse, ImportPlan};
use crate::customers::CustomerField;
use crate::error::Result;

impl ImportPlan<'_> {
    /// What each column is taken as, in the order of the file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn preview(&self) -> Result<Vec<ColumnUse>> {
        let header = self.sheet.header();
        let columns = header.iter().enumerate().map(|(place, column)| {
            let of_named = self.addresses.iter().filter(|address| !address.name.is_empty()).flat_map(|address| {
                address.columns.fields_of(place).map(|field| format!("{field} ({} address)", address.name))
            });
            let mut fields: Vec<String> = self.columns.fields_of(place).map(str::to_owned).collect();
            if fields.is_empty() {
                fields.extend(of_named);
            }
            if fields.is_empty() && (self.orders.read(place) || self.dialect.quirks.reads(column)) {
                fields.push(ORDER.to_owned());
            }
            ColumnUse { column: column.clone(), fields, example: String::new() }
        });
        let mut columns: Vec<ColumnUse> = columns.collect();
        let mut empty = columns.len();
        self.sheet.each(|row| {
            if empty == 0 {
                return Ok(());
            }
            for (column, cell) in columns.iter_mut().zip(row.cells).filter(|(column, _)| column.example.is_empty()) {
                column.example = cells::plain(cell).into_owned();
                empty -= usize::from(!column.example.is_empty());
            }
            Ok(())
        })?;
        columns.retain(|column| !column.column.is_empty() || !column.fields.is_empty());
        Ok(columns)
    }

    /// What a list of customers usually has, and this file has no column for.
    pub(crate) fn not_found(&self) -> Vec<&'static str> {
        if self.addresses.is_empty() {
            // Of purchases each field is asked for where it is missing.
            return Vec::new();
        }
        let is_there = |field: &CustomerField| {
            let field = field.as_str();
            self.columns.pick(field).is_there() || self.addresses.iter().any(|one| one.columns.pick(field).is_there())
        };
        let has_name = NAMES.iter().any(is_there);
        let usual = USUAL.iter().filter(|field| !is_there(field)).map(|field| field.as_str());
        (!has_name).then_some(CustomerField::FullName.as_str()).into_iter().chain(usual).collect()
    }

    /// Refuses a list from which only empty cards can be made, though it has columns that are not known.
    ///
    /// # Errors
    /// When it is one.
    pub(super) fn needs_people(&self) -> Result<()> {
        let contact = [CustomerField::Email, CustomerField::Phone];
        let is_there = |field: &CustomerField| self.columns.pick(field.as_str()).is_there();
        if NAMES.iter().chain(&contact).any(is_there) || self.not_taken().is_empty() {
            return Ok(());
        }
        self.columns.need(CustomerField::FullName.as_str(), "the customer's name").map(|_| ())
    }
}

/// What a column is called that shows whether an order counts.
const ORDER: &str = "state of the order";

/// Any of these is a name.
const NAMES: [CustomerField; 4] =
    [CustomerField::FullName, CustomerField::LastName, CustomerField::FirstName, CustomerField::Company];

/// A letter needs the first three, an email the last.
const USUAL: [CustomerField; 4] =
    [CustomerField::Street, CustomerField::City, CustomerField::Postcode, CustomerField::Email];

/// So many characters of an example are shown.
const MOST_SHOWN: usize = 32;

/// The columns as a table for the terminal.
pub(crate) fn preview_in_words(columns: &[ColumnUse]) -> String {
    let rows = columns.iter().map(|column| {
        let fields = if column.fields.is_empty() { "not used".to_owned() } else { column.fields.join(", ") };
        [shortened(&column.column), fields, shortened(&column.example)]
    });
    let head = ["column", "is taken as", "for example"].map(str::to_owned);
    let rows: Vec<[String; 3]> = std::iter::once(head).chain(rows).collect();
    let width = |cell: usize| rows.iter().map(|row| row[cell].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    rows.iter()
        .map(|[column, field, example]| {
            format!("{column:first$}  {field:second$}  {example}").trim_end().to_owned() + "\n"
        })
        .collect()
}

fn shortened(text: &str) -> String {
    let mut text = text.replace(char::is_control, " ");
    if let Some((end, _)) = text.char_indices().nth(MOST_SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}
