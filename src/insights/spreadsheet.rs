//! The list of the best for a spreadsheet.

use super::worksheet::Worksheet;
use crate::error::{Error, Result};
use crate::money::Currency;
use crate::text;

/// The list as CSV, amounts with a decimal point.
///
/// # Errors
/// When a row cannot be written, which memory always can.
pub(crate) fn csv(sheet: &Worksheet, currency: Currency) -> Result<String> {
    let failed = |e: csv::Error| Error::new("the table could not be written").because(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = [
        "rank",
        "ref",
        "name",
        "city",
        "takings",
        "running_share",
        "visits",
        "last_purchase",
        "since",
        "recency",
        "frequency",
        "money",
    ];
    out.write_record(head).map_err(failed)?;
    for one in &sheet.list {
        let row = [
            one.rank.to_string(),
            text::inert(&one.reference),
            text::inert(&one.name),
            text::inert(&one.city),
            currency.plain(one.takings_minor),
            format!("{:.4}", one.running_share),
            one.visits.to_string(),
            one.last_purchase.map(|day| day.to_string()).unwrap_or_default(),
            one.since.to_string(),
            one.recency.to_string(),
            one.frequency.to_string(),
            one.money.to_string(),
        ];
        out.write_record(row).map_err(failed)?;
    }
    let bytes = out.into_inner().map_err(|e| Error::new("the table could not be written").because(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
