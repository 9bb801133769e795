//! Who has not come yet, of one campaign.

use chrono::NaiveDateTime;

use crate::campaign::{self, Planned};
use crate::domain::CampaignId;
use crate::error::{Error, Result};
use crate::redemption::{self, CampaignProgress, Expected};
use crate::store::Read;

pub(crate) struct ToCome {
    pub(crate) planned: Planned,
    pub(crate) progress: CampaignProgress,
    /// How many have not come yet, and the first of them.
    pub(crate) count: usize,
    pub(crate) guests: Vec<Expected>,
    /// The other campaigns.
    pub(crate) others: Vec<Planned>,
}

/// For the given campaign, or the newest; lists the first `most` guests.
///
/// # Errors
/// When no such campaign was planned.
pub(crate) fn to_come(read: &Read<'_>, wanted: Option<CampaignId>, now: NaiveDateTime, most: usize) -> Result<ToCome> {
    let mut all = Vec::new();
    for slug in campaign::slugs(read)?.iter().rev() {
        all.extend(campaign::current(read, slug)?);
    }
    let Some(at) = all.iter().position(|planned| wanted.is_none_or(|wanted| wanted == planned.id)) else {
        return Err(match wanted {
            Some(_) if !all.is_empty() => Error::new("there is no such campaign"),
            _ => Error::new("no campaign has been planned yet").hint("plan one: `regulars plan NAME`"),
        });
    };
    let planned = all.remove(at);
    let progress = redemption::progress(read, &planned, now)?;
    let (count, guests) = redemption::to_come(read, &planned, now, most)?;
    Ok(ToCome { planned, progress, count, guests, others: all })
}
