//! The letters of reminders: how one person's rows are exported and erased.

use crate::customers::{ExportCell, ExportTable, TableOwner, export_tables};

use ExportCell::{Day, Number, Text};

/// The record of a printed letter identifies no one, and stays.
pub(crate) const PERSONAL_DATA: TableOwner =
    TableOwner::of_recipients(|read, customer| export_tables(read, TABLES, customer), |_, _| Ok(()));

const TABLES: &[ExportTable] = &[ExportTable {
    name: "reminder_letters",
    columns: &[("campaign", "c.slug", Text), ("wave", "l.wave", Number), ("printed_on", "l.printed_on", Day)],
    from: "FROM recipient_member m JOIN reminder_letter l ON l.recipient_id = m.recipient_id \
               JOIN recipient r ON r.id = m.recipient_id JOIN campaign c ON c.id = r.campaign_id \
               WHERE m.customer_id = ?1 ORDER BY c.as_of, r.id, l.wave",
}];
