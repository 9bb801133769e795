//! Lets a forgotten person become a customer again.

use crate::customers;
use crate::domain::EmailAddress;
use crate::error::Result;
use crate::shop::Shop;

/// Allows a reference in imports again: that of the export, or an email or phone number where a list has nothing else.
/// Returns whether it was forgotten.
pub(crate) fn unforget(shop: &Shop, reference: &str) -> Result<bool> {
    shop.store()?.write(|write| {
        let mut was_forgotten = customers::let_back(write, reference)?;
        if let Some(email) = EmailAddress::read(reference) {
            was_forgotten |= customers::let_back(write, &email.key())?;
        }
        Ok(was_forgotten)
    })
}
