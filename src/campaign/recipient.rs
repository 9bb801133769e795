//! One recipient of a plan, with their response.

use chrono::{NaiveDate, NaiveDateTime};

use super::codes;
use super::planned::{self, Planned};
use super::second_piece::SecondPiece;
use crate::domain::{Arm, CampaignId, Channel, Code, Column, CustomerId, PieceState, RecipientId, Response};
use crate::error::{Error, Result};
use crate::merge::Fields;
use crate::money::Money;
use crate::store::{Read, Row, params};

/// One recipient of a plan, with their response.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recipient {
    pub(crate) id: RecipientId,
    pub(crate) campaign_id: CampaignId,
    pub(crate) number: Option<usize>,
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) arm: Arm,
    pub(crate) by_hand: bool,
    pub(crate) branch: String,
    /// None for the control group.
    pub(crate) channel: Option<Channel>,
    pub(crate) code: Option<Code>,
    pub(crate) postcode: String,
    pub(crate) email: String,
    /// The hash of the address that a letter is sent to; 0 in plans of older versions.
    pub(crate) home: i64,
    pub(crate) fields: Fields,
    pub(crate) state: PieceState,
    pub(crate) returned_on: Option<NaiveDate>,
    pub(crate) redeemed_on: Option<NaiveDate>,
    pub(crate) redeemed_at: Option<NaiveDateTime>,
    pub(crate) spend: Option<Money>,
    pub(crate) till: Option<String>,
    /// Set when the first piece did not reach them.
    pub(crate) second: Option<SecondPiece>,
}

const RECIPIENT: &str = "SELECT r.id, r.campaign_id, r.number, r.ref, r.name, r.arm, r.by_hand, r.branch, r.channel, r.code, \
                         r.postcode, r.email, r.fields, r.state, r.returned_on, d.redeemed_on, d.redeemed_at, \
                         d.spend_minor, d.till, p.line, p.signer, s.channel, s.state, s.posted_on, s.returned_on, r.home \
                         FROM recipient r LEFT JOIN redeemed d ON d.recipient_id = r.id \
                         LEFT JOIN personal_line p ON p.recipient_id = r.id \
                         LEFT JOIN second_piece s ON s.recipient_id = r.id";

impl Recipient {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut fields = Fields::packed(row.get(12)?).map_err(|e| {
            Error::new("the merge fields of a recipient are damaged").hint("restore a backup").because(e)
        })?;
        // What the owner added by hand, applied before any other use of the fields.
        for (field, column) in [("personal_line", 19), ("signer", 20)] {
            fields.text(field, &row.get::<Option<String>>(column)?.unwrap_or_default());
        }
        let second = row.get::<Option<Channel>>(21)?.map(|channel| {
            Ok(SecondPiece { channel, state: row.get(22)?, posted_on: row.get(23)?, returned_on: row.get(24)? })
        });
        Ok(Self {
            id: row.get(0)?,
            campaign_id: row.get(1)?,
            number: row.get(2)?,
            reference: row.get(3)?,
            name: row.get(4)?,
            arm: row.get(5)?,
            by_hand: row.get(6)?,
            branch: row.get(7)?,
            channel: Channel::from_form(&row.get::<String>(8)?),
            code: row.get(9)?,
            postcode: row.get(10)?,
            email: row.get(11)?,
            home: row.get(25)?,
            fields,
            state: row.get(13)?,
            returned_on: row.get(14)?,
            redeemed_on: row.get(15)?,
            redeemed_at: row.get(16)?,
            spend: row.get(17)?,
            till: row.get(18)?,
            second: second.transpose()?,
        })
    }

    /// Their code as displayed; empty for the control group.
    pub(crate) fn code_text(&self) -> &str {
        self.code.as_ref().map_or("", Code::as_str)
    }

    /// The response; [`Response::NotRedeemed`] if there is none yet.
    pub(crate) fn response(&self) -> Response {
        let last = self.second.as_ref().map_or(self.returned_on, |second| second.returned_on);
        match (self.arm, self.redeemed_on, last) {
            (Arm::HeldOut, _, _) => Response::HeldOut,
            (_, Some(_), _) => Response::Redeemed,
            (_, None, Some(_)) => Response::Undeliverable,
            (_, None, None) => Response::NotRedeemed,
        }
    }

    /// The channel by which their piece is sent: the other one if the first did not reach them.
    pub(crate) fn goes_by(&self) -> Option<Channel> {
        self.second.as_ref().map(|second| second.channel).or(self.channel)
    }

    /// Whether an address for a letter was frozen with the plan.
    pub(crate) fn has_home(&self) -> bool {
        self.fields.to_read().get_list("address_lines").len() > 1
    }

    /// Whether they get a piece by this channel, as first or second piece.
    pub(crate) fn gets(&self, channel: Channel) -> bool {
        self.channel == Some(channel) || self.goes_by() == Some(channel)
    }
}

/// Every recipient of a plan: in posting order, then the control group by reference.
pub(crate) fn recipients(read: &Read<'_>, campaign_id: CampaignId) -> Result<Vec<Recipient>> {
    let sql = format!("{RECIPIENT} WHERE r.campaign_id = ?1 ORDER BY COALESCE(r.number, 2147483647), r.ref");
    read.all(&sql, params![campaign_id], Recipient::from_row)
}

/// A recipient as stored now.
///
/// # Errors
/// When it is missing, which is an error in the program.
pub(crate) fn by_id(read: &Read<'_>, id: RecipientId) -> Result<Recipient> {
    let found = read.first(&format!("{RECIPIENT} WHERE r.id = ?1"), params![id], Recipient::from_row)?;
    found.ok_or_else(|| Error::new("a recipient is missing from the database").hint("run `regulars doctor`"))
}

/// The customer of a recipient; none when they were forgotten.
pub(crate) fn customer_of(read: &Read<'_>, id: RecipientId) -> Result<Option<CustomerId>> {
    let sql = "SELECT customer_id FROM recipient WHERE id = ?1 AND customer_id IS NOT NULL";
    read.first(sql, params![id], |row| row.get(0))
}

/// The recipient with this ID, if there is one, with its campaign; replaced plans included.
pub(crate) fn by_number(read: &Read<'_>, id: RecipientId) -> Result<Option<(Planned, Recipient)>> {
    let found = read.first(&format!("{RECIPIENT} WHERE r.id = ?1"), params![id], Recipient::from_row)?;
    found.map(|recipient| Ok((planned::by_id(read, recipient.campaign_id)?, recipient))).transpose()
}

/// The recipient of a code, with its campaign; replaced plans included.
pub(crate) fn by_code(read: &Read<'_>, code: &Code) -> Result<Option<(Planned, Recipient)>> {
    let found = read.first(&format!("{RECIPIENT} WHERE r.code = ?1"), params![code], Recipient::from_row)?;
    found.map(|recipient| Ok((planned::by_id(read, recipient.campaign_id)?, recipient))).transpose()
}

/// The recipient in a plan whose household includes a customer.
pub(crate) fn for_customer(
    read: &Read<'_>,
    campaign_id: CampaignId,
    customer_id: CustomerId,
) -> Result<Option<Recipient>> {
    let sql = format!(
        "{RECIPIENT} JOIN recipient_member m ON m.recipient_id = r.id WHERE r.campaign_id = ?1 AND m.customer_id = ?2 ORDER BY r.id"
    );
    read.first(&sql, params![campaign_id, customer_id], Recipient::from_row)
}

/// The recipient in a plan under a reference, or that of a card merged since.
pub(crate) fn for_reference(read: &Read<'_>, campaign_id: CampaignId, reference: &str) -> Result<Option<Recipient>> {
    let sql = format!("{RECIPIENT} WHERE r.campaign_id = ?1 AND r.ref = ?2 ORDER BY r.id");
    read.first(&sql, params![campaign_id, reference], Recipient::from_row)
}

/// Identifies the piece of a recipient in a wave: its Message-ID is made from it.
pub(crate) fn piece_key(read: &Read<'_>, planned: &Planned, recipient: &Recipient, wave: usize) -> Result<String> {
    Ok(codes::piece_key(&read.shop_key()?, &planned.slug, &recipient.reference, wave))
}
