//! The worksheet: all its figures, from one pass over the purchases.

use chrono::NaiveDate;
use serde::Serialize;

use super::alike::{self, Common};
use super::curve::{self, Point, Top, fraction, part};
use super::customer_sales::{self, CustomerSales, rank};
use super::day_span::DaySpan;
use super::ends::{self, OtherEnd, Slipping};
use super::fifths::{self, Fifths};
use crate::error::Result;
use crate::money::Money;
use crate::store::Read;

/// The best-customer worksheet. Sales are purchases minus returns of known customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Worksheet {
    /// The first day that counts, if given.
    pub(crate) from: Option<NaiveDate>,
    /// The last day that counts.
    pub(crate) as_of: NaiveDate,
    /// How many have a receipt in these days, even if only a return.
    pub(crate) customers: usize,
    pub(crate) takings_minor: Money,
    /// Sales without a known customer.
    pub(crate) unlinked: Unlinked,
    /// The best of them.
    pub(crate) top: TopFigures,
    /// How many of the best bring 80% of sales.
    pub(crate) customers_making_80pct: Option<usize>,
    /// As a fraction of the customers.
    pub(crate) customers_making_80pct_share: Option<f64>,
    /// The curve, at each percent of the customers.
    pub(crate) curve: Vec<Point>,
    /// Recency, frequency and money.
    pub(crate) fifths: Fifths,
    /// What the best have in common.
    pub(crate) common: Common,
    /// How many were among the best a year ago and no longer are.
    pub(crate) slipping_count: usize,
    /// The first of them.
    pub(crate) slipping: Vec<Slipping>,
    /// Customers with many returns.
    pub(crate) returns: Vec<OtherEnd>,
    /// Customers who take much time.
    pub(crate) time: Vec<OtherEnd>,
    /// The best, in order; at most the requested number.
    pub(crate) list: Vec<Listed>,
}

/// Sales without a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Unlinked {
    pub(crate) purchases: usize,
    pub(crate) takings_minor: Money,
}

/// Figures of the best.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct TopFigures {
    pub(crate) count: usize,
    pub(crate) takings_minor: Money,
    /// As a fraction of all sales.
    pub(crate) share: Option<f64>,
}

/// One of the best.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Listed {
    /// The position in the list.
    pub(crate) rank: usize,
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) city: String,
    /// Purchases minus returns.
    pub(crate) takings_minor: Money,
    /// The cumulative sales down to here, as a fraction of all sales.
    pub(crate) running_share: f64,
    pub(crate) visits: usize,
    /// In these days.
    pub(crate) last_purchase: Option<NaiveDate>,
    /// Ever.
    pub(crate) since: NaiveDate,
    /// The fifth by last purchase; 5 is the best.
    pub(crate) recency: usize,
    /// The fifth by number of purchases.
    pub(crate) frequency: usize,
    /// The fifth by sales.
    pub(crate) money: usize,
}

/// Computes the worksheet; at most `most_listed` of the best customers are listed by name.
pub(crate) fn worksheet(read: &Read<'_>, window: DaySpan, top: Top, most_listed: usize) -> Result<Worksheet> {
    let everybody = customer_sales::entries(read, window)?;
    let (unlinked, unlinked_takings) = customer_sales::unlinked(read, window)?;
    let ranked = rank(&everybody);
    let count = top.of(ranked.len());
    let running = curve::running(ranked.iter().map(CustomerSales::takings));
    let total = running.last().copied().unwrap_or_default();
    let brought = count.checked_sub(1).map_or(Money(0), |last| running[last]);
    let making = curve::making_80pct(&running);
    let (fifths, places) = fifths::fifths(&ranked);
    let (slipping_count, slipping) = ends::slipping(read, &everybody, top)?;
    let minutes = customer_sales::minutes(read, window)?;
    let list = ranked[..count.min(most_listed)].iter().enumerate().map(|(index, entry)| {
        let who = customer_sales::named(read, entry.id)?;
        let [recency, frequency, money] = places[index];
        Ok(Listed {
            rank: index + 1,
            reference: who.reference,
            name: who.name,
            city: who.city,
            takings_minor: entry.takings(),
            running_share: part(running[index], total),
            visits: entry.visits,
            last_purchase: entry.last,
            since: entry.since,
            recency,
            frequency,
            money,
        })
    });
    Ok(Worksheet {
        from: window.from,
        as_of: window.as_of,
        customers: ranked.len(),
        takings_minor: total,
        unlinked: Unlinked { purchases: unlinked, takings_minor: unlinked_takings },
        top: TopFigures { count, takings_minor: brought, share: (total.0 != 0).then(|| part(brought, total)) },
        customers_making_80pct: making,
        customers_making_80pct_share: making.map(|making| fraction(making, ranked.len())),
        curve: curve::points(&running),
        fifths,
        common: alike::common(read, &ranked, count, window)?,
        slipping_count,
        slipping,
        returns: ends::returns(read, &ranked, &minutes)?,
        time: ends::time(read, &ranked, count, &minutes)?,
        list: list.collect::<Result<_>>()?,
    })
}
