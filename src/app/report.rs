//! The report of a campaign; the comparison of years.

use chrono::NaiveDate;

use crate::campaign;
use crate::error::{Error, Result};
use crate::report::{self, CampaignReport, YearFigures};
use crate::shop::Shop;
use crate::text;

/// The report of a campaign.
///
/// # Errors
/// When it was not planned.
pub(crate) fn report(shop: &Shop, slug: &str, today: NaiveDate) -> Result<CampaignReport> {
    let store = shop.store()?;
    let read = store.read();
    if campaign::current(&read, slug)?.is_none() && campaign::list_files(shop)?.iter().any(|file| file == slug) {
        let name = text::quote(slug);
        return Err(Error::new(format!("{name} is only a file: it was not planned, so it has no results yet"))
            .hint(format!("plan it first: `regulars plan {slug}`")));
    }
    report::report(&read, slug, &shop.settings, today)
}

/// Every campaign, by year.
///
/// # Errors
/// When none has been planned.
pub(crate) fn years(shop: &Shop, today: NaiveDate) -> Result<Vec<YearFigures>> {
    let years = report::years(&shop.store()?.read(), &shop.settings, today)?;
    if years.is_empty() {
        return Err(Error::new("no campaign has been planned yet").hint("plan one first: `regulars plan NAME`"));
    }
    Ok(years)
}
