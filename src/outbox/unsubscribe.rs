//! Somebody wants no more emails, and says so by the token in one of them.

use chrono::NaiveDateTime;

use super::table;
use crate::book::{self, Suppression, Way};
use crate::campaign::Tokens;
use crate::error::Result;
use crate::store::Write;

/// Lets no more email go to whoever holds this token: their address is written to no more, whoever has it, and they have said
/// no. Their email has arrived then, in case that was in doubt. A token that nobody has changes nothing, and neither does one
/// that was used before.
///
/// # Errors
/// When the database fails.
pub fn unsubscribe(write: &Write<'_>, token: &str, now: NaiveDateTime) -> Result<()> {
    let Some((slug, recipient)) = Tokens::of(write)?.find(write, token)? else { return Ok(()) };
    let (source, today) = (format!("unsubscribed from {slug}"), now.date());
    if !recipient.email.is_empty() {
        book::suppress(write, &recipient.email, Suppression::Unsubscribed, &source, today)?;
    }
    // Whom it was made out to has said no, also if they have another address by now.
    if let Some(id) = book::resolve_ref(write, &recipient.reference)?
        && book::by_id(write, id)?.email_consent != "no"
    {
        book::record_wish(write, id, Way::Email, "no", today, &source)?;
    }
    table::has_arrived(write, recipient.id, now)
}
