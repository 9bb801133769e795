//! Who was mailed lately: a letter that was posted, or an email that was handed over.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::{Arm, CampaignState, Channel, CustomerId, OutboxState, PieceState};
use crate::error::Result;
use crate::store::{Read, params};

/// A piece that was sent to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Mailing {
    pub(crate) campaign: String,
    pub(crate) on: NaiveDate,
    pub(crate) channel: Channel,
}

/// The last piece that each was sent from one day to another, but for those of the campaign `own`: letters and second letters
/// that were posted, emails and reminders by email that were handed over. Reminders by letter have no date of posting.
pub(super) fn mailed_between(
    read: &Read<'_>,
    own: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<CustomerId, Mailing>> {
    let mut mailed: HashMap<CustomerId, Mailing> = HashMap::new();
    let mut add = |id: CustomerId, mailing: Mailing| {
        let known = mailed.entry(id).or_insert_with(|| mailing.clone());
        if (known.on, &known.campaign) < (mailing.on, &mailing.campaign) {
            *known = mailing;
        }
    };
    let sql = "SELECT m.customer_id, k.slug, k.posted_on FROM recipient r JOIN campaign k ON k.id = r.campaign_id \
               JOIN recipient_member m ON m.recipient_id = r.id \
               WHERE k.slug <> ?1 AND k.state <> ?6 AND k.posted_on BETWEEN ?2 AND ?3 \
               AND r.channel <> ?7 AND r.arm = ?4 AND r.state NOT IN (?8, ?9) \
               UNION ALL SELECT m.customer_id, k.slug, s.posted_on FROM second_piece s JOIN recipient r ON r.id = s.recipient_id \
               JOIN campaign k ON k.id = r.campaign_id JOIN recipient_member m ON m.recipient_id = r.id \
               WHERE k.slug <> ?1 AND k.state <> ?6 AND s.posted_on BETWEEN ?2 AND ?3 AND s.channel = ?5";
    let waits = [PieceState::Planned, PieceState::Printed];
    let asked =
        params![own, from, to, Arm::Mailed, Channel::Letter, CampaignState::Void, Channel::Email, waits[0], waits[1]];
    read.each(sql, asked, |row| {
        add(row.get(0)?, Mailing { campaign: row.get(1)?, on: row.get(2)?, channel: Channel::Letter });
        Ok(())
    })?;
    // An email in doubt may well have arrived.
    let sql = "SELECT m.customer_id, k.slug, e.at FROM email_progress e JOIN recipient r ON r.id = e.recipient_id \
               JOIN campaign k ON k.id = r.campaign_id JOIN recipient_member m ON m.recipient_id = r.id \
               WHERE k.slug <> ?1 AND k.state <> ?2 AND e.state IN (?3, ?4) AND e.at IS NOT NULL";
    read.each(sql, params![own, CampaignState::Void, OutboxState::Sent, OutboxState::InDoubt], |row| {
        let at: String = row.get(2)?;
        // Moments are ISO text in the shop's time.
        let on = at.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
        if let Some(on) = on.filter(|on| (from..=to).contains(on)) {
            add(row.get(0)?, Mailing { campaign: row.get(1)?, on, channel: Channel::Email });
        }
        Ok(())
    })?;
    Ok(mailed)
}

/// The campaign mailed last up to a day, with the people of each piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastMailing {
    pub(crate) slug: String,
    recipients: Vec<Vec<CustomerId>>,
}

pub(crate) fn last_mailing(read: &Read<'_>, as_of: NaiveDate) -> Result<Option<LastMailing>> {
    let sql = "SELECT slug FROM campaign WHERE state NOT IN (?2, ?3) AND COALESCE(posted_on, as_of) <= ?1 \
               ORDER BY COALESCE(posted_on, as_of) DESC, id DESC LIMIT 1";
    let last = read.first(sql, params![as_of, CampaignState::Void, CampaignState::Planned], |row| row.get(0))?;
    let Some(slug): Option<String> = last else { return Ok(None) };
    let sql = "SELECT r.id, m.customer_id FROM recipient r JOIN campaign c ON c.id = r.campaign_id \
               JOIN recipient_member m ON m.recipient_id = r.id \
               WHERE c.slug = ?1 AND c.state <> ?2 AND r.arm = ?3 ORDER BY r.id, m.customer_id";
    let members = read.all(sql, params![slug, CampaignState::Void, Arm::Mailed], |row| {
        Ok((row.get::<i64>(0)?, row.get::<CustomerId>(1)?))
    })?;
    let groups = members.chunk_by(|(one, _), (other, _)| one == other);
    Ok(Some(LastMailing { slug, recipients: groups.map(|of| of.iter().map(|(_, id)| *id).collect()).collect() }))
}

impl LastMailing {
    /// How many of these people no piece of it was for.
    pub(crate) fn not_among(&self, people: &HashSet<CustomerId>) -> usize {
        let known: HashSet<&CustomerId> = self.recipients.iter().flatten().collect();
        people.iter().filter(|id| !known.contains(id)).count()
    }

    /// How many of its pieces were for none of these people.
    pub(crate) fn gone_from(&self, people: &HashSet<CustomerId>) -> usize {
        self.recipients.iter().filter(|members| !members.iter().any(|id| people.contains(id))).count()
    }
}
