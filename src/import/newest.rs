//! Files of orders, in which a customer occurs several times: the newest order with an address is used.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::columns::Columns;
use super::contacts::{self, ContactRow};
use super::days;
use super::dialect::ImportKind;
use super::reading::ImportPlan;
use super::row_address;
use super::survey::Survey;
use crate::domain::{Consent, ConsentChannel, PostalAddress};
use crate::error::Result;

/// Whether a letter can be sent there, the day, and the time as written.
type Rank = (bool, Option<NaiveDate>, String);

/// The result for the rows of each customer.
pub(super) struct NewestRows {
    /// The line of the row that is used.
    lines: HashMap<String, usize>,
    /// An opt-out in any of their rows counts.
    opt_outs: HashSet<(String, ConsentChannel)>,
}

impl NewestRows {
    /// Whether a row is the one of its customer that is used; someone known by name and address has only one.
    pub(super) fn counts(&self, contact: &ContactRow) -> bool {
        self.lines.get(&contact.reference).is_none_or(|line| *line == contact.line)
    }

    /// Adds the opt-outs of the other rows to the one that is used.
    pub(super) fn heed(&self, contact: &mut ContactRow) {
        for (channel, consent) in
            [(ConsentChannel::Post, &mut contact.post), (ConsentChannel::Email, &mut contact.email)]
        {
            if !self.opt_outs.is_empty() && self.opt_outs.contains(&(contact.reference.clone(), channel)) {
                *consent = Some(Consent::No);
            }
        }
    }
}

/// Determines which row of each customer is used.
pub(super) fn newest(plan: &ImportPlan<'_>, survey: &Survey<'_>) -> Result<NewestRows> {
    let of_orders = plan.dialect.columns(ImportKind::Purchases).iter();
    let fields = of_orders.filter(|(field, _)| *field == "on").map(|(name, columns)| (*name, columns.as_slice()));
    let columns = Columns::of(&["on"], fields, plan.sheet, &[])?;
    let shown = columns.place("on").map(|place| days::order_of_column(plan.sheet, place)).transpose()?.flatten();
    let order = plan.day_order.or(shown);
    // With the same rank, the first in the file.
    let mut best: HashMap<String, (Rank, usize)> = HashMap::new();
    let mut opt_outs = HashSet::new();
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
        let reference = plan.customer_reference(row.cells, survey)?.into_owned();
        opt_outs.extend(contacts::opt_outs(plan, row.cells).map(|channel| (reference.clone(), channel)));
        match best.entry(reference) {
            Entry::Occupied(mut known) if known.get().0 < rank => *known.get_mut() = (rank, row.line),
            Entry::Occupied(_) => {}
            Entry::Vacant(new) => drop(new.insert((rank, row.line))),
        }
        Ok(())
    })?;
    let lines = best.into_iter().map(|(reference, (_, line))| (reference, line)).collect();
    Ok(NewestRows { lines, opt_outs })
}
