//! A visit to the till: what somebody brings, when and where, and what they spend.

use chrono::NaiveDateTime;

use crate::domain::RecipientId;
use crate::error::{Error, Result};
use crate::money::Money;

/// The longest receipt number, in characters.
const RECEIPT: usize = 40;

/// What somebody brings to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// A code as it was typed or scanned, which may be none.
    Typed(String),
    /// The letter whose card is open.
    Letter(RecipientId),
    /// Their name; the letter is at home.
    Person { reference: String, campaign: String },
}

/// One visit to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// The moment by which it is judged.
    pub(crate) at: NaiveDateTime,
    pub(crate) spend: Option<Money>,
    pub(crate) till: String,
    pub(crate) receipt: String,
    /// Identifies the request: the same again gets the same answer, and counts once.
    pub(crate) request: Option<String>,
}

impl Visit {
    /// A visit without a receipt number.
    pub(crate) fn new(at: NaiveDateTime, till: impl Into<String>, spend: Option<Money>) -> Self {
        Self { at, spend, till: till.into(), receipt: String::new(), request: None }
    }
}

/// Refuses an amount that no till can take: less than nothing, or more than sums can hold.
pub(crate) fn check_spend(spend: Money) -> Result<()> {
    if spend.0 < 0 {
        return Err(
            Error::new("the amount spent cannot be negative").hint("what was taken back belongs into the purchases")
        );
    }
    if !spend.is_within_limit() {
        return Err(Error::new("that is more than any till takes").hint("look again at the amount"));
    }
    Ok(())
}

/// A receipt number as it is stored.
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
