//! The list of the best for a spreadsheet.

use super::worksheet::Worksheet;
use crate::money::Currency;
use crate::text::csv::CsvTable;

const HEADER: &str = "rank ref name city takings running_share visits last_purchase since recency frequency money";

/// The list as CSV, amounts with a decimal point.
pub(crate) fn csv(sheet: &Worksheet, currency: Currency) -> String {
    let mut table = CsvTable::new(HEADER.split(' '));
    for one in &sheet.list {
        table.row([
            one.rank.to_string(),
            one.reference.clone(),
            one.name.clone(),
            one.city.clone(),
            currency.plain(one.takings_minor),
            format!("{:.4}", one.running_share),
            one.visits.to_string(),
            one.last_purchase.map(|day| day.to_string()).unwrap_or_default(),
            one.since.to_string(),
            one.recency.to_string(),
            one.frequency.to_string(),
            one.money.to_string(),
        ]);
    }
    table.text()
}
