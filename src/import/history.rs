//! The list of imports: what each added, and whether it was undone.

use chrono::NaiveDateTime;
use serde::Serialize;

use crate::customers::ImportRows;
use crate::domain::{ImportId, ImportedData};
use crate::error::{Error, Result};
use crate::store::{Read, Row, Write, params};

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ImportRecord {
    #[serde(rename = "number")]
    pub(crate) id: ImportId,
    pub(crate) kind: ImportedData,
    /// Its name, without folders.
    pub(crate) file: String,
    pub(crate) at: NaiveDateTime,
    pub(crate) added: usize,
    pub(crate) changed: usize,
    #[serde(skip)]
    rows: (i64, i64),
    pub(crate) undone_at: Option<NaiveDateTime>,
}

const COLUMNS: &str = "id, kind, file, at, added, changed, cards_after, purchases_after, undone_at";

impl ImportRecord {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            file: row.get(2)?,
            at: row.get(3)?,
            added: row.get(4)?,
            changed: row.get(5)?,
            rows: (row.get(6)?, row.get(7)?),
            undone_at: row.get(8)?,
        })
    }

    /// Where its rows are.
    pub(crate) fn rows(&self) -> ImportRows {
        ImportRows { import: self.id, cards_after: self.rows.0, purchases_after: self.rows.1 }
    }
}

/// Begins an import; everything it writes has its number.
pub(crate) fn begin(write: &Write<'_>, kind: ImportedData, file: &str, at: NaiveDateTime) -> Result<ImportId> {
    let sql = "INSERT INTO import (kind, file, at, cards_after, purchases_after) VALUES (?1, ?2, ?3, \
               (SELECT COALESCE(max(c.id), 0) FROM customer c), (SELECT COALESCE(max(p.id), 0) FROM purchase p)) \
               RETURNING id";
    write.value(sql, params![kind, file, at])
}

/// Records what an import did.
pub(crate) fn finish(write: &Write<'_>, id: ImportId, added: usize, changed: usize) -> Result<()> {
    write.run("UPDATE import SET added = ?2, changed = ?3 WHERE id = ?1", params![id, added, changed]).map(|_| ())
}

/// Every import, oldest first.
pub(crate) fn history(read: &Read<'_>) -> Result<Vec<ImportRecord>> {
    read.all(&format!("SELECT {COLUMNS} FROM import ORDER BY id"), params![], ImportRecord::from_row)
}

/// The import with this number, or the last one, if it can be undone.
///
/// # Errors
/// When there is none, it was already undone, or it is a past campaign.
pub(crate) fn to_undo(read: &Read<'_>, number: Option<i64>) -> Result<ImportRecord> {
    let history = history(read)?;
    let found = match number {
        Some(number) => history.iter().find(|record| record.id.0 == number),
        None => history.iter().rfind(|record| record.undone_at.is_none()),
    };
    let what_else = "`regulars import list` shows the imports";
    let Some(record) = found else {
        let message = number.map_or("there is no import to undo".to_owned(), |n| format!("there is no import {n}"));
        return Err(Error::new(message).hint(what_else));
    };
    let number = record.id;
    if let Some(at) = record.undone_at {
        let error = Error::new(format!("import {number} was already undone, on {}", at.date()));
        return Err(error.hint(format!("import {} again to get it back", crate::text::quote(&record.file))));
    }
    if record.kind == ImportedData::PastCampaign {
        let error = Error::new(format!("import {number} is a past campaign: what was mailed stays on record"));
        let is_other = |other: &&ImportRecord| other.undone_at.is_none() && other.kind != ImportedData::PastCampaign;
        return Err(match history.iter().rfind(is_other) {
            Some(other) => error.hint(format!("to undo the import before it: `regulars import undo {}`", other.id)),
            None => error.hint(what_else),
        });
    }
    Ok(record.clone())
}

/// Newer imports of customers that are not undone.
pub(crate) fn newer(read: &Read<'_>, record: &ImportRecord) -> Result<Vec<ImportRecord>> {
    let mut newer = history(read)?;
    newer.retain(|one| one.id > record.id && one.undone_at.is_none() && one.kind == ImportedData::Customers);
    Ok(newer)
}

/// Records that an import was undone.
pub(crate) fn mark_undone(write: &Write<'_>, id: ImportId, at: NaiveDateTime) -> Result<()> {
    write.run("UPDATE import SET undone_at = ?2 WHERE id = ?1", params![id, at]).map(|_| ())
}
