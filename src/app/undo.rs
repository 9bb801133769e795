//! A redemption taken back; what happened stays on record, with the reason.

use chrono::NaiveDateTime;

use crate::error::Result;
use crate::redemption::{self, Answer};
use crate::shop::Shop;

/// Takes back the redemption of a code.
///
/// # Errors
/// When there is no reason, the code is not one, or it was not redeemed.
pub(crate) fn by_code(shop: &Shop, code: &str, reason: &str, now: NaiveDateTime) -> Result<Answer> {
    shop.store()?.write(|write| redemption::undo(write, code, reason, now))
}
