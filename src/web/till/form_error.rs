//! What was typed into a form of the till and cannot be taken, beside why.

use serde::Serialize;

use crate::domain::RecipientId;

/// What is wrong with what was typed, beside the field that it is about.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct FormError {
    /// `amount`, `note` or `address`.
    pub(super) field: &'static str,
    /// What is the matter.
    pub(super) says: String,
    /// What was typed into the amount.
    pub(super) amount: String,
    /// And as the receipt.
    pub(super) receipt: String,
    /// And as the note.
    pub(super) note: String,
    /// The amount is asked about: pressing again takes it.
    pub(super) sure: bool,
    /// The token of the request that is asked about.
    pub(super) once: String,
    /// The letter whose button was pressed.
    pub(super) letter: Option<RecipientId>,
    /// It is about the amount alone: no gift goes out.
    pub(super) only: bool,
}
