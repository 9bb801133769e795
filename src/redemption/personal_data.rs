//! The tables of the till: how one person's rows are exported and erased.

use crate::customers::{Erasure, ExportCell, ExportTable, TableOwner, export_tables};
use crate::domain::{CustomerId, ImportId};
use crate::error::Result;
use crate::store::{Read, Write, params};

use ExportCell::{Day, Number, Text, YesNo};

pub(crate) const PERSONAL_DATA: TableOwner =
    TableOwner::of_recipients(|read, customer| export_tables(read, TABLES, customer), forget);

const TABLES: &[ExportTable] = &[
    ExportTable {
        name: "redemptions",
        columns: &[
            ("campaign", "c.slug", Text),
            ("on", "d.redeemed_on", Day),
            ("at", "d.redeemed_at", Text),
            ("spend_minor", "d.spend_minor", Number),
            ("till", "d.till", Text),
            ("receipt", "d.receipt", Text),
            ("undone_at", "COALESCE(d.undone_at, '')", Text),
        ],
        from: "FROM recipient_member m JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               JOIN redemption d ON d.recipient_id = r.id WHERE m.customer_id = ?1 ORDER BY d.id",
    },
    ExportTable {
        name: "at_the_till",
        columns: &[
            ("code", "COALESCE(NULLIF(e.ref, ''), e.code)", Text),
            ("outcome", "e.outcome", Text),
            ("at", "e.at", Text),
            ("on", "e.on_day", Day),
            ("spend_minor", "e.spend_minor", Number),
            ("till", "e.till", Text),
            ("receipt", "e.receipt", Text),
            ("reason", "e.reason", Text),
            ("request", "COALESCE(e.request, '')", Text),
            ("arrived_at", "COALESCE(e.arrived_at, '')", Text),
            ("put_aside_at", "COALESCE(e.put_aside_at, '')", Text),
            ("promised", "e.promised", YesNo),
        ],
        from: "FROM redemption_event e WHERE e.recipient_id IN \
               (SELECT m.recipient_id FROM recipient_member m WHERE m.customer_id = ?1) \
               OR (e.ref <> '' AND e.ref IN (SELECT n.ref FROM customer n WHERE n.id = ?1 \
               UNION ALL SELECT a.ref FROM customer_alias a WHERE a.customer_id = ?1)) ORDER BY e.id",
    },
];

/// Whether the till's record has a customer by reference, without a letter.
pub(crate) fn is_on_record(read: &Read<'_>, reference: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM redemption_event WHERE ref <> '' AND ref = ?1)";
    read.value(sql, params![reference])
}

/// The customers of an import in the till's record, with a letter or without one.
pub(crate) fn customers_of_import(read: &Read<'_>, import: ImportId) -> Result<Vec<CustomerId>> {
    let sql = "SELECT k.id FROM redemption_event e JOIN customer k ON k.ref = e.ref WHERE e.ref <> '' AND k.import_id = ?1 \
               UNION SELECT k.id FROM redemption_event e JOIN recipient_member m ON m.recipient_id = e.recipient_id \
               JOIN customer k ON k.id = m.customer_id WHERE k.import_id = ?1";
    read.all(sql, params![import], |row| row.get(0))
}

/// What happened stays, without anything that identifies the customer.
fn forget(write: &Write<'_>, erasure: &Erasure<'_>) -> Result<()> {
    for place in &erasure.places {
        let sql = "UPDATE redemption_event SET reason = '', receipt = '', request = NULL, \
                   code = CASE WHEN ?2 THEN code ELSE '' END WHERE recipient_id = ?1";
        write.run(sql, params![place.recipient, place.is_shared])?;
        write.run("UPDATE redemption SET receipt = '' WHERE recipient_id = ?1", params![place.recipient])?;
    }
    for reference in &erasure.references {
        let sql = "UPDATE redemption_event SET ref = '', reason = '', receipt = '', request = NULL WHERE ref = ?1";
        write.run(sql, params![reference])?;
    }
    Ok(())
}
