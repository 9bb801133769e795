//! The table `setting`: values of the shop's database, by name.

use super::params;
use super::statement::{Read, Write};
use crate::error::{Error, Result};

/// The secret from which codes, random numbers and the hashes of people are derived; only this shop has it.
const SHOP_KEY: &str = "shop_key";

/// Set when erased data can still be read from the file. Its lines are the paths outside it that may have the same data.
const TO_WIPE: &str = "to_wipe";

/// The lines of `TO_WIPE` after the file was wiped, until the owner is told.
const TO_TELL: &str = "to_tell";

impl Read<'_> {
    pub(crate) fn setting(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.first("SELECT value FROM setting WHERE key = ?1", params![name], |row| row.get(0))
    }

    /// Whether erased data can still be read from the file.
    pub(crate) fn is_to_wipe(&self) -> Result<bool> {
        Ok(self.setting(TO_WIPE)?.is_some())
    }

    /// Paths that may have data of people who were forgotten, of which the owner was not told.
    pub(crate) fn traces(&self) -> Result<Vec<String>> {
        let lines = self.setting(TO_TELL)?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&lines).lines().map(str::to_owned).collect())
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
    let lines = write.setting(TO_WIPE)?.unwrap_or_default();
    if !lines.is_empty() {
        write.add_lines(TO_TELL, &lines)?;
    }
    write.run("DELETE FROM setting WHERE key = ?1", params![TO_WIPE]).map(|_| ())
}

/// Records that the owner was told of all traces.
pub(super) fn mark_told(write: &Write<'_>) -> Result<()> {
    write.run("DELETE FROM setting WHERE key = ?1", params![TO_TELL]).map(|_| ())
}

impl Write<'_> {
    /// Stores a setting that does not exist yet; an existing one is not changed.
    pub(crate) fn set_setting(&self, name: &str, value: &[u8]) -> Result<()> {
        let sql = "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.run(sql, params![name, value]).map(|_| ())
    }

    /// Records that the file has to be wiped of what is erased in this transaction, and that these paths may have it too.
    pub(crate) fn mark_to_wipe(&self, traces: &[String]) -> Result<()> {
        let lines: String = traces.iter().map(|path| format!("{path}\n")).collect();
        self.add_lines(TO_WIPE, lines.as_bytes())
    }

    fn add_lines(&self, name: &str, lines: &[u8]) -> Result<()> {
        let all = [self.setting(name)?.unwrap_or_default(), lines.to_vec()].concat();
        let sql = "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
        self.run(sql, params![name, all]).map(|_| ())
    }

    /// Stores the secret key of a new shop.
    ///
    /// # Errors
    /// When it already has one.
    pub(crate) fn make_shop_key(&self, key: &[u8]) -> Result<()> {
        self.run("INSERT INTO setting (key, value) VALUES (?1, ?2)", params![SHOP_KEY, key]).map(|_| ())
    }
}
