//! Sales of a file that are not in the book in the same form, but may be in another: compared as a group with the same
//! customer and day.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::same_sale::{SaleTraits, pairs};
use crate::customers::{DedupeKey, PurchaseItem, StoredLine, StoredPurchase};
use crate::domain::CustomerId;
use crate::money::Money;
use crate::text::same_key;

pub(super) struct DoubtfulSale {
    pub(super) receipt: String,
    pub(super) reference: String,
    pub(super) on: NaiveDate,
    pub(super) amount: Money,
    pub(super) quantity_milli: Option<i64>,
    pub(super) lines: Vec<StoredLine>,
    pub(super) key: DedupeKey,
    /// Its customer, if known.
    pub(super) customer: Option<CustomerId>,
}

impl DoubtfulSale {
    pub(super) fn items(&self) -> Vec<PurchaseItem<'_>> {
        self.lines.iter().map(StoredLine::item).collect()
    }

    /// The key of its group.
    pub(super) fn group(&self) -> (NaiveDate, Option<CustomerId>, Cow<'_, str>) {
        let reference = if self.customer.is_some() { Cow::default() } else { same_key(&self.reference) };
        (self.on, self.customer, reference)
    }

    fn traits(&self) -> SaleTraits<'_> {
        let item = self.lines.first().map_or("", |line| line.item.as_str());
        SaleTraits::of(self.amount, self.quantity_milli, item)
    }
}

/// What a doubtful sale matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SaleMatch {
    New,
    /// A stored purchase, by its index.
    Known(usize),
    /// One line of it.
    LineOf(usize),
    /// A receipt whose lines are stored purchases without a number.
    Numbered(Vec<usize>),
}

/// A stored purchase, or a line of one that has a receipt number.
struct Slot<'s> {
    purchase: usize,
    is_line: bool,
    is_numbered: bool,
    traits: SaleTraits<'s>,
}

/// The match of each sale of a group; `stored` are the purchases of that customer and day. Receipt numbers are only set
/// or removed within one system, `source`.
pub(super) fn decide(group: &[DoubtfulSale], stored: &[StoredPurchase], source: &str) -> Vec<SaleMatch> {
    let mut found = vec![SaleMatch::New; group.len()];
    let mut slots: Vec<Slot<'_>> = stored.iter().enumerate().flat_map(|(at, sale)| slots_of(at, sale)).collect();
    let is_numbered = |sale: &DoubtfulSale| !sale.receipt.is_empty();
    for (sale, found) in group.iter().zip(&mut found).filter(|(sale, _)| is_numbered(sale)) {
        let is_free = |slot: &Slot<'_>| !slot.is_numbered && stored[slot.purchase].source == source;
        let free: Vec<usize> = (0..slots.len()).filter(|at| is_free(&slots[*at])).collect();
        let known: Vec<SaleTraits<'_>> = free.iter().map(|at| slots[*at].traits.clone()).collect();
        let lines = sale.lines.iter().map(|line| SaleTraits::of(line.amount, line.quantity_milli, &line.item));
        let whole = SaleTraits::of(sale.amount, sale.quantity_milli, "");
        let of_lines: Option<Vec<usize>> = pairs(&lines.collect::<Vec<_>>(), &known).into_iter().collect();
        let Some(places) = of_lines.or_else(|| pairs(&[whole], &known).into_iter().collect()) else { continue };
        let mut places: Vec<usize> = places.into_iter().map(|at| free[at]).collect();
        *found = SaleMatch::Numbered(places.iter().map(|at| slots[*at].purchase).collect());
        places.sort_unstable();
        for at in places.into_iter().rev() {
            slots.remove(at);
        }
    }
    slots.retain(|slot| !slot.is_numbered || stored[slot.purchase].source == source);
    let known: Vec<SaleTraits<'_>> = slots.iter().map(|slot| slot.traits.clone()).collect();
    let rows: Vec<SaleTraits<'_>> = group.iter().filter(|sale| !is_numbered(sale)).map(DoubtfulSale::traits).collect();
    let unnumbered = group.iter().zip(&mut found).filter(|(sale, _)| !is_numbered(sale));
    for ((_, found), pair) in unnumbered.zip(pairs(&rows, &known)) {
        if let Some(slot) = pair.map(|at| &slots[at]) {
            *found = if slot.is_line { SaleMatch::LineOf(slot.purchase) } else { SaleMatch::Known(slot.purchase) };
        }
    }
    found
}

/// What sales of a file may match in a purchase: the whole, or the lines of a receipt.
fn slots_of(at: usize, sale: &StoredPurchase) -> Vec<Slot<'_>> {
    let is_numbered = !sale.receipt.is_empty();
    let slot = |is_line, traits| Slot { purchase: at, is_line, is_numbered, traits };
    let of_lines = sale.lines.iter().fold(Money(0), |sum, line| sum.plus(line.amount));
    if is_numbered && sale.lines.len() > 1 && of_lines == sale.amount {
        let lines = sale.lines.iter().map(|line| SaleTraits::of(line.amount, line.quantity_milli, &line.item));
        return lines.map(|traits| slot(true, traits)).collect();
    }
    let item = sale.lines.first().map_or("", |line| line.item.as_str());
    vec![slot(false, SaleTraits::of(sale.amount, sale.quantity_milli, item))]
}
