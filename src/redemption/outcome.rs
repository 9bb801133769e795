//! The answers of the till.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Serialize, Serializer};

use crate::campaign::{Planned, Recipient};
use crate::domain::{Code, EventKind, RecipientId, RedemptionId};
use crate::money::Money;

/// The outcome of a claim: the subset of [`EventKind`] that answers one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    AlreadyRedeemed,
    Expired,
    NotYet,
    Unknown,
    Void,
}

impl Outcome {
    /// As in the record of the till.
    pub(crate) fn kind(self) -> EventKind {
        match self {
            Self::Accepted => EventKind::Accepted,
            Self::AlreadyRedeemed => EventKind::AlreadyRedeemed,
            Self::Expired => EventKind::Expired,
            Self::NotYet => EventKind::NotYet,
            Self::Unknown => EventKind::Unknown,
            Self::Void => EventKind::Void,
        }
    }

    /// The outcome of an event; none when it did not answer a claim.
    pub(crate) fn of(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::Accepted => Some(Self::Accepted),
            EventKind::AlreadyRedeemed => Some(Self::AlreadyRedeemed),
            EventKind::Expired => Some(Self::Expired),
            EventKind::NotYet => Some(Self::NotYet),
            EventKind::Unknown => Some(Self::Unknown),
            EventKind::Void => Some(Self::Void),
            EventKind::HonouredAgain
            | EventKind::Bought
            | EventKind::Changed
            | EventKind::Undone
            | EventKind::Returned => None,
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        self.kind().serialize(to)
    }
}

/// The answer of the till. For a second claim, `redeemed_on`, `till` and `spend_minor` are those of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TillAnswer {
    pub(crate) outcome: Outcome,
    #[serde(skip)]
    pub(crate) recipient_id: Option<RecipientId>,
    /// The redemption, if this claim was accepted.
    #[serde(skip)]
    pub(crate) redemption_id: Option<RedemptionId>,
    pub(crate) code: Option<Code>,
    /// The recipient.
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) campaign: Option<String>,
    pub(crate) gift: Option<String>,
    /// The day of the redemption that was not undone.
    pub(crate) redeemed_on: Option<NaiveDate>,
    /// Its time.
    pub(crate) redeemed_at: Option<NaiveDateTime>,
    /// Its till.
    pub(crate) till: Option<String>,
    /// Its amount.
    pub(crate) spend_minor: Option<Money>,
    /// The first and the last day on which the code is valid.
    pub(crate) valid: Option<(NaiveDate, Option<NaiveDate>)>,
}

impl TillAnswer {
    /// The code as displayed; empty when there is none.
    pub(crate) fn code_text(&self) -> &str {
        self.code.as_ref().map_or("", Code::as_str)
    }

    pub(super) fn of(outcome: Outcome, found: Option<(&Planned, &Recipient)>) -> Self {
        Self {
            outcome,
            recipient_id: found.map(|(_, r)| r.id),
            redemption_id: None,
            code: found.and_then(|(_, r)| r.code.clone()),
            reference: found.map(|(_, r)| r.reference.clone()),
            name: found.map(|(_, r)| r.name.clone()),
            campaign: found.map(|(c, _)| c.slug.clone()),
            gift: found.map(|(c, _)| c.gift_name.clone()).filter(|gift| !gift.is_empty()),
            redeemed_on: found.and_then(|(_, r)| r.redeemed_on),
            redeemed_at: found.and_then(|(_, r)| r.redeemed_at),
            till: found.and_then(|(_, r)| r.till.clone()).filter(|till| !till.is_empty()),
            spend_minor: found.and_then(|(_, r)| r.spend),
            valid: found.map(|(c, _)| (c.starts(), c.claim_until)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Column;

    #[test]
    fn an_outcome_is_the_event_that_it_is_stored_as() {
        let outcomes: Vec<Outcome> = EventKind::ALL.iter().filter_map(|kind| Outcome::of(*kind)).collect();
        assert_eq!(outcomes.len(), 6);
        assert!(outcomes.iter().all(|outcome| Outcome::of(outcome.kind()) == Some(*outcome)));
    }
}
