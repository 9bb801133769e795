//! What only the whole file tells: which comes first in its days, what its decimal separator is, whether all its ids end in `.0`.
//!
//! The file is gone through once, and only when a row asks.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::cells;
use super::columns::{AddressColumns, Columns, Pick};
use super::days::{self, DayOrder, DayReading};
use super::sheet::ImportSheet;
use crate::error::Result;
use crate::money::{self, DecimalSeparator};

/// Numbers that are names.
pub(super) const IDS: [&str; 4] = ["ref", "receipt", "postcode", "phone"];
/// Numbers that are amounts.
const AMOUNTS: [&str; 4] = ["amount", "unit_price", "less", "quantity"];

/// What a file shows of its decimal separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShownSeparator {
    Nothing,
    One(DecimalSeparator),
    Both,
}

/// A file that can be asked.
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

    /// The order that the first day shows which can be read in one order only.
    pub(super) fn day_order(&self) -> Result<Option<DayOrder>> {
        Ok(self.evidence()?.order)
    }

    /// How a field writes decimals: as its own column shows, or where that shows nothing, the other amounts of the file.
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

    /// Whether every number of a field is written like `17850.0`.
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
