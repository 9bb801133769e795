//! Stored API responses: how one person's rows are exported and erased.

use crate::customers::{Erasure, ExportCell, ExportTable, TableOwner, export_tables};
use crate::error::Result;
use crate::store::{Write, params};

use ExportCell::{Object, Text};

pub(crate) const PERSONAL_DATA: TableOwner =
    TableOwner::of_recipients(|read, customer| export_tables(read, TABLES, customer), forget);

const TABLES: &[ExportTable] = &[ExportTable {
    name: "told_to_tills",
    columns: &[("at", "a.at", Text), ("key", "a.key", Text), ("answer", "a.body", Object)],
    from: "FROM recipient_member m JOIN till_answer a ON a.recipient_id = m.recipient_id WHERE m.customer_id = ?1 \
               ORDER BY a.at, a.key",
}];

fn forget(write: &Write<'_>, erasure: &Erasure<'_>) -> Result<()> {
    let sql = "DELETE FROM till_answer WHERE recipient_id = ?1";
    erasure.places.iter().try_for_each(|place| write.run(sql, params![place.recipient]).map(|_| ()))
}
