//! Stores a draft as a plan.

use chrono::{NaiveDate, NaiveDateTime};

use super::draft::{Draft, DraftRecipient};
use super::freeze::Frozen;
use super::planned::Planned;
use super::sources::Sources;
use crate::domain::{Arm, CampaignId, CampaignState, Code, PieceState, RecipientId};
use crate::error::Result;
use crate::money::Money;
use crate::store::{Write, params};

/// Replaces a plan; its codes stay known as void.
pub(super) fn void(write: &Write<'_>, planned: &Planned) -> Result<()> {
    write.run("UPDATE campaign SET state = ?2 WHERE id = ?1", params![planned.id, CampaignState::Void]).map(|_| ())
}

/// Inserts a campaign; returns its ID.
pub(super) fn insert(write: &Write<'_>, draft: &Draft, now: NaiveDateTime, layout: i64) -> Result<CampaignId> {
    let file = &draft.file;
    let sql = "INSERT INTO campaign (slug, name, state, as_of, dated, follows, channel, one_per, gift_name, unit_cost_minor, \
               postage_minor, claim_until, planned_at, fingerprint, layout) \
               VALUES (?1, ?2, ?14, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?15) RETURNING id";
    let gift = file.gift.as_ref();
    let follows = file.follows.as_deref().unwrap_or_default();
    let gift_name = gift.map_or("", |gift| gift.name.as_str());
    let unit_cost = gift.map_or(Money(0), |gift| gift.unit_cost);
    let until = gift.and_then(|gift| gift.claim_until).map(|until| until.value);
    let fingerprint = draft.fingerprint();
    let values = params![
        file.slug,
        file.name,
        draft.as_of,
        draft.dated,
        follows,
        file.channel,
        file.one_per,
        gift_name,
        unit_cost,
        file.postage,
        until,
        now,
        fingerprint,
        CampaignState::Planned,
        layout
    ];
    write.value(sql, values)
}

/// Stores the files that a campaign is made from.
pub(super) fn insert_files(write: &Write<'_>, campaign_id: CampaignId, sources: &Sources) -> Result<()> {
    for (path, bytes) in &sources.files {
        let sql = "INSERT INTO campaign_file (campaign_id, path, content) VALUES (?1, ?2, ?3)";
        write.run(sql, params![campaign_id, path, bytes])?;
    }
    Ok(())
}

/// Closes a campaign that was over before it was imported.
pub(super) fn mark_past(
    write: &Write<'_>,
    campaign_id: CampaignId,
    posted_on: NaiveDate,
    until: NaiveDate,
) -> Result<()> {
    let sql = "UPDATE campaign SET state = ?4, posted_on = ?2, claim_until = ?3 WHERE id = ?1";
    write.run(sql, params![campaign_id, posted_on, until, CampaignState::Closed])?;
    let sql = "UPDATE recipient SET state = ?2 WHERE campaign_id = ?1 AND arm = ?3";
    write.run(sql, params![campaign_id, PieceState::Posted, Arm::Mailed]).map(|_| ())
}

/// Inserts a recipient; returns its ID.
pub(super) fn insert_recipient(
    write: &Write<'_>,
    campaign_id: CampaignId,
    recipient: &DraftRecipient,
    frozen: &Frozen,
    number: Option<usize>,
    code: Option<&Code>,
) -> Result<RecipientId> {
    let sql = "INSERT INTO recipient (campaign_id, ref, customer_id, name, arm, by_hand, branch, channel, number, code, \
               postcode, email, fields, prior_years, prior_missed, home) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) RETURNING id";
    let arm = if recipient.chosen.held_out { Arm::HeldOut } else { Arm::Mailed };
    let fields = serde_json::to_string(&frozen.fields).unwrap_or_default();
    let channel = if recipient.chosen.held_out { "" } else { recipient.chosen.channel.as_str() };
    let values = params![
        campaign_id,
        recipient.chosen.reference,
        recipient.chosen.id,
        frozen.name,
        arm,
        recipient.chosen.by_hand,
        recipient.branch,
        channel,
        number,
        code,
        frozen.postcode,
        frozen.email,
        fields,
        frozen.prior_years,
        frozen.prior_missed,
        frozen.home
    ];
    let id: RecipientId = write.value(sql, values)?;
    for member in &recipient.members {
        write.run("INSERT INTO recipient_member (recipient_id, customer_id) VALUES (?1, ?2)", params![id, member])?;
    }
    Ok(id)
}
