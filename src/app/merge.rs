//! The same person twice: two cards become one, and two again.

use chrono::NaiveDateTime;

use super::personal_data::TABLE_OWNERS;
use crate::customers::{self, Merged};
use crate::error::Result;
use crate::shop::Shop;

/// Makes the card of `reference` a part of the card of `into`.
pub(crate) fn merge(shop: &Shop, reference: &str, into: &str, now: NaiveDateTime) -> Result<Merged> {
    shop.store()?.write(|write| customers::merge(write, &TABLE_OWNERS, reference, into, now))
}

/// Makes two cards again of what was merged last under `reference`.
pub(crate) fn unmerge(shop: &Shop, reference: &str, now: NaiveDateTime) -> Result<Merged> {
    shop.store()?.write(|write| customers::unmerge(write, &TABLE_OWNERS, reference, now))
}
