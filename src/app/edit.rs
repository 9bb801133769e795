//! Manual changes to a card; they take precedence over the export.

use chrono::NaiveDate;

use crate::app::{card, notes};
use crate::customers::{self, ADDRESS, AtTill, Changed, Customer, CustomerField};
use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::store::Write;

/// The recorded source of a statement made at a till.
pub(super) const AT_THE_TILL: &str = "at the till";

/// The longest line of an address, in characters.
pub(super) const LONGEST: usize = 200;

/// Sets each `FIELD=VALUE` on a card; returns the card as it is now, and the changes. `source` is stored with consent,
/// deceased and moved.
///
/// # Errors
/// With every invalid assignment.
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

/// An address as typed at a till.
#[derive(Debug)]
pub(crate) struct TypedAddress(Vec<String>);

impl TypedAddress {
    /// `typed` returns the text of a field of the form, if it has that field.
    ///
    /// # Errors
    /// When a line is too long.
    pub(crate) fn read<'t>(typed: impl Fn(&str) -> Option<&'t str>) -> Result<Self> {
        // A till may change any part of the address except the country.
        let fields = ADDRESS.into_iter().filter(|field| *field != CustomerField::Country);
        let lines: Vec<(CustomerField, String)> =
            fields.filter_map(|field| Some((field, one_line(typed(field.as_str())?)))).collect();
        if lines.iter().any(|(_, text)| text.chars().count() > LONGEST) {
            return Err(Error::new("a line of an address cannot be that long").hint("check what you typed"));
        }
        Ok(Self(lines.into_iter().map(|(field, text)| format!("{field}={text}")).collect()))
    }
}

/// The typed text on one line.
pub(super) fn one_line(typed: &str) -> String {
    notes::visible(typed).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes a new address to a card; the owner is shown the change.
pub(crate) fn set_address(
    write: &Write<'_>,
    customer: CustomerId,
    TypedAddress(assignments): &TypedAddress,
    here: AtTill<'_>,
) -> Result<()> {
    let card = card::person(write, customer)?;
    // The form does not ask for the country.
    let assignments: Vec<String> = assignments.iter().cloned().chain([format!("country={}", card.country)]).collect();
    customers::set(write, &card, &assignments, here.at.date(), AT_THE_TILL)?;
    customers::record_address(write, &card, here)
}
