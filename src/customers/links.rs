//! Purchases and the people they belong to: by reference, and by email where an export has nothing else.

use std::collections::HashMap;

use super::identity::{RefStatus, References};
use crate::domain::{CustomerId, EmailAddress, ImportId};
use crate::error::Result;
use crate::store::{Read, Write, params};

/// Whose an email is, in lower case; emails of several people are nobody's.
pub(crate) fn lone_emails(read: &Read<'_>) -> Result<HashMap<String, CustomerId>> {
    let mut all: HashMap<String, Option<CustomerId>> = HashMap::new();
    read.each("SELECT id, email FROM customer WHERE email <> ''", params![], |row| {
        if let Some(email) = EmailAddress::parse(&row.get::<String>(1)?) {
            all.entry(email.key()).and_modify(|owner| *owner = None).or_insert(Some(row.get(0)?));
        }
        Ok(())
    })?;
    Ok(all.into_iter().filter_map(|(email, owner)| Some((email, owner?))).collect())
}

/// Purchases that came before their customer find them now, because of an import. Those of people who were forgotten stay
/// nobody's.
pub(crate) fn link_purchases(write: &Write<'_>, import: ImportId) -> Result<()> {
    let references = References::of(write)?;
    let is_forgotten = |reference: &str| references.status(reference) == RefStatus::Forgotten;
    let link =
        "UPDATE purchase SET customer_id = ?2, linked_by = ?3 WHERE customer_id IS NULL AND ref <> '' AND ref = ?1";
    let sql = "SELECT c.ref, c.id FROM customer c WHERE c.ref IN \
               (SELECT ref FROM purchase WHERE customer_id IS NULL AND ref <> '')";
    let found: Vec<(String, CustomerId)> = write.all(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (reference, id) in found.iter().filter(|(reference, _)| !is_forgotten(reference)) {
        write.run(link, params![reference, id, import])?;
    }
    let sql = "SELECT DISTINCT ref FROM purchase WHERE customer_id IS NULL AND ref <> '' AND ref LIKE '%@%'";
    let lost: Vec<String> = write.all(sql, params![], |row| row.get(0))?;
    if lost.is_empty() {
        return Ok(());
    }
    let emails = lone_emails(write)?;
    for reference in lost.iter().filter(|reference| !is_forgotten(reference)) {
        if let Some(id) = emails.get(&reference.to_lowercase()) {
            write.run(link, params![reference, id, import])?;
        }
    }
    Ok(())
}
