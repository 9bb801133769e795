//! The best-customer worksheet.

use crate::error::Result;
use crate::insights::{self, DaySpan, Top, Worksheet};
use crate::shop::Shop;

/// Computes the worksheet; at most `most_listed` of the best customers are listed by name.
pub(crate) fn best(shop: &Shop, window: DaySpan, top: Top, most_listed: usize) -> Result<Worksheet> {
    window.check()?;
    insights::worksheet(&shop.store()?.read(), window, top, most_listed)
}
