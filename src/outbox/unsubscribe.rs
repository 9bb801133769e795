//! Somebody wants no more emails, and says so by the token in one of them.

use chrono::NaiveDateTime;

use super::table;
use super::undelivered::say_no;
use crate::campaign::Tokens;
use crate::domain::Suppression;
use crate::error::Result;
use crate::store::Write;

/// Lets no more email go to whoever holds this token: their address is written to no more, whoever has it, and they have said
/// no. Their email has arrived then, in case that was in doubt and the only one. A token that nobody has changes nothing, and neither does one
/// that was used before.
///
/// # Errors
/// When the database fails.
pub(crate) fn unsubscribe(write: &Write<'_>, token: &str, now: NaiveDateTime) -> Result<()> {
    let Some((slug, recipient)) = Tokens::of(write)?.find(write, token)? else { return Ok(()) };
    let (source, today) = (format!("unsubscribed from {slug}"), now.date());
    say_no(write, recipient.id, &recipient.email, Suppression::Unsubscribed, &source, today)?;
    match table::only_piece_of(write, recipient.id)? {
        Some(piece) => table::settle_doubt(write, &piece, now).map(|_| ()),
        None => Ok(()),
    }
}
