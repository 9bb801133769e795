//! Signing in with the owner's passphrase or the PIN of the tills, and out again.

use chrono::NaiveDateTime;

use crate::access::{self, SignedIn};
use crate::domain::Role;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::store::{Read, Write};

/// The till that signs in: the only one there is, or one of shop.toml that was chosen; none until one is.
pub(crate) fn till_of(shop: &Shop, role: Role, chosen: String) -> Option<String> {
    match (role, shop.settings.till.names.as_slice()) {
        (Role::Owner, _) | (_, []) => Some(String::new()),
        (_, [only]) => Some(only.clone()),
        (_, names) => Some(chosen).filter(|chosen| names.contains(chosen)),
    }
}

/// The hash of what a role signs in with.
///
/// # Errors
/// When nobody needs to sign in.
pub(crate) fn hash(read: &Read<'_>, role: Role) -> Result<String> {
    access::secret(read, role)?
        .ok_or_else(|| Error::new(format!("nobody needs a {} here", role.secret())).hint("go straight to the pages"))
}

/// Whether what was typed is right. It takes a good part of a second and 19 MB, on purpose.
pub(crate) fn is_right(hash: &str, typed: &str) -> bool {
    access::is_right(hash, typed)
}

/// Begins a session of whoever knew what `hash` is the hash of: its cookie, and how many seconds it lasts.
///
/// # Errors
/// When passphrase or PIN were changed meanwhile.
pub(crate) fn begin(
    write: &Write<'_>,
    role: Role,
    hash: &str,
    till: &str,
    now: NaiveDateTime,
) -> Result<(String, i64)> {
    access::begin(write, role, hash, till, now)
}

/// Ends the session of a cookie, if it has one.
pub(crate) fn end(write: &Write<'_>, cookie: &str) -> Result<()> {
    access::end(write, cookie)
}

/// Who asks, by the cookies of the owner and of the till. A till that shop.toml does not name any more is nobody.
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
