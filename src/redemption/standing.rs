//! A redemption by its number, for whoever takes it back.

use chrono::NaiveDateTime;

use super::table;
use crate::error::Result;
use crate::store::Read;

/// How many minutes a till may take back what it wrote down.
pub(crate) const MINUTES: i64 = 10;

/// One redemption, taken back or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redemption {
    /// The number of the recipient.
    pub(crate) recipient_id: i64,
    /// When it was.
    pub(crate) at: NaiveDateTime,
    /// At which till.
    pub(crate) till: String,
    /// Whether it was taken back.
    pub(crate) is_undone: bool,
}

/// A redemption by its number, if there is one.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn by_number(read: &Read<'_>, number: i64) -> Result<Option<Redemption>> {
    table::by_number(read, number)
}
