//! What waits for somebody, as their card shows it.

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::{self, Planned, Recipient};
use crate::domain::{Arm, Code, CustomerId};
use crate::error::Result;
use crate::store::Read;

/// How far the gift of a letter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OfferStatus {
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
pub(crate) struct Offer {
    pub(crate) planned: Planned,
    /// May be another of the household.
    pub(crate) recipient: Recipient,
    pub(crate) status: OfferStatus,
}

/// The gift of a letter, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OfferSummary {
    pub(crate) campaign: String,
    pub(crate) name: String,
    pub(crate) code: Option<Code>,
    pub(crate) claim_until: Option<NaiveDate>,
    pub(crate) redeemed_on: Option<NaiveDate>,
    pub(crate) state: OfferStatus,
}

impl From<Offer> for OfferSummary {
    fn from(Offer { planned, recipient, status }: Offer) -> Self {
        Self {
            campaign: planned.slug,
            name: planned.gift_name,
            code: recipient.code,
            claim_until: planned.claim_until,
            redeemed_on: recipient.redeemed_on,
            state: status,
        }
    }
}

/// The gift of the newest campaign that somebody is in. Whoever is in a control group reads like anyone without a letter.
pub(crate) fn offer(read: &Read<'_>, customer_id: CustomerId, today: NaiveDate) -> Result<Option<Offer>> {
    for slug in campaign::slugs(read)?.iter().rev() {
        let Some(planned) = campaign::current(read, slug)? else { continue };
        let Some(recipient) = campaign::for_customer(read, planned.id, customer_id)? else { continue };
        if recipient.arm == Arm::HeldOut || planned.gift_name.is_empty() {
            return Ok(None);
        }
        let status = match planned.claim_until {
            _ if recipient.redeemed_on.is_some() => OfferStatus::Given,
            Some(until) if today > until => OfferStatus::Over,
            _ if today < planned.starts() => OfferStatus::NotYet,
            _ => OfferStatus::Waiting,
        };
        return Ok(Some(Offer { planned, recipient, status }));
    }
    Ok(None)
}
