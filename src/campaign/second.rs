//! The second piece of somebody whom the first did not reach: by the other channel, once, where the campaign allows it.

use chrono::NaiveDate;
use serde::Serialize;

use super::table::{self, Recipient};
use crate::customers;
use crate::domain::{Arm, CampaignState, CustomerId, Delivery, EmailAddress};
use crate::error::Result;
use crate::store::params;
use crate::store::{Read, Write};

/// A second piece: the same text and the same code by the other channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Second {
    /// `letter` or `email`.
    pub(crate) channel: String,
    /// `planned`, `printed`, `posted`, `sent` or `returned`.
    pub(crate) state: String,
    /// The day on which it was posted.
    pub(crate) posted_on: Option<NaiveDate>,
    /// The day on which it came back as well.
    pub(crate) returned_on: Option<NaiveDate>,
}

impl Second {
    /// Whether it is a letter that was not posted yet.
    pub(crate) fn is_to_post(&self) -> bool {
        self.channel == "letter" && matches!(self.state.as_str(), "planned" | "printed")
    }
}

/// Writes down that the piece of a recipient by this channel did not reach them. When it was the first, and the campaign
/// allows for the other channel, and they can be reached by it, a second piece is on its way from now on.
///
/// # Errors
/// When the database fails.
pub(crate) fn came_back(write: &Write<'_>, id: i64, channel: &str, on: NaiveDate) -> Result<Recipient> {
    let recipient = table::recipient(write, id)?;
    if recipient.second.as_ref().is_some_and(|second| second.channel == channel) {
        let sql = "UPDATE second_piece SET returned_on = COALESCE(returned_on, ?2), state = 'returned' WHERE recipient_id = ?1";
        write.run(sql, params![id, on])?;
    } else {
        let sql = "UPDATE recipient SET returned_on = COALESCE(returned_on, ?2), state = 'returned' WHERE id = ?1";
        write.run(sql, params![id, on])?;
        let is_news = recipient.second.is_none() && recipient.returned_on.is_none();
        let other = if is_news { other_way(write, &recipient, on)? } else { None };
        if let Some(other) = other {
            let sql = "INSERT INTO second_piece (recipient_id, channel, since) VALUES (?1, ?2, ?3)";
            write.run(sql, params![id, other, on])?;
        }
    }
    table::recipient(write, id)
}

/// Takes back that an email did not reach somebody, as it goes out again; whether that was still possible.
///
/// # Errors
/// When the database fails.
pub(crate) fn take_back(write: &Write<'_>, recipient: &Recipient) -> Result<bool> {
    if recipient.channel != "email" {
        // The email was the second piece.
        let sql = "UPDATE second_piece SET returned_on = NULL, state = 'planned' WHERE recipient_id = ?1";
        return write.run(sql, params![recipient.id]).map(|_| true);
    }
    if recipient.second.as_ref().is_some_and(|second| second.state != "planned") {
        return Ok(false);
    }
    write.run("DELETE FROM second_piece WHERE recipient_id = ?1", params![recipient.id])?;
    let sql = "UPDATE recipient SET returned_on = NULL, state = 'planned' WHERE id = ?1 AND state = 'returned'";
    write.run(sql, params![recipient.id])?;
    Ok(true)
}

/// The other channel, if the campaign allows for it, the gift can still be claimed, and they can be reached by it.
fn other_way(read: &Read<'_>, recipient: &Recipient, on: NaiveDate) -> Result<Option<&'static str>> {
    let planned = table::by_id(read, recipient.campaign_id)?;
    let is_over = matches!(planned.state, CampaignState::Closed | CampaignState::Void)
        || planned.claim_until.is_some_and(|day| on > day);
    if is_over || recipient.arm == Arm::HeldOut || recipient.number.is_none() || recipient.redeemed_on.is_some() {
        return Ok(None);
    }
    let sql = "SELECT c.channel, r.customer_id FROM recipient r JOIN campaign c ON c.id = r.campaign_id \
               WHERE r.id = ?1";
    let found =
        read.first(sql, params![recipient.id], |row| Ok((row.get::<String>(0)?, row.get::<Option<CustomerId>>(1)?)))?;
    let Some((allowed, Some(customer))) = found else { return Ok(None) };
    let person = customers::by_id(read, customer)?;
    let by_letter = recipient.channel == "email" && allowed == Delivery::EmailElseLetter.as_str();
    let by_email = recipient.channel == "letter" && allowed == Delivery::LetterElseEmail.as_str();
    if by_letter && person.takes_letters() && recipient.has_home() {
        return Ok(Some("letter"));
    }
    let gets_email = by_email && person.takes_emails() && EmailAddress::parse(&recipient.email).is_some();
    Ok(if gets_email && customers::suppressed(read, &recipient.email)?.is_none() { Some("email") } else { None })
}
