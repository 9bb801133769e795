//! How today goes at the till: the gift that waits these days, who came.

use chrono::{NaiveDate, NaiveDateTime};

use crate::campaign::{self, Planned};
use crate::error::Result;
use crate::redemption::{self, CampaignProgress, Come};
use crate::store::Read;

pub(crate) struct TillToday {
    /// How many came.
    pub(crate) came: usize,
    /// The newest campaign whose gift is handed over today, and how far it has come.
    pub(crate) campaign: Option<(Planned, CampaignProgress)>,
    /// The last who came, the newest first.
    pub(crate) last: Vec<Come>,
}

pub(crate) fn today(read: &Read<'_>, now: NaiveDateTime, most_last: usize) -> Result<TillToday> {
    let today = now.date();
    let campaign = match open(read, today)? {
        None => None,
        Some(planned) => {
            let progress = redemption::progress(read, &planned, now)?;
            Some((planned, progress))
        }
    };
    let last = redemption::last_come(read, today, most_last)?;
    Ok(TillToday { came: redemption::taken_on(read, today)?.0, campaign, last })
}

fn open(read: &Read<'_>, today: NaiveDate) -> Result<Option<Planned>> {
    for slug in campaign::slugs(read)?.iter().rev() {
        let holds = |planned: &Planned| {
            let over = planned.claim_until.is_some_and(|until| today > until);
            !planned.gift_name.is_empty() && planned.starts() <= today && !over
        };
        if let Some(planned) = campaign::current(read, slug)?.filter(holds) {
            return Ok(Some(planned));
        }
    }
    Ok(None)
}

/// How many gifts there were, if the campaign says so. A plan never changes.
pub(crate) fn stock(read: &Read<'_>, planned: &Planned) -> Result<Option<usize>> {
    // A campaign that was imported from a spreadsheet has no file.
    let file = campaign::kept_files(read, planned)?.campaign(&planned.slug).ok();
    Ok(file.and_then(|file| file.gift).and_then(|gift| gift.stock))
}

/// Whether the database can be read.
pub(crate) fn is_alive(read: &Read<'_>) -> Result<()> {
    campaign::slugs(read).map(|_| ())
}
