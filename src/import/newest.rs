//! Files of orders, in which a customer stands several times: the newest order with an address counts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;

use super::columns::Columns;
use super::days;
use super::dialect::ImportKind;
use super::reading::ImportPlan;
use super::row_address;
use super::survey::Survey;
use crate::domain::PostalAddress;
use crate::error::Result;

/// Whether a letter can go there, the day, and the time as it is written.
type Rank = (bool, Option<NaiveDate>, String);

/// The line of the row that counts of each customer.
pub(super) fn newest(plan: &ImportPlan<'_>, survey: &Survey<'_>) -> Result<HashMap<String, usize>> {
    let of_orders = plan.dialect.columns(ImportKind::Purchases).iter();
    let fields = of_orders.filter(|(field, _)| *field == "on").map(|(name, columns)| (*name, columns.as_slice()));
    let columns = Columns::of(&["on"], fields, plan.sheet, &[])?;
    let shown = columns.place("on").map(|place| days::order_of_column(plan.sheet, place)).transpose()?.flatten();
    let order = plan.day_order.or(shown);
    // Of the same rank the first in the file.
    let mut best: HashMap<String, (Rank, usize)> = HashMap::new();
    plan.sheet.each(|row| {
        if row.fault.is_some() {
            return Ok(());
        }
        let (parts, _) = row_address::read(plan, row.cells, survey)?;
        let address = PostalAddress {
            street: &parts.street,
            street2: &parts.street2,
            city: &parts.city,
            postcode: &parts.postcode,
            country: "",
        };
        let on = columns.pick("on").of(row.cells).into_owned();
        let rank = (address.is_deliverable(), days::parse(&on, order).ok(), on);
        match best.entry(plan.reference(row.cells, survey)?.into_owned()) {
            Entry::Occupied(mut known) if known.get().0 < rank => *known.get_mut() = (rank, row.line),
            Entry::Occupied(_) => {}
            Entry::Vacant(new) => drop(new.insert((rank, row.line))),
        }
        Ok(())
    })?;
    Ok(best.into_iter().map(|(reference, (_, line))| (reference, line)).collect())
}
