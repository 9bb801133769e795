//! The tokens of API tills.

use chrono::NaiveDate;

pub(crate) use crate::access::holder;
use crate::access::{self, TillToken};
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::text;

/// Makes one for a till of shop.toml; returns its number and the token itself, which is not stored.
///
/// # Errors
/// When there is no such till.
pub(crate) fn make(shop: &Shop, till: &str, today: NaiveDate) -> Result<(i64, String)> {
    let names = &shop.settings.till.names;
    if till.is_empty() || (!names.is_empty() && !names.iter().any(|name| name == till)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(Error::new(format!("there is no till {} in shop.toml", text::quote(till))).hint(
            if names.is_empty() { "use one of its names".to_owned() } else { text::did_you_mean(till, &names) },
        ));
    }
    if till.contains(char::is_control) {
        return Err(Error::new(format!("{} cannot be the name of a till", text::quote(till)))
            .hint("a name is one line of letters, digits and symbols"));
    }
    shop.store()?.write(|write| access::make_token(write, till, today))
}

/// All tokens ever made.
pub(crate) fn list(shop: &Shop) -> Result<Vec<TillToken>> {
    access::tokens(&shop.store()?.read())
}

pub(crate) fn revoke(shop: &Shop, number: i64, today: NaiveDate) -> Result<TillToken> {
    shop.store()?.write(|write| access::revoke(write, number, today))
}
