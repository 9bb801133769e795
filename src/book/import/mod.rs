//! Tables in: customers and purchases from the exports that shops have, wholly or not at all.
//!
//! [`Sheet`] makes a table of any file. [`Dialect`] says what it looks like, [`Columns`] which column is which. Rows are read
//! on a thread of their own (`contacts`, `sales`) and taken into the book by [`customers`] and [`purchases`]; what the
//! book then looks like is its [`profile`].

mod cells;
mod columns;
mod contacts;
mod customers;
mod days;
mod dialect;
mod left_out;
mod lines;
mod links;
mod numbers;
mod profile;
mod purchases;
mod quotes;
mod reading;
mod report;
mod sales;
mod sheet;
mod source;
mod survey;
mod vcard;

pub(super) use cells::dialled;
pub use cells::postcode as whole_postcode;
pub use columns::{CUSTOMER_FIELDS, Columns, Field, PURCHASE_FIELDS};
pub use customers::customers;
pub use days::{DayOrder, order_of_column, parse as parse_day};
pub use dialect::{Dialect, Kind};
pub use left_out::LeftOut;
pub use numbers::{Sign, parse_amount, sign_of_column};
pub use profile::{Profile, profile};
pub use purchases::{Options as PurchaseOptions, purchases};
pub use reading::{Plan, Wishes};
pub use report::{Changes, Example, Problem, Report, Step};
pub use sheet::{Row, Sheet};
