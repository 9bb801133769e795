//! The recipients of a campaign with the cards of their people.

use std::collections::HashMap;

use crate::campaign::{Planned, Recipient};
use crate::customers::{self, Customer};
use crate::domain::{Arm, CustomerId, RecipientId};
use crate::error::Result;
use crate::piece::FrozenCampaign;
use crate::store::{Read, params};
use crate::text;

/// A recipient with the cards of their people, the best-ranked first.
pub(super) struct RecipientCards<'r> {
    pub(super) recipient: &'r Recipient,
    pub(super) members: Vec<Customer>,
}

impl RecipientCards<'_> {
    /// The card that the piece is addressed to.
    pub(super) fn best(&self) -> Option<&Customer> {
        self.members.first()
    }

    pub(super) fn said(&self) -> String {
        format!("{} ({})", self.recipient.name, text::quote(&self.recipient.reference))
    }
}

pub(super) fn people<'r>(
    read: &Read<'_>,
    on: &FrozenCampaign,
    pieces: &[&'r Recipient],
) -> Result<Vec<RecipientCards<'r>>> {
    let members = members(read, &on.planned)?;
    let mut people = Vec::with_capacity(pieces.len());
    for recipient in pieces {
        let ids = members.get(&recipient.id).map(Vec::as_slice).unwrap_or_default();
        let mut cards = ids.iter().map(|id| customers::by_id(read, *id)).collect::<Result<Vec<_>>>()?;
        cards.sort_by_key(|card| card.reference != recipient.reference);
        people.push(RecipientCards { recipient, members: cards });
    }
    Ok(people)
}

/// The IDs of the members of each recipient, by recipient ID.
fn members(read: &Read<'_>, planned: &Planned) -> Result<HashMap<RecipientId, Vec<CustomerId>>> {
    let sql = "SELECT m.recipient_id, m.customer_id FROM recipient r JOIN recipient_member m ON m.recipient_id = r.id \
               WHERE r.campaign_id = ?1 AND r.arm = ?2 ORDER BY m.recipient_id, m.customer_id";
    let mut members: HashMap<RecipientId, Vec<CustomerId>> = HashMap::new();
    read.each(sql, params![planned.id, Arm::Mailed], |row| {
        members.entry(row.get(0)?).or_default().push(row.get(1)?);
        Ok(())
    })?;
    Ok(members)
}
