//! Amounts and quantities: the usual ones at once, all others as [`Decimal`] reads them.

use crate::money::{Currency, Decimal, Money};

/// How a column of amounts writes its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
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
    if whole.is_empty() || whole.len() > 12 || part.len() > digits || body.ends_with('.') {
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

/// Which decimal sign an amount shows: the one of two that stands last, or one that cannot be of thousands.
pub(super) fn sign_shown(text: &str) -> Option<Sign> {
    let behind = |at: usize| text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
    match (text.rfind('.'), text.rfind(',')) {
        (Some(point), Some(comma)) => Some(if point > comma { Sign::Point } else { Sign::Comma }),
        (Some(point), None) if behind(point) != 3 => Some(Sign::Point),
        (None, Some(comma)) if behind(comma) != 3 => Some(Sign::Comma),
        _ => None,
    }
}

/// Whether the sign of an amount may be of decimals or of thousands: `1.149`, `1,149`.
pub(super) fn is_in_doubt(text: &str) -> bool {
    (text.contains('.') || text.contains(',')) && sign_shown(text).is_none()
}

/// Reads an amount, knowing how its column writes decimals.
pub(super) fn decimal(text: &str, sign: Option<Sign>, currency: Currency) -> crate::error::Result<Decimal> {
    match sign {
        Some(Sign::Comma) if is_in_doubt(text) => currency.decimal(&text.replace('.', "").replace(',', ".")),
        Some(Sign::Point) if is_in_doubt(text) => currency.decimal(&text.replace(',', "")),
        _ => currency.decimal(text),
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
        for (text, sign, minor) in [
            ("1.149", Some(Sign::Comma), 114_900),
            ("1,149", Some(Sign::Comma), 115),
            ("1.149 €", Some(Sign::Comma), 114_900),
            ("1.149", Some(Sign::Point), 115),
            ("1,149", Some(Sign::Point), 114_900),
            ("1.149", None, 115),
            ("1,149", None, 114_900),
            ("1.149,00", Some(Sign::Comma), 114_900),
        ] {
            assert_eq!(decimal(text, sign, eur).expect(text).rounded(eur), Money(minor), "{text} {sign:?}");
        }
    }
}
