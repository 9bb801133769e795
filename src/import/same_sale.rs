//! Finds sales of a file that are already in the book, without receipt numbers.
//!
//! A sale is the same when customer, day and amount are equal, and neither item nor quantity differs: a value that only
//! one side has is not a difference, and is filled in. Each stored sale matches one row, so two equal rows are two
//! sales; a row that agrees in item and quantity takes precedence over one without them.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::customers::{PurchaseDraft, PurchaseItem, StoredLine, StoredPurchase};
use crate::money::Money;
use crate::text::same_key;

/// The compared values of a sale without a receipt number, or of a line of one that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SaleTraits<'s> {
    amount: Money,
    quantity_milli: Option<i64>,
    /// Normalized; empty when unknown.
    item: Cow<'s, str>,
}

impl<'s> SaleTraits<'s> {
    pub(super) fn of(amount: Money, quantity_milli: Option<i64>, item: &'s str) -> Self {
        Self { amount, quantity_milli, item: same_key(item) }
    }
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TraitMatch {
    Same,
    /// Only one side has it.
    Fills,
    Differs,
}

impl TraitMatch {
    fn of<T: PartialEq>(one: Option<T>, other: Option<T>) -> Self {
        match (one, other) {
            (one, other) if one == other => Self::Same,
            (Some(_), Some(_)) => Self::Differs,
            _ => Self::Fills,
        }
    }
}

/// The passes in which rows are matched: by item and quantity, by item, by quantity, by neither.
const PASSES: [[TraitMatch; 2]; 4] = [
    [TraitMatch::Same, TraitMatch::Same],
    [TraitMatch::Same, TraitMatch::Fills],
    [TraitMatch::Fills, TraitMatch::Same],
    [TraitMatch::Fills, TraitMatch::Fills],
];

/// The stored sale of each row, if there is one; in their order.
pub(super) fn pairs(rows: &[SaleTraits<'_>], stored: &[SaleTraits<'_>]) -> Vec<Option<usize>> {
    let mut found = vec![None; rows.len()];
    let mut free: HashMap<Money, Vec<usize>> = HashMap::new();
    for (index, sale) in stored.iter().enumerate() {
        free.entry(sale.amount).or_default().push(index);
    }
    for pass in PASSES {
        for (row, pair) in rows.iter().zip(&mut found).filter(|(_, pair)| pair.is_none()) {
            let Some(free) = free.get_mut(&row.amount) else { continue };
            let is_it = |at: &usize| {
                let sale = &stored[*at];
                let item = TraitMatch::of(known(&row.item), known(&sale.item));
                [item, TraitMatch::of(row.quantity_milli, sale.quantity_milli)] == pass
            };
            if let Some(at) = free.iter().position(is_it) {
                *pair = Some(free.remove(at));
            }
        }
    }
    found
}

fn known(item: &str) -> Option<&str> {
    Some(item).filter(|item| !item.is_empty())
}

/// The lines of a purchase with the values of a file: values that the file does not have stay, and so does an item that
/// is only spelled differently.
pub(super) fn filled_lines(old: &[StoredLine], new: &[PurchaseItem<'_>]) -> Vec<StoredLine> {
    let mut free: Vec<&StoredLine> = old.iter().collect();
    let mut is_other = false;
    let mut lines: Vec<StoredLine> = Vec::with_capacity(new.len());
    for line in new {
        let is_same = |known: &StoredLine| match line.item {
            "" => known.amount == line.amount,
            item => same_key(item) == same_key(&known.item),
        };
        let Some(at) = free.iter().position(|known| is_same(known)) else {
            is_other |= !line.item.is_empty();
            lines.extend((!line.item.is_empty()).then(|| StoredLine::from(*line)));
            continue;
        };
        let known = free.remove(at);
        // An order without prices has its amount in no line.
        let amount = if line.amount == Money(0) { known.amount } else { line.amount };
        let quantity_milli = line.quantity_milli.or(known.quantity_milli);
        let filled = StoredLine { item: known.item.clone(), quantity_milli, amount };
        is_other |= filled != *known;
        lines.push(filled);
    }
    // Stored lines that the file does not name stay, unless the file names others.
    if new.iter().all(|line| line.item.is_empty()) {
        lines.extend(free.into_iter().cloned());
    } else {
        is_other |= !free.is_empty();
    }
    if is_other { lines } else { old.to_vec() }
}

/// Whether a row repeats a stored purchase exactly. Most rows of a file that is imported again do.
pub(super) fn says_nothing_new(old: &StoredPurchase, new: &PurchaseDraft<'_>, lines: &[PurchaseItem<'_>]) -> bool {
    let agrees = |new: Option<i64>, old: Option<i64>| new.is_none() || new == old;
    let named = lines.iter().filter(|line| !line.item.is_empty());
    old.on == new.on
        && old.amount == new.amount
        && agrees(new.quantity_milli, old.quantity_milli)
        && named.clone().count() == old.lines.len()
        && named.zip(&old.lines).all(|(line, known)| {
            let is_alike = line.item == known.item && line.amount == known.amount;
            is_alike && agrees(line.quantity_milli, known.quantity_milli)
        })
}

/// Whether a purchase is unchanged.
pub(super) fn is_unchanged(old: &StoredPurchase, new: &StoredPurchase) -> bool {
    let said = |one: &StoredPurchase| (one.on, one.amount, one.quantity_milli);
    old.reference == new.reference && said(old) == said(new) && old.lines == new.lines
}

#[cfg(test)]
mod tests {
    use super::*;

    type ExpectedSales<'s> = &'s [(i64, i64, &'static str)];
    type ExpectedLines<'s> = &'s [(&'static str, i64, i64)];

    #[test]
    fn a_row_finds_the_sale_that_it_is() {
        let sales = |of: &[(i64, i64, &'static str)]| -> Vec<SaleTraits<'static>> {
            of.iter().map(|(amount, n, item)| SaleTraits::of(Money(*amount), (*n > 0).then_some(*n), item)).collect()
        };
        let cases: &[(ExpectedSales<'_>, ExpectedSales<'_>, &[Option<usize>])] = &[
            (&[(10, 0, "coat")], &[(10, 0, "")], &[Some(0)]),
            (&[(10, 0, "")], &[(10, 0, "coat")], &[Some(0)]),
            (&[(10, 0, "COAT ")], &[(10, 0, "coat")], &[Some(0)]),
            (&[(10, 0, "coat")], &[(10, 0, "hat")], &[None]),
            (&[(10, 0, "coat")], &[(11, 0, "coat")], &[None]),
            (&[(10, 2, "coat")], &[(10, 1, "coat")], &[None]),
            (&[(10, 0, ""), (10, 0, "")], &[(10, 0, "")], &[Some(0), None]),
            // Equal values are matched first, in any order.
            (&[(10, 0, "hat"), (10, 0, "")], &[(10, 0, "")], &[None, Some(0)]),
            (&[(10, 0, "hat"), (10, 0, "coat")], &[(10, 0, ""), (10, 0, "coat")], &[Some(0), Some(1)]),
            (&[(10, 0, "coat"), (10, 0, "hat")], &[(10, 0, ""), (10, 0, "coat")], &[Some(1), Some(0)]),
            (&[(10, 2, ""), (10, 0, "")], &[(10, 0, "coat"), (10, 2, "coat")], &[Some(1), Some(0)]),
            (&[(10, 0, "coat"), (10, 0, "coat")], &[(10, 1, "coat"), (10, 2, "coat")], &[Some(0), Some(1)]),
        ];
        for (rows, stored, found) in cases {
            assert_eq!(pairs(&sales(rows), &sales(stored)), *found, "{rows:?} {stored:?}");
        }
    }

    #[test]
    fn lines_are_filled_and_never_erased() {
        let stored = |of: &[(&str, i64, i64)]| -> Vec<StoredLine> {
            let line = |(item, n, amount): &(&str, i64, i64)| StoredLine {
                item: (*item).to_owned(),
                quantity_milli: (*n > 0).then_some(*n),
                amount: Money(*amount),
            };
            of.iter().map(line).collect()
        };
        let cases: &[(ExpectedLines<'_>, ExpectedLines<'_>, ExpectedLines<'_>)] = &[
            (&[("coat", 1, 10)], &[("", 0, 10)], &[("coat", 1, 10)]),
            (&[("coat", 1, 10)], &[("COAT", 0, 10)], &[("coat", 1, 10)]),
            (&[("coat", 0, 10)], &[("coat", 2, 10)], &[("coat", 2, 10)]),
            (&[], &[("coat", 2, 10), ("", 0, 5)], &[("coat", 2, 10)]),
            (&[("coat", 1, 10), ("hat", 1, 5)], &[("hat", 1, 5), ("coat", 1, 10)], &[("coat", 1, 10), ("hat", 1, 5)]),
            (&[("coat", 1, 10), ("hat", 1, 5)], &[("coat", 1, 10)], &[("coat", 1, 10)]),
            (&[("coat", 1, 10)], &[("hat", 1, 10)], &[("hat", 1, 10)]),
            (&[("coat", 1, 10)], &[("coat", 1, 0)], &[("coat", 1, 10)]),
            (&[("coat", 0, 10), ("hat", 0, 5)], &[("", 0, 15)], &[("coat", 0, 10), ("hat", 0, 5)]),
            (&[("coat", 0, 10), ("hat", 0, 5)], &[("", 2, 5), ("", 1, 10)], &[("hat", 2, 5), ("coat", 1, 10)]),
        ];
        for (old, new, filled) in cases {
            let new = stored(new);
            let new: Vec<PurchaseItem<'_>> = new.iter().map(StoredLine::item).collect();
            assert_eq!(filled_lines(&stored(old), &new), stored(filled), "{old:?} {new:?}");
        }
    }
}
