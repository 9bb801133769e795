//! What the owner of tables registers for one person's rows: how they are exported, erased, and moved with a card.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::customer::Customer;
use crate::domain::{CustomerId, ImportId, RecipientId};
use crate::error::Result;
use crate::store::{Read, Row, Write, params};

/// How a room handles a person's rows in its tables. `app` has the list of all owners.
pub(crate) struct TableOwner {
    /// Everything stored about them, with a key for each table.
    pub(crate) export: fn(&Read<'_>, &Customer) -> Result<Map<String, Json>>,
    pub(crate) forget: fn(&Write<'_>, &Erasure<'_>) -> Result<()>,
    /// Moves what belongs to the removed card to the remaining one, and records it.
    pub(crate) merge: fn(&Write<'_>, &MergedCards, &mut MergeRecord) -> Result<()>,
    /// Moves back what a merge recorded.
    pub(crate) unmerge: fn(&Write<'_>, &MergedCards, &MergeRecord) -> Result<()>,
}

impl TableOwner {
    /// For tables whose rows belong to a recipient: a merge does not change them.
    pub(crate) const fn of_recipients(
        export: fn(&Read<'_>, &Customer) -> Result<Map<String, Json>>,
        forget: fn(&Write<'_>, &Erasure<'_>) -> Result<()>,
    ) -> Self {
        Self { export, forget, merge: |_, _, _| Ok(()), unmerge: |_, _, _| Ok(()) }
    }
}

/// A person who is erased.
#[derive(Debug)]
pub(crate) struct Erasure<'a> {
    pub(crate) customer: &'a Customer,
    /// Every reference that means them, their own first.
    pub(crate) references: Vec<String>,
    /// Their places in plans.
    pub(crate) places: Vec<PlanPlace>,
    /// The shop's country, for the addresses of the other household members.
    pub(crate) country: &'a str,
    pub(crate) on: NaiveDate,
}

/// A recipient that a person is a member of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlanPlace {
    pub(crate) recipient: RecipientId,
    /// Other household members belong to it too, and keep the piece.
    pub(crate) is_shared: bool,
}

/// Two cards that are merged or separated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MergedCards {
    pub(crate) gone: CustomerId,
    pub(crate) stays: CustomerId,
}

/// The removed card, and everything that moved: stored as JSON, so that an undo restores it exactly.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct MergeRecord {
    pub(super) id: CustomerId,
    pub(super) deceased: bool,
    /// The import that added it.
    #[serde(default)]
    pub(super) import: ImportId,
    #[serde(default)]
    pub(super) edited: bool,
    /// What imports replaced on it: column, import, before, after.
    #[serde(default)]
    pub(super) replaced: Vec<(String, ImportId, String, String)>,
    pub(super) columns: BTreeMap<String, String>,
    pub(super) tags: Vec<String>,
    /// The import that added each tag.
    #[serde(default)]
    pub(super) tag_imports: BTreeMap<String, ImportId>,
    pub(super) preferences: BTreeMap<String, String>,
    /// References that already meant it.
    pub(super) aliases: Vec<String>,
    /// By table: the numbers of the moved rows.
    pub(super) moved: BTreeMap<String, Vec<i64>>,
    /// Recipients that it was a member of.
    pub(crate) members: Vec<RecipientId>,
    /// Those of them that the remaining card was also a member of.
    pub(crate) shared: Vec<RecipientId>,
    pub(super) given: Given,
    /// The statements that the merge recorded.
    #[serde(default)]
    pub(super) opt_outs: Vec<i64>,
    /// The purchases that the merge linked to their customer, and the last purchase in the book at that time.
    #[serde(default)]
    pub(super) linked: Vec<i64>,
    #[serde(default)]
    pub(super) last_purchase: Option<i64>,
}

/// What a merge added to the remaining card.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Given {
    /// Column, before, after.
    pub(super) columns: Vec<(String, String, String)>,
    pub(super) became_deceased: bool,
    pub(super) tags: Vec<String>,
    pub(super) preferences: Vec<String>,
}

/// A table whose rows have their own number and belong to a card: a merge moves them unchanged.
pub(crate) struct CardRows {
    /// The table's name in the record of a merge.
    pub(crate) table: &'static str,
    /// The numbers of the rows of card `?1`, in order.
    pub(crate) select: &'static str,
    /// Moves row `?1` to card `?3` if it belongs to card `?2`.
    pub(crate) update: &'static str,
}

impl CardRows {
    /// Moves all rows of the removed card, and records them.
    pub(crate) fn merge(&self, write: &Write<'_>, cards: &MergedCards, record: &mut MergeRecord) -> Result<()> {
        let rows: Vec<i64> = write.all(self.select, params![cards.gone], |row| row.get(0))?;
        self.give(write, &rows, cards.gone, cards.stays)?;
        record.moved.insert(self.table.to_owned(), rows);
        Ok(())
    }

    /// Moves those back that still belong to the remaining card.
    pub(crate) fn unmerge(&self, write: &Write<'_>, cards: &MergedCards, record: &MergeRecord) -> Result<()> {
        self.give(write, record.moved.get(self.table).map_or(&[], Vec::as_slice), cards.stays, cards.gone)
    }

    fn give(&self, write: &Write<'_>, rows: &[i64], from: CustomerId, to: CustomerId) -> Result<()> {
        rows.iter().try_for_each(|row| write.run(self.update, params![*row, from, to]).map(|_| ()))
    }
}

/// The type of a cell in an export.
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

/// A table in which some rows belong to a person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExportTable {
    /// Its key in the object.
    pub(crate) name: &'static str,
    /// The columns: key, SQL, type.
    pub(crate) columns: &'static [(&'static str, &'static str, ExportCell)],
    /// `FROM … WHERE … ORDER BY …`, where `?1` is the customer's ID.
    pub(crate) from: &'static str,
}

/// The rows of these tables that belong to a person, by table name.
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
