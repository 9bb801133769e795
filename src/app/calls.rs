//! Whom to talk to today, and that somebody was talked to.

use chrono::NaiveDate;

use crate::customers::Customer;
use crate::error::Result;
use crate::insights::{self, CallList, CallOptions};
use crate::shop::Shop;

pub(crate) fn list(shop: &Shop, options: CallOptions) -> Result<CallList> {
    insights::calls(&shop.store()?.read(), options, shop.settings.currency)
}

/// Notes a call, which takes somebody off the list; whether a complaint of theirs is still open.
pub(crate) fn done(shop: &Shop, reference: &str, note: Option<&str>, today: NaiveDate) -> Result<(Customer, bool)> {
    shop.store()?.write(|write| insights::note_call(write, reference, note, today))
}
