//! Who to call today, and a record that a customer was called.

use chrono::NaiveDate;

use crate::customers::Customer;
use crate::error::Result;
use crate::insights::{self, CallList, CallOptions};
use crate::shop::Shop;

pub(crate) fn list(shop: &Shop, options: CallOptions) -> Result<CallList> {
    insights::calls(&shop.store()?.read(), options, shop.settings.currency)
}

/// Records a call, which takes a customer off the list; returns whether they still have an open complaint.
pub(crate) fn done(shop: &Shop, reference: &str, note: Option<&str>, today: NaiveDate) -> Result<(Customer, bool)> {
    shop.store()?.write(|write| insights::note_call(write, reference, note, today))
}
