//! What came of a campaign: the response, the money, the comparison by lot; year against year.

mod figures;
mod hold_out;
mod show;
mod statistics;
mod years;

pub use figures::{Figures, Reminded, Report, report};
pub use hold_out::HoldOut;
pub use show::{csv, table};
pub use years::{Year, years, years_table};
