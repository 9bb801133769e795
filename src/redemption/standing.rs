//! A redemption by its number, for whoever takes it back.

use chrono::NaiveDateTime;

use super::table;
use crate::error::Result;
use crate::store::Read;

/// How many minutes a till may take back what it wrote down.
pub const MINUTES: i64 = 10;

/// One redemption, taken back or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// The number of the recipient.
    pub recipient_id: i64,
    /// When it was.
    pub at: NaiveDateTime,
    /// At which till.
    pub till: String,
    /// Whether it was taken back.
    pub is_undone: bool,
}

/// A redemption by its number, if there is one.
///
/// # Errors
/// When the database does not answer.
pub fn by_number(read: &Read<'_>, number: i64) -> Result<Option<Redemption>> {
    table::by_number(read, number)
}
