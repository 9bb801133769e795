//! Who is slipping off the list, and the other end of it: returns and minutes compared with sales.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::curve::{Top, part};
use super::customer_sales::{self, CustomerSales};
use crate::domain::CustomerId;
use crate::error::Result;
use crate::money::Money;
use crate::store::Read;

/// How many of each are listed.
const MOST_TOLD: usize = 25;

/// A customer among the best of the twelve months before, but not of the last twelve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Slipping {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    /// Sales in the twelve months before.
    pub(crate) year_before_minor: Money,
    /// Sales in the last twelve.
    pub(crate) this_year_minor: Money,
    pub(crate) last_purchase: Option<NaiveDate>,
}

/// A customer who costs more than others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OtherEnd {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    /// Sales minus returns.
    pub(crate) takings_minor: Money,
    /// The sum of the returns.
    pub(crate) returned_minor: Money,
    /// As a fraction of what they had bought.
    pub(crate) returned_share: Option<f64>,
    pub(crate) minutes: i64,
    /// Sales per hour.
    pub(crate) takings_an_hour_minor: Option<Money>,
}

/// Who was among the best of the twelve months before and no longer is: how many, and the first of them.
pub(super) fn slipping(read: &Read<'_>, everybody: &[CustomerSales], top: Top) -> Result<(usize, Vec<Slipping>)> {
    let before = best_by(everybody, top, |entry| entry.year_before);
    let now: HashSet<CustomerId> =
        best_by(everybody, top, |entry| entry.this_year).iter().map(|entry| entry.id).collect();
    let gone: Vec<&CustomerSales> = before.into_iter().filter(|entry| !now.contains(&entry.id)).collect();
    let shown = gone.iter().take(MOST_TOLD).map(|entry| {
        let who = customer_sales::named(read, entry.id)?;
        Ok(Slipping {
            reference: who.reference,
            name: who.name,
            year_before_minor: entry.year_before,
            this_year_minor: entry.this_year,
            last_purchase: entry.latest,
        })
    });
    Ok((gone.len(), shown.collect::<Result<_>>()?))
}

/// The best by a sum, the best first, without those whose sum is zero.
fn best_by(everybody: &[CustomerSales], top: Top, sum: impl Fn(&CustomerSales) -> Money) -> Vec<&CustomerSales> {
    let mut ranked: Vec<&CustomerSales> = everybody.iter().filter(|entry| sum(entry).0 > 0).collect();
    ranked.sort_unstable_by_key(|entry| (Reverse(sum(entry)), entry.place));
    ranked.truncate(top.of(ranked.len()));
    ranked
}

/// Customers who returned a quarter or more of what they bought, the largest sums first.
pub(super) fn returns(
    read: &Read<'_>,
    ranked: &[CustomerSales],
    minutes: &HashMap<CustomerId, i64>,
) -> Result<Vec<OtherEnd>> {
    let much =
        |entry: &&CustomerSales| entry.returned.0 > 0 && i128::from(entry.returned.0) * 4 >= i128::from(entry.bought.0);
    let mut found: Vec<&CustomerSales> = ranked.iter().filter(much).collect();
    found.sort_unstable_by_key(|entry| (Reverse(entry.returned), entry.place));
    found.into_iter().take(MOST_TOLD).map(|entry| other_end(read, entry.id, Some(entry), minutes)).collect()
}

/// Customers who are not among the best and whose sales per hour are below those of all customers with minutes: the
/// lowest sales per hour first.
pub(super) fn time(
    read: &Read<'_>,
    ranked: &[CustomerSales],
    top: usize,
    minutes: &HashMap<CustomerId, i64>,
) -> Result<Vec<OtherEnd>> {
    let (best, rest) = ranked.split_at(top.min(ranked.len()));
    let best: HashSet<CustomerId> = best.iter().map(|entry| entry.id).collect();
    let by_id: HashMap<CustomerId, &CustomerSales> =
        rest.iter().filter(|entry| minutes.contains_key(&entry.id)).map(|entry| (entry.id, entry)).collect();
    let with_time = ranked.iter().filter(|entry| minutes.contains_key(&entry.id));
    let all = with_time.fold(Money(0), |sum, entry| sum.plus(entry.takings()));
    let usual = an_hour(all, minutes.values().fold(0, |sum, one| sum.saturating_add(*one))).unwrap_or_default();
    let mut found: Vec<(Money, Reverse<i64>, CustomerId)> = minutes
        .iter()
        .filter(|(id, _)| !best.contains(id))
        .map(|(id, spent)| {
            let takings = by_id.get(id).map_or(Money(0), |entry| entry.takings());
            (an_hour(takings, *spent).unwrap_or_default(), Reverse(*spent), *id)
        })
        .filter(|(takings, _, _)| *takings < usual)
        .collect();
    found.sort_unstable();
    let shown = found.into_iter().take(MOST_TOLD);
    shown.map(|(_, _, id)| other_end(read, id, by_id.get(&id).copied(), minutes)).collect()
}

fn an_hour(takings: Money, minutes: i64) -> Option<Money> {
    takings.times(60).divided_by(usize::try_from(minutes).ok()?)
}

fn other_end(
    read: &Read<'_>,
    id: CustomerId,
    entry: Option<&CustomerSales>,
    minutes: &HashMap<CustomerId, i64>,
) -> Result<OtherEnd> {
    let who = customer_sales::named(read, id)?;
    let minutes = minutes.get(&id).copied().unwrap_or(0);
    let takings = entry.map_or(Money(0), CustomerSales::takings);
    let returned = entry.map_or(Money(0), |entry| entry.returned);
    let bought = entry.map(|entry| entry.bought).filter(|bought| bought.0 > 0);
    Ok(OtherEnd {
        reference: who.reference,
        name: who.name,
        takings_minor: takings,
        returned_minor: returned,
        returned_share: bought.map(|bought| part(returned, bought)),
        minutes,
        takings_an_hour_minor: an_hour(takings, minutes),
    })
}
