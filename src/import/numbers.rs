//! Amounts and quantities: the usual ones at once, all others as [`Decimal`] reads them.

use super::ImportSheet;
use crate::error::{Error, Result};
use crate::money::{Currency, Decimal, Money};
use crate::text;

/// How a column of amounts writes its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecimalSeparator {
    /// `1,149.00`.
    Point,
    /// `1.149,00`.
    Comma,
}

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
    // `1.149` may be of thousands.
    if whole.is_empty() || whole.len() > 12 || part.len() > digits || part.len() == 3 || body.ends_with('.') {
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

/// Which decimal separator an amount shows: the one of two that stands last, one that cannot be of thousands, or the other than
/// one that can only be of thousands.
pub(super) fn separator_shown(text: &str) -> Option<DecimalSeparator> {
    let (separator, other, mark) = match (text.rfind('.'), text.rfind(',')) {
        (Some(point), Some(comma)) => {
            return Some(if point > comma { DecimalSeparator::Point } else { DecimalSeparator::Comma });
        }
        (Some(_), None) => (DecimalSeparator::Point, DecimalSeparator::Comma, '.'),
        (None, Some(_)) => (DecimalSeparator::Comma, DecimalSeparator::Point, ','),
        (None, None) => return None,
    };
    if text.matches(mark).count() > 1 {
        return Some(other);
    }
    let (whole, part) = text.split_once(mark)?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let is_thousands = digits(part) == 3
        && (1..=3).contains(&digits(whole))
        && !whole.trim_start_matches(|c: char| !c.is_ascii_digit()).starts_with('0');
    (!is_thousands).then_some(separator)
}

/// Whether the separator of an amount may be of decimals or of thousands: `1.149`, `1,149`.
pub(super) fn is_in_doubt(text: &str) -> bool {
    text.contains(['.', ',']) && separator_shown(text).is_none()
}

/// Reads an amount, knowing how its column writes decimals, if that is known.
///
/// # Errors
/// When it is not one amount: `1.149` may be two.
pub(super) fn decimal(text: &str, separator: Option<DecimalSeparator>, currency: Currency) -> Result<Decimal> {
    if !is_in_doubt(text) {
        return currency.decimal(text);
    }
    let written = if text.contains('.') { DecimalSeparator::Point } else { DecimalSeparator::Comma };
    // Of money with thousandths every amount is written so; money without parts has only thousands.
    let separator = separator.or(match (currency.digits, written) {
        (3, written) => Some(written),
        (0, DecimalSeparator::Point) => Some(DecimalSeparator::Comma),
        (0, DecimalSeparator::Comma) => Some(DecimalSeparator::Point),
        _ => None,
    });
    match separator {
        Some(separator) if separator == written => currency.decimal(&text.replace(',', ".")),
        Some(_) => currency.decimal(&text.replace(['.', ','], "")),
        None => Err(Error::new(format!("{} could be two different amounts", text::quote(text.trim())))
            .hint("say which sign stands before the cents: `--decimal point` or `--decimal comma`")),
    }
}

/// An amount that has no parts of the smallest coin. The dust that spreadsheets leave (`59.970000000000006`) is none.
///
/// # Errors
/// When it has.
pub(super) fn whole(text: &str, amount: Decimal, currency: Currency) -> Result<Decimal> {
    if amount.is_whole_but_for_dust(currency) {
        return Ok(amount);
    }
    let most = text::count(currency.digits as usize, "digit");
    Err(Error::new(format!("{} is not a whole number of the smallest coin", text::quote(text.trim())))
        .hint(format!("{} has {most} behind the decimal sign; only a price of one piece may have more", currency.code)))
}

/// Reads an amount, knowing how its column writes decimals, if that is known.
///
/// # Errors
/// When it is not one amount of whole minor units.
pub(crate) fn parse_amount(text: &str, separator: Option<DecimalSeparator>, currency: Currency) -> Result<Money> {
    whole(text, decimal(text, separator, currency)?, currency).map(|amount| amount.rounded(currency))
}

/// How a column writes decimals; nothing when no row shows it, or rows differ.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn decimal_separator_of_column(sheet: &ImportSheet, place: usize) -> Result<Option<DecimalSeparator>> {
    let mut shown = Vec::new();
    sheet.each(|row| {
        let separator = row.cells.get(place).and_then(separator_shown);
        shown.extend(separator.filter(|separator| !shown.contains(separator)));
        Ok(())
    })?;
    Ok(shown.first().copied().filter(|_| shown.len() == 1))
}

impl std::str::FromStr for DecimalSeparator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "point" => Ok(Self::Point),
            "comma" => Ok(Self::Comma),
            _ => Err(Error::new(format!("{} is not a decimal sign", text::quote(text)))
                .hint("write `point` for 1,149.00 or `comma` for 1.149,00")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_read_at_once() {
        let usd = Currency::of("USD").expect("known");
        for text in ["12.34", "-5", "0.5", "1149", "0"] {
            assert_eq!(plain_minor(text, usd), Some(usd.parse(text).expect(text)), "{text}");
        }
        for text in ["", "-", ".", "5.", ".5", "1,149", "$5", "1.234", "1 2", "1234567890123"] {
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
            assert_eq!(decimal(text, separator, eur).expect(text).rounded(eur), Money(minor), "{text} {separator:?}");
        }
    }

    #[test]
    fn what_could_be_two_amounts_is_not_guessed() {
        let money = |code, text| decimal(text, None, Currency::of(code).expect("known"));
        for text in ["1.149", "1,149", "$1,149", "(1.149)"] {
            assert!(money("USD", text).is_err_and(|e| e.message().contains("two different amounts")), "{text}");
        }
        let yen = Currency::of("JPY").expect("known");
        assert_eq!(money("JPY", "1,149").expect("yen").rounded(yen), Money(1149));
        let dinar = Currency::of("KWD").expect("known");
        assert_eq!(money("KWD", "1.149").expect("dinar").rounded(dinar), Money(1149));
    }

    #[test]
    fn parts_of_a_cent_are_not_rounded_away() {
        let usd = Currency::of("USD").expect("known");
        for (text, fine) in
            [("12.34", true), ("12.340", true), ("59.970000000000006", true), ("0.125", false), ("1234.567", false)]
        {
            assert_eq!(whole(text, Decimal::parse(text).expect(text), usd).is_ok(), fine, "{text}");
        }
    }
}
