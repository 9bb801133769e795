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

pub use alike::{Common, Shared};
pub use calls::{Call, Calls, Reason, Wish, calls, calls_table, note_call};
pub use chart::chart;
pub use curve::{Point, Top};
pub use ends::{OtherEnd, Slipping};
pub use fifths::{Fifth, Fifths};
pub use show::{ON_THE_PAGE, text};
pub use spreadsheet::csv;
pub use worksheet::{Listed, TopFigures, Unlinked, Window, Worksheet, worksheet};
