//! Next year's campaign from last year's response.

use crate::error::Result;
use crate::followup::{self, FollowUp};
use crate::shop::Shop;

/// Writes the campaign `new`, with a branch and a template for each response to `old`.
///
/// # Errors
/// When `old` was not planned or has no recipients, or a file of these names already exists.
pub(crate) fn follow_up(shop: &Shop, old: &str, new: &str) -> Result<FollowUp> {
    followup::follow_up(&shop.store()?.read(), shop, old, new)
}
