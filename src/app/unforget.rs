//! A customer who was forgotten wants to be one again.

use crate::customers;
use crate::domain::EmailAddress;
use crate::error::Result;
use crate::shop::Shop;

/// Lets the next import bring a reference back: that of the export, or an email or phone number where a list has nothing
/// else. Whether it was forgotten.
pub(crate) fn unforget(shop: &Shop, reference: &str) -> Result<bool> {
    shop.store()?.write(|write| {
        let mut was_forgotten = customers::let_back(write, reference)?;
        if let Some(email) = EmailAddress::read(reference) {
            was_forgotten |= customers::let_back(write, &email.key())?;
        }
        Ok(was_forgotten)
    })
}
