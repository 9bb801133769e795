//! Planning: freezes a campaign, or shows what the plan would be.

use chrono::{NaiveDate, NaiveDateTime};

use super::{check, email_check};
use crate::campaign::{self, CampaignFile, Sources, Summary};
use crate::customers::household;
use crate::error::Result;
use crate::letter::LAYOUT_VERSION;
use crate::piece::{TemplateSet, shop_fonts};
use crate::shop::Shop;

/// What happens to an earlier plan, and whether the new one is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanMode {
    /// Keep an earlier plan.
    Once,
    /// Replace an earlier plan; its codes become void.
    Again,
    /// Store nothing.
    Rehearse,
}

/// A plan, in figures.
pub(crate) struct PlanOutcome {
    pub(crate) summary: Summary,
    /// What has changed since, when it was already planned.
    pub(crate) differences: Option<Vec<String>>,
}

/// Plans the campaign of campaigns/`slug`.toml.
///
/// # Errors
/// With every error of its files, or when something of an earlier plan was printed or sent.
pub(crate) fn plan(shop: &Shop, slug: &str, mode: PlanMode, now: NaiveDateTime) -> Result<PlanOutcome> {
    let mut store = shop.store()?;
    if !household::is_complete(&store.read())? {
        store.write(household::regroup)?;
    }
    if let Some(old) = campaign::current(&store.read(), slug)?.filter(|_| mode == PlanMode::Once) {
        let differences = Some(campaign::differences(&store.read(), shop, &old)?);
        let summary = store.rehearse(|write| campaign::plan(write, shop, slug, (now, LAYOUT_VERSION), false))?;
        return Ok(PlanOutcome { summary, differences });
    }
    let file = CampaignFile::open(shop, slug)?;
    check_templates(shop, &file, now.date())?;
    let cannot_leave = email_check::cannot_leave(shop, &file, true);
    let mut summary = match mode {
        PlanMode::Rehearse => campaign::rehearse(&store.read(), shop, slug, now.date())?,
        _ => {
            let again = mode == PlanMode::Again;
            store.write(|write| campaign::plan(write, shop, slug, (now, LAYOUT_VERSION), again))?
        }
    };
    summary
        .warnings
        .extend(check::is_sample(&shop.settings).then(|| check::SAMPLE.to_owned()).into_iter().chain(cannot_leave));
    Ok(PlanOutcome { summary, differences: None })
}

/// Checks that the letters of a campaign can be typeset (front matter, images and fonts) before anything is frozen.
fn check_templates(shop: &Shop, file: &CampaignFile, today: NaiveDate) -> Result<()> {
    let dated = file.date.or(file.as_of).unwrap_or(today);
    TemplateSet::open(&Sources::from_folder(shop, file)?, &file.slug, dated, shop_fonts(&shop.folder)?).map(|_| ())
}
