//! A piece that did not reach its recipient: a second one is sent by the other channel, once, where the campaign allows
//! it.

use chrono::NaiveDate;

use super::planned;
use super::recipient::{self, Recipient};
use crate::customers::{self, PostOptOuts};
use crate::domain::{Arm, CampaignState, Channel, CustomerId, Delivery, EmailAddress, PieceState, RecipientId};
use crate::error::Result;
use crate::store::{Read, Write, params};

/// Records that a recipient's mail came back; for a letter also its address, to check the next one against.
pub(crate) fn mark_returned(write: &Write<'_>, (slug, recipient): (&str, &Recipient), on: NaiveDate) -> Result<()> {
    let channel = if recipient.gets(Channel::Letter) { Channel::Letter } else { Channel::Email };
    if channel == Channel::Letter {
        customers::record_returned_mail(write, home(write, recipient)?, slug, on)?;
    }
    came_back(write, recipient.id, channel, on).map(|_| ())
}

/// The hash of the address that a letter was sent to; 0 when it is no longer known.
fn home(read: &Read<'_>, recipient: &Recipient) -> Result<i64> {
    if recipient.home != 0 {
        return Ok(recipient.home);
    }
    let Some(id) = recipient::customer_of(read, recipient.id)? else { return Ok(0) };
    let card = customers::by_id(read, id)?;
    let lines = recipient.fields.to_read();
    let is_same = card.postcode == recipient.postcode
        && !card.street.is_empty()
        && lines.get_list("address_lines").iter().any(|line| line.contains(&card.street));
    Ok(if is_same { card.address().hash() } else { 0 })
}

/// Withdraws the record that a letter came back, unless something was already sent instead; returns whether it was
/// possible.
pub(crate) fn take_back_returned(
    write: &Write<'_>,
    (slug, recipient): (&str, &Recipient),
    today: NaiveDate,
) -> Result<bool> {
    let second = recipient.second.as_ref();
    if let Some(second) = second.filter(|second| second.channel == Channel::Letter) {
        if second.returned_on.is_none() {
            return Ok(false);
        }
        let sql = "UPDATE second_piece SET returned_on = NULL, state = ?2 WHERE recipient_id = ?1";
        write.run(sql, params![recipient.id, PieceState::Posted])?;
    } else {
        if recipient.returned_on.is_none() || second.is_some_and(|second| second.state != PieceState::Planned) {
            return Ok(false);
        }
        write.run("DELETE FROM second_piece WHERE recipient_id = ?1", params![recipient.id])?;
        let sql = "UPDATE recipient SET returned_on = NULL, state = ?2 WHERE id = ?1 AND state = ?3";
        write.run(sql, params![recipient.id, PieceState::Posted, PieceState::Returned])?;
    }
    customers::take_back_returned_mail(write, home(write, recipient)?, slug, today)?;
    Ok(true)
}

/// Records that the piece of a recipient by this channel did not reach them. If it was the first, the campaign allows
/// the other channel, and they can be reached by it, a second piece becomes due.
pub(crate) fn came_back(write: &Write<'_>, id: RecipientId, channel: Channel, on: NaiveDate) -> Result<Recipient> {
    let recipient = recipient::by_id(write, id)?;
    if recipient.second.as_ref().is_some_and(|second| second.channel == channel) {
        let sql = "UPDATE second_piece SET returned_on = COALESCE(returned_on, ?2), state = ?3 WHERE recipient_id = ?1";
        write.run(sql, params![id, on, PieceState::Returned])?;
    } else {
        let sql = "UPDATE recipient SET returned_on = COALESCE(returned_on, ?2), state = ?3 WHERE id = ?1";
        write.run(sql, params![id, on, PieceState::Returned])?;
        let is_news = recipient.second.is_none() && recipient.returned_on.is_none();
        let other = if is_news { other_channel(write, &recipient, on)? } else { None };
        if let Some(other) = other {
            let sql = "INSERT INTO second_piece (recipient_id, channel, since) VALUES (?1, ?2, ?3)";
            write.run(sql, params![id, other, on])?;
        }
    }
    recipient::by_id(write, id)
}

/// Withdraws the record that an email did not reach its recipient, as it is sent again; returns whether that was still
/// possible.
pub(crate) fn take_back(write: &Write<'_>, recipient: &Recipient) -> Result<bool> {
    if recipient.channel != Some(Channel::Email) {
        // The email was the second piece.
        let sql = "UPDATE second_piece SET returned_on = NULL, state = ?2 WHERE recipient_id = ?1";
        return write.run(sql, params![recipient.id, PieceState::Planned]).map(|_| true);
    }
    if recipient.second.as_ref().is_some_and(|second| second.state != PieceState::Planned) {
        return Ok(false);
    }
    write.run("DELETE FROM second_piece WHERE recipient_id = ?1", params![recipient.id])?;
    let sql = "UPDATE recipient SET returned_on = NULL, state = ?2 WHERE id = ?1 AND state = ?3";
    write.run(sql, params![recipient.id, PieceState::Planned, PieceState::Returned])?;
    Ok(true)
}

/// The other channel, if the campaign allows it, the gift can still be claimed, and they can be reached by it.
fn other_channel(read: &Read<'_>, recipient: &Recipient, on: NaiveDate) -> Result<Option<Channel>> {
    let planned = planned::by_id(read, recipient.campaign_id)?;
    let is_over = matches!(planned.state, CampaignState::Closed | CampaignState::Void)
        || planned.claim_until.is_some_and(|day| on > day);
    if is_over || recipient.arm == Arm::HeldOut || recipient.number.is_none() || recipient.redeemed_on.is_some() {
        return Ok(None);
    }
    let sql =
        "SELECT c.channel, r.customer_id FROM recipient r JOIN campaign c ON c.id = r.campaign_id WHERE r.id = ?1";
    let found: Option<(Delivery, Option<CustomerId>)> =
        read.first(sql, params![recipient.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((allowed, Some(customer))) = found else { return Ok(None) };
    let person = customers::by_id(read, customer)?;
    Ok(match (recipient.channel, allowed) {
        (Some(Channel::Email), Delivery::EmailElseLetter) => {
            let is_welcome = person.takes_letters() && !PostOptOuts::of(read)?.has_card(&person);
            let is_reached = recipient.has_home() && customers::returned_mail(read, home(read, recipient)?)?.is_none();
            (is_welcome && is_reached).then_some(Channel::Letter)
        }
        (Some(Channel::Letter), Delivery::LetterElseEmail) => {
            let gets_email = person.takes_emails() && EmailAddress::parse(&recipient.email).is_some();
            let is_free = gets_email && customers::suppressed(read, &recipient.email)?.is_none();
            is_free.then_some(Channel::Email)
        }
        _ => None,
    })
}
