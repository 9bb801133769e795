//! The tags of a card: two that differ in case alone, or in how their letters are composed, are one.

use std::sync::LazyLock;

use crate::domain::{CustomerId, ImportId};
use crate::error::Result;
use crate::store::{Write, folded_sql, params};

/// Of a customer, the tag that is the same as one that is given.
static SAME: LazyLock<String> =
    LazyLock::new(|| format!("customer_id = ?1 AND {} = {}", folded_sql("tag"), folded_sql("?2")));
static ADD: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO customer_tag (customer_id, tag, import_id) SELECT ?1, ?2, ?3 \
         WHERE NOT EXISTS (SELECT 1 FROM customer_tag WHERE {})",
        *SAME
    )
});

/// Whether the card did not have the tag; `import` brought it, 0 being the owner.
pub(super) fn add_tag(write: &Write<'_>, id: CustomerId, tag: &str, import: ImportId) -> Result<bool> {
    Ok(write.run(&ADD, params![id, tag, import])? > 0)
}

/// Adds a tag by the owner's hand; one that an import brought is theirs from now on.
pub(super) fn set_tag(write: &Write<'_>, id: CustomerId, tag: &str) -> Result<()> {
    add_tag(write, id, tag, ImportId::default())?;
    write.run(&format!("UPDATE customer_tag SET import_id = 0 WHERE {}", *SAME), params![id, tag]).map(|_| ())
}

/// Takes a tag off; whether the card had it.
pub(super) fn take_off(write: &Write<'_>, id: CustomerId, tag: &str) -> Result<bool> {
    Ok(write.run(&format!("DELETE FROM customer_tag WHERE {}", *SAME), params![id, tag])? > 0)
}
