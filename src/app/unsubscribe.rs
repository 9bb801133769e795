//! No more emails, by the token of one that was sent.

use chrono::NaiveDateTime;

use super::undelivered::opt_out;
use crate::campaign::Tokens;
use crate::domain::Suppression;
use crate::error::Result;
use crate::outbox;
use crate::store::Write;

/// Lets no more email go to whoever holds this token: their address is written to no more, whoever has it, and they have opted
/// out. Their email has arrived then, in case that was in doubt and the only one. A token that nobody has changes nothing,
/// and neither does one that was used before: whether it is known cannot be told from the answer.
pub(crate) fn unsubscribe(write: &Write<'_>, token: &str, now: NaiveDateTime) -> Result<()> {
    let Some((slug, recipient)) = Tokens::of(write)?.find(write, token)? else { return Ok(()) };
    let (id, source) = (recipient.id, format!("unsubscribed from {slug}"));
    opt_out(write, id, &recipient.email, Suppression::Unsubscribed, &source, now.date())?;
    match outbox::only_one_to(write, id)? {
        Some(email) => outbox::settle_doubt(write, &email, now).map(|_| ()),
        None => Ok(()),
    }
}
