//! Whole minor units of one currency: parsing amounts as people write them, and formatting them.

mod amount;
mod currency;
mod decimal;
mod numeral;
mod reading;
mod share;
#[cfg(test)]
mod tests;

pub(crate) use amount::Money;
pub(crate) use currency::Currency;
pub(crate) use decimal::Decimal;
pub(crate) use numeral::DecimalSeparator;
pub(crate) use reading::separator_shown;
pub(crate) use share::Share;
