//! Who the best customers are: the worksheet of the best and the worst; whom to talk to today.

mod alike;
mod calls;
mod chart;
mod curve;
mod ends;
mod fifths;
mod show;
mod spreadsheet;
mod table;
mod worksheet;

pub(crate) use calls::{CallList, CallOptions, calls, calls_table, note_call};
pub(crate) use chart::chart;
pub(crate) use curve::Top;
pub(crate) use show::{ON_THE_PAGE, text};
pub(crate) use spreadsheet::csv;
pub(crate) use worksheet::{Window, Worksheet, worksheet};
