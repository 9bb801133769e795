//! Decides a claim: the gift is handed over once, or rejected with the reason. Both are recorded.

use chrono::{NaiveDate, NaiveDateTime};

use super::event::{self, Answered, EventSubject};
use super::outcome::{Outcome, TillAnswer};
use super::visit::{Claim, Visit, check_spend};
use crate::campaign::{self, Planned, Recipient};
use crate::customers;
use crate::domain::{Arm, CampaignState, Code, EventId, RecipientId, RedemptionId};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::store::{Read, Write, params};

/// Redeems, or returns the reason why not. Both are recorded.
///
/// # Errors
/// When the day is in the future, the amount is negative, or the customer or campaign does not exist.
pub(crate) fn redeem(write: &Write<'_>, claim: &Claim, visit: &Visit, today: NaiveDate) -> Result<TillAnswer> {
    let day = visit.at.date();
    if day > today {
        return Err(Error::new(format!("{day} is in the future")).hint("give the day they came with `--on YYYY-MM-DD`"));
    }
    check_spend(visit.spend.unwrap_or_default())?;
    if let Some(answered) = event::answered(write, visit.request.as_deref())? {
        return answer_again(write, &answered);
    }
    let Some((campaign, mut recipient)) = find(write, claim)? else {
        let answer = TillAnswer::of(Outcome::Unknown, None);
        turned_away(write, claim, visit, &answer)?;
        return Ok(answer);
    };
    let mut outcome = judge(&campaign, &recipient, day);
    let mut redemption_id = None;
    if outcome == Outcome::Accepted {
        if let Some((id, at)) = insert(write, recipient.id, visit)? {
            redemption_id = Some(id);
            recipient.redeemed_on = Some(day);
            recipient.redeemed_at = Some(at);
            recipient.spend = Some(visit.spend.unwrap_or_default());
            recipient.till = Some(visit.till.clone());
        } else {
            outcome = Outcome::AlreadyRedeemed;
            recipient = campaign::recipient(write, recipient.id)?;
        }
    }
    event::add(write, subject(&recipient), outcome.kind(), visit, "")?;
    Ok(TillAnswer { redemption_id, ..TillAnswer::of(outcome, Some((&campaign, &recipient))) })
}

/// The same answer to the same request.
fn answer_again(read: &Read<'_>, answered: &Answered) -> Result<TillAnswer> {
    let Some(outcome) = Outcome::of(answered.kind) else {
        return Err(Error::new("this page was already used for something else").hint("open the card again"));
    };
    let found = answered.recipient_id.map(|id| campaign::by_number(read, id)).transpose()?.flatten();
    Ok(TillAnswer::of(outcome, found.as_ref().map(|(campaign, recipient)| (campaign, recipient))))
}

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestOutcome {
    /// The gift of this letter was handed over.
    Given(RecipientId),
    /// An amount or a second gift was recorded.
    Bought(EventId),
    /// A customer was turned away; with the letter, if the code is on one.
    Refused(Option<RecipientId>),
}

/// The outcome of a request that may have been made before.
pub(crate) fn request_outcome(read: &Read<'_>, request: Option<&str>) -> Result<Option<RequestOutcome>> {
    let answered = event::answered(read, request)?;
    Ok(answered.map(|one| match (Outcome::of(one.kind), one.recipient_id) {
        (Some(Outcome::Accepted), Some(recipient)) => RequestOutcome::Given(recipient),
        (Some(_), recipient) => RequestOutcome::Refused(recipient),
        (None, _) => RequestOutcome::Bought(one.event),
    }))
}

/// What the till would answer; nothing is redeemed or recorded.
///
/// # Errors
/// When the customer or campaign does not exist.
pub(crate) fn look(read: &Read<'_>, claim: &Claim, day: NaiveDate) -> Result<TillAnswer> {
    Ok(match find(read, claim)? {
        None => TillAnswer::of(Outcome::Unknown, None),
        Some((campaign, recipient)) => TillAnswer::of(judge(&campaign, &recipient, day), Some((&campaign, &recipient))),
    })
}

/// Records that a customer was turned away, as [`look`] answered.
pub(crate) fn turned_away(write: &Write<'_>, claim: &Claim, visit: &Visit, answer: &TillAnswer) -> Result<()> {
    let subject = match (answer.recipient_id, claim) {
        (Some(id), _) => EventSubject::Letter(id, answer.code_text()),
        (None, Claim::Typed(typed)) => EventSubject::Typed(typed),
        (None, Claim::Letter(_)) => EventSubject::Typed(""),
        (None, Claim::Person { reference, .. }) => EventSubject::Customer(reference.trim()),
    };
    event::add(write, subject, answer.outcome.kind(), visit, "")
}

fn judge(campaign: &Planned, recipient: &Recipient, day: NaiveDate) -> Outcome {
    let valid = (campaign.starts(), campaign.claim_until);
    judge_code(campaign.state == CampaignState::Void, recipient.redeemed_on.is_some(), valid, day)
}

/// The outcome of a code on a day, by the first and the last day on which it is valid.
fn judge_code(is_void: bool, is_redeemed: bool, valid: (NaiveDate, Option<NaiveDate>), day: NaiveDate) -> Outcome {
    match valid {
        _ if is_void => Outcome::Void,
        _ if is_redeemed => Outcome::AlreadyRedeemed,
        (from, _) if day < from => Outcome::NotYet,
        (_, Some(until)) if day > until => Outcome::Expired,
        _ => Outcome::Accepted,
    }
}

/// The recipient of a claim; none when the code is unknown, or they got no letter.
fn find(read: &Read<'_>, claim: &Claim) -> Result<Option<(Planned, Recipient)>> {
    match claim {
        Claim::Typed(typed) => Code::parse(typed).ok().map_or(Ok(None), |code| campaign::by_code(read, &code)),
        // The control group has no code, and gets no gift.
        Claim::Letter(id) => Ok(campaign::by_number(read, *id)?.filter(|(_, recipient)| recipient.code.is_some())),
        Claim::Person { reference, campaign } => {
            let customer = customers::by_ref(read, reference)?;
            let planned = campaign::need(read, campaign)?;
            let recipient = campaign::for_customer(read, planned.id, customer.id)?;
            Ok(recipient.filter(|recipient| recipient.arm == Arm::Mailed).map(|recipient| (planned, recipient)))
        }
    }
}

/// A letter as the subject of an entry.
pub(super) fn subject(recipient: &Recipient) -> EventSubject<'_> {
    EventSubject::Letter(recipient.id, recipient.code_text())
}

/// Inserts a redemption; returns its ID, and its time as stored. None when there already is one that was not undone.
pub(super) fn insert(
    write: &Write<'_>,
    recipient: RecipientId,
    visit: &Visit,
) -> Result<Option<(RedemptionId, NaiveDateTime)>> {
    let sql = "INSERT INTO redemption (recipient_id, redeemed_on, redeemed_at, spend_minor, till, receipt) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (recipient_id) WHERE undone_at IS NULL DO NOTHING";
    let spend = visit.spend.unwrap_or(Money(0));
    if write.run(sql, params![recipient, visit.at.date(), visit.at, spend, visit.till, visit.receipt])? == 0 {
        return Ok(None);
    }
    // RETURNING would make a table for its one row.
    let sql = "SELECT id, redeemed_at FROM redemption WHERE recipient_id = ?1 AND undone_at IS NULL";
    write.first(sql, params![recipient], |row| Ok((row.get(0)?, row.get(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_accepted_once_and_on_its_days_alone() {
        let day = |text: &str| -> NaiveDate { text.parse().expect("a day") };
        let (from, until) = (day("2024-03-04"), day("2024-06-30"));
        for (is_void, is_redeemed, until, on, outcome) in [
            (false, false, Some(until), "2024-03-03", Outcome::NotYet),
            (false, false, Some(until), "2024-03-04", Outcome::Accepted),
            (false, false, Some(until), "2024-06-30", Outcome::Accepted),
            (false, false, Some(until), "2024-07-01", Outcome::Expired),
            (false, false, None, "2034-07-01", Outcome::Accepted),
            (false, true, Some(until), "2024-07-01", Outcome::AlreadyRedeemed),
            (false, true, Some(until), "2024-03-03", Outcome::AlreadyRedeemed),
            (true, true, Some(until), "2024-04-01", Outcome::Void),
            (true, false, None, "2024-04-01", Outcome::Void),
        ] {
            assert_eq!(judge_code(is_void, is_redeemed, (from, until), day(on)), outcome, "{on}");
        }
    }
}
