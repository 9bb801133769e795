//! Properties of the whole file: the order in its days, its decimal separator, whether all its IDs end in `.0`.
//!
//! The file is scanned once, and only when a row needs it.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::cells;
use super::columns::{AddressColumns, Columns, Pick};
use super::days::{self, DayOrder, DayReading};
use super::sheet::ImportSheet;
use crate::error::Result;
use crate::money::{self, DecimalSeparator};

/// Identifiers.
pub(super) const IDS: [&str; 4] = ["ref", "receipt", "postcode", "phone"];
/// Amounts.
const AMOUNTS: [&str; 4] = ["amount", "unit_price", "less", "quantity"];

/// The decimal separator that a file shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShownSeparator {
    Nothing,
    One(DecimalSeparator),
    Both,
}

/// A file whose properties are computed on demand.
pub(super) struct Survey<'s> {
    sheet: &'s ImportSheet,
    columns: &'s Columns<'s>,
    addresses: &'s [AddressColumns<'s>],
    found: OnceCell<Evidence>,
}

#[derive(Debug, Default)]
struct Evidence {
    order: Option<DayOrder>,
    separator: BTreeMap<&'static str, (bool, bool)>,
    point_zero: BTreeMap<&'static str, bool>,
}

impl<'s> Survey<'s> {
    pub(super) fn new(sheet: &'s ImportSheet, columns: &'s Columns<'s>, addresses: &'s [AddressColumns<'s>]) -> Self {
        Self { sheet, columns, addresses, found: OnceCell::new() }
    }

    /// The order shown by the first unambiguous day.
    pub(super) fn day_order(&self) -> Result<Option<DayOrder>> {
        Ok(self.evidence()?.order)
    }

    /// The decimal separator of a field: as its own column shows, else as the other amounts of the file show.
    pub(super) fn separator(&self, field: &str) -> Result<ShownSeparator> {
        let shown = |(point, comma)| match (point, comma) {
            (false, false) => ShownSeparator::Nothing,
            (true, false) => ShownSeparator::One(DecimalSeparator::Point),
            (false, true) => ShownSeparator::One(DecimalSeparator::Comma),
            (true, true) => ShownSeparator::Both,
        };
        let all = &self.evidence()?.separator;
        Ok(match shown(all.get(field).copied().unwrap_or_default()) {
            ShownSeparator::Nothing => {
                shown(all.values().fold((false, false), |sum, one| (sum.0 || one.0, sum.1 || one.1)))
            }
            own => own,
        })
    }

    /// Whether every number of a field has the form `17850.0`.
    pub(super) fn point_zero(&self, field: &str) -> Result<bool> {
        Ok(self.evidence()?.point_zero.get(field).copied().unwrap_or(false))
    }

    fn evidence(&self) -> Result<&Evidence> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let evidence = self.look()?;
        Ok(self.found.get_or_init(|| evidence))
    }

    fn look(&self) -> Result<Evidence> {
        let mut evidence = Evidence::default();
        let all: Vec<&Columns<'_>> =
            std::iter::once(self.columns).chain(self.addresses.iter().map(|address| &address.columns)).collect();
        let there = |fields: &[&'static str]| -> Vec<(&'static str, &Pick)> {
            let picks = all.iter().flat_map(|columns| fields.iter().map(|f| (*f, columns.pick(f))));
            picks.filter(|(_, pick)| pick.is_there()).collect()
        };
        let (ids, amounts, on) = (there(&IDS), there(&AMOUNTS), self.columns.pick("on"));
        self.sheet.each(|found| {
            let row = found.cells;
            if found.fault.is_some() {
                return Ok(());
            }
            if evidence.order.is_none()
                && let Some(DayReading::Shows(_, order)) = days::read(&on.of(row)).map(|day| day.reading)
            {
                evidence.order = Some(order);
            }
            for (field, pick) in &ids {
                let cell = pick.of(row);
                if !cell.is_empty() {
                    let all = evidence.point_zero.entry(field).or_insert(true);
                    *all &= cells::without_point_zero(cells::unquoted(&cell)).is_some();
                }
            }
            for (field, pick) in &amounts {
                let shown = money::separator_shown(&pick.of(row));
                let (point, comma) = evidence.separator.entry(field).or_default();
                *point |= shown == Some(DecimalSeparator::Point);
                *comma |= shown == Some(DecimalSeparator::Comma);
            }
            Ok(())
        })?;
        Ok(evidence)
    }
}
