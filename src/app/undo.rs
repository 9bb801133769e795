//! A redemption taken back; what happened stays on record, with the reason.

use chrono::NaiveDateTime;

use crate::campaign;
use crate::domain::{Code, RecipientId};
use crate::error::{Error, Result};
use crate::redemption::{self, Answer};
use crate::shop::Shop;
use crate::text;

/// Takes back the redemption of a code as it was typed.
///
/// # Errors
/// When there is no reason, the code is not one, or it was not redeemed.
pub(crate) fn by_code(shop: &Shop, typed: &str, reason: &str, now: NaiveDateTime) -> Result<Answer> {
    redemption::check_reason(reason, "say it with `--reason \"…\"`")?;
    let code = Code::parse(typed)?;
    shop.store()?.write(|write| match campaign::by_code(write, &code)? {
        Some((_, recipient)) => redemption::undo(write, RecipientId(recipient.id), reason, now),
        None => {
            Err(Error::new(format!("there is no code {}", text::quote(code.as_str()))).hint("look again at the letter"))
        }
    })
}
