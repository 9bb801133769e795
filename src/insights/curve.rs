//! The Pareto curve: which share of sales the best customers bring.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::money::{Money, Share};
use crate::text;

/// Who counts as best: a number, or a share of the customers, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Top {
    Count(usize),
    /// A share, rounded up.
    Share(Share),
}

impl Top {
    /// How many of `customers` that is.
    pub(crate) fn of(self, customers: usize) -> usize {
        match self {
            Self::Count(n) => n.min(customers),
            Self::Share(share) => share.of_rounded_up(customers),
        }
    }
}

impl std::str::FromStr for Top {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let count = text.trim().parse().ok().filter(|n| *n > 0).map(Self::Count);
        let share = || text.parse().ok().filter(|share: &Share| share.of_rounded_up(1) > 0).map(Self::Share);
        count.or_else(share).ok_or_else(|| {
            Error::new(format!("{} is not a number or a share", text::quote(text)))
                .hint("write a share such as 20%, or a number such as 600")
        })
    }
}

/// A point on the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Point {
    /// The number of best customers.
    pub(crate) customers: usize,
    /// As a fraction of all customers.
    pub(crate) share_of_customers: f64,
    pub(crate) takings_minor: Money,
    /// As a fraction of all sales.
    pub(crate) share: f64,
}

/// The cumulative sales of the best 1, 2, 3 … customers; `takings` has the best first.
pub(super) fn running(takings: impl Iterator<Item = Money>) -> Vec<Money> {
    let mut sum = Money(0);
    takings
        .map(|amount| {
            sum = sum.plus(amount);
            sum
        })
        .collect()
}

/// How many of the best bring four fifths of sales; none when there are no sales.
pub(super) fn making_80pct(running: &[Money]) -> Option<usize> {
    let total = running.last().filter(|total| total.0 > 0)?;
    let enough = |sum: &Money| i128::from(sum.0) * 5 >= i128::from(total.0) * 4;
    running.iter().position(enough).map(|index| index + 1)
}

/// The curve in steps of one percent: the best 1%, 2% … 100%.
pub(super) fn points(running: &[Money]) -> Vec<Point> {
    let Some(total) = running.last().filter(|total| total.0 > 0) else { return Vec::new() };
    let mut points: Vec<Point> = Vec::new();
    for hundredth in 1..=100 {
        let customers = (running.len() * hundredth).div_ceil(100);
        if points.last().is_some_and(|last| last.customers == customers) {
            continue;
        }
        let takings = running[customers - 1];
        let share_of_customers = fraction(customers, running.len());
        points.push(Point { customers, share_of_customers, takings_minor: takings, share: part(takings, *total) });
    }
    points
}

/// A fraction of an amount; 0 when the amount is 0.
#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
pub(super) fn part(of: Money, all: Money) -> f64 {
    if all.0 == 0 { 0.0 } else { of.0 as f64 / all.0 as f64 }
}

/// A fraction of a number of people; 0 when there are none.
#[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
pub(super) fn fraction(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_says_who_makes_four_fifths() {
        for (takings, expected) in [
            (vec![80, 10, 10], Some(1)),
            (vec![79, 11, 10], Some(2)),
            (vec![1, 1, 1, 1, 1], Some(4)),
            (vec![100, -50], Some(1)),
            (vec![0, 0], None),
            (vec![-5], None),
            (vec![], None),
        ] {
            let running = running(takings.iter().map(|amount| Money(*amount)));
            assert_eq!(making_80pct(&running), expected, "{takings:?}");
        }
    }

    #[test]
    fn the_best_are_a_number_or_a_share_rounded_up() {
        for (text, of, expected) in [("20%", 2357, 472), ("600", 2357, 600), ("600", 10, 10), ("0.1%", 10, 1)] {
            assert_eq!(text.parse::<Top>().expect(text).of(of), expected);
        }
        for bad in ["0", "0%", "-3", "many", "120%", ""] {
            assert!(bad.parse::<Top>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_few_customers_are_a_few_points() {
        let running = running([Money(6), Money(3), Money(1)].into_iter());
        let points = points(&running);
        assert_eq!(points.iter().map(|p| p.customers).collect::<Vec<_>>(), [1, 2, 3]);
        assert!((points[1].share - 0.9).abs() < 1e-9);
    }
}
