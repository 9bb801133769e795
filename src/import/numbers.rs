//! Parses amounts and quantities: common forms directly, all others with [`Currency`].

use super::ImportSheet;
use crate::error::{Error, Result};
use crate::money::{self, Currency, Decimal, DecimalSeparator, Money};

/// `12.34` or `-5` in minor units, without anything else around it.
pub(super) fn plain_minor(text: &str, currency: Currency) -> Option<Money> {
    plain(text, currency.digits as usize).map(Money)
}

/// `3` or `1.5` in thousandths, without anything else around it.
pub(super) fn plain_milli(text: &str) -> Option<i64> {
    plain(text, 3)
}

fn plain(text: &str, digits: usize) -> Option<i64> {
    let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = body.split_once('.').unwrap_or((body, ""));
    // `1.149` may mean thousands; more digits may exceed the largest amount.
    if whole.is_empty() || whole.len() > 9 || part.len() > digits || part.len() == 3 || body.ends_with('.') {
        return None;
    }
    let mut value = 0_i64;
    for byte in whole.bytes().chain(part.bytes()) {
        value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
    }
    for _ in part.len()..digits {
        value *= 10;
    }
    Some(if negative { -value } else { value })
}

/// The kind of a number in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberKind {
    /// In whole minor units.
    Amount,
    /// For one item; may have fractions of the minor unit.
    Price,
    Quantity,
}

/// Parses a number, with the decimal separator of its column if known.
///
/// # Errors
/// When it is not exactly one number of its kind: `1.149` may be two.
pub(super) fn read(
    text: &str,
    kind: NumberKind,
    separator: Option<DecimalSeparator>,
    currency: Currency,
) -> Result<Decimal> {
    let read = match kind {
        NumberKind::Amount => currency.read(text, separator).map(|amount| Decimal::of(amount, currency)),
        NumberKind::Price => currency.price(text, separator),
        NumberKind::Quantity => currency.quantity(text, separator),
    };
    read.map_err(|fault| asked(text, separator, currency, fault))
}

/// Parses an amount, with the decimal separator of its column if known.
///
/// # Errors
/// When it is not exactly one amount in whole minor units.
pub(crate) fn parse_amount(text: &str, separator: Option<DecimalSeparator>, currency: Currency) -> Result<Money> {
    currency.read(text, separator).map_err(|fault| asked(text, separator, currency, fault))
}

/// If the file does not show which of two readings is correct, the owner decides for all rows.
fn asked(text: &str, separator: Option<DecimalSeparator>, currency: Currency, fault: Error) -> Error {
    if separator.is_none() && currency.is_in_doubt(text) {
        return fault.hint("set which separator is before the cents: `--decimal point` or `--decimal comma`");
    }
    fault
}

/// The decimal separator of a column; none when no row shows it, or rows differ.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn decimal_separator_of_column(sheet: &ImportSheet, place: usize) -> Result<Option<DecimalSeparator>> {
    sheet.shown(|row| row.get(place).and_then(money::separator_shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_read_at_once() {
        let usd = Currency::of("USD").expect("known");
        for text in ["12.34", "-5", "0.5", "1149", "0"] {
            assert_eq!(plain_minor(text, usd), Some(usd.read(text, None).expect(text)), "{text}");
        }
        for text in ["", "-", ".", "5.", ".5", "1,149", "$5", "1.234", "1 2", "1234567890"] {
            assert_eq!(plain_minor(text, usd), None, "{text}");
        }
        assert_eq!(plain_milli("1.25"), Some(1250));
    }

    #[test]
    fn a_column_that_writes_decimals_with_a_comma_has_points_for_thousands() {
        let eur = Currency::of("EUR").expect("known");
        for (text, separator, minor) in [
            ("1.149", Some(DecimalSeparator::Comma), 114_900),
            ("1,149", Some(DecimalSeparator::Comma), 115),
            ("1.149 €", Some(DecimalSeparator::Comma), 114_900),
            ("1.149", Some(DecimalSeparator::Point), 115),
            ("1,149", Some(DecimalSeparator::Point), 114_900),
            ("1.149,00", Some(DecimalSeparator::Comma), 114_900),
            ("1.149.000", None, 114_900_000),
            ("0.125", None, 13),
            ("-1234.567", None, -123_457),
            ("-1.149", Some(DecimalSeparator::Comma), -114_900),
        ] {
            let price = read(text, NumberKind::Price, separator, eur).expect(text);
            assert_eq!(price.rounded(eur), Money(minor), "{text} {separator:?}");
        }
    }

    #[test]
    fn a_file_that_leaves_two_readings_is_asked_about_as_a_whole() {
        let usd = Currency::of("USD").expect("known");
        for text in ["1.149", "1,149", "$1,149", "(1.149)"] {
            let fault = parse_amount(text, None, usd).expect_err(text);
            assert!(fault.what_next().is_some_and(|hint| hint.contains("--decimal comma")), "{text}");
        }
        let ten = parse_amount("ten", None, usd).expect_err("a word");
        assert_eq!(ten.what_next(), Some("write it like 612.40"));
    }
}
