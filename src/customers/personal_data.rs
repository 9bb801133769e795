//! The tables of the customer book: how one person's rows are exported, erased, and moved with their card.

use serde_json::{Map, Value as Json, json};

use super::customer::{Customer, CustomerField};
use super::table_owner::{CardRows, ExportCell, ExportTable, TableOwner, export_tables};
use super::{forget, suppression};
use crate::domain::{CircumstanceKind, Column, OnePer};
use crate::error::Result;
use crate::store::Read;

use ExportCell::{Day, Number, Object, Text};

pub(crate) const PERSONAL_DATA: TableOwner = TableOwner {
    export,
    forget: forget::forget,
    merge: |write, cards, record| CARD_ROWS.iter().try_for_each(|rows| rows.merge(write, cards, record)),
    unmerge: |write, cards, record| CARD_ROWS.iter().try_for_each(|rows| rows.unmerge(write, cards, record)),
};

const CARD_ROWS: [CardRows; 7] = [
    CardRows {
        table: "circumstance",
        select: "SELECT id FROM circumstance WHERE customer_id = ?1 ORDER BY id",
        update: "UPDATE circumstance SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
    },
    CardRows {
        table: "consent",
        select: "SELECT id FROM consent WHERE customer_id = ?1 ORDER BY id",
        update: "UPDATE consent SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
    },
    CardRows {
        table: "contact_note",
        select: "SELECT id FROM contact_note WHERE customer_id = ?1 ORDER BY id",
        update: "UPDATE contact_note SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
    },
    CardRows {
        table: "customer_merge",
        select: "SELECT id FROM customer_merge WHERE customer_id = ?1 ORDER BY id",
        update: "UPDATE customer_merge SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
    },
    CardRows {
        table: "purchase",
        select: "SELECT id FROM purchase WHERE customer_id = ?1 ORDER BY id",
        update: "UPDATE purchase SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
    },
    CardRows {
        table: "replaced_purchase",
        select: "SELECT id FROM replaced_purchase WHERE customer_id = ?1 ORDER BY id",
        update: "UPDATE replaced_purchase SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
    },
    CardRows {
        table: "till_change",
        select: "SELECT id FROM till_change WHERE customer_id = ?1 ORDER BY id",
        update: "UPDATE till_change SET customer_id = ?3 WHERE id = ?1 AND customer_id = ?2",
    },
];

const TABLES: &[ExportTable] = &[
    ExportTable {
        name: "old_refs",
        columns: &[("ref", "ref", Text)],
        from: "FROM customer_alias WHERE customer_id = ?1 ORDER BY ref",
    },
    ExportTable {
        name: "not_the_same",
        columns: &[("ref", "c.ref", Text), ("on", "n.on_day", Day)],
        from: "FROM not_the_same n JOIN customer c ON c.id IN (n.customer_id, n.other_id) AND c.id <> ?1 \
               WHERE ?1 IN (n.customer_id, n.other_id) ORDER BY c.ref",
    },
    ExportTable {
        name: OnePer::Household.as_str(),
        columns: &[("ref", "ref", Text)],
        from: "FROM customer WHERE id <> ?1 AND household_id = (SELECT c.household_id FROM customer c WHERE c.id = ?1) \
               ORDER BY ref",
    },
    ExportTable {
        name: "tags",
        columns: &[("tag", "tag", Text)],
        from: "FROM customer_tag WHERE customer_id = ?1 ORDER BY tag",
    },
    ExportTable {
        name: "preferences",
        columns: &[("key", "key", Text), ("value", "value", Text)],
        from: "FROM preference WHERE customer_id = ?1 ORDER BY key",
    },
    ExportTable {
        name: "contacts",
        columns: &[
            ("on", "on_day", Day),
            ("kind", "kind", Text),
            ("text", "text", Text),
            ("minutes", "minutes", Number),
            ("resolved_on", "resolved_on", Day),
        ],
        from: "FROM contact_note WHERE customer_id = ?1 ORDER BY on_day, id",
    },
    ExportTable {
        name: "consents",
        columns: &[
            ("channel", "channel", Text),
            ("state", "state", Text),
            ("on", "on_day", Day),
            ("source", "source", Text),
        ],
        from: "FROM consent WHERE customer_id = ?1 ORDER BY id",
    },
    ExportTable {
        name: "circumstances",
        columns: &[("what", "what", Text), ("state", "state", Text), ("on", "on_day", Day), ("source", "source", Text)],
        from: "FROM circumstance WHERE customer_id = ?1 ORDER BY id",
    },
    // Found by the address and not by the card, because it applies to everyone there.
    ExportTable {
        name: "returned_mail",
        columns: &[
            ("campaign", "u.campaign", Text),
            ("on", "u.on_day", Day),
            ("source", "u.source", Text),
            ("lifted_on", "u.lifted_on", Day),
        ],
        from: "FROM customer c JOIN undeliverable_address u ON u.home = c.home AND u.home <> 0 WHERE c.id = ?1 \
               ORDER BY u.on_day, u.id",
    },
    ExportTable {
        name: "purchases",
        columns: &[
            ("number", "id", Number),
            ("on", "day", Day),
            ("amount_minor", "amount_minor", Number),
            ("quantity_thousandths", "quantity_milli", Number),
            ("receipt", "receipt", Text),
            ("ref", "ref", Text),
            ("source", "source", Text),
        ],
        from: "FROM purchase WHERE customer_id = ?1 ORDER BY day, id",
    },
    ExportTable {
        name: "items",
        columns: &[
            ("purchase", "i.purchase_id", Number),
            ("item", "i.item", Text),
            ("quantity_thousandths", "i.quantity_milli", Number),
            ("amount_minor", "i.amount_minor", Number),
        ],
        from: "FROM purchase p JOIN purchase_item i ON i.purchase_id = p.id WHERE p.customer_id = ?1 \
               ORDER BY p.day, p.id, i.line",
    },
    ExportTable {
        name: "replaced_fields",
        columns: &[
            ("import", "import_id", Number),
            ("field", "field", Text),
            ("before", "before", Text),
            ("after", "after", Text),
        ],
        from: "FROM replaced_field WHERE customer_id = ?1 ORDER BY import_id, field",
    },
    ExportTable {
        name: "replaced_purchases",
        columns: &[
            ("number", "id", Number),
            ("import", "import_id", Number),
            ("on", "day", Day),
            ("amount_minor", "amount_minor", Number),
            ("quantity_thousandths", "quantity_milli", Number),
            ("receipt", "receipt", Text),
            ("ref", "ref", Text),
            ("source", "source", Text),
        ],
        from: "FROM replaced_purchase WHERE customer_id = ?1 ORDER BY id",
    },
    ExportTable {
        name: "replaced_items",
        columns: &[
            ("replaced_purchase", "i.replaced_id", Number),
            ("item", "i.item", Text),
            ("quantity_thousandths", "i.quantity_milli", Number),
            ("amount_minor", "i.amount_minor", Number),
        ],
        from: "FROM replaced_purchase r JOIN replaced_item i ON i.replaced_id = r.id WHERE r.customer_id = ?1 \
               ORDER BY r.id, i.line",
    },
    ExportTable {
        name: "changed_at_the_till",
        columns: &[
            ("what", "kind", Text),
            ("before", "before", Object),
            ("after", "after", Object),
            ("at", "at", Text),
            ("till", "till", Text),
            ("request", "COALESCE(request, '')", Text),
            ("undone_at", "COALESCE(undone_at, '')", Text),
            ("put_aside_at", "COALESCE(put_aside_at, '')", Text),
        ],
        from: "FROM till_change WHERE customer_id = ?1 ORDER BY id",
    },
    ExportTable {
        name: "merges",
        columns: &[
            ("ref", "ref", Text),
            ("into", "into_ref", Text),
            ("at", "at", Text),
            ("undone_at", "COALESCE(undone_at, '')", Text),
            ("kept", "kept", Object),
        ],
        from: "FROM customer_merge WHERE customer_id = ?1 OR ref = (SELECT c.ref FROM customer c WHERE c.id = ?1) ORDER BY id",
    },
];

fn export(read: &Read<'_>, customer: &Customer) -> Result<Map<String, Json>> {
    let mut object = export_tables(read, TABLES, customer)?;
    object.insert("card".to_owned(), card(customer));
    // Found by the address and not by the card, because it stays when the card is erased.
    let suppressed = suppression::suppressions(read, &customer.email)?;
    object.insert("suppressions".to_owned(), json!(suppressed));
    Ok(object)
}

fn card(customer: &Customer) -> Json {
    let mut card: Map<String, Json> =
        CustomerField::ALL.iter().map(|field| (field.to_string(), json!(customer.field(*field)))).collect();
    for (key, value) in [
        ("ref", json!(customer.reference)),
        ("post_consent", json!(customer.post_consent)),
        ("email_consent", json!(customer.email_consent)),
        (CircumstanceKind::Deceased.as_str(), json!(customer.deceased)),
        ("moved_from", json!(customer.moved_from)),
        ("put_together", json!(customer.manual_household)),
    ] {
        card.insert(key.to_owned(), value);
    }
    Json::Object(card)
}
