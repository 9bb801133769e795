//! At the till: a code is accepted once, or refused with a reason; what people spend is written down with a gift or without
//! one; everything that happens stays on record.

mod bought;
mod day;
mod kept;
mod past;
mod personal_data;
mod promise;
mod standing;
mod table;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Serialize, Serializer};

use crate::campaign::{self, Planned, Recipient};
use crate::customers;
use crate::domain::{Arm, CampaignState, Code};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::store::{Read, Write};
use crate::text;

pub(crate) use bought::{bought, bought_by, bought_kept, change, change_bought, undo_bought};
pub(crate) use day::{Come, Guest, Happening, Progress, happened_on, last_come, progress, taken_on, to_come};
pub(crate) use kept::{Side, matters, put_aside, redeem_kept};
pub(crate) use past::record_past;
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use promise::{Gift, Promise, Standing, promise};
pub(crate) use standing::{MINUTES, by_number};

/// The largest amount, in minor units: sums of as many as a shop ever writes down stay numbers.
const MOST: i64 = 1_000_000_000_000;

/// What is typed as a code is kept so far.
const LONGEST: usize = 64;

/// What somebody brings to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// A code, as it was typed or scanned.
    Code(String),
    /// Their name, the letter being at home.
    Person {
        /// The customer's reference.
        reference: String,
        /// The campaign.
        campaign: String,
    },
}

/// One visit to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// What they bring.
    pub(crate) claim: Claim,
    /// The moment it is judged by.
    pub(crate) at: NaiveDateTime,
    /// What they spent.
    pub(crate) spend: Option<Money>,
    /// The till.
    pub(crate) till: String,
    /// The number of the receipt.
    pub(crate) receipt: String,
    /// What makes this request itself: the same again is answered as before, and counts once.
    pub(crate) request: Option<String>,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The gift is theirs.
    Accepted,
    /// They had it before.
    AlreadyRedeemed,
    /// After the last day.
    Expired,
    /// Before the first day.
    NotYet,
    /// No such code, or no letter this year.
    Unknown,
    /// The code of a plan that was replaced.
    Void,
}

impl Outcome {
    /// As it is kept and shown.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AlreadyRedeemed => "already_redeemed",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Unknown => "unknown",
            Self::Void => "void",
        }
    }

    fn read(text: &str) -> Option<Self> {
        let all = [Self::Accepted, Self::AlreadyRedeemed, Self::Expired, Self::NotYet, Self::Unknown, Self::Void];
        all.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// The answer of the till. Of a second claim, `redeemed_on`, `till` and `spend_minor` are those of the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    /// How it went.
    pub(crate) outcome: Outcome,
    /// The number of the recipient.
    #[serde(skip)]
    pub(crate) recipient_id: Option<i64>,
    /// The number of the redemption, if this was the one that was accepted.
    #[serde(skip)]
    pub(crate) number: Option<i64>,
    /// The code.
    pub(crate) code: Option<String>,
    /// The recipient's reference.
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
    /// The recipient's name.
    pub(crate) name: Option<String>,
    /// The campaign.
    pub(crate) campaign: Option<String>,
    /// What is handed over.
    pub(crate) gift: Option<String>,
    /// The day of the redemption that stands.
    pub(crate) redeemed_on: Option<NaiveDate>,
    /// Its moment.
    pub(crate) redeemed_at: Option<NaiveDateTime>,
    /// Its till.
    pub(crate) till: Option<String>,
    /// What was spent at it.
    pub(crate) spend_minor: Option<Money>,
    /// The first and the last day on which the code holds.
    pub(crate) valid: Option<(NaiveDate, Option<NaiveDate>)>,
}

impl Answer {
    fn of(outcome: Outcome, found: Option<(&Planned, &Recipient)>) -> Self {
        Self {
            outcome,
            recipient_id: found.map(|(_, r)| r.id),
            number: None,
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

/// Redeems, or says why not. Either way it is written down.
///
/// # Errors
/// When the day lies in the future, the amount is negative, or the customer or campaign does not exist.
pub(crate) fn redeem(write: &Write<'_>, visit: &Visit, today: NaiveDate) -> Result<Answer> {
    let day = visit.at.date();
    if day > today {
        return Err(Error::new(format!("{day} is in the future")).hint("say when they came with `--on YYYY-MM-DD`"));
    }
    check_spend(visit.spend.unwrap_or_default())?;
    if let Some(answer) = answered_before(write, visit)? {
        return Ok(answer);
    }
    let Some((campaign, mut recipient)) = find(write, &visit.claim)? else {
        let answer = Answer::of(Outcome::Unknown, None);
        turned_away(write, visit, &answer)?;
        return Ok(answer);
    };
    let mut outcome = judge(&campaign, &recipient, day);
    let mut number = None;
    if outcome == Outcome::Accepted {
        if let Some((written, at)) = table::insert(write, recipient.id, visit)? {
            number = Some(written);
            recipient.redeemed_on = Some(day);
            recipient.redeemed_at = Some(at);
            recipient.spend = Some(visit.spend.unwrap_or(Money(0)));
            recipient.till = Some(visit.till.clone());
        } else {
            outcome = Outcome::AlreadyRedeemed;
            recipient = campaign::recipient(write, recipient.id)?;
        }
    }
    let code = recipient.code.as_deref().unwrap_or_default();
    table::event(write, Some(recipient.id), code, outcome.as_str(), visit, "")?;
    Ok(Answer { number, ..Answer::of(outcome, Some((&campaign, &recipient))) })
}

/// Whether a till can take an amount at all: no less than nothing, and no more than sums can hold.
///
/// # Errors
/// When it cannot.
pub(crate) fn check_spend(spend: Money) -> Result<()> {
    if spend.0 < 0 {
        return Err(
            Error::new("the amount spent cannot be negative").hint("what was taken back belongs into the purchases")
        );
    }
    if spend.0 > MOST {
        return Err(Error::new("that is more than any till takes").hint("look again at the amount"));
    }
    Ok(())
}

/// What was said to the same request before.
fn answered_before(read: &Read<'_>, visit: &Visit) -> Result<Option<Answer>> {
    let Some(request) = &visit.request else { return Ok(None) };
    let Some(answered) = table::answered(read, request)? else { return Ok(None) };
    let Some(outcome) = Outcome::read(&answered.outcome) else { return Err(used_up()) };
    let found = answered.recipient_id.map(|id| campaign::by_number(read, id)).transpose()?.flatten();
    Ok(Some(Answer::of(outcome, found.as_ref().map(|(campaign, recipient)| (campaign, recipient)))))
}

fn used_up() -> Error {
    Error::new("this page was used for something else already").hint("open the card anew")
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Led {
    /// The gift went out: the letter.
    Given(i64),
    /// An amount or a second gift was written down: its event.
    Bought(i64),
    /// Somebody was turned away: the letter, if the code is on one.
    Refused(Option<i64>),
}

/// What became of a request that may have been made before.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn led(read: &Read<'_>, request: &str) -> Result<Option<Led>> {
    Ok(table::answered(read, request)?.map(|one| match (Outcome::read(&one.outcome), one.recipient_id) {
        (Some(Outcome::Accepted), Some(recipient)) => Led::Given(recipient),
        (Some(_), recipient) => Led::Refused(recipient),
        (None, _) => Led::Bought(one.event),
    }))
}

/// What the till would say; nothing is redeemed, and nothing written down.
///
/// # Errors
/// When the customer or campaign does not exist.
pub(crate) fn look(read: &Read<'_>, claim: &Claim, day: NaiveDate) -> Result<Answer> {
    Ok(match find(read, claim)? {
        None => Answer::of(Outcome::Unknown, None),
        Some((campaign, recipient)) => Answer::of(judge(&campaign, &recipient, day), Some((&campaign, &recipient))),
    })
}

/// Writes down that somebody was turned away, as [`look`] said.
///
/// # Errors
/// When the database fails.
pub(crate) fn turned_away(write: &Write<'_>, visit: &Visit, answer: &Answer) -> Result<()> {
    let typed: String = match (&answer.code, &visit.claim) {
        (Some(code), _) => code.clone(),
        (None, Claim::Code(typed)) => typed.chars().take(LONGEST).collect(),
        (None, Claim::Person { reference, .. }) => reference.clone(),
    };
    table::event(write, answer.recipient_id, &typed, answer.outcome.as_str(), visit, "").map(|_| ())
}

/// Hands the gift over a second time, by the owner's leave; the number of the event. It is an event beside the redemption
/// that stands, never another one; what was spent goes with it.
///
/// # Errors
/// When the code is not one, or was not redeemed yet.
pub(crate) fn honour_again(write: &Write<'_>, visit: &Visit) -> Result<i64> {
    let request = visit.request.as_deref().unwrap_or_default();
    if let Some(answered) = table::answered(write, request)? {
        return Ok(answered.event);
    }
    let found = find(write, &visit.claim)?;
    let Some((_, recipient)) = found.filter(|(_, recipient)| recipient.redeemed_on.is_some()) else {
        return Err(Error::new("the gift was not handed over yet").hint("look again at the letter"));
    };
    let code = recipient.code.as_deref().unwrap_or_default();
    table::event(write, Some(recipient.id), code, bought::SECOND, visit, "")
}

/// The event by which a gift was handed over a second time on a day, if it was.
///
/// # Errors
/// When the database does not answer.
pub(crate) fn honoured_again(read: &Read<'_>, recipient_id: i64, day: NaiveDate) -> Result<Option<i64>> {
    table::second_of(read, recipient_id, day)
}

/// Whether a code holds on a day.
fn judge(campaign: &Planned, recipient: &Recipient, day: NaiveDate) -> Outcome {
    if campaign.state == CampaignState::Void {
        return Outcome::Void;
    }
    if recipient.redeemed_on.is_some() {
        return Outcome::AlreadyRedeemed;
    }
    if day < campaign.starts() {
        return Outcome::NotYet;
    }
    if campaign.claim_until.is_some_and(|until| day > until) {
        return Outcome::Expired;
    }
    Outcome::Accepted
}

/// The recipient who is meant; nobody when the code is not one, or when they got no letter.
fn find(read: &Read<'_>, claim: &Claim) -> Result<Option<(Planned, Recipient)>> {
    match claim {
        Claim::Code(typed) => match Code::parse(typed) {
            Ok(code) => campaign::by_code(read, &code),
            Err(_) => Ok(None),
        },
        Claim::Person { reference, campaign } => {
            let customer = customers::by_ref(read, reference)?;
            let planned = campaign::need(read, campaign)?;
            let recipient = campaign::for_customer(read, planned.id, customer.id)?;
            Ok(recipient.filter(|recipient| recipient.arm == Arm::Mailed).map(|recipient| (planned, recipient)))
        }
    }
}

/// Takes a redemption back. The event stays, with the reason.
///
/// # Errors
/// When the code is not one, or was not redeemed.
pub(crate) fn undo(write: &Write<'_>, typed: &str, reason: &str, now: NaiveDateTime) -> Result<Answer> {
    if reason.trim().is_empty() {
        return Err(Error::new("an undo needs its reason").hint("say it with `--reason \"…\"`"));
    }
    let code = Code::parse(typed)?;
    let Some((planned, recipient)) = campaign::by_code(write, &code)? else {
        return Err(
            Error::new(format!("there is no code {}", text::quote(code.as_str()))).hint("look again at the letter")
        );
    };
    if !table::undo(write, recipient.id, now)? {
        return Err(Error::new(format!("{} was not redeemed", text::quote(code.as_str())))
            .hint("look again at the code: `regulars recipients NAME` lists who came with which"));
    }
    let till = recipient.till.clone().unwrap_or_default();
    let visit = Visit {
        claim: Claim::Code(typed.to_owned()),
        at: now,
        spend: recipient.spend,
        till,
        receipt: String::new(),
        request: None,
    };
    table::event(write, Some(recipient.id), code.as_str(), "undone", &visit, reason)?;
    Ok(Answer::of(Outcome::Accepted, Some((&planned, &recipient))))
}

/// Writes down that somebody's letter came back.
///
/// # Errors
/// When they are no recipient of the campaign, or the day lies in the future.
pub(crate) fn returned(
    write: &Write<'_>,
    slug: &str,
    reference: &str,
    on: NaiveDate,
    now: NaiveDateTime,
) -> Result<Recipient> {
    if on > now.date() {
        return Err(Error::new(format!("{on} is in the future")).hint("say when it came back with `--on YYYY-MM-DD`"));
    }
    let planned = campaign::need(write, slug)?;
    let customer = customers::by_ref(write, reference)?;
    let recipient =
        campaign::for_customer(write, planned.id, customer.id)?.filter(|recipient| recipient.arm == Arm::Mailed);
    let Some(recipient) = recipient else {
        return Err(Error::new(format!("{} got nothing from {}", text::quote(reference), text::quote(slug)))
            .hint(format!("`regulars why {slug} {reference}` says why")));
    };
    campaign::mark_returned(write, &recipient, on)?;
    let visit = Visit {
        claim: Claim::Code(String::new()),
        at: now,
        spend: None,
        till: String::new(),
        receipt: String::new(),
        request: None,
    };
    table::event(write, Some(recipient.id), recipient.code.as_deref().unwrap_or_default(), "returned", &visit, "")?;
    campaign::recipient(write, recipient.id)
}
