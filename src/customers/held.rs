//! Everything that is held on a person, as one object: for the person who asks what the shop knows.
//!
//! Each table is a line of [`HELD`], so that a new one is a new line. Other rooms have lists of their own.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json, json};

use super::customer::Customer;
use super::suppression;
use crate::error::Result;
use crate::store::params;
use crate::store::{Read, Row};

/// What a cell of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text.
    Text,
    /// Text that is JSON itself.
    Object,
    /// A whole number, an amount.
    Number,
    /// A day.
    Day,
    /// A yes or no.
    YesNo,
}

/// One table of which rows belong to a person; `?1` in `from` is the customer's id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// Its key in the object.
    pub(crate) name: &'static str,
    /// The columns: key, SQL, what it is.
    pub(crate) columns: &'static [(&'static str, &'static str, Cell)],
    /// `FROM … WHERE … ORDER BY …`.
    pub(crate) from: &'static str,
}

use Cell::{Day, Number, Object, Text, YesNo};

const HELD: &[Held] = &[
    Held {
        name: "card",
        columns: &[
            ("ref", "ref", Text),
            ("title", "title", Text),
            ("first_name", "first_name", Text),
            ("last_name", "last_name", Text),
            ("full_name", "full_name", Text),
            ("suffix", "suffix", Text),
            ("spouse", "spouse", Text),
            ("company", "company", Text),
            ("street", "street", Text),
            ("street2", "street2", Text),
            ("city", "city", Text),
            ("state", "state", Text),
            ("postcode", "postcode", Text),
            ("country", "country", Text),
            ("email", "email", Text),
            ("phone", "phone", Text),
            ("birthday", "birthday", Text),
            ("notes", "notes", Text),
            ("post_consent", "post_consent", Text),
            ("email_consent", "email_consent", Text),
            ("deceased", "deceased", YesNo),
            ("moved_from", "moved_from", Text),
            ("put_together", "put_together", Text),
        ],
        from: "FROM customer WHERE id = ?1",
    },
    Held {
        name: "old_refs",
        columns: &[("ref", "ref", Text)],
        from: "FROM customer_alias WHERE customer_id = ?1 ORDER BY ref",
    },
    Held {
        name: "not_the_same",
        columns: &[("ref", "c.ref", Text), ("on", "n.on_day", Day)],
        from: "FROM not_the_same n JOIN customer c ON c.id IN (n.customer_id, n.other_id) AND c.id <> ?1 \
               WHERE ?1 IN (n.customer_id, n.other_id) ORDER BY c.ref",
    },
    Held {
        name: "household",
        columns: &[("ref", "ref", Text)],
        from: "FROM customer WHERE id <> ?1 AND household_id = (SELECT c.household_id FROM customer c WHERE c.id = ?1) \
               ORDER BY ref",
    },
    Held {
        name: "tags",
        columns: &[("tag", "tag", Text)],
        from: "FROM customer_tag WHERE customer_id = ?1 ORDER BY tag",
    },
    Held {
        name: "preferences",
        columns: &[("key", "key", Text), ("value", "value", Text)],
        from: "FROM preference WHERE customer_id = ?1 ORDER BY key",
    },
    Held {
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
    Held {
        name: "consents",
        columns: &[
            ("channel", "channel", Text),
            ("state", "state", Text),
            ("on", "on_day", Day),
            ("source", "source", Text),
        ],
        from: "FROM consent WHERE customer_id = ?1 ORDER BY id",
    },
    Held {
        name: "circumstances",
        columns: &[("what", "what", Text), ("state", "state", Text), ("on", "on_day", Day), ("source", "source", Text)],
        from: "FROM circumstance WHERE customer_id = ?1 ORDER BY id",
    },
    Held {
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
    Held {
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
    Held {
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

/// Everything that the book holds on somebody.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn held(read: &Read<'_>, customer: &Customer) -> Result<Map<String, Json>> {
    let mut object = collect(read, HELD, customer.id)?;
    // Found by the address and not by the card, as it stays when the card goes.
    let suppressed = suppression::suppressions(read, &customer.email)?;
    object.insert("suppressions".to_owned(), json!(suppressed));
    Ok(object)
}

/// The rows of these tables that belong to a person, by the tables' names.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn collect(read: &Read<'_>, tables: &[Held], id: i64) -> Result<Map<String, Json>> {
    let mut object = Map::new();
    for table in tables {
        let columns: Vec<&str> = table.columns.iter().map(|(_, sql, _)| *sql).collect();
        let sql = format!("SELECT {} {}", columns.join(", "), table.from);
        let rows = read.all(&sql, params![id], |row| row_object(row, table))?;
        object.insert(table.name.to_owned(), Json::from(rows));
    }
    Ok(object)
}

fn row_object(row: &Row<'_>, table: &Held) -> Result<Json> {
    let mut object = Map::new();
    for (index, (key, _, cell)) in table.columns.iter().enumerate() {
        let value = match cell {
            Cell::Text => json!(row.get::<String>(index)?),
            Cell::Object => {
                let text: String = row.get(index)?;
                serde_json::from_str(&text).unwrap_or(Json::String(text))
            }
            Cell::Number => json!(row.get::<Option<i64>>(index)?),
            Cell::Day => json!(row.get::<Option<NaiveDate>>(index)?),
            Cell::YesNo => json!(row.get::<bool>(index)?),
        };
        object.insert((*key).to_owned(), value);
    }
    Ok(Json::Object(object))
}
