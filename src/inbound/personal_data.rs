//! Stored reports: how one person's rows are exported and erased.

use crate::customers::{Erasure, ExportCell, ExportTable, TableOwner, export_tables};
use crate::error::Result;
use crate::store::{Write, params};

use ExportCell::{Day, Text};

pub(crate) const PERSONAL_DATA: TableOwner =
    TableOwner::of_recipients(|read, customer| export_tables(read, TABLES, customer), forget);

const TABLES: &[ExportTable] = &[ExportTable {
    name: "email_answers",
    columns: &[
        ("campaign", "c.slug", Text),
        ("kind", "a.kind", Text),
        ("said", "a.said", Text),
        ("on", "a.on_day", Day),
    ],
    from: "FROM recipient_member m JOIN email_answer a ON a.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY a.id",
}];

/// The report stays on record, without its text.
fn forget(write: &Write<'_>, erasure: &Erasure<'_>) -> Result<()> {
    erasure.places.iter().try_for_each(|place| {
        write.run("UPDATE email_answer SET said = '' WHERE recipient_id = ?1", params![place.recipient]).map(|_| ())
    })
}
