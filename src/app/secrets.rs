//! Sets and removes the owner's passphrase and the PIN of the tills.

use crate::access;
use crate::domain::Role;
use crate::error::Result;
use crate::shop::Shop;

/// Sets a new one; returns how many sessions of the old one ended.
///
/// # Errors
/// When it is easy to guess.
pub(crate) fn set(shop: &Shop, role: Role, typed: &str) -> Result<usize> {
    access::check(role, typed)?;
    let hash = access::hashed(typed)?;
    shop.store()?.write(|write| access::set(write, role, &hash))
}

/// From now on that role need not sign in; returns how many sessions ended.
pub(crate) fn remove(shop: &Shop, role: Role) -> Result<usize> {
    shop.store()?.write(|write| access::unset(write, role))
}
