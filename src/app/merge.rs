//! Merges two cards of one person, and undoes that.

use chrono::NaiveDateTime;

use super::personal_data::TABLE_OWNERS;
use crate::customers::{self, Merged};
use crate::error::Result;
use crate::shop::Shop;

/// Merges the card of `reference` into the card of `into`.
pub(crate) fn merge(shop: &Shop, reference: &str, into: &str, now: NaiveDateTime) -> Result<Merged> {
    shop.store()?.write(|write| customers::merge(write, &TABLE_OWNERS, reference, into, now))
}

/// Undoes the last merge of `reference`.
pub(crate) fn unmerge(shop: &Shop, reference: &str, now: NaiveDateTime) -> Result<Merged> {
    shop.store()?.write(|write| customers::unmerge(write, &TABLE_OWNERS, reference, now))
}
