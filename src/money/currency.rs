//! Currencies, each a line of currencies.tsv: ISO 4217 code, digits of the minor unit, symbol, and other names.

use std::sync::LazyLock;

use super::amount::{Money, round_half_away, saturate};
use crate::error::{Error, Result};
use crate::text;

/// A currency: its ISO 4217 code, the number of digits of its minor unit, and its symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Currency {
    /// `USD`.
    pub(crate) code: &'static str,
    /// Digits after the decimal separator: 2 for dollars, 0 for yen.
    pub(crate) digits: u32,
    /// `$`.
    pub(crate) symbol: &'static str,
    /// Its other names, separated by tabs.
    names: &'static str,
}

static CURRENCIES: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut cells = line.splitn(4, '\t');
        let (code, digits, symbol) = (cells.next()?, cells.next()?.parse().ok()?, cells.next()?);
        Some(Currency { code, digits, symbol, names: cells.next().unwrap_or_default() })
    };
    include_str!("currencies.tsv").lines().filter_map(line).collect()
});

impl Currency {
    /// The currency of an ISO 4217 code.
    ///
    /// # Errors
    /// When the code is unknown to this program.
    pub(crate) fn of(code: &str) -> Result<Self> {
        CURRENCIES.iter().copied().find(|c| c.code == code).ok_or_else(|| {
            let known: Vec<&str> = CURRENCIES.iter().map(|c| c.code).collect();
            Error::new(format!("unknown currency {}", text::quote(code))).hint(text::did_you_mean(code, &known))
        })
    }

    /// The currencies that a word or a symbol next to a number may mean.
    pub(super) fn called(name: &str) -> Vec<Self> {
        CURRENCIES.iter().copied().filter(|currency| currency.is_called(name)).collect()
    }

    /// Whether a word or a symbol next to a number means this currency: `$`, `usd`, `Fr.`.
    pub(super) fn is_called(self, name: &str) -> bool {
        let key = |name: &str| name.to_lowercase().replace(['.', ' '], "");
        let name = key(name);
        let names = self.names.split('\t').filter(|other| !other.is_empty());
        [self.code, self.symbol].into_iter().chain(names).any(|other| key(other) == name)
    }

    /// Whether a word or a symbol means another currency, and not this one.
    pub(crate) fn is_other(self, name: &str) -> bool {
        !name.is_empty() && !self.is_called(name) && !Self::called(name).is_empty()
    }

    /// Whether thousands may be separated as in India: `1,23,456`.
    pub(super) fn groups_by_lakh(self) -> bool {
        matches!(self.code, "INR" | "PKR" | "BDT" | "NPR" | "LKR")
    }

    /// Whether three digits after this separator are its minor unit, as is usual in its country.
    pub(super) fn writes_thousandths_behind(self, separator: char) -> bool {
        self.digits == 3 && (separator == '.' || self.code == "TND")
    }

    /// `61240` as `612.40`: for CSV and for command lines.
    #[must_use]
    pub(crate) fn plain(self, amount: Money) -> String {
        let sign = if amount.0 < 0 { "-" } else { "" };
        let (whole, part) = self.split(amount);
        match self.digits {
            0 => format!("{sign}{whole}"),
            digits => format!("{sign}{whole}.{part:0width$}", width = digits as usize),
        }
    }

    /// `61240` as `$612.40`: for people.
    #[must_use]
    pub(crate) fn show(self, amount: Money) -> String {
        let sign = if amount.0 < 0 { "-" } else { "" };
        let (whole, part) = self.split(amount);
        let whole = text::group(&whole.to_string(), ",");
        match self.digits {
            0 => format!("{sign}{}{whole}", self.prefix()),
            digits => format!("{sign}{}{whole}.{part:0width$}", self.prefix(), width = digits as usize),
        }
    }

    /// `21000000` as `$210,000`: for people, where cents are irrelevant.
    #[must_use]
    pub(crate) fn show_whole(self, amount: Money) -> String {
        let unit = i128::from(10_i64.pow(self.digits));
        let whole = saturate(round_half_away(i128::from(amount.0), unit));
        let sign = if whole < 0 { "-" } else { "" };
        format!("{sign}{}{}", self.prefix(), text::group(&whole.unsigned_abs().to_string(), ","))
    }

    /// The symbol before a number; letters are followed by a space.
    pub(super) fn prefix(self) -> String {
        let space = if self.symbol.contains(char::is_alphabetic) { " " } else { "" };
        format!("{}{space}", self.symbol)
    }

    fn split(self, amount: Money) -> (u64, u64) {
        let unit = 10_u64.pow(self.digits);
        (amount.0.unsigned_abs() / unit, amount.0.unsigned_abs() % unit)
    }
}
