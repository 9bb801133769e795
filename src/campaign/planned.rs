//! A campaign with a stored plan.

use chrono::NaiveDate;

use super::sources::Sources;
use crate::domain::{CampaignId, CampaignState, OnePer};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::store::{Read, Row, params};
use crate::text;

/// A campaign with a stored plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) id: CampaignId,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) state: CampaignState,
    pub(crate) as_of: NaiveDate,
    pub(crate) dated: NaiveDate,
    pub(crate) follows: String,
    pub(crate) one_per: OnePer,
    pub(crate) gift_name: String,
    pub(crate) unit_cost: Money,
    pub(crate) postage: Money,
    pub(crate) claim_until: Option<NaiveDate>,
    pub(crate) posted_on: Option<NaiveDate>,
    pub(crate) fingerprint: String,
    /// Which way of setting letters it was made for.
    pub(crate) layout: i64,
}

const PLANNED: &str = "id, slug, name, state, as_of, dated, follows, one_per, gift_name, unit_cost_minor, postage_minor, \
                       claim_until, posted_on, fingerprint, layout";

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
            layout: row.get(14)?,
        })
    }

    /// The first day on which its codes are valid.
    pub(crate) fn starts(&self) -> NaiveDate {
        self.posted_on.unwrap_or(self.as_of)
    }
}

/// The names of all planned campaigns, sorted.
pub(crate) fn slugs(read: &Read<'_>) -> Result<Vec<String>> {
    let sql = "SELECT slug FROM campaign WHERE state <> ?1 ORDER BY as_of, slug";
    read.all(sql, params![CampaignState::Void], |row| row.get(0))
}

/// The plan of a campaign, if there is one.
pub(crate) fn current(read: &Read<'_>, slug: &str) -> Result<Option<Planned>> {
    let sql = format!("SELECT {PLANNED} FROM campaign WHERE slug = ?1 AND state <> ?2");
    read.first(&sql, params![slug, CampaignState::Void], Planned::from_row)
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
    super::check_slug(slug)?;
    Err(Error::new(format!("{} is not planned", text::quote(slug))).hint(match near {
        Some(near) => format!("did you mean `{near}`? Otherwise plan it first: `regulars plan {slug}`"),
        None => format!("plan it first: `regulars plan {slug}`"),
    }))
}

/// The campaign of an id.
pub(super) fn by_id(read: &Read<'_>, id: CampaignId) -> Result<Planned> {
    let sql = format!("SELECT {PLANNED} FROM campaign WHERE id = ?1");
    let found = read.first(&sql, params![id], Planned::from_row)?;
    found.ok_or_else(|| Error::new("a campaign is missing from the database").hint("run `regulars doctor`"))
}

/// The files that a plan was made from, as stored.
pub(crate) fn kept_files(read: &Read<'_>, planned: &Planned) -> Result<Sources> {
    let sql = "SELECT path, content FROM campaign_file WHERE campaign_id = ?1";
    let files = read.all(sql, params![planned.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Sources { files: files.into_iter().collect() })
}
