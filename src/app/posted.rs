//! Records that a campaign was mailed.

use chrono::NaiveDate;

use crate::campaign::{self, Planned};
use crate::error::Result;
use crate::shop::Shop;

/// Records that a campaign was mailed on a day; returns the plan before that, and how many letters were never printed.
///
/// # Errors
/// When nothing of it is to be mailed.
pub(crate) fn posted(shop: &Shop, slug: &str, on: NaiveDate) -> Result<(Planned, usize)> {
    shop.store()?.write(|write| {
        let planned = campaign::need(write, slug)?;
        let unprinted = campaign::mark_posted(write, &planned, on)?;
        Ok((planned, unprinted))
    })
}
