//! Unsubscribing, by the token in an email.

use chrono::NaiveDateTime;

use super::undelivered::opt_out;
use crate::campaign::Tokens;
use crate::domain::Suppression;
use crate::error::Result;
use crate::outbox;
use crate::store::Write;

/// Unsubscribes the holder of this token: their address is suppressed for everyone who has it, and they are opted out.
/// If their only email in doubt was this one, it is known to have arrived. An unknown or used token changes nothing,
/// and the response does not reveal which it was.
pub(crate) fn unsubscribe(write: &Write<'_>, token: &str, now: NaiveDateTime) -> Result<()> {
    let Some((slug, recipient)) = Tokens::of(write)?.find(write, token)? else { return Ok(()) };
    let (id, source) = (recipient.id, format!("unsubscribed from {slug}"));
    opt_out(write, id, &recipient.email, Suppression::Unsubscribed, &source, now.date())?;
    match outbox::only_one_to(write, id)? {
        Some(email) => outbox::settle_doubt(write, &email, now).map(|_| ()),
        None => Ok(()),
    }
}
