//! A customer on one line of the terminal.

use crate::customers::Customer;
use crate::text;

/// A customer with their reference: ``Rosa Okafor (`C-0088`)``.
pub(super) fn who(customer: &Customer) -> String {
    format!("{} ({})", one_line(&customer.name()), text::quote(&customer.reference))
}

/// Text from a card for the terminal: on one line, without control characters.
pub(in crate::cli) fn one_line(text: &str) -> String {
    text::plain(text).replace(['\u{200e}', '\u{200f}'], "").trim().to_owned()
}
