//! The days that count in a worksheet.

use chrono::NaiveDate;

use crate::error::{Error, Result};

/// The days that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DaySpan {
    /// The first; without it, everything up to the last.
    pub(crate) from: Option<NaiveDate>,
    /// The last.
    pub(crate) as_of: NaiveDate,
}

impl DaySpan {
    /// # Errors
    /// When the first day is after the last.
    pub(crate) fn check(&self) -> Result<()> {
        let Some(from) = self.from.filter(|from| *from > self.as_of) else { return Ok(()) };
        Err(Error::new(format!("{from} is after {}", self.as_of))
            .at("--from")
            .hint("give the last day with `--as-of YYYY-MM-DD`"))
    }
}
