//! Erases a person who asks to be forgotten everywhere; the totals stay.

use chrono::NaiveDate;

use super::personal_data::TABLE_OWNERS;
use crate::campaign;
use crate::customers::{self, Customer, Erasure};
use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::shop::Shop;

/// What was erased, and where traces may remain.
pub(crate) struct Forgotten {
    /// How many purchases stay, without a name.
    pub(crate) purchases: usize,
    /// The campaigns that had a piece for them.
    pub(crate) campaigns: Vec<String>,
    /// Campaigns among them whose printed pieces are still in `out/`.
    pub(crate) printed: Vec<String>,
    /// Stored campaign files that name one of their references.
    pub(crate) files: Vec<String>,
    /// Why the database file still contains the erased data.
    pub(crate) untidy: Option<Error>,
}

/// The customer who would be forgotten.
pub(crate) fn whom(shop: &Shop, reference: &str) -> Result<Customer> {
    customers::by_ref(&shop.store()?.read(), reference)
}

/// Erases a customer for good.
pub(crate) fn forget(shop: &Shop, id: CustomerId, on: NaiveDate) -> Result<Forgotten> {
    let mut store = shop.store()?;
    let mut forgotten = store.write(|write| {
        let customer = customers::by_id(write, id)?;
        let references = customers::references(write, customer.id)?;
        let places = campaign::places(write, id)?;
        let forgotten = Forgotten {
            purchases: customers::count_purchases(write, customer.id)?,
            campaigns: campaign::campaigns_of(write, &places)?,
            printed: Vec::new(),
            files: campaign::files_naming(write, &references)?,
            untidy: None,
        };
        let erasure = Erasure { customer: &customer, references, places, country: &shop.settings.country, on };
        TABLE_OWNERS.iter().try_for_each(|owner| (owner.forget)(write, &erasure))?;
        write.mark_to_wipe()?;
        Ok(forgotten)
    })?;
    forgotten.untidy = store.wipe().err();
    forgotten.printed = forgotten.campaigns.iter().filter(|slug| shop.out(slug).is_dir()).cloned().collect();
    Ok(forgotten)
}
