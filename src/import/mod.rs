//! Imports tables: customers and purchases from the exports that shops have, completely or not at all.
//!
//! [`ImportSheet`] makes a table of any file: text in any encoding, a workbook, address cards. [`Dialect`] is the kind
//! of export, [`Columns`] assigns columns to fields. Rows are parsed on a separate thread (`contacts`, `sales`) and
//! imported by [`customers()`] and [`purchases()`]; [`profile()`] describes the book afterwards, and `history` has the
//! list of imports.

mod birthday;
mod cells;
mod columns;
mod compound;
mod consent;
mod contacts;
mod customers;
mod days;
mod dialect;
mod doubtful_sales;
mod encoding;
mod foreign;
mod frame;
mod headings;
pub(crate) mod history;
mod left_out;
mod lines;
mod list_reference;
mod newest;
mod numbers;
mod one_line;
mod order_states;
mod placeholders;
mod preview;
mod profile;
mod purchases;
mod quotes;
mod reading;
mod report;
mod residue;
mod rewrite;
mod row_address;
mod sales;
mod same_sale;
mod sheet;
mod source;
mod survey;
mod unknown;
mod vcard;
mod workbook;
mod zones;

pub(crate) use cells::postcode as whole_postcode;
pub(crate) use columns::{Columns, Field};
pub(crate) use customers::customers;
pub(crate) use days::{DayOrder, order_of_column, parse_in as parse_day};
pub(crate) use dialect::{Dialect, ImportKind};
pub(crate) use history::ImportRecord;
pub(crate) use left_out::LeftOut;
pub(crate) use numbers::{decimal_separator_of_column, parse_amount};
pub(crate) use preview::preview_in_words;
pub(crate) use profile::{BookProfile, profile};
pub(crate) use purchases::{PurchaseOptions, purchases};
pub(crate) use reading::{ImportOptions, ImportPlan, KnownBy};
pub(crate) use report::{ColumnUse, ImportReport, ImportStep, RowProblem};
pub(crate) use sheet::{ImportSheet, SheetOptions};
pub(crate) use unknown::UnknownRef;
pub(crate) use zones::DayZones;
