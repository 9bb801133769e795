//! Undoes a redemption; it stays on record, with the reason.

use chrono::NaiveDateTime;

use crate::campaign;
use crate::domain::{Code, RecipientId, RedemptionId};
use crate::error::{Error, Result};
use crate::redemption::{self, TillAnswer};
use crate::shop::Shop;
use crate::store::Write;
use crate::text;

/// Undoes the redemption of a code as typed.
///
/// # Errors
/// When there is no reason, the code is invalid, or it was not redeemed.
pub(crate) fn by_code(shop: &Shop, typed: &str, reason: &str, now: NaiveDateTime) -> Result<TillAnswer> {
    redemption::check_reason(reason, "give it with `--reason \"…\"`")?;
    let code = Code::parse(typed)?;
    shop.store()?.write(|write| match campaign::by_code(write, &code)? {
        Some((_, recipient)) => redemption::undo(write, recipient.id, reason, now),
        None => Err(Error::new(format!("there is no code {}", text::quote(code.as_str()))).hint("check the letter")),
    })
}

/// The outcome of a rollback through the API.
#[derive(Debug)]
pub(crate) enum Rollback {
    Done(Box<TillAnswer>, RecipientId),
    /// There is no such redemption.
    Unknown,
    /// Another till wrote it.
    AnotherTill,
    /// It was already undone.
    Undone,
    /// The till may no longer undo it.
    TooLate,
}

/// Undoes a redemption that `till` has just written.
///
/// # Errors
/// When there is no reason.
pub(crate) fn roll_back(
    write: &Write<'_>,
    id: RedemptionId,
    till: &str,
    reason: &str,
    now: NaiveDateTime,
) -> Result<Rollback> {
    redemption::check_reason(reason, "give it as `reason`")?;
    let Some(found) = redemption::by_id(write, id)? else { return Ok(Rollback::Unknown) };
    Ok(match () {
        () if found.till != till => Rollback::AnotherTill,
        () if found.is_undone => Rollback::Undone,
        () if now > redemption::undo_until(found.at) => Rollback::TooLate,
        () => {
            let answer = redemption::undo(write, found.recipient_id, reason, now)?;
            Rollback::Done(Box::new(answer), found.recipient_id)
        }
    })
}
