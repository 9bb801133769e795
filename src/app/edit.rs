//! A card changed by hand: the owner knows better than the export.

use chrono::NaiveDate;

use crate::customers::{self, Changed, Customer};
use crate::error::Result;
use crate::shop::Shop;

/// Sets each `FIELD=VALUE` on a card: the card as it is now, and what is different. `source` is kept with consent, deceased
/// and moved.
///
/// # Errors
/// With every assignment that is not one.
pub(crate) fn set(
    shop: &Shop,
    reference: &str,
    assignments: &[String],
    on: NaiveDate,
    source: &str,
) -> Result<(Customer, Vec<Changed>)> {
    shop.store()?.write(|write| {
        let customer = customers::by_ref(write, reference)?;
        let changed = customers::set(write, &customer, assignments, on, source)?;
        Ok((customers::by_id(write, customer.id)?, changed))
    })
}
