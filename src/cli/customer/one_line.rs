//! A customer on one line of the terminal.

use crate::customers::Customer;
use crate::text;

/// A customer with their reference: ``Rosa Okafor (`C-0088`)``.
pub(super) fn who(customer: &Customer) -> String {
    format!("{} ({})", one_line(&customer.name()), text::quote(&customer.reference))
}

/// Text from a card for the terminal: on one line, without control characters.
pub(in crate::cli) fn one_line(text: &str) -> String {
    let is_hidden = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain: String = text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}
