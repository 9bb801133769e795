//! Year against year: every planned campaign, oldest first.

use chrono::NaiveDate;
use serde::Serialize;

use super::figures::{Figures, report};
use crate::campaign;
use crate::error::Result;
use crate::money::Currency;
use crate::shop::Settings;
use crate::store::Read;
use crate::text;

/// One campaign among the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct YearFigures {
    pub(crate) campaign: String,
    pub(crate) name: String,
    /// The day it was mailed, or its own day.
    pub(crate) from: NaiveDate,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// The figures of every campaign.
pub(crate) fn years(read: &Read<'_>, settings: &Settings, today: NaiveDate) -> Result<Vec<YearFigures>> {
    let mut years = Vec::new();
    for slug in campaign::slugs(read)? {
        let report = report(read, &slug, settings, today)?;
        years.push(YearFigures {
            campaign: report.campaign,
            name: report.name,
            from: report.from,
            figures: report.figures,
        });
    }
    years.sort_by_key(|year| year.from);
    Ok(years)
}

/// The comparison as a page of text.
pub(crate) fn years_table(years: &[YearFigures], currency: Currency) -> String {
    let widest = years.iter().map(|year| year.name.chars().count()).max().unwrap_or(0).max(8);
    let mut text = format!(
        "{:<10}  {:<widest$}  {:>7}  {:>6}  {:>7}  {:>12}  {:>10}  {:>12}\n",
        "from", "campaign", "letters", "came", "rate", "sales", "each", "profit"
    );
    for year in years {
        let f = &year.figures;
        let rate = f.response_rate.map_or("–".to_owned(), |rate| format!("{:.1}%", rate * 100.0));
        let each = f.takings_per_redeemer_minor.map_or("–".to_owned(), |each| currency.show(each));
        text.push_str(&format!(
            "{:<10}  {:<widest$}  {:>7}  {:>6}  {rate:>7}  {:>12}  {each:>10}  {:>12}\n",
            year.from.to_string(),
            year.name,
            text::thousands(f.mailed),
            text::thousands(f.redeemed),
            currency.show_whole(f.takings_minor),
            currency.show_whole(f.net_minor),
        ));
    }
    text
}
