//! A new address for an email that was not sent yet, from the book, stored with the planned one.

use chrono::NaiveDateTime;

use super::recipient::Recipient;
use crate::error::Result;
use crate::store::{Write, params};

/// Gives the email of a recipient another address, also where the text shows it; the old one stays on record.
pub(crate) fn readdress(write: &Write<'_>, recipient: &Recipient, email: &str, at: NaiveDateTime) -> Result<()> {
    let sql = "INSERT INTO email_change (recipient_id, old_email, new_email, at) VALUES (?1, ?2, ?3, ?4)";
    write.run(sql, params![recipient.id, recipient.email, email, at])?;
    let mut fields = recipient.fields.clone();
    fields.text("customer.email", email);
    let fields = serde_json::to_string(&fields).unwrap_or_default();
    let sql = "UPDATE recipient SET email = ?2, fields = ?3 WHERE id = ?1";
    write.run(sql, params![recipient.id, email, fields]).map(|_| ())
}
