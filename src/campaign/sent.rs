//! An email of a plan that has gone.

use crate::domain::{Channel, PieceState, RecipientId};
use crate::error::Result;
use crate::store::Write;
use crate::store::params;

/// Writes down that the email of a recipient has gone, be it the first piece or the second.
pub(crate) fn mark_email_sent(write: &Write<'_>, recipient: RecipientId) -> Result<()> {
    let values = params![recipient, PieceState::Sent, Channel::Email, PieceState::Planned];
    let sql = "UPDATE recipient SET state = ?2 WHERE id = ?1 AND channel = ?3 AND state = ?4";
    if write.run(sql, values)? == 0 {
        let sql = "UPDATE second_piece SET state = ?2 WHERE recipient_id = ?1 AND channel = ?3 AND state = ?4";
        write.run(sql, values)?;
    }
    Ok(())
}
