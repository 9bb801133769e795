//! Signing in with the owner's passphrase or the PIN of the tills, and signing out.

use chrono::NaiveDateTime;

use crate::access::{self, SignedIn};
pub(crate) use crate::access::{begin, end, is_right};
use crate::domain::Role;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::store::Read;

/// The till that signs in: the only one, or one of shop.toml that was chosen; otherwise none.
pub(crate) fn till_of(shop: &Shop, role: Role, chosen: String) -> Option<String> {
    match (role, shop.settings.till.names.as_slice()) {
        (Role::Owner, _) | (_, []) => Some(String::new()),
        (_, [only]) => Some(only.clone()),
        (_, names) => Some(chosen).filter(|chosen| names.contains(chosen)),
    }
}

/// The hash of a role's secret.
///
/// # Errors
/// When that role need not sign in.
pub(crate) fn hash(read: &Read<'_>, role: Role) -> Result<String> {
    access::secret(read, role)?
        .ok_or_else(|| Error::new(format!("no {} is needed here", role.secret())).hint("go straight to the pages"))
}

/// Who sends a request, by the cookies of the owner and of the till. A till that shop.toml no longer names is not
/// signed in.
pub(crate) fn signed_in(
    read: &Read<'_>,
    names: &[String],
    owner: Option<&str>,
    till: Option<&str>,
    now: NaiveDateTime,
) -> Result<SignedIn> {
    let mut who = access::signed_in(read, owner, till, now)?;
    who.till = who.till.filter(|till| names.contains(till) || (names.is_empty() && till.is_empty()));
    Ok(who)
}
