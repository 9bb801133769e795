//! The meaning of a reference in an export: its own card, the card it was merged into, or someone who was forgotten.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::CustomerId;
use crate::error::Result;
use crate::store::{Read, Write, params};

/// The status of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefStatus {
    /// It means its own card, or a new one.
    Own,
    /// It was merged; the ID of the card that it means now.
    Merged(CustomerId),
    /// They asked to be forgotten: no card or purchase may have it.
    Forgotten,
}

/// The references that do not mean their own card. An import loads this once, and then looks up each row.
#[derive(Debug)]
pub(crate) struct References {
    merged: HashMap<String, CustomerId>,
    forgotten: HashSet<Vec<u8>>,
    key: Vec<u8>,
}

impl References {
    /// As the book has them now.
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let merged =
            read.all("SELECT ref, customer_id FROM customer_alias", params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let forgotten: Vec<Vec<u8>> = read.all("SELECT hash FROM forgotten", params![], |row| row.get(0))?;
        let key = if forgotten.is_empty() { Vec::new() } else { read.shop_key()? };
        Ok(Self { merged: merged.into_iter().collect(), forgotten: forgotten.into_iter().collect(), key })
    }

    /// Whether anyone was forgotten at all.
    pub(crate) fn has_forgotten(&self) -> bool {
        !self.forgotten.is_empty()
    }

    /// The status of this one.
    pub(crate) fn status(&self, reference: &str) -> RefStatus {
        if let Some(id) = self.merged.get(reference) {
            return RefStatus::Merged(*id);
        }
        // Most shops have forgotten no one, and a hash for each row costs time.
        if !self.forgotten.is_empty() && self.forgotten.contains(&hash(&self.key, reference)) {
            return RefStatus::Forgotten;
        }
        RefStatus::Own
    }
}

/// Remembers only that this reference of a forgotten person must not come back.
pub(super) fn remember_forgotten(write: &Write<'_>, reference: &str, on: NaiveDate) -> Result<()> {
    let sql = "INSERT INTO forgotten (hash, on_day) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    let hash = hash(&write.shop_key()?, reference);
    write.run(sql, params![hash, on]).map(|_| ())
}

/// Whether this reference, email or phone belongs to someone who was forgotten.
pub(super) fn is_forgotten(read: &Read<'_>, reference: &str) -> Result<bool> {
    let hash = hash(&read.shop_key()?, reference);
    read.value("SELECT EXISTS (SELECT 1 FROM forgotten WHERE hash = ?1)", params![hash])
}

/// Allows a forgotten reference again; returns whether it was forgotten.
pub(crate) fn let_back(write: &Write<'_>, reference: &str) -> Result<bool> {
    let hash = hash(&write.shop_key()?, reference);
    Ok(write.run("DELETE FROM forgotten WHERE hash = ?1", params![hash])? > 0)
}

/// Every reference that means a card, its own first.
pub(crate) fn references(read: &Read<'_>, id: CustomerId) -> Result<Vec<String>> {
    let sql = "SELECT ref FROM (SELECT 0 AS old, ref FROM customer WHERE id = ?1 \
               UNION ALL SELECT 1, ref FROM customer_alias WHERE customer_id = ?1) ORDER BY old, ref";
    read.all(sql, params![id], |row| row.get(0))
}

/// These hashes are useless outside this shop: without the key a short reference could be guessed.
fn hash(key: &[u8], reference: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(b"forgotten\0");
    mac.update(reference.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
