//! Today at the till: the gift of these days, and who came.

use chrono::{NaiveDate, NaiveDateTime};

use crate::campaign::{self, Planned};
use crate::error::Result;
use crate::redemption::{self, CampaignProgress, Come};
use crate::store::Read;

pub(crate) struct TillToday {
    /// How many came.
    pub(crate) came: usize,
    /// The newest campaign whose gift is handed over today, and its progress.
    pub(crate) campaign: Option<(Planned, CampaignProgress)>,
    /// Other campaigns whose gifts are handed over today.
    pub(crate) others: Vec<Planned>,
    /// The latest visitors, newest first.
    pub(crate) last: Vec<Come>,
}

pub(crate) fn today(read: &Read<'_>, now: NaiveDateTime, most_last: usize) -> Result<TillToday> {
    let today = now.date();
    let mut open = open(read, today)?.into_iter();
    let campaign = match open.next() {
        None => None,
        Some(planned) => {
            let progress = redemption::progress(read, &planned, now)?;
            Some((planned, progress))
        }
    };
    let last = redemption::last_come(read, today, most_last)?;
    Ok(TillToday { came: redemption::taken_on(read, today)?.0, campaign, others: open.collect(), last })
}

/// The campaigns whose gifts are handed over on a day, newest first.
fn open(read: &Read<'_>, today: NaiveDate) -> Result<Vec<Planned>> {
    let mut open = redemption::shown_campaigns(read, today)?;
    open.retain(|planned| {
        let is_over = planned.claim_until.is_some_and(|until| today > until);
        !planned.gift_name.is_empty() && planned.starts() <= today && !is_over
    });
    Ok(open)
}

/// The stock of gifts, if the campaign has one. A plan never changes.
pub(crate) fn stock(read: &Read<'_>, planned: &Planned) -> Result<Option<usize>> {
    // A campaign that was imported from a spreadsheet has no file.
    let file = campaign::kept_files(read, planned)?.campaign(&planned.slug).ok();
    Ok(file.and_then(|file| file.gift).and_then(|gift| gift.stock))
}

/// Whether the database can be read.
pub(crate) fn is_alive(read: &Read<'_>) -> Result<()> {
    campaign::slugs(read).map(|_| ())
}
