//! Typed values of a till form that were not accepted, with the reason.

use serde::Serialize;

use crate::domain::RecipientId;

/// What is wrong with a typed value, next to its field.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct FormError {
    /// `amount`, `note` or `address`.
    pub(super) field: &'static str,
    /// The message.
    pub(super) says: String,
    /// The typed amount.
    pub(super) amount: String,
    /// The typed receipt number.
    pub(super) receipt: String,
    /// The typed note.
    pub(super) note: String,
    /// The amount has to be confirmed: pressing again accepts it.
    pub(super) sure: bool,
    /// The token of the request to confirm.
    pub(super) once: String,
    /// The letter whose button was pressed.
    pub(super) letter: Option<RecipientId>,
    /// It is about an amount without a gift.
    pub(super) only: bool,
}
