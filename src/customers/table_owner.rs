//! What the owner of tables registers for the rows of one person: how they are exported, erased, and moved with a card.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::customer::Customer;
use crate::domain::{CustomerId, ImportId, RecipientId};
use crate::error::Result;
use crate::store::{Read, Row, Write, params};

/// What a room does with a person's rows in its tables. `app` has the list of all owners and goes over it.
pub(crate) struct TableOwner {
    /// Everything that is held on them, by a key for each table.
    pub(crate) export: fn(&Read<'_>, &Customer) -> Result<Map<String, Json>>,
    pub(crate) forget: fn(&Write<'_>, &Erasure<'_>) -> Result<()>,
    /// Gives what belongs to the card that goes to the one that stays, and records it.
    pub(crate) merge: fn(&Write<'_>, &MergedCards, &mut MergeRecord) -> Result<()>,
    /// Gives back what a merge recorded.
    pub(crate) unmerge: fn(&Write<'_>, &MergedCards, &MergeRecord) -> Result<()>,
}

impl TableOwner {
    /// Of tables whose rows belong to a recipient, whoever that is: a merge leaves them as they are.
    pub(crate) const fn of_recipients(
        export: fn(&Read<'_>, &Customer) -> Result<Map<String, Json>>,
        forget: fn(&Write<'_>, &Erasure<'_>) -> Result<()>,
    ) -> Self {
        Self { export, forget, merge: |_, _, _| Ok(()), unmerge: |_, _, _| Ok(()) }
    }
}

/// Somebody who is erased.
#[derive(Debug)]
pub(crate) struct Erasure<'a> {
    pub(crate) customer: &'a Customer,
    /// Every reference that means them, their own first.
    pub(crate) references: Vec<String>,
    /// Their places in plans.
    pub(crate) places: Vec<PlanPlace>,
    /// The shop's country, for the addresses of those who stay.
    pub(crate) country: &'a str,
    pub(crate) on: NaiveDate,
}

/// A recipient that somebody is a member of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlanPlace {
    pub(crate) recipient: RecipientId,
    /// Others of the household are members too, and keep the piece.
    pub(crate) is_shared: bool,
}

/// Two cards that become one, or two again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MergedCards {
    pub(crate) gone: CustomerId,
    pub(crate) stays: CustomerId,
}

/// The card that went, and everything that moved: kept as JSON, so that an undo restores it exactly.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct MergeRecord {
    pub(super) id: CustomerId,
    pub(super) deceased: bool,
    /// Which import added it.
    #[serde(default)]
    pub(super) import: ImportId,
    #[serde(default)]
    pub(super) edited: bool,
    /// What imports replaced on it: column, import, before, after.
    #[serde(default)]
    pub(super) replaced: Vec<(String, ImportId, String, String)>,
    pub(super) columns: BTreeMap<String, String>,
    pub(super) tags: Vec<String>,
    /// Which import added a tag.
    #[serde(default)]
    pub(super) tag_imports: BTreeMap<String, ImportId>,
    pub(super) preferences: BTreeMap<String, String>,
    /// References that meant it already.
    pub(super) aliases: Vec<String>,
    /// By table: the numbers of the rows that moved.
    pub(super) moved: BTreeMap<String, Vec<i64>>,
    /// Recipients that it was a member of.
    pub(crate) members: Vec<RecipientId>,
    /// Those of them that the card that stays was a member of as well.
    pub(crate) shared: Vec<RecipientId>,
    pub(super) given: Given,
    /// The statements that the merge wrote down.
    #[serde(default)]
    pub(super) opt_outs: Vec<i64>,
    /// The purchases that found their customer with it, and the last one that the book had then.
    #[serde(default)]
    pub(super) linked: Vec<i64>,
    #[serde(default)]
    pub(super) last_purchase: Option<i64>,
}

/// What a merge gave the card that stays.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Given {
    /// Column, before, after.
    pub(super) columns: Vec<(String, String, String)>,
    pub(super) became_deceased: bool,
    pub(super) tags: Vec<String>,
    pub(super) preferences: Vec<String>,
}

/// A table whose rows have a number of their own and belong to a card: a merge moves them as they are.
pub(crate) struct CardRows {
    /// The table, as the record of a merge names it.
    pub(crate) table: &'static str,
    /// The numbers of the rows of card `?1`, in order.
    pub(crate) select: &'static str,
    /// Gives row `?1` to card `?3` where it belongs to card `?2`.
    pub(crate) update: &'static str,
}

impl CardRows {
    /// Moves all rows of the card that goes, and records which.
    pub(crate) fn merge(&self, write: &Write<'_>, cards: &MergedCards, record: &mut MergeRecord) -> Result<()> {
        let rows: Vec<i64> = write.all(self.select, params![cards.gone], |row| row.get(0))?;
        self.give(write, &rows, cards.gone, cards.stays)?;
        record.moved.insert(self.table.to_owned(), rows);
        Ok(())
    }

    /// Moves those back that still belong to the card that stays.
    pub(crate) fn unmerge(&self, write: &Write<'_>, cards: &MergedCards, record: &MergeRecord) -> Result<()> {
        self.give(write, record.moved.get(self.table).map_or(&[], Vec::as_slice), cards.stays, cards.gone)
    }

    fn give(&self, write: &Write<'_>, rows: &[i64], from: CustomerId, to: CustomerId) -> Result<()> {
        rows.iter().try_for_each(|row| write.run(self.update, params![*row, from, to]).map(|_| ()))
    }
}

/// What a cell of an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExportCell {
    Text,
    /// Text that is JSON itself.
    Object,
    /// A whole number, an amount.
    Number,
    Day,
    YesNo,
}

/// One table of which rows belong to a person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExportTable {
    /// Its key in the object.
    pub(crate) name: &'static str,
    /// The columns: key, SQL, what it is.
    pub(crate) columns: &'static [(&'static str, &'static str, ExportCell)],
    /// `FROM … WHERE … ORDER BY …`, where `?1` is the customer's id.
    pub(crate) from: &'static str,
}

/// The rows of these tables that belong to a person, by the tables' names.
pub(crate) fn export_tables(read: &Read<'_>, tables: &[ExportTable], customer: &Customer) -> Result<Map<String, Json>> {
    let mut object = Map::new();
    for table in tables {
        let columns: Vec<&str> = table.columns.iter().map(|(_, sql, _)| *sql).collect();
        let sql = format!("SELECT {} {}", columns.join(", "), table.from);
        let rows = read.all(&sql, params![customer.id], |row| row_object(row, table))?;
        object.insert(table.name.to_owned(), Json::from(rows));
    }
    Ok(object)
}

fn row_object(row: &Row<'_>, table: &ExportTable) -> Result<Json> {
    let mut object = Map::new();
    for (index, (key, _, cell)) in table.columns.iter().enumerate() {
        let value = match cell {
            ExportCell::Text => json!(row.get::<String>(index)?),
            ExportCell::Object => {
                let text: String = row.get(index)?;
                serde_json::from_str(&text).unwrap_or(Json::String(text))
            }
            ExportCell::Number => json!(row.get::<Option<i64>>(index)?),
            ExportCell::Day => json!(row.get::<Option<NaiveDate>>(index)?),
            ExportCell::YesNo => json!(row.get::<bool>(index)?),
        };
        object.insert((*key).to_owned(), value);
    }
    Ok(Json::Object(object))
}
