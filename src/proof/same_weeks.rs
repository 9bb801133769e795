//! Recipients who also get a piece of another campaign in the same weeks.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::problem::{ProofProblem, ProofProblemKind};
use crate::campaign::{Planned, Recipient};
use crate::clock::days_before;
use crate::domain::{Arm, CampaignState, RecipientId};
use crate::error::Result;
use crate::piece::FrozenCampaign;
use crate::store::{Read, params};
use crate::text;

/// Two pieces within this many days are two in a month.
const MONTH: u64 = 31;

/// Recipients who also get a piece of another campaign in the same weeks.
pub(super) fn problems(read: &Read<'_>, on: &FrozenCampaign, pieces: &[&Recipient]) -> Result<Vec<ProofProblem>> {
    let by_id: HashMap<RecipientId, &Recipient> = pieces.iter().map(|piece| (piece.id, *piece)).collect();
    let mut found = Vec::new();
    for other in others(read, &on.planned, MONTH)? {
        let Some(piece) = by_id.get(&other.recipient_id) else { continue };
        let what = if other.posted { "was sent on" } else { "is planned for" };
        let message = format!("also gets {}, which {what} {}", text::quote(&other.campaign), other.on);
        let hint = "leave them out of one: `exclude`, or `NOT invited('…')` in its question";
        let problem = ProofProblem::at(ProofProblemKind::TwiceAMonth, piece, message, hint);
        found.push(ProofProblem { goes_on: true, ..problem });
    }
    Ok(found)
}

/// Another piece in the same weeks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OtherPiece {
    recipient_id: RecipientId,
    campaign: String,
    on: NaiveDate,
    posted: bool,
}

/// Recipients of a plan who get a piece of another campaign that is planned for, or was mailed, within this many days
/// of this one.
fn others(read: &Read<'_>, planned: &Planned, days: u64) -> Result<Vec<OtherPiece>> {
    let day = planned.posted_on.unwrap_or(planned.dated);
    let until = day.checked_add_days(chrono::Days::new(days)).unwrap_or(day);
    let sql = "SELECT DISTINCT m.recipient_id, c.slug, COALESCE(c.posted_on, c.dated), c.posted_on IS NOT NULL \
               FROM campaign c JOIN recipient o ON o.campaign_id = c.id JOIN recipient_member n ON n.recipient_id = o.id \
               JOIN recipient_member m ON m.customer_id = n.customer_id JOIN recipient r ON r.id = m.recipient_id \
               WHERE r.campaign_id = ?1 AND r.arm = ?4 AND o.arm = ?4 AND c.id <> ?1 AND c.state <> ?5 \
               AND COALESCE(c.posted_on, c.dated) BETWEEN ?2 AND ?3 ORDER BY 3, 2, 1";
    read.all(sql, params![planned.id, days_before(day, days), until, Arm::Mailed, CampaignState::Void], |row| {
        Ok(OtherPiece { recipient_id: row.get(0)?, campaign: row.get(1)?, on: row.get(2)?, posted: row.get(3)? })
    })
}
