//! Whole minor units of one currency: reading amounts as people write them, and writing them back.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text;

/// An amount in minor units (cents) of the shop's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Money(pub(crate) i64);

impl Money {
    /// The sum, which stops at the largest amount there is rather than wrap around.
    #[must_use]
    pub(crate) fn plus(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }

    /// The same amount `n` times.
    #[must_use]
    pub(crate) fn times(self, n: usize) -> Money {
        Money(self.0.saturating_mul(i64::try_from(n).unwrap_or(i64::MAX)))
    }

    /// Divided by `n`, rounded half away from zero; nothing when `n` is 0.
    #[must_use]
    pub(crate) fn divided_by(self, n: usize) -> Option<Money> {
        let n = i128::try_from(n).ok().filter(|n| *n > 0)?;
        Some(Money(saturate(round_half_away(i128::from(self.0), n))))
    }
}

/// A currency: its ISO 4217 code, how many digits its minor unit has, and its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Currency {
    /// `USD`.
    pub(crate) code: &'static str,
    /// Digits behind the decimal sign: 2 for dollars, 0 for yen.
    pub(crate) digits: u32,
    /// `$`.
    pub(crate) symbol: &'static str,
}

/// A share of something in millionths, written `10%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Share(u32);

impl Share {
    /// Of `n` things, how many the share is, rounded up.
    #[must_use]
    pub(crate) fn of_rounded_up(self, n: usize) -> usize {
        (n as u128 * u128::from(self.0)).div_ceil(1_000_000).try_into().unwrap_or(n)
    }

    /// Of an amount, the share of it, rounded half away from zero.
    #[must_use]
    pub(crate) fn of_money(self, amount: Money) -> Money {
        Money(saturate(round_half_away(i128::from(amount.0) * i128::from(self.0), 1_000_000)))
    }

    /// Whether it is all of it.
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
        let decimal = Decimal::parse(number).map_err(|_| wrong())?;
        let millionths = decimal.mantissa.saturating_mul(10_000) / 10_i128.pow(decimal.scale.min(36));
        u32::try_from(millionths).ok().filter(|n| *n <= 1_000_000).map(Share).ok_or_else(wrong)
    }
}

/// The currencies that are not written with two digits, or that have a sign of their own.
const CURRENCIES: &[Currency] = &[
    Currency { code: "USD", digits: 2, symbol: "$" },
    Currency { code: "EUR", digits: 2, symbol: "€" },
    Currency { code: "GBP", digits: 2, symbol: "£" },
    Currency { code: "CAD", digits: 2, symbol: "$" },
    Currency { code: "AUD", digits: 2, symbol: "$" },
    Currency { code: "NZD", digits: 2, symbol: "$" },
    Currency { code: "CHF", digits: 2, symbol: "CHF " },
    Currency { code: "SEK", digits: 2, symbol: "kr " },
    Currency { code: "NOK", digits: 2, symbol: "kr " },
    Currency { code: "DKK", digits: 2, symbol: "kr " },
    Currency { code: "PLN", digits: 2, symbol: "zł " },
    Currency { code: "CZK", digits: 2, symbol: "Kč " },
    Currency { code: "INR", digits: 2, symbol: "₹" },
    Currency { code: "BRL", digits: 2, symbol: "R$ " },
    Currency { code: "MXN", digits: 2, symbol: "$" },
    Currency { code: "ZAR", digits: 2, symbol: "R " },
    Currency { code: "ILS", digits: 2, symbol: "₪" },
    Currency { code: "TRY", digits: 2, symbol: "₺" },
    Currency { code: "SGD", digits: 2, symbol: "$" },
    Currency { code: "HKD", digits: 2, symbol: "$" },
    Currency { code: "JPY", digits: 0, symbol: "¥" },
    Currency { code: "KRW", digits: 0, symbol: "₩" },
    Currency { code: "ISK", digits: 0, symbol: "kr " },
    Currency { code: "HUF", digits: 2, symbol: "Ft " },
    Currency { code: "KWD", digits: 3, symbol: "KD " },
    Currency { code: "BHD", digits: 3, symbol: "BD " },
    Currency { code: "TND", digits: 3, symbol: "DT " },
];

impl Currency {
    /// The currency of an ISO 4217 code.
    ///
    /// # Errors
    /// When the code is not one that this program knows.
    pub(crate) fn of(code: &str) -> Result<Self> {
        CURRENCIES.iter().copied().find(|c| c.code == code).ok_or_else(|| {
            let known: Vec<&str> = CURRENCIES.iter().map(|c| c.code).collect();
            Error::new(format!("unknown currency {}", text::quote(code))).hint(text::did_you_mean(code, &known))
        })
    }

    /// `61240` as `612.40`: for CSV and for typing back in.
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
            0 => format!("{sign}{}{whole}", self.symbol),
            digits => format!("{sign}{}{whole}.{part:0width$}", self.symbol, width = digits as usize),
        }
    }

    /// `21000000` as `$210,000`: for people, where cents only distract.
    #[must_use]
    pub(crate) fn show_whole(self, amount: Money) -> String {
        let unit = i128::from(10_i64.pow(self.digits));
        let whole = saturate(round_half_away(i128::from(amount.0), unit));
        let sign = if whole < 0 { "-" } else { "" };
        format!("{sign}{}{}", self.symbol, text::group(&whole.unsigned_abs().to_string(), ","))
    }

    /// Reads a number that may carry this currency's sign or code, and no other's.
    ///
    /// # Errors
    /// When the text is not one number, or is money of another currency.
    pub(crate) fn decimal(self, text: &str) -> Result<Decimal> {
        let decimal = Decimal::parse(text)?;
        let unit: String = text.chars().filter(|c| c.is_alphabetic() || is_currency_sign(*c)).collect();
        let ours = self.symbol.trim();
        let is_ours = unit.is_empty()
            || unit.eq_ignore_ascii_case(self.code)
            || unit.eq_ignore_ascii_case(ours)
            || unit.eq_ignore_ascii_case(&format!("{}{ours}", &self.code[..2]));
        if is_ours {
            return Ok(decimal);
        }
        Err(Error::new(format!("{} is not in {}", text::quote(text.trim()), self.code))
            .hint(format!("every amount of this shop is in {}; shop.toml says so", self.code)))
    }

    fn split(self, amount: Money) -> (u64, u64) {
        let unit = 10_u64.pow(self.digits);
        (amount.0.unsigned_abs() / unit, amount.0.unsigned_abs() % unit)
    }

    /// Reads `612.40`, `$1,149.00 `, `1.149,00 €`, `($33.62)`, `-5`.
    ///
    /// # Errors
    /// When the text is not one amount, or has more digits than the currency has.
    pub(crate) fn parse(self, text: &str) -> Result<Money> {
        self.decimal(text)?.exactly(self).ok_or_else(|| {
            let most = text::count(self.digits as usize, "digit");
            Error::new(format!("{} is not a whole number of the smallest coin", text::quote(text)))
                .hint(format!("{} has {most} after the decimal point", self.code))
        })
    }
}

/// An exact decimal number as somebody wrote it: `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    mantissa: i128,
    scale: u32,
}

impl Decimal {
    /// Reads a number with or without currency sign, thousands and decimal signs of either custom, and
    /// negatives as `-5`, `5-` or `(5)`.
    ///
    /// A single `,` or `.` before exactly three digits reads as thousands for `,` and as decimal for `.`.
    ///
    /// # Errors
    /// When the text is not one number.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Self::read(text)
            .ok_or_else(|| Error::new(format!("{} is not an amount", text::quote(text))).hint("write it like 612.40"))
    }

    fn read(text: &str) -> Option<Self> {
        let mut body = text.trim();
        let mut negative = false;
        if let Some(inside) = body.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            body = inside.trim();
            negative = true;
        }
        // `12 50` is no twelve hundred: spaces stand between thousands, or between a sign and its number.
        if !is_spaced_by_thousands(body) {
            return None;
        }
        let mut digits = String::new();
        for c in body.chars() {
            match c {
                '0'..='9' | '.' | ',' => digits.push(c),
                '-' | '\u{2212}' if !negative => negative = true,
                '+' => {}
                c if is_space(c) => {}
                c if is_currency_sign(c) => {}
                c if c.is_ascii_alphabetic() && is_currency_code(body) => {}
                _ => return None,
            }
        }
        let (dot, comma) = (digits.rfind('.'), digits.rfind(','));
        let decimal_at = match (dot, comma) {
            (Some(d), Some(c)) => Some(d.max(c)),
            (Some(d), None) => (digits.matches('.').count() == 1).then_some(d),
            (None, Some(c)) => {
                let one = digits.matches(',').count() == 1;
                (one && digits.len() - c - 1 != 3).then_some(c)
            }
            (None, None) => None,
        };
        let (whole, part) = match decimal_at {
            Some(at) => (&digits[..at], &digits[at + 1..]),
            None => (digits.as_str(), ""),
        };
        if part.contains(['.', ',']) || !well_grouped(whole) {
            return None;
        }
        let joined: String = whole.chars().filter(char::is_ascii_digit).chain(part.chars()).collect();
        if joined.is_empty() || joined.len() > 18 {
            return None;
        }
        let mantissa: i128 = joined.parse().ok()?;
        Some(Self { mantissa: if negative { -mantissa } else { mantissa }, scale: u32::try_from(part.len()).ok()? })
    }

    /// The product of two exact numbers: a quantity and a unit price.
    #[must_use]
    pub(crate) fn times(self, other: Decimal) -> Decimal {
        Decimal { mantissa: self.mantissa.saturating_mul(other.mantissa), scale: self.scale + other.scale }
    }

    /// The amount in minor units when it has no more digits than the currency.
    #[must_use]
    pub(crate) fn exactly(self, currency: Currency) -> Option<Money> {
        let (value, rest) = self.scaled(currency.digits);
        (rest == 0).then(|| i64::try_from(value).ok().map(Money)).flatten()
    }

    /// The amount in minor units, half a unit rounded away from zero.
    #[must_use]
    pub(crate) fn rounded(self, currency: Currency) -> Money {
        let minor = self.mantissa.saturating_mul(10_i128.pow(currency.digits));
        Money(saturate(round_half_away(minor, 10_i128.pow(self.scale.min(36)))))
    }

    /// Whether it is a whole number of minor units, but for less than a thousandth of one.
    #[must_use]
    pub(crate) fn is_whole_but_for_dust(self, currency: Currency) -> bool {
        let unit = 10_i128.pow(self.scale.min(36));
        let (_, rest) = self.scaled(currency.digits);
        let rest = rest.abs();
        rest.min(unit - rest) * 1000 < unit
    }

    /// The number in thousandths, rounded: how quantities are kept.
    #[must_use]
    pub(crate) fn thousandths(self) -> i64 {
        saturate(round_half_away(self.mantissa.saturating_mul(1000), 10_i128.pow(self.scale.min(36))))
    }

    fn scaled(self, digits: u32) -> (i128, i128) {
        let unit = 10_i128.pow(self.scale.min(36));
        let minor = self.mantissa.saturating_mul(10_i128.pow(digits));
        (minor / unit, minor % unit)
    }
}

/// What may stand between thousands beside `.` and `,`.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'')
}

/// Whether each space between two digits has three digits behind it, and no more.
fn is_spaced_by_thousands(body: &str) -> bool {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    body.match_indices(is_space).all(|(at, space)| {
        let after = body[at + space.len()..].trim_start_matches(is_space);
        let group = after.chars().take_while(char::is_ascii_digit).count();
        group == 0 || group == 3 || !is_digit(body[..at].trim_end_matches(is_space).chars().next_back())
    })
}

fn is_currency_sign(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₩' | '₪' | '₺')
}

/// Whether the letters in `body` are one three-letter code or a short sign such as `kr`, before or behind the number.
fn is_currency_code(body: &str) -> bool {
    let letters: String = body.chars().filter(char::is_ascii_alphabetic).collect();
    let together = body.contains(&letters);
    // `US$` and `CA$` carry the country before the sign.
    let is_country = body.contains('$') && CURRENCIES.iter().any(|c| c.code[..2].eq_ignore_ascii_case(&letters));
    let is_code = CURRENCIES
        .iter()
        .any(|c| c.code.eq_ignore_ascii_case(&letters) || c.symbol.trim().eq_ignore_ascii_case(&letters));
    together && (is_code || is_country)
}

/// Whether the whole part is digits alone or groups of three.
fn well_grouped(whole: &str) -> bool {
    let separator = if whole.contains(',') { ',' } else { '.' };
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    digits(first)
        && rest.iter().all(|g| g.len() == 3 && digits(g))
        && (rest.is_empty() || (1..=3).contains(&first.len()))
}

fn round_half_away(value: i128, by: i128) -> i128 {
    let (quotient, rest) = (value / by, value % by);
    if rest.abs() * 2 >= by { quotient + value.signum() } else { quotient }
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::of("USD").expect("known")
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, minor) in [
            ("612.40", 61_240),
            ("612,40", 61_240),
            ("$1,149.00 ", 114_900),
            ("1.149,00 $", 114_900),
            ("($33.62)", -3_362),
            ("-5", -500),
            ("1,234", 123_400),
            ("1.234.567,89", 123_456_789),
            ("12.5", 1_250),
            ("USD 12", 1_200),
            ("29.330", 2_933),
            (".50", 50),
            ("1 234,56", 123_456),
            ("$ 1'149", 114_900),
            ("- 5", -500),
        ] {
            assert_eq!(usd().parse(text).expect(text), Money(minor), "{text}");
        }
        assert_eq!(usd().parse("US$ 5").expect("ours"), Money(500));
        assert_eq!(Currency::of("EUR").expect("known").parse("5,00 €").expect("ours"), Money(500));
        for text in [
            "", "€5", "5 EUR", "£1", "abc", "12..5", "1,23,456", "$", "1.2.3", "5 apples", "12-13-14", "0.001", "NaN",
            "1e5", "12 50", "1 2345", "4 12",
        ] {
            assert!(usd().parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_unit_price_below_a_cent_is_rounded_once_a_line() {
        let line = Decimal::parse("12").expect("12").times(Decimal::parse("0.0125").expect("price"));
        assert_eq!(line.rounded(usd()), Money(15));
        assert_eq!(Decimal::parse("-0.005").expect("n").rounded(usd()), Money(-1));
    }

    #[test]
    fn amounts_are_written_for_people_and_for_files() {
        assert_eq!(usd().show(Money(-114_900)), "-$1,149.00");
        assert_eq!(usd().plain(Money(114_905)), "1149.05");
        assert_eq!(usd().show_whole(Money(20_999_950)), "$210,000");
        assert_eq!(Currency::of("JPY").expect("known").show(Money(1200)), "¥1,200");
        assert_eq!(Money(100).divided_by(3), Some(Money(33)));
        assert_eq!(Money(100).divided_by(0), None);
    }
}
