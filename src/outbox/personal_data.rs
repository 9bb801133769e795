//! The tables of the outbox: how one person's rows are exported and erased.

use crate::customers::{Erasure, ExportCell, ExportTable, TableOwner, export_tables};
use crate::domain::OutboxState;
use crate::error::Result;
use crate::store::{Write, params};

use ExportCell::{Number, Text};

pub(crate) const PERSONAL_DATA: TableOwner =
    TableOwner::of_recipients(|read, customer| export_tables(read, TABLES, customer), forget);

const TABLES: &[ExportTable] = &[
    ExportTable {
        name: "emails",
        columns: &[
            ("campaign", "c.slug", Text),
            ("wave", "o.wave", Number),
            ("state", "o.state", Text),
            ("message_key", "o.message_key", Text),
            ("attempts", "o.attempt", Number),
            ("first_at", "COALESCE(o.first_at, '')", Text),
            ("dated_at", "COALESCE(o.dated_at, '')", Text),
            ("due_at", "COALESCE(o.due_at, '')", Text),
            ("at", "COALESCE(o.at, '')", Text),
            ("reply", "o.reply", Text),
        ],
        from: "FROM recipient_member m JOIN outbox o ON o.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id, o.wave",
    },
    ExportTable {
        name: "email_decisions",
        columns: &[
            ("campaign", "c.slug", Text),
            ("wave", "d.wave", Number),
            ("verdict", "d.verdict", Text),
            ("old_state", "d.old_state", Text),
            ("old_due_at", "COALESCE(d.old_due_at, '')", Text),
            ("at", "d.at", Text),
        ],
        from: "FROM recipient_member m JOIN outbox_decision d ON d.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY d.id",
    },
];

/// What was sent stays on record; nothing more is sent to an emptied place.
fn forget(write: &Write<'_>, erasure: &Erasure<'_>) -> Result<()> {
    for place in &erasure.places {
        let recipient = place.recipient;
        if !place.is_shared {
            let sql = "DELETE FROM outbox WHERE recipient_id = ?1 AND state = ?2";
            write.run(sql, params![recipient, OutboxState::Queued])?;
            write.run("UPDATE outbox SET message_key = '' WHERE recipient_id = ?1", params![recipient])?;
        }
        write.run("UPDATE outbox SET reply = '' WHERE recipient_id = ?1", params![recipient])?;
    }
    Ok(())
}
