//! Intervals: Wilson for a rate, Newcombe for a difference of rates, Welch for a difference of means.
//!
//! Wilson, JASA 22 (1927) 209; Newcombe, Statistics in Medicine 17 (1998) 873, method 10; Welch, Biometrika 34 (1947) 28.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::money::Money;

/// The normal quantile for a 95% interval.
const Z: f64 = 1.959_963_984_540_054;

/// The 95% Wilson interval of a rate `hits / n`; none when `n` is 0.
pub(super) fn wilson(hits: usize, n: usize) -> Option<[f64; 2]> {
    if n == 0 {
        return None;
    }
    let (hits, n) = (number(hits), number(n));
    let rate = hits / n;
    let middle = (rate + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some([(middle - half).max(0.0), (middle + half).min(1.0)])
}

/// The difference of two rates `hits / n`, and its 95% Newcombe interval.
pub(super) fn newcombe(one: (usize, usize), other: (usize, usize)) -> Option<(f64, [f64; 2])> {
    let ([low1, high1], [low2, high2]) = (wilson(one.0, one.1)?, wilson(other.0, other.1)?);
    let (rate1, rate2) = (number(one.0) / number(one.1), number(other.0) / number(other.1));
    let difference = rate1 - rate2;
    let below = ((rate1 - low1).powi(2) + (high2 - rate2).powi(2)).sqrt();
    let above = ((high1 - rate1).powi(2) + (rate2 - low2).powi(2)).sqrt();
    Some((difference, [difference - below, difference + above]))
}

/// The difference of two means, and its 95% Welch interval; none when a side has fewer than two values.
pub(super) fn welch(one: &[f64], other: &[f64]) -> Option<(f64, [f64; 2])> {
    let ((mean1, square1), (mean2, square2)) = (mean_and_square(one)?, mean_and_square(other)?);
    let difference = mean1 - mean2;
    let variance = square1 + square2;
    if variance <= 0.0 {
        return Some((difference, [difference, difference]));
    }
    let (n1, n2) = (number(one.len()), number(other.len()));
    let freedom = variance.powi(2) / (square1.powi(2) / (n1 - 1.0) + square2.powi(2) / (n2 - 1.0));
    let half = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(0.975) * variance.sqrt();
    Some((difference, [difference - half, difference + half]))
}

/// The mean, and the square of its standard error.
fn mean_and_square(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let n = number(values.len());
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some((mean, variance / n))
}

/// A fraction; none when the whole is 0.
pub(super) fn fraction(part: usize, of: usize) -> Option<f64> {
    (of != 0).then(|| number(part) / number(of))
}

/// The same for amounts.
pub(super) fn ratio(part: Money, of: Money) -> Option<f64> {
    (of.0 != 0).then(|| units(part) / units(of))
}

#[expect(clippy::cast_precision_loss, reason = "statistics, never money")]
pub(super) fn units(amount: Money) -> f64 {
    amount.0 as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
fn number(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    /// Newcombe (1998), table II, examples (a) and (e), method 10; and one calculated by hand for Wilson.
    #[test]
    fn intervals_agree_with_the_literature() {
        let round = |x: f64| (x * 10_000.0).round() / 10_000.0;
        let (difference, [low, high]) = newcombe((56, 70), (48, 80)).expect("an interval");
        assert_eq!((round(difference), round(low), round(high)), (0.2, 0.0524, 0.3339));
        let (_, [low, high]) = newcombe((10, 10), (0, 10)).expect("an interval");
        assert_eq!((round(low), round(high)), (0.6075, 1.0));
        let [low, high] = wilson(350, 600).expect("an interval");
        assert_eq!((round(low), round(high)), (0.5435, 0.6221));
        assert!(wilson(0, 0).is_none());
        assert_eq!(wilson(0, 10).map(|[low, _]| low), Some(0.0));
    }

    #[test]
    fn welch_agrees_with_a_worked_example() {
        // scipy.stats.ttest_ind([1..5], [2, 4, 6, 8], equal_var=False).confidence_interval()
        let (difference, [low, high]) = welch(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 4.0, 6.0, 8.0]).expect("an interval");
        near(difference, -2.0);
        assert!((low - -5.844_6).abs() < 1e-3 && (high - 1.844_6).abs() < 1e-3, "{low} {high}");
        assert!(welch(&[1.0], &[2.0, 3.0]).is_none());
    }
}
