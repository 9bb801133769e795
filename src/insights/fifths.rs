//! Recency, frequency and money by fifths: when they came last, how often, and their sales.
//!
//! The fifth of a customer is 1 + the integer part of 5 × (how many rank lower) / (how many there are), so that equal
//! customers are in the same fifth, and 5 is the best. With many equal customers a fifth may be empty.

use chrono::NaiveDate;
use serde::Serialize;

use super::curve::part;
use super::customer_sales::CustomerSales;
use crate::money::Money;

/// One fifth of the customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Fifth<T> {
    /// 5 is the best.
    pub(crate) fifth: usize,
    pub(crate) customers: usize,
    /// The lowest value.
    pub(crate) least: T,
    /// The highest value.
    pub(crate) most: T,
    pub(crate) takings_minor: Money,
    /// As a fraction of all sales.
    pub(crate) share: f64,
}

/// The fifths by each of three measures, the best first; an empty fifth is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Fifths {
    /// By the day of the last purchase; none for those who only returned items.
    pub(crate) recency: Vec<Fifth<Option<NaiveDate>>>,
    /// By the number of purchases.
    pub(crate) frequency: Vec<Fifth<usize>>,
    /// By sales.
    pub(crate) money: Vec<Fifth<Money>>,
}

/// The fifths of each customer, in the order of the entries: recency, frequency, money.
pub(super) type Places = Vec<[usize; 3]>;

/// Sorts all customers into fifths.
pub(super) fn fifths(ranked: &[CustomerSales]) -> (Fifths, Places) {
    let mut places = vec![[0; 3]; ranked.len()];
    let mut note = |measure: usize, index: usize, fifth: usize| places[index][measure] = fifth;
    let recency = by(ranked, |entry| entry.last, |index, fifth| note(0, index, fifth));
    let frequency = by(ranked, |entry| entry.visits, |index, fifth| note(1, index, fifth));
    let money = by(ranked, CustomerSales::takings, |index, fifth| note(2, index, fifth));
    (Fifths { recency, frequency, money }, places)
}

fn by<T: Ord + Copy>(
    ranked: &[CustomerSales],
    measure: impl Fn(&CustomerSales) -> T,
    mut note: impl FnMut(usize, usize),
) -> Vec<Fifth<T>> {
    let mut order: Vec<(T, usize)> = ranked.iter().map(measure).zip(0..).collect();
    order.sort_unstable();
    let total = ranked.iter().fold(Money(0), |sum, entry| sum.plus(entry.takings()));
    let mut fifths: Vec<Fifth<T>> = Vec::new();
    let mut lower = 0;
    for (rank, (value, index)) in order.iter().enumerate() {
        if rank > 0 && order[rank - 1].0 != *value {
            lower = rank;
        }
        let fifth = 1 + 5 * lower / order.len();
        note(*index, fifth);
        if fifths.last().is_none_or(|last| last.fifth != fifth) {
            fifths.push(Fifth {
                fifth,
                customers: 0,
                least: *value,
                most: *value,
                takings_minor: Money(0),
                share: 0.0,
            });
        }
        if let Some(last) = fifths.last_mut() {
            last.customers += 1;
            last.most = *value;
            last.takings_minor = last.takings_minor.plus(ranked[*index].takings());
        }
    }
    for fifth in &mut fifths {
        fifth.share = part(fifth.takings_minor, total);
    }
    fifths.reverse();
    fifths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::customer_sales::tests::entry;

    #[test]
    fn those_who_are_alike_are_in_the_same_fifth() {
        let visits = [9, 4, 3, 2, 2, 1, 1, 1, 1, 1];
        let entries: Vec<CustomerSales> =
            visits.iter().enumerate().map(|(id, n)| CustomerSales { visits: *n, ..entry(id, 100) }).collect();
        let (fifths, places) = fifths(&entries);
        assert_eq!(places.iter().map(|place| place[1]).collect::<Vec<_>>(), [5, 5, 4, 3, 3, 1, 1, 1, 1, 1]);
        let counts: Vec<_> = fifths.frequency.iter().map(|f| (f.fifth, f.customers, f.least, f.most)).collect();
        assert_eq!(counts, [(5, 2, 4, 9), (4, 1, 3, 3), (3, 2, 2, 2), (1, 5, 1, 1)]);
        assert_eq!(fifths.frequency.iter().map(|f| f.takings_minor.0).sum::<i64>(), 1000);
        assert!((fifths.money[0].share - 1.0).abs() < 1e-9);
    }
}
