//! What was said: a note on the card, and complaints resolved.

use chrono::NaiveDate;

use crate::customers::{self, Customer};
use crate::error::Result;
use crate::shop::Shop;

/// A contact as it is noted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewNote<'n> {
    pub(crate) kind: &'n str,
    pub(crate) text: &'n str,
    pub(crate) minutes: i64,
    pub(crate) on: NaiveDate,
}

/// Writes a note on a card; its number.
///
/// # Errors
/// When the kind is not one, the text is empty or the minutes are negative.
pub(crate) fn add(shop: &Shop, reference: &str, note: NewNote<'_>) -> Result<(Customer, i64)> {
    shop.store()?.write(|write| {
        let customer = customers::by_ref(write, reference)?;
        let id = customers::add_note(write, customer.id, note.on, note.kind, note.text, note.minutes)?;
        Ok((customer, id))
    })
}

/// Resolves the open complaints of a customer; how many there were.
pub(crate) fn resolve(shop: &Shop, reference: &str, on: NaiveDate) -> Result<(Customer, usize)> {
    shop.store()?.write(|write| {
        let customer = customers::by_ref(write, reference)?;
        let resolved = customers::resolve(write, customer.id, on)?;
        Ok((customer, resolved))
    })
}
