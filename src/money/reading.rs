//! The only parser of amounts, wherever they are typed: in a file, on the command line, at the till, through the API.
//!
//! An ambiguous amount is an error that shows both readings: `1.250` euros may be 1.25 or 1250. Currencies without a
//! minor unit have one reading, and so have currencies with thousandths after their usual separator. `¥500-` is how
//! prices are written in Japan, and how some systems write returns.

use super::amount::Money;
use super::currency::Currency;
use super::decimal::Decimal;
use super::numeral::{DecimalSeparator, Numeral, NumeralFault, Scale};
use crate::error::{Error, Result};
use crate::text;

/// The largest quantity of one line, in thousandths.
const MOST_QUANTITY: i64 = 1_000_000_000_000;

impl Currency {
    /// Parses an amount in whole minor units; `separator` is the decimal separator of its column, if known. Rounding
    /// errors of spreadsheets (`59.970000000000006`) are accepted.
    ///
    /// # Errors
    /// When the text is not an amount in this currency, is ambiguous, has fractions of the minor unit, or
    /// exceeds the largest amount.
    pub(crate) fn read(self, text: &str, separator: Option<DecimalSeparator>) -> Result<Money> {
        let amount = self.price(text, separator)?;
        // Without a minor unit, digits where its decimals would be are thousands.
        if self.digits == 0 && self.is_in_doubt(text) && !amount.is_whole_but_for_dust(self) {
            return self.whole(text, self.price(text, None)?);
        }
        self.whole(text, amount)
    }

    /// Parses a price, which may have fractions of the minor unit.
    ///
    /// # Errors
    /// As [`Currency::read`], except for fractions.
    pub(crate) fn price(self, text: &str, separator: Option<DecimalSeparator>) -> Result<Decimal> {
        let numeral = self.numeral(text)?;
        let decimal = match numeral.scale {
            Scale::InDoubt(written) => {
                let settled =
                    separator.or_else(|| self.usual(written)).ok_or_else(|| self.two_readings(text, &numeral))?;
                decimal_of(&numeral, settled)
            }
            Scale::Settled(..) => decimal_of(&numeral, DecimalSeparator::Point),
        };
        if !decimal.rounded(self).is_within_limit() {
            return Err(self.too_large(text));
        }
        if numeral.ends_in_dash && decimal.scale == 0 && decimal.mantissa != 0 {
            return Err(self.sold_or_returned(text, decimal));
        }
        Ok(decimal)
    }

    /// Parses a quantity.
    ///
    /// # Errors
    /// When the text is not a number, is ambiguous, or exceeds the largest quantity.
    pub(crate) fn quantity(self, text: &str, separator: Option<DecimalSeparator>) -> Result<Decimal> {
        let numeral = self.numeral(text)?;
        let usual = |written| if self.digits == 0 { None } else { self.usual(written) };
        let decimal = match numeral.scale {
            Scale::InDoubt(written) => {
                let [part, whole] = readings(&numeral).map(Decimal::plain);
                let settled = separator.or_else(|| usual(written)).ok_or_else(|| {
                    Error::new(format!("{} may be {part} or {whole}", text::quote(text.trim())))
                        .hint(format!("write {whole}, or {part}0 with four decimals"))
                })?;
                decimal_of(&numeral, settled)
            }
            Scale::Settled(..) => decimal_of(&numeral, DecimalSeparator::Point),
        };
        if decimal.thousandths().unsigned_abs() <= MOST_QUANTITY.unsigned_abs() {
            return Ok(decimal);
        }
        Err(Error::new(format!("{} is too large a quantity", text::quote(text.trim())))
            .hint(format!("the largest is {}", text::group(&(MOST_QUANTITY / 1000).to_string(), ","))))
    }

    /// Whether the separator in an amount of this currency may be for decimals or for thousands: `1.149`, `1,149`.
    #[must_use]
    pub(crate) fn is_in_doubt(self, text: &str) -> bool {
        // Most amounts are unambiguous by the number of digits after the separator.
        let behind = text.rsplit(['.', ',', '．', '，', '\u{60c}']).next().unwrap_or_default();
        if behind.chars().filter(|c| c.is_numeric()).count() != 3 {
            return false;
        }
        self.numeral(text).is_ok_and(|numeral| matches!(numeral.scale, Scale::InDoubt(_)))
    }

    /// The same amount, if it is within the limit.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn within_limit(self, amount: Money) -> Result<Money> {
        if amount.is_within_limit() { Ok(amount) } else { Err(self.too_large(&self.show(amount))) }
    }

    fn whole(self, text: &str, amount: Decimal) -> Result<Money> {
        if amount.is_whole_but_for_dust(self) {
            return Ok(amount.rounded(self));
        }
        let most = text::count(self.digits as usize, "digit");
        let message = format!("{} has a fraction of the smallest coin", text::quote(text.trim()));
        Err(Error::new(message).hint(format!("{} has {most} after the decimal point", self.code)))
    }

    /// The number, if it has this currency's unit or none.
    fn numeral(self, text: &str) -> Result<Numeral> {
        let quoted = || text::quote(text.trim());
        let no_amount = || Error::new(format!("{} is not an amount", quoted())).hint(self.example());
        let numeral = Numeral::of(text).map_err(|fault| match fault {
            NumeralFault::NotOneNumber => no_amount(),
            NumeralFault::TooManyDigits => self.too_large(text),
        })?;
        if numeral.is_indian && !self.groups_by_lakh() {
            return Err(no_amount());
        }
        let Some(foreign) = numeral.units.iter().find(|unit| !unit.is_empty() && !self.is_called(unit)) else {
            return Ok(numeral);
        };
        let message = match Currency::called(foreign).as_slice() {
            [] => return Err(no_amount()),
            [one] => format!("{} is in {}, not in {}", quoted(), one.code, self.code),
            _ => format!("{} is not in {}", quoted(), self.code),
        };
        Err(Error::new(message).hint(format!("every amount of this shop is in {}, as set in shop.toml", self.code)))
    }

    /// The meaning of a separator before three digits, if it is never ambiguous in this currency.
    fn usual(self, written: DecimalSeparator) -> Option<DecimalSeparator> {
        let (written_char, other) = match written {
            DecimalSeparator::Point => ('.', DecimalSeparator::Comma),
            DecimalSeparator::Comma => (',', DecimalSeparator::Point),
        };
        match self.digits {
            0 => Some(other),
            _ if self.writes_thousandths_behind(written_char) => Some(written),
            _ => None,
        }
    }

    fn two_readings(self, text: &str, numeral: &Numeral) -> Error {
        let [part, whole] = readings(numeral);
        let is_amount = part.is_whole_but_for_dust(self);
        let shown = |decimal: Decimal| {
            let sign = if decimal.mantissa < 0 { "-" } else { "" };
            let exact = || format!("{sign}{}{}", self.prefix(), decimal.plain().trim_start_matches('-'));
            if decimal.is_whole_but_for_dust(self) { self.show(decimal.rounded(self)) } else { exact() }
        };
        let typed = self.plain(part.rounded(self));
        let whole_typed = whole.plain();
        let hint = if is_amount {
            format!("write {typed} or {whole_typed}")
        } else {
            format!("write {whole_typed}, or {} after the decimal point", text::count(self.digits as usize, "digit"))
        };
        Error::new(format!("{} may be {} or {}", text::quote(text.trim()), shown(part), shown(whole))).hint(hint)
    }

    fn sold_or_returned(self, text: &str, returned: Decimal) -> Error {
        let sold = Decimal { mantissa: -returned.mantissa, ..returned };
        let [shown, opposite] = [sold, returned].map(|one| self.show(one.rounded(self)));
        let message = format!("{} may be {shown} or {opposite}", text::quote(text.trim()));
        Error::new(message).hint(format!("write {} or {}", sold.plain(), returned.plain()))
    }

    fn too_large(self, text: &str) -> Error {
        Error::new(format!("{} is too large an amount", text::quote(text.trim())))
            .hint(format!("the largest is {}", self.show(Money::MOST)))
    }

    /// An example of an amount: `write it like 612.40`.
    fn example(self) -> String {
        let amount = Money(612 * 10_i64.pow(self.digits) + 4 * 10_i64.pow(self.digits) / 10);
        format!("write it like {}", self.plain(amount))
    }
}

/// The two readings of an ambiguous number: with three decimals, and with none.
fn readings(numeral: &Numeral) -> [Decimal; 2] {
    [3, 0].map(|scale| Decimal { mantissa: numeral.mantissa, scale })
}

/// The number, with `separator` as its decimal separator if it is ambiguous.
pub(super) fn decimal_of(numeral: &Numeral, separator: DecimalSeparator) -> Decimal {
    let scale = match numeral.scale {
        Scale::Settled(scale, _) => scale,
        Scale::InDoubt(written) if written == separator => 3,
        Scale::InDoubt(_) => 0,
    };
    Decimal { mantissa: numeral.mantissa, scale }
}

/// The decimal separator that an amount shows, to determine that of its column.
#[must_use]
pub(crate) fn separator_shown(text: &str) -> Option<DecimalSeparator> {
    if !text.contains(['.', ',', '\u{ff0c}', '\u{ff0e}']) {
        return None;
    }
    match Numeral::of(text).ok()?.scale {
        Scale::Settled(_, shown) => shown,
        Scale::InDoubt(_) => None,
    }
}
