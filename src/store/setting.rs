//! The table `setting`: values of the shop's database, by name.

use super::params;
use super::statement::{Read, Write};
use crate::error::{Error, Result};

/// The secret from which codes, random numbers and the hashes of people are derived; only this shop has it.
const SHOP_KEY: &str = "shop_key";

/// Set when erased data can still be read from the file.
const TO_WIPE: &str = "to_wipe";

impl Read<'_> {
    pub(crate) fn setting(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.first("SELECT value FROM setting WHERE key = ?1", params![name], |row| row.get(0))
    }

    /// Whether erased data can still be read from the file.
    pub(crate) fn is_to_wipe(&self) -> Result<bool> {
        Ok(self.setting(TO_WIPE)?.is_some())
    }

    /// The shop's secret key.
    ///
    /// # Errors
    /// When the shop has none: values derived from another key would not match existing ones.
    pub(crate) fn shop_key(&self) -> Result<Vec<u8>> {
        let key = self.setting(SHOP_KEY)?.filter(|key| !key.is_empty());
        key.ok_or_else(|| Error::new("the shop has no key").hint("restore the database from a backup"))
    }
}

/// The file was wiped.
pub(super) fn mark_wiped(write: &Write<'_>) -> Result<()> {
    write.run("DELETE FROM setting WHERE key = ?1", params![TO_WIPE]).map(|_| ())
}

impl Write<'_> {
    /// Stores a setting that does not exist yet; an existing one is not changed.
    pub(crate) fn set_setting(&self, name: &str, value: &[u8]) -> Result<()> {
        let sql = "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.run(sql, params![name, value]).map(|_| ())
    }

    /// Records that the file has to be wiped of what is erased in this transaction.
    pub(crate) fn mark_to_wipe(&self) -> Result<()> {
        self.set_setting(TO_WIPE, &[])
    }

    /// Stores the secret key of a new shop.
    ///
    /// # Errors
    /// When it already has one.
    pub(crate) fn make_shop_key(&self, key: &[u8]) -> Result<()> {
        self.run("INSERT INTO setting (key, value) VALUES (?1, ?2)", params![SHOP_KEY, key]).map(|_| ())
    }
}
