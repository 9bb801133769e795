//! An amount in whole minor units.

use serde::{Deserialize, Serialize};

/// An amount in minor units (cents) of the shop's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Money(pub(crate) i64);

impl Money {
    /// The largest amount that is accepted: the sum of a million of these does not overflow.
    pub(crate) const MOST: Money = Money(1_000_000_000_000);

    /// Whether it is an acceptable amount, of either sign.
    #[must_use]
    pub(crate) fn is_within_limit(self) -> bool {
        self.0.unsigned_abs() <= Self::MOST.0.unsigned_abs()
    }

    /// The sum, saturating at the largest amount.
    #[must_use]
    pub(crate) fn plus(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }

    /// The same amount `n` times.
    #[must_use]
    pub(crate) fn times(self, n: usize) -> Money {
        Money(self.0.saturating_mul(i64::try_from(n).unwrap_or(i64::MAX)))
    }

    /// Divided by `n`, rounded half away from zero; none when `n` is 0.
    #[must_use]
    pub(crate) fn divided_by(self, n: usize) -> Option<Money> {
        let n = i128::try_from(n).ok().filter(|n| *n > 0)?;
        Some(Money(saturate(round_half_away(i128::from(self.0), n))))
    }
}

pub(super) fn round_half_away(value: i128, by: i128) -> i128 {
    let (quotient, rest) = (value / by, value % by);
    if rest.abs() * 2 >= by { quotient + value.signum() } else { quotient }
}

pub(super) fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}
