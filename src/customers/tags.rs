//! The tags of a card: two that differ only in case, or in how their letters are composed, are the same.

use std::sync::LazyLock;

use crate::domain::{CustomerId, ImportId};
use crate::error::Result;
use crate::store::{Write, folded_sql, params};

/// A customer's tag that equals a given one.
static SAME: LazyLock<String> =
    LazyLock::new(|| format!("customer_id = ?1 AND {} = {}", folded_sql("tag"), folded_sql("?2")));
static ADD: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO customer_tag (customer_id, tag, import_id) SELECT ?1, ?2, ?3 \
         WHERE NOT EXISTS (SELECT 1 FROM customer_tag WHERE {})",
        *SAME
    )
});

/// Returns whether the tag is new on the card; `import` added it, 0 meaning the owner.
pub(super) fn add_tag(write: &Write<'_>, id: CustomerId, tag: &str, import: ImportId) -> Result<bool> {
    Ok(write.run(&ADD, params![id, tag, import])? > 0)
}

/// Adds a tag for the owner; one that an import added becomes theirs.
pub(super) fn set_tag(write: &Write<'_>, id: CustomerId, tag: &str) -> Result<()> {
    add_tag(write, id, tag, ImportId::default())?;
    write.run(&format!("UPDATE customer_tag SET import_id = 0 WHERE {}", *SAME), params![id, tag]).map(|_| ())
}

/// Removes a tag; returns whether the card had it.
pub(super) fn take_off(write: &Write<'_>, id: CustomerId, tag: &str) -> Result<bool> {
    Ok(write.run(&format!("DELETE FROM customer_tag WHERE {}", *SAME), params![id, tag])? > 0)
}
