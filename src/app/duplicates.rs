//! Cards that may be the same person, and the owner's statement that two cards are two people.

use chrono::NaiveDate;

use crate::customers::{self, Customer, Pair};
use crate::error::Result;
use crate::shop::Shop;

/// Every pair worth a look, the most likely first.
pub(crate) fn list(shop: &Shop) -> Result<Vec<Pair>> {
    customers::duplicates(&shop.store()?.read())
}

#[derive(Debug)]
pub(crate) struct TwoPeople {
    pub(crate) one: Customer,
    pub(crate) other: Customer,
    /// Whether this changes anything.
    pub(crate) is_new: bool,
}

/// Records that two cards are two people, or withdraws that.
pub(crate) fn different(shop: &Shop, one: &str, other: &str, apart: bool, today: NaiveDate) -> Result<TwoPeople> {
    shop.store()?.write(|write| {
        let (one, other) = (customers::by_ref(write, one)?, customers::by_ref(write, other)?);
        let is_new = customers::tell_apart(write, &one, &other, apart, today)?;
        Ok(TwoPeople { one, other, is_new })
    })
}
