//! Somebody of the book on one line of the terminal.

use crate::customers::Customer;
use crate::text;

/// Somebody with their reference: ``Rosa Okafor (`C-0088`)``.
pub(super) fn who(customer: &Customer) -> String {
    format!("{} ({})", one_line(&customer.name()), text::quote(&customer.reference))
}

/// A text of somebody's card on the terminal: on one line, and unable to move the cursor.
pub(in crate::cli) fn one_line(text: &str) -> String {
    text::plain(text).replace(['\u{200e}', '\u{200f}'], "").trim().to_owned()
}
