//! Who the best customers are: the worksheet of the best and the worst; who to call today.

mod alike;
mod calls;
mod chart;
mod curve;
mod customer_sales;
mod day_span;
mod ends;
mod fifths;
mod show;
mod spreadsheet;
mod worksheet;

pub(crate) use calls::{CallList, CallOptions, calls, calls_table, note_call};
pub(crate) use chart::chart;
pub(crate) use curve::Top;
pub(crate) use day_span::DaySpan;
pub(crate) use show::{ON_THE_PAGE, text};
pub(crate) use spreadsheet::csv;
pub(crate) use worksheet::{Worksheet, worksheet};
