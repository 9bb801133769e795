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
    /// Paths that may have data of theirs: the folders of these campaigns' pieces, and campaign files that name one of
    /// their references.
    pub(crate) traces: Vec<String>,
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
        let campaigns = campaign::campaigns_of(write, &places)?;
        let mut traces: Vec<String> = campaigns.iter().map(|slug| format!("out/{slug}")).collect();
        traces.extend(campaign::files_naming(write, &references)?);
        let purchases = customers::count_purchases(write, customer.id)?;
        let forgotten = Forgotten { purchases, campaigns, traces, untidy: None };
        let erasure = Erasure { customer: &customer, references, places, country: &shop.settings.country, on };
        TABLE_OWNERS.iter().try_for_each(|owner| (owner.forget)(write, &erasure))?;
        write.mark_to_wipe(&forgotten.traces)?;
        Ok(forgotten)
    })?;
    forgotten.untidy = store.wipe().err();
    if forgotten.untidy.is_none() {
        // Otherwise it is told twice.
        let _ = store.mark_told();
    }
    Ok(forgotten)
}

/// Among paths with traces of a forgotten customer, those that still exist.
pub(crate) fn remaining(shop: &Shop, traces: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = traces.iter().filter(|path| shop.folder.join(path).exists()).cloned().collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Records that the owner was told of the traces.
pub(crate) fn told(shop: &Shop) -> Result<()> {
    shop.store()?.mark_told()
}
