//! The progress of a plan: printed, being sent, mailed.

use chrono::NaiveDate;

use super::planned::{self, Planned};
use super::recipient::Recipient;
use crate::domain::{Arm, CampaignState, Channel, PieceState, RecipientId};
use crate::error::{Error, Result};
use crate::store::{Write, params};
use crate::text;

/// Records that letters of a plan were printed; from now on it cannot be planned again.
///
/// # Errors
/// When it was planned again in the meantime.
pub(crate) fn mark_printed<'r>(
    write: &Write<'_>,
    planned: &Planned,
    letters: impl Iterator<Item = &'r Recipient>,
) -> Result<()> {
    if planned::by_id(write, planned.id)?.state == CampaignState::Void {
        return Err(Error::new(format!("{} was planned again while it was printed", text::quote(&planned.slug)))
            .hint("print it again: the codes on these letters are void"));
    }
    leave_planned(write, planned, CampaignState::Printing)?;
    for letter in letters {
        let sql = "UPDATE recipient SET state = ?2 WHERE id = ?1 AND state = ?3";
        write.run(sql, params![letter.id, PieceState::Printed, PieceState::Planned])?;
        if letter.second.is_some() {
            let sql = "UPDATE second_piece SET state = ?2 WHERE recipient_id = ?1 AND channel = ?4 AND state = ?3";
            write.run(sql, params![letter.id, PieceState::Printed, PieceState::Planned, Channel::Letter])?;
        }
    }
    Ok(())
}

/// Records that emails of a plan are being sent; from now on it cannot be planned again.
///
/// # Errors
/// When it was planned again in the meantime.
pub(crate) fn mark_sending(write: &Write<'_>, planned: &Planned) -> Result<()> {
    if planned::by_id(write, planned.id)?.state == CampaignState::Void {
        return Err(Error::new(format!("{} was planned again in the meantime", text::quote(&planned.slug)))
            .hint("send it again: that uses the new plan"));
    }
    leave_planned(write, planned, CampaignState::Sending)
}

fn leave_planned(write: &Write<'_>, planned: &Planned, state: CampaignState) -> Result<()> {
    let sql = "UPDATE campaign SET state = ?2 WHERE id = ?1 AND state = ?3";
    write.run(sql, params![planned.id, state, CampaignState::Planned]).map(|_| ())
}

/// Records that a campaign was mailed; returns how many of its letters were never printed.
///
/// # Errors
/// When another day is already recorded.
pub(crate) fn mark_posted(write: &Write<'_>, planned: &Planned, on: NaiveDate) -> Result<usize> {
    let sql = "UPDATE second_piece SET state = ?3, posted_on = ?2 WHERE channel = ?4 AND state = ?5 \
               AND recipient_id IN (SELECT id FROM recipient WHERE campaign_id = ?1)";
    let (posted, printed) = (PieceState::Posted, PieceState::Printed);
    let second = write.run(sql, params![planned.id, on, posted, Channel::Letter, printed])?;
    if second > 0 && planned.posted_on.is_some() {
        return Ok(0);
    }
    if let Some(before) = planned.posted_on.filter(|before| *before != on) {
        return Err(Error::new(format!("{} was already recorded as mailed on {before}", text::quote(&planned.slug)))
            .hint("there is nothing to do: its codes are valid from that day"));
    }
    if on < planned.as_of {
        return Err(Error::new(format!("{on} is before {}, the campaign's own day", planned.as_of))
            .hint("give the day it was mailed with `--on YYYY-MM-DD`"));
    }
    let sql = "UPDATE campaign SET state = ?3, posted_on = ?2 WHERE id = ?1";
    write.run(sql, params![planned.id, on, CampaignState::Posted])?;
    let sql = "UPDATE recipient SET state = ?3 WHERE campaign_id = ?1 AND state = ?2 AND arm = ?4";
    let first = write.run(sql, params![planned.id, printed, posted, Arm::Mailed])?;
    if first + second == 0 && planned.posted_on.is_none() {
        // They may have been printed outside this program: the owner's statement counts. Repeating it does not report
        // them again.
        write.run(sql, params![planned.id, PieceState::Planned, posted, Arm::Mailed])?;
    }
    let sql = "SELECT count(*) FROM recipient WHERE campaign_id = ?1 AND state = ?2 AND channel = ?3";
    write.value(sql, params![planned.id, PieceState::Planned, Channel::Letter])
}

/// Records that the email of a recipient was sent, as first or second piece.
pub(crate) fn mark_email_sent(write: &Write<'_>, recipient: RecipientId) -> Result<()> {
    let values = params![recipient, PieceState::Sent, Channel::Email, PieceState::Planned];
    let sql = "UPDATE recipient SET state = ?2 WHERE id = ?1 AND channel = ?3 AND state = ?4";
    if write.run(sql, values)? == 0 {
        let sql = "UPDATE second_piece SET state = ?2 WHERE recipient_id = ?1 AND channel = ?3 AND state = ?4";
        write.run(sql, values)?;
    }
    Ok(())
}
