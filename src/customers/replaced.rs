//! Old values that imports replaced on cards, stored until they are undone.

use super::customer::CustomerField;
use crate::domain::CustomerId;
use crate::error::Result;
use crate::store::{Read, Write, params};

/// Every old value of a field of a card.
pub(super) fn fields(read: &Read<'_>, id: CustomerId, field: CustomerField) -> Result<Vec<String>> {
    let sql = "SELECT before FROM replaced_field WHERE customer_id = ?1 AND field = ?2 \
               UNION SELECT after FROM replaced_field WHERE customer_id = ?1 AND field = ?2";
    read.all(sql, params![id, field.as_str()], |row| row.get(0))
}

/// Drops the old values of a field; an undo then leaves it unchanged.
pub(super) fn drop_field(write: &Write<'_>, id: CustomerId, field: CustomerField) -> Result<()> {
    let sql = "DELETE FROM replaced_field WHERE customer_id = ?1 AND field = ?2";
    write.run(sql, params![id, field.as_str()]).map(|_| ())
}
