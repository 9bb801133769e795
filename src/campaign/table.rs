//! Campaigns and recipients in the database.

use chrono::{NaiveDate, NaiveDateTime};

use super::codes;
use super::draft::{Draft, DraftRecipient};
use super::file::Gift;
use super::freeze::Frozen;
use super::second::{self, Second};
use super::sources::Sources;
use crate::domain::{Arm, CampaignState, Code, CustomerId};
use crate::error::{Error, Result};
use crate::merge::Fields;
use crate::money::Money;
use crate::store::params;
use crate::store::{Read, Row, Write};
use crate::text;

/// A campaign whose plan is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) state: CampaignState,
    pub(crate) as_of: NaiveDate,
    pub(crate) dated: NaiveDate,
    pub(crate) follows: String,
    pub(crate) one_per: String,
    pub(crate) gift_name: String,
    pub(crate) unit_cost: Money,
    pub(crate) postage: Money,
    pub(crate) claim_until: Option<NaiveDate>,
    pub(crate) posted_on: Option<NaiveDate>,
    pub(crate) fingerprint: String,
}

const PLANNED: &str = "id, slug, name, state, as_of, dated, follows, one_per, gift_name, unit_cost_minor, postage_minor, \
                       claim_until, posted_on, fingerprint";

impl Planned {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            slug: row.get(1)?,
            name: row.get(2)?,
            state: row.get(3)?,
            as_of: row.get(4)?,
            dated: row.get(5)?,
            follows: row.get(6)?,
            one_per: row.get(7)?,
            gift_name: row.get(8)?,
            unit_cost: row.get(9)?,
            postage: row.get(10)?,
            claim_until: row.get(11)?,
            posted_on: row.get(12)?,
            fingerprint: row.get(13)?,
        })
    }

    /// The first day on which its codes hold.
    pub(crate) fn starts(&self) -> NaiveDate {
        self.posted_on.unwrap_or(self.as_of)
    }
}

/// One recipient of a plan, with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recipient {
    pub(crate) id: i64,
    pub(crate) campaign_id: i64,
    pub(crate) number: Option<usize>,
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) arm: Arm,
    pub(crate) by_hand: bool,
    pub(crate) branch: String,
    pub(crate) channel: String,
    pub(crate) code: Option<String>,
    pub(crate) postcode: String,
    pub(crate) email: String,
    pub(crate) fields: Fields,
    pub(crate) state: String,
    pub(crate) returned_on: Option<NaiveDate>,
    pub(crate) redeemed_on: Option<NaiveDate>,
    pub(crate) redeemed_at: Option<NaiveDateTime>,
    pub(crate) spend: Option<Money>,
    pub(crate) till: Option<String>,
    /// Since the first piece did not reach them.
    pub(crate) second: Option<Second>,
}

const RECIPIENT: &str = "SELECT r.id, r.campaign_id, r.number, r.ref, r.name, r.arm, r.by_hand, r.branch, r.channel, r.code, \
                         r.postcode, r.email, r.fields, r.state, r.returned_on, d.redeemed_on, d.redeemed_at, \
                         d.spend_minor, d.till, p.line, p.signer, s.channel, s.state, s.posted_on, s.returned_on \
                         FROM recipient r LEFT JOIN redemption d \
                         ON d.recipient_id = r.id AND d.undone_at IS NULL \
                         LEFT JOIN personal_line p ON p.recipient_id = r.id \
                         LEFT JOIN second_piece s ON s.recipient_id = r.id";

impl Recipient {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let mut fields = Fields::packed(row.get(12)?).map_err(|e| {
            Error::new("the merge fields of a recipient are damaged").hint("restore a backup").because(e)
        })?;
        // What the owner added by hand, before anything else is made of the fields.
        for (field, column) in [("personal_line", 19), ("signer", 20)] {
            fields.text(field, &row.get::<Option<String>>(column)?.unwrap_or_default());
        }
        let channel: Option<String> = row.get(21)?;
        let second = channel.map(|channel| {
            Ok(Second { channel, state: row.get(22)?, posted_on: row.get(23)?, returned_on: row.get(24)? })
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
            channel: row.get(8)?,
            code: row.get(9)?,
            postcode: row.get(10)?,
            email: row.get(11)?,
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

    /// What came of it; nothing yet is `not_redeemed`.
    pub(crate) fn response(&self) -> &'static str {
        let last = self.second.as_ref().map_or(self.returned_on, |second| second.returned_on);
        match (self.arm, self.redeemed_on, last) {
            (Arm::HeldOut, _, _) => "held_out",
            (_, Some(_), _) => "redeemed",
            (_, None, Some(_)) => "undeliverable",
            (_, None, None) => "not_redeemed",
        }
    }

    /// By which channel their piece goes: `letter` or `email`; the other one once the first did not reach them.
    pub(crate) fn goes_by(&self) -> &str {
        self.second.as_ref().map_or(&self.channel, |second| &second.channel)
    }

    /// Whether an address for a letter was frozen with the plan.
    pub(crate) fn has_home(&self) -> bool {
        self.fields.to_read().get_list("address_lines").len() > 1
    }

    /// Whether they are written to by this channel, be it with the first piece or the second.
    pub(crate) fn gets(&self, channel: &str) -> bool {
        self.channel == channel || self.goes_by() == channel
    }
}

/// What makes the piece of a recipient in a wave itself: its Message-ID comes from it.
///
/// # Errors
/// When the shop has no key.
pub(crate) fn piece_key(read: &Read<'_>, planned: &Planned, recipient: &Recipient, wave: usize) -> Result<String> {
    Ok(codes::piece_key(&read.shop_key()?, &planned.slug, &recipient.reference, wave))
}

/// The names of all campaigns that are planned, in order.
pub(crate) fn slugs(read: &Read<'_>) -> Result<Vec<String>> {
    read.all("SELECT slug FROM campaign WHERE state <> 'void' ORDER BY as_of, slug", params![], |row| row.get(0))
}

/// The plan of a campaign, if there is one.
pub(crate) fn current(read: &Read<'_>, slug: &str) -> Result<Option<Planned>> {
    let sql = format!("SELECT {PLANNED} FROM campaign WHERE slug = ?1 AND state <> 'void'");
    read.first(&sql, params![slug], Planned::from_row)
}

/// The plan of a campaign.
///
/// # Errors
/// When it was not planned.
pub(crate) fn need(read: &Read<'_>, slug: &str) -> Result<Planned> {
    if let Some(planned) = current(read, slug)? {
        return Ok(planned);
    }
    let known = slugs(read)?;
    let near = text::nearest(slug, known.iter().map(String::as_str));
    Err(Error::new(format!("{} is not planned", text::quote(slug))).hint(match near {
        Some(near) => format!("did you mean `{near}`? Otherwise plan it first: `regulars plan {slug}`"),
        None => format!("plan it first: `regulars plan {slug}`"),
    }))
}

/// The campaign of an id.
pub(super) fn by_id(read: &Read<'_>, id: i64) -> Result<Planned> {
    let sql = format!("SELECT {PLANNED} FROM campaign WHERE id = ?1");
    let found = read.first(&sql, params![id], Planned::from_row)?;
    found.ok_or_else(|| Error::new("a campaign is gone from the database").hint("run `regulars doctor`"))
}

/// Every recipient of a plan: in posting order, then the held-out by reference.
pub(crate) fn recipients(read: &Read<'_>, campaign_id: i64) -> Result<Vec<Recipient>> {
    let sql = format!("{RECIPIENT} WHERE r.campaign_id = ?1 ORDER BY COALESCE(r.number, 2147483647), r.ref");
    read.all(&sql, params![campaign_id], Recipient::from_row)
}

/// A recipient as it is now.
///
/// # Errors
/// When it is gone, which is a fault of the program.
pub(crate) fn recipient(read: &Read<'_>, id: i64) -> Result<Recipient> {
    let found = read.first(&format!("{RECIPIENT} WHERE r.id = ?1"), params![id], Recipient::from_row)?;
    found.ok_or_else(|| Error::new("a recipient is gone from the database").hint("run `regulars doctor`"))
}

/// The recipient of a number, if it is one, with its campaign, void ones too.
pub(crate) fn by_number(read: &Read<'_>, id: i64) -> Result<Option<(Planned, Recipient)>> {
    let found = read.first(&format!("{RECIPIENT} WHERE r.id = ?1"), params![id], Recipient::from_row)?;
    found.map(|recipient| Ok((by_id(read, recipient.campaign_id)?, recipient))).transpose()
}

/// The recipient of a code, with its campaign, void ones too.
pub(crate) fn by_code(read: &Read<'_>, code: &Code) -> Result<Option<(Planned, Recipient)>> {
    let found = read.first(&format!("{RECIPIENT} WHERE r.code = ?1"), params![code.as_str()], Recipient::from_row)?;
    found.map(|recipient| Ok((by_id(read, recipient.campaign_id)?, recipient))).transpose()
}

/// The recipient in a plan to whose household a customer belongs.
pub(crate) fn for_customer(read: &Read<'_>, campaign_id: i64, customer_id: CustomerId) -> Result<Option<Recipient>> {
    let sql = format!(
        "{RECIPIENT} JOIN recipient_member m ON m.recipient_id = r.id WHERE r.campaign_id = ?1 AND m.customer_id = ?2 ORDER BY r.id"
    );
    read.first(&sql, params![campaign_id, customer_id], Recipient::from_row)
}

/// The files that a plan was made from, as they were.
pub(crate) fn kept_files(read: &Read<'_>, planned: &Planned) -> Result<Sources> {
    let sql = "SELECT path, content FROM campaign_file WHERE campaign_id = ?1";
    let files = read.all(sql, params![planned.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Sources { files: files.into_iter().collect() })
}

/// Writes down that these letters of a plan were printed; from now on it cannot be planned again.
///
/// # Errors
/// When it was planned anew meanwhile.
pub(crate) fn mark_printed<'r>(
    write: &Write<'_>,
    planned: &Planned,
    letters: impl Iterator<Item = &'r Recipient>,
) -> Result<()> {
    if by_id(write, planned.id)?.state == CampaignState::Void {
        return Err(Error::new(format!("{} was planned anew while it was printed", text::quote(&planned.slug)))
            .hint("print it again: these letters carry codes that are void"));
    }
    write.run("UPDATE campaign SET state = 'printing' WHERE id = ?1 AND state = 'planned'", params![planned.id])?;
    for letter in letters {
        write.run("UPDATE recipient SET state = 'printed' WHERE id = ?1 AND state = 'planned'", params![letter.id])?;
        if letter.second.is_some() {
            let sql = "UPDATE second_piece SET state = 'printed' WHERE recipient_id = ?1 AND channel = 'letter' AND state = 'planned'";
            write.run(sql, params![letter.id])?;
        }
    }
    Ok(())
}

/// Writes down that emails of a plan are on their way; from now on it cannot be planned again.
///
/// # Errors
/// When it was planned anew meanwhile.
pub(crate) fn mark_sending(write: &Write<'_>, planned: &Planned) -> Result<()> {
    if by_id(write, planned.id)?.state == CampaignState::Void {
        return Err(Error::new(format!("{} was planned anew meanwhile", text::quote(&planned.slug)))
            .hint("send it again: that is the new plan"));
    }
    let sql = "UPDATE campaign SET state = 'sending' WHERE id = ?1 AND state = 'planned'";
    write.run(sql, params![planned.id]).map(|_| ())
}

/// Writes down the owner's word that a campaign went out; how many of its letters were never printed.
///
/// # Errors
/// When that is in the books with another day.
pub(crate) fn mark_posted(write: &Write<'_>, planned: &Planned, on: NaiveDate) -> Result<usize> {
    let sql = "UPDATE second_piece SET state = 'posted', posted_on = ?2 WHERE channel = 'letter' AND state = 'printed' \
               AND recipient_id IN (SELECT id FROM recipient WHERE campaign_id = ?1)";
    let second = write.run(sql, params![planned.id, on])?;
    if second > 0 && planned.posted_on.is_some() {
        return Ok(0);
    }
    if let Some(before) = planned.posted_on.filter(|before| *before != on) {
        return Err(Error::new(format!("{} was posted on {before} already", text::quote(&planned.slug)))
            .hint("there is nothing to do: its codes hold from that day"));
    }
    if on < planned.as_of {
        return Err(Error::new(format!("{on} lies before {}, the campaign's own day", planned.as_of))
            .hint("say when it went out with `--on YYYY-MM-DD`"));
    }
    write.run("UPDATE campaign SET state = 'posted', posted_on = ?2 WHERE id = ?1", params![planned.id, on])?;
    let sql = "UPDATE recipient SET state = 'posted' WHERE campaign_id = ?1 AND state = ?2 AND arm = 'mailed'";
    let posted = write.run(sql, params![planned.id, "printed"])?;
    if posted + second == 0 {
        // Printed by other means: the owner's word counts.
        write.run(sql, params![planned.id, "planned"])?;
    }
    let sql = "SELECT count(*) FROM recipient WHERE campaign_id = ?1 AND state = 'planned' AND channel = 'letter'";
    write.value(sql, params![planned.id])
}

/// Writes down that somebody's mail came back.
pub(crate) fn mark_returned(write: &Write<'_>, recipient: &Recipient, on: NaiveDate) -> Result<()> {
    let channel = if recipient.gets("letter") { "letter" } else { "email" };
    second::came_back(write, recipient.id, channel, on).map(|_| ())
}

/// Sets a plan aside; its codes stay known as void.
pub(super) fn void(write: &Write<'_>, planned: &Planned) -> Result<()> {
    write.run("UPDATE campaign SET state = 'void' WHERE id = ?1", params![planned.id]).map(|_| ())
}

/// Writes a campaign down; its id.
pub(super) fn insert(write: &Write<'_>, draft: &Draft, gift: Option<&Gift>, now: NaiveDateTime) -> Result<i64> {
    let file = &draft.file;
    let sql = "INSERT INTO campaign (slug, name, state, as_of, dated, follows, channel, one_per, gift_name, unit_cost_minor, \
               postage_minor, claim_until, planned_at, fingerprint) \
               VALUES (?1, ?2, 'planned', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) RETURNING id";
    let follows = file.follows.as_deref().unwrap_or_default();
    let gift_name = gift.map_or("", |gift| gift.name.as_str());
    let unit_cost = gift.map_or(Money(0), |gift| gift.unit_cost);
    let until = gift.and_then(|gift| gift.claim_until);
    let (channel, one_per, fingerprint) = (file.channel.as_str(), file.one_per.as_str(), draft.fingerprint());
    let values = params![
        file.slug,
        file.name,
        draft.as_of,
        draft.dated,
        follows,
        channel,
        one_per,
        gift_name,
        unit_cost,
        file.postage,
        until,
        now,
        fingerprint
    ];
    write.value(sql, values)
}

/// Keeps the files that a campaign is made from.
pub(super) fn insert_files(write: &Write<'_>, campaign_id: i64, sources: &Sources) -> Result<()> {
    for (path, bytes) in &sources.files {
        let sql = "INSERT INTO campaign_file (campaign_id, path, content) VALUES (?1, ?2, ?3)";
        write.run(sql, params![campaign_id, path, bytes])?;
    }
    Ok(())
}

/// Closes a campaign that was over before it was taken in.
pub(super) fn mark_past(write: &Write<'_>, campaign_id: i64, posted_on: NaiveDate, until: NaiveDate) -> Result<()> {
    let sql = "UPDATE campaign SET state = 'closed', posted_on = ?2, claim_until = ?3 WHERE id = ?1";
    write.run(sql, params![campaign_id, posted_on, until])?;
    let sql = "UPDATE recipient SET state = 'posted' WHERE campaign_id = ?1 AND arm = 'mailed'";
    write.run(sql, params![campaign_id]).map(|_| ())
}

/// Writes a recipient down; its id.
pub(super) fn insert_recipient(
    write: &Write<'_>,
    campaign_id: i64,
    recipient: &DraftRecipient,
    frozen: &Frozen,
    number: Option<usize>,
    code: Option<&Code>,
) -> Result<i64> {
    let sql = "INSERT INTO recipient (campaign_id, ref, customer_id, name, arm, by_hand, branch, channel, number, code, \
               postcode, email, fields, prior_years) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING id";
    let arm = if recipient.held_out { Arm::HeldOut } else { Arm::Mailed }.as_str();
    let fields = serde_json::to_string(&frozen.fields).unwrap_or_default();
    let channel = if recipient.held_out { "" } else { recipient.channel };
    let code = code.map(Code::as_str);
    let values = params![
        campaign_id,
        recipient.reference,
        recipient.customer_id,
        frozen.name,
        arm,
        recipient.by_hand,
        recipient.branch,
        channel,
        number,
        code,
        frozen.postcode,
        frozen.email,
        fields,
        frozen.prior_years
    ];
    let id: i64 = write.value(sql, values)?;
    for member in &recipient.members {
        write.run("INSERT INTO recipient_member (recipient_id, customer_id) VALUES (?1, ?2)", params![id, member])?;
    }
    Ok(id)
}
