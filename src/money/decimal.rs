//! Exact decimal numbers: prices with fractions of a cent, quantities.

use super::amount::{Money, round_half_away, saturate};
use super::currency::Currency;

/// An exact decimal number as written: `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(super) mantissa: i128,
    pub(super) scale: u32,
}

impl Decimal {
    #[must_use]
    pub(crate) fn of(amount: Money, currency: Currency) -> Decimal {
        Decimal { mantissa: i128::from(amount.0), scale: currency.digits }
    }

    /// The exact product of a quantity and a unit price.
    #[must_use]
    pub(crate) fn times(self, other: Decimal) -> Decimal {
        Decimal { mantissa: self.mantissa.saturating_mul(other.mantissa), scale: self.scale + other.scale }
    }

    /// The amount in minor units, half a unit rounded away from zero.
    #[must_use]
    pub(crate) fn rounded(self, currency: Currency) -> Money {
        let minor = self.mantissa.saturating_mul(10_i128.pow(currency.digits));
        Money(saturate(round_half_away(minor, self.unit())))
    }

    /// Whether it is a whole number of minor units, apart from less than a thousandth of one.
    #[must_use]
    pub(super) fn is_whole_but_for_dust(self, currency: Currency) -> bool {
        let unit = self.unit();
        let rest = (self.mantissa.saturating_mul(10_i128.pow(currency.digits)) % unit).abs();
        rest.min(unit - rest) * 1000 < unit
    }

    /// The number in thousandths, rounded: the stored form of quantities.
    #[must_use]
    pub(crate) fn thousandths(self) -> i64 {
        saturate(round_half_away(self.mantissa.saturating_mul(1000), self.unit()))
    }

    pub(super) fn times_ten_thousand(self) -> i128 {
        self.mantissa.saturating_mul(10_000) / self.unit()
    }

    /// `1.234`.
    pub(super) fn plain(self) -> String {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", self.mantissa.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, part) = digits.split_at(digits.len() - self.scale as usize);
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }

    fn unit(self) -> i128 {
        10_i128.pow(self.scale.min(36))
    }
}
