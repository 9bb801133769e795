//! A share of something, written `10%`.

use super::amount::{Money, round_half_away, saturate};
use super::numeral::{DecimalSeparator, Numeral};
use super::reading::decimal_of;
use crate::text;

/// A share of something in millionths, written `10%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Share(u32);

impl Share {
    /// How many of `n` things the share is, rounded up.
    #[must_use]
    pub(crate) fn of_rounded_up(self, n: usize) -> usize {
        (n as u128 * u128::from(self.0)).div_ceil(1_000_000).try_into().unwrap_or(n)
    }

    /// The share of an amount, rounded half away from zero.
    #[must_use]
    pub(crate) fn of_money(self, amount: Money) -> Money {
        Money(saturate(round_half_away(i128::from(amount.0) * i128::from(self.0), 1_000_000)))
    }

    /// Whether it is none of it.
    #[must_use]
    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is 100%.
    #[must_use]
    pub(crate) fn is_whole(self) -> bool {
        self.0 >= 1_000_000
    }
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not a share; write it like \"10%\"", text::quote(text));
        let number = text.trim().strip_suffix('%').ok_or_else(wrong)?;
        let numeral =
            Numeral::of(number).ok().filter(|one| one.units.iter().all(String::is_empty)).ok_or_else(wrong)?;
        let millionths = decimal_of(&numeral, DecimalSeparator::Point).times_ten_thousand();
        u32::try_from(millionths).ok().filter(|n| *n <= 1_000_000).map(Share).ok_or_else(wrong)
    }
}
