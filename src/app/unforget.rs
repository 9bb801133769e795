//! A customer who was forgotten wants to be one again.

use crate::customers;
use crate::error::Result;
use crate::shop::Shop;

/// Lets the next import bring a reference back: that of the export, or an email or phone number where a list has nothing
/// else. Whether it was forgotten.
pub(crate) fn unforget(shop: &Shop, reference: &str) -> Result<bool> {
    shop.store()?.write(|write| {
        let as_email = reference.contains('@').then(|| reference.to_lowercase());
        let mut was_forgotten = false;
        for known in std::iter::once(reference).chain(as_email.as_deref()) {
            was_forgotten |= customers::let_back(write, known)?;
        }
        Ok(was_forgotten)
    })
}
