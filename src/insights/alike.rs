//! What the best customers have in common: favorite items, city, first year; compared with the others.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::Datelike;
use serde::Serialize;

use super::curve::fraction;
use super::customer_sales::{self, CustomerSales};
use super::day_span::DaySpan;
use crate::error::Result;
use crate::store::Read;

/// How many of the best, and how many of the others, are compared.
const MOST_ASKED: usize = 1000;
/// How many items, cities and years are listed.
const MOST_TOLD: usize = 5;

/// Common traits of the best.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Common {
    /// How many of the best were compared: the first of the list.
    pub(crate) of: usize,
    /// How many of the others, spread evenly over the ranking.
    pub(crate) others: usize,
    /// What they bought.
    pub(crate) items: Vec<SharedTrait<String>>,
    pub(crate) cities: Vec<SharedTrait<String>>,
    /// The year of their first purchase.
    pub(crate) since: Vec<SharedTrait<i32>>,
}

/// One common trait.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SharedTrait<T> {
    pub(crate) what: T,
    /// How many of the best have it.
    pub(crate) customers: usize,
    /// As a fraction of the best that were compared.
    pub(crate) share: f64,
    /// The same for the others.
    pub(crate) share_of_others: f64,
}

/// Compares the first `top` of the ranking with as many of the others.
pub(super) fn common(read: &Read<'_>, ranked: &[CustomerSales], top: usize, window: DaySpan) -> Result<Common> {
    let (best, rest) = ranked.split_at(top.min(ranked.len()));
    let best = &best[..best.len().min(MOST_ASKED)];
    let others: Vec<CustomerSales> = rest.iter().step_by(rest.len().div_ceil(MOST_ASKED).max(1)).copied().collect();
    let best_asked = ask(read, best, window)?;
    let others_asked = ask(read, &others, window)?;
    Ok(Common {
        of: best.len(),
        others: others.len(),
        items: shared(&best_asked.items, &others_asked.items, best.len(), others.len()),
        cities: shared(&best_asked.cities, &others_asked.cities, best.len(), others.len()),
        since: shared(&best_asked.since, &others_asked.since, best.len(), others.len()),
    })
}

/// How many have each.
#[derive(Default)]
struct TraitCounts {
    items: HashMap<String, usize>,
    cities: HashMap<String, usize>,
    since: HashMap<i32, usize>,
}

fn ask(read: &Read<'_>, people: &[CustomerSales], window: DaySpan) -> Result<TraitCounts> {
    let mut asked = TraitCounts::default();
    for entry in people {
        for item in customer_sales::items(read, entry.id, window)? {
            *asked.items.entry(item).or_default() += 1;
        }
        let city = customer_sales::named(read, entry.id)?.city;
        if !city.is_empty() {
            *asked.cities.entry(city).or_default() += 1;
        }
        *asked.since.entry(entry.since.year()).or_default() += 1;
    }
    Ok(asked)
}

/// The most frequent traits of the best, shared by at least two; ties are sorted by the trait.
fn shared<T: Ord + Hash + Clone>(
    best: &HashMap<T, usize>,
    others: &HashMap<T, usize>,
    of_best: usize,
    of_others: usize,
) -> Vec<SharedTrait<T>> {
    let mut counts: Vec<(&T, usize)> = best.iter().map(|(what, n)| (what, *n)).filter(|(_, n)| *n > 1).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let traits = counts.into_iter().take(MOST_TOLD).map(|(what, customers)| SharedTrait {
        what: what.clone(),
        customers,
        share: fraction(customers, of_best),
        share_of_others: fraction(others.get(what).copied().unwrap_or(0), of_others),
    });
    traits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_alone_has_is_not_shared() {
        let best = HashMap::from([("hats", 3), ("gloves", 3), ("a tie", 1)]);
        let others = HashMap::from([("hats", 1)]);
        let found = shared(&best, &others, 4, 2);
        let traits: Vec<_> = found.iter().map(|s| (s.what, s.customers, s.share, s.share_of_others)).collect();
        assert_eq!(traits, [("gloves", 3, 0.75, 0.0), ("hats", 3, 0.75, 0.5)]);
    }
}
