//! What waits for somebody, as the card at the counter says it.

use chrono::NaiveDate;

use crate::campaign::{self, Arm, Planned, Recipient};
use crate::error::Result;
use crate::store::Read;

/// Where a promised gift stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is theirs when they come.
    Waiting,
    /// They had it.
    Given,
    /// After the last day.
    Over,
    /// Before the first day.
    NotYet,
}

/// The gift of a letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// The campaign.
    pub planned: Planned,
    /// The recipient, who may be another of the household.
    pub recipient: Recipient,
    /// Where it stands.
    pub standing: Standing,
}

/// The gift of the newest campaign that somebody is in. Whoever was held out reads like anyone without a letter.
///
/// # Errors
/// When the database does not answer.
pub fn promise(read: &Read<'_>, customer_id: i64, today: NaiveDate) -> Result<Option<Promise>> {
    for slug in campaign::slugs(read)?.iter().rev() {
        let Some(planned) = campaign::current(read, slug)? else { continue };
        let Some(recipient) = campaign::for_customer(read, planned.id, customer_id)? else { continue };
        if recipient.arm == Arm::HeldOut || planned.gift_name.is_empty() {
            return Ok(None);
        }
        let standing = match planned.claim_until {
            _ if recipient.redeemed_on.is_some() => Standing::Given,
            Some(until) if today > until => Standing::Over,
            _ if today < planned.starts() => Standing::NotYet,
            _ => Standing::Waiting,
        };
        return Ok(Some(Promise { planned, recipient, standing }));
    }
    Ok(None)
}
