//! A visit to the till: the claim, time, till, and amount spent.

use chrono::NaiveDateTime;

use crate::domain::RecipientId;
use crate::error::{Error, Result};
use crate::money::Money;

/// The longest receipt number, in characters.
const RECEIPT: usize = 40;

/// What a customer brings to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// A typed or scanned text, which may not be a code.
    Typed(String),
    /// The letter whose card is open.
    Letter(RecipientId),
    /// Their name, when the letter is at home.
    Person { reference: String, campaign: String },
}

/// One visit to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// The time that decides about it.
    pub(crate) at: NaiveDateTime,
    pub(crate) spend: Option<Money>,
    pub(crate) till: String,
    pub(crate) receipt: String,
    /// Identifies the request: repeating it gets the same answer, and counts once.
    pub(crate) request: Option<String>,
}

impl Visit {
    /// A visit without a receipt number.
    pub(crate) fn new(at: NaiveDateTime, till: impl Into<String>, spend: Option<Money>) -> Self {
        Self { at, spend, till: till.into(), receipt: String::new(), request: None }
    }
}

/// Rejects an amount that no till can accept: negative, or above the limit.
pub(crate) fn check_spend(spend: Money) -> Result<()> {
    if spend.0 < 0 {
        return Err(Error::new("the amount spent cannot be negative").hint("returned goods belong in the purchases"));
    }
    if !spend.is_within_limit() {
        return Err(Error::new("that is more than a till accepts").hint("check the amount"));
    }
    Ok(())
}

/// A receipt number in its stored form.
pub(crate) fn receipt_number(typed: &str) -> String {
    typed.trim().chars().take(RECEIPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_till_takes_amounts_from_nothing_to_the_most_that_sums_hold() {
        let most = Money::MOST.0;
        for (amount, is_taken) in [(0, true), (61_240, true), (most, true), (-1, false), (most + 1, false)] {
            assert_eq!(check_spend(Money(amount)).is_ok(), is_taken, "{amount}");
        }
        assert_eq!(receipt_number(&format!(" R-{} ", "7".repeat(60))).len(), RECEIPT);
    }
}
