//! What waits for somebody, as the card at the counter says it.

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::{self, Planned, Recipient};
use crate::domain::Arm;
use crate::error::Result;
use crate::store::Read;

/// Where a promised gift stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
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
pub(crate) struct Promise {
    /// The campaign.
    pub(crate) planned: Planned,
    /// The recipient, who may be another of the household.
    pub(crate) recipient: Recipient,
    /// Where it stands.
    pub(crate) standing: Standing,
}

/// The gift of a letter, as programs are told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Gift {
    /// The campaign.
    pub(crate) campaign: String,
    /// What waits.
    pub(crate) name: String,
    /// The code on the letter.
    pub(crate) code: Option<String>,
    /// The last day.
    pub(crate) claim_until: Option<NaiveDate>,
    /// The day on which they had it.
    pub(crate) redeemed_on: Option<NaiveDate>,
    /// `waiting`, `given`, `over` or `not_yet`.
    pub(crate) state: &'static str,
}

impl From<Promise> for Gift {
    fn from(promise: Promise) -> Self {
        Self {
            campaign: promise.planned.slug,
            name: promise.planned.gift_name,
            code: promise.recipient.code,
            claim_until: promise.planned.claim_until,
            redeemed_on: promise.recipient.redeemed_on,
            state: match promise.standing {
                Standing::Waiting => "waiting",
                Standing::Given => "given",
                Standing::Over => "over",
                Standing::NotYet => "not_yet",
            },
        }
    }
}

/// The gift of the newest campaign that somebody is in. Whoever was held out reads like anyone without a letter.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn promise(read: &Read<'_>, customer_id: i64, today: NaiveDate) -> Result<Option<Promise>> {
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
