//! The gifts of a customer, for their card.

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::{self, Planned, Recipient};
use crate::domain::{Arm, Code, CustomerId};
use crate::error::Result;
use crate::store::Read;

/// The state of a letter's gift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OfferStatus {
    /// They get it when they come.
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
    /// May be another member of the household.
    pub(crate) recipient: Recipient,
    pub(crate) status: OfferStatus,
}

/// The gift of a letter, for the API.
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

/// The campaigns whose gifts a card shows: those that are not over, and the newest, over or not; the newest first.
pub(crate) fn shown_campaigns(read: &Read<'_>, today: NaiveDate) -> Result<Vec<Planned>> {
    let mut shown: Vec<Planned> = Vec::new();
    for slug in campaign::slugs(read)?.iter().rev() {
        let Some(planned) = campaign::current(read, slug)? else { continue };
        if shown.is_empty() || planned.claim_until.is_none_or(|until| today <= until) {
            shown.push(planned);
        }
    }
    Ok(shown)
}

/// The gifts on the card of one customer; for a list of customers look up the campaigns once.
pub(crate) fn offers_to(read: &Read<'_>, customer_id: CustomerId, today: NaiveDate) -> Result<Vec<Offer>> {
    offers(read, &shown_campaigns(read, today)?, customer_id, today)
}

/// The gifts of those campaigns for a customer: those that wait, the newest first, then the others. A member of a
/// control group looks like anyone without a letter.
pub(crate) fn offers(
    read: &Read<'_>,
    shown: &[Planned],
    customer_id: CustomerId,
    today: NaiveDate,
) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    for planned in shown.iter().filter(|planned| !planned.gift_name.is_empty()) {
        let recipient = campaign::for_customer(read, planned.id, customer_id)?;
        if let Some(recipient) = recipient.filter(|recipient| recipient.arm == Arm::Mailed) {
            offers.push(Offer { status: status(planned, &recipient, today), planned: planned.clone(), recipient });
        }
    }
    offers.sort_by_key(|offer| offer.status != OfferStatus::Waiting);
    Ok(offers)
}

fn status(planned: &Planned, recipient: &Recipient, today: NaiveDate) -> OfferStatus {
    match planned.claim_until {
        _ if recipient.redeemed_on.is_some() => OfferStatus::Given,
        Some(until) if today > until => OfferStatus::Over,
        _ if today < planned.starts() => OfferStatus::NotYet,
        _ => OfferStatus::Waiting,
    }
}
