//! Whether an order counts. The rule is the same for every system: an order that is canceled or unpaid is not imported,
//! a partly paid one counts with what was paid, and refunds reduce what was paid. The words of systems and languages,
//! and their headings, come from order_states.tsv.
//!
//! A payment column overrides an order column, except for cancellations and refunds. The state of the goods
//! ("Fulfillment Status") is ignored. An unknown word is reported, and the order is imported. If no word shows whether
//! an order is paid, a column of the amount paid or owed does. A row whose type is a return is subtracted.

use std::collections::HashMap;
use std::sync::LazyLock;

use csv::StringRecord;

use super::columns::Columns;
use super::consent::consent_of;
use crate::domain::Consent;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::text::{WordLists, heading_key};

static TABLE: LazyLock<WordLists> = LazyLock::new(|| WordLists::of(include_str!("order_states.tsv")));

/// States by the key of their word.
static WORDS: LazyLock<HashMap<String, OrderState>> = LazyLock::new(|| {
    let of = |(kind, state): &(&str, OrderState)| -> Vec<(String, OrderState)> {
        line(kind).iter().map(|word| (heading_key(word), *state)).collect()
    };
    STATES.iter().flat_map(of).collect()
});

const STATES: [(&str, OrderState); 6] = [
    ("taken", OrderState::Paid),
    ("partly_paid", OrderState::PartlyPaid),
    ("unpaid", OrderState::Unpaid),
    ("partly_refunded", OrderState::PartlyRefunded),
    ("refunded", OrderState::Refunded),
    ("cancelled", OrderState::Cancelled),
];

/// The state of an order; of several words the last here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OrderState {
    Paid,
    PartlyPaid,
    Unpaid,
    PartlyRefunded,
    Refunded,
    Cancelled,
}

impl OrderState {
    fn is_of_payment(self) -> bool {
        matches!(self, Self::Paid | Self::PartlyPaid | Self::Unpaid)
    }

    /// The state of a word, or of several in one cell: `Paid, partially refunded`.
    pub(super) fn of(cell: &str) -> Option<Self> {
        let known = |word: &str| {
            let key = heading_key(word);
            WORDS.get(&key).or_else(|| WORDS.get(key.strip_prefix("wc")?)).copied()
        };
        let parts = || cell.split([',', '/', ';', '|', '+']).map(known).collect::<Option<Vec<Self>>>();
        known(cell).or_else(|| parts()?.into_iter().max())
    }
}

/// The columns of a file that show whether an order counts.
#[derive(Debug, Default)]
pub(super) struct OrderColumns {
    payment: Option<usize>,
    orders: Vec<usize>,
    /// The day on which an order was canceled, or a mark.
    cancelled_at: Vec<usize>,
    /// Whether a row is a sale or a return.
    pub(super) sale_type: Option<usize>,
    currency: Option<usize>,
    /// The paid part.
    pub(super) paid: Option<usize>,
    /// The part still owed.
    pub(super) owed: Option<usize>,
    /// What is subtracted is a refund, whatever its sign; not a discount.
    pub(super) takes_off_refunds: bool,
}

impl OrderColumns {
    pub(super) fn of(header: &[String], columns: &Columns<'_>) -> Self {
        let keys: Vec<String> = header.iter().map(|heading| heading_key(heading)).collect();
        let is_free = |place: &usize| !columns.takes(*place);
        let find = |kind| {
            let known: Vec<String> = line(kind).iter().map(|heading| heading_key(heading)).collect();
            (0..keys.len()).filter(|place| known.contains(&keys[*place])).filter(is_free).collect::<Vec<_>>()
        };
        let first = |kind| find(kind).first().copied();
        Self {
            payment: first("payment"),
            orders: find("order"),
            cancelled_at: find("cancelled_at"),
            sale_type: first("sale_type"),
            currency: first("currency").filter(|_| !heading_key(columns.heading_of("amount")).contains("converted")),
            paid: first("paid_amount"),
            owed: first("owed_amount"),
            takes_off_refunds: is_refund(columns.heading_of("less")),
        }
    }

    /// Whether a column is used here.
    pub(super) fn read(&self, place: usize) -> bool {
        self.places().chain(self.currency).chain(self.paid).chain(self.owed).any(|known| known == place)
    }

    fn places(&self) -> impl Iterator<Item = usize> {
        self.payment.into_iter().chain(self.orders.iter().chain(&self.cancelled_at).copied())
    }

    /// The state of a row, by the words in its cells.
    pub(super) fn state(
        &self,
        row: &StringRecord,
        mut state_of: impl FnMut(&str) -> Option<OrderState>,
    ) -> Option<OrderState> {
        let mut state =
            |place: usize| row.get(place).map(str::trim).filter(|cell| !cell.is_empty()).and_then(&mut state_of);
        let paid = self.payment.and_then(&mut state);
        // A number there is an internal code of the system.
        let is_word =
            |place: &&usize| row.get(**place).is_some_and(|cell| cell.trim_start().starts_with(char::is_alphabetic));
        let of_orders = self.orders.iter().filter(is_word).filter_map(|place| state(*place));
        let of_order = of_orders.filter(|state| paid.is_none() || !state.is_of_payment()).max();
        let is_so = |place: &usize| row.get(*place).is_some_and(|cell| is_cancelled(cell.trim()));
        let cancelled = self.cancelled_at.iter().any(is_so).then_some(OrderState::Cancelled);
        paid.max(of_order).max(cancelled)
    }

    /// Whether a row is a return by its type.
    pub(super) fn is_return(&self, row: &StringRecord) -> bool {
        let cell = self.sale_type.and_then(|place| row.get(place)).map(str::trim).filter(|cell| !cell.is_empty());
        cell.is_some_and(|cell| OrderState::of(cell) == Some(OrderState::Refunded))
    }

    /// The currency of a row, if it is not this one.
    pub(super) fn foreign<'r>(&self, row: &'r StringRecord, currency: Currency) -> Option<&'r str> {
        let cell = row.get(self.currency?).map(str::trim).filter(|cell| *cell != currency.code)?;
        currency.is_other(cell).then_some(cell)
    }

    /// The amounts in a row that show how much of an order was paid, parsed by `read`.
    pub(super) fn paid_part(
        &self,
        row: &StringRecord,
        read: impl Fn(&str) -> Result<Option<Money>>,
    ) -> Result<Option<PaidPart>> {
        for (place, part) in [
            (self.paid, PaidPart::Paid as fn(Money) -> PaidPart),
            (self.payment, PaidPart::Paid),
            (self.owed, PaidPart::Owed),
        ] {
            let cell = place.and_then(|place| row.get(place)).unwrap_or_default();
            if let Some(amount) = if cell.is_empty() { None } else { read(cell)? } {
                return Ok(Some(part(amount)));
            }
        }
        Ok(None)
    }
}

/// What was paid of an order, or is still owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaidPart {
    Paid(Money),
    Owed(Money),
}

impl PaidPart {
    /// What was paid of an order with this total; none when the owed amount cannot belong to this order.
    pub(super) fn of(self, worth: Money) -> Option<Money> {
        match self {
            Self::Paid(paid) => Some(paid),
            Self::Owed(owed) => (owed <= worth).then(|| worth.plus(Money(owed.0.saturating_neg()))),
        }
    }
}

/// Whether a cell shows that something was canceled, or when.
fn is_cancelled(cell: &str) -> bool {
    let is_day = cell.contains(|c| ('1'..='9').contains(&c));
    is_day
        || !cell.is_empty()
            && (matches!(cell, "x" | "X")
                || consent_of(cell) == Ok(Some(Consent::Yes))
                || OrderState::of(cell) == Some(OrderState::Cancelled))
}

/// Whether an unknown cell can be a state at all: an amount or a day under `Paid` cannot.
pub(super) fn may_be_state(cell: &str) -> bool {
    cell.starts_with(char::is_alphabetic)
}

/// The headings of refunds.
pub(super) fn refund_headings() -> &'static [&'static str] {
    line("refund")
}

/// Whether a heading is that of refunds.
pub(super) fn is_refund(heading: &str) -> bool {
    let key = heading_key(heading);
    let has = |kind| line(kind).iter().any(|word| key.contains(&heading_key(word)));
    has("refund_like") && !has("no_amount") || line("refund").iter().any(|known| heading_key(known) == key)
}

/// Whether amounts under this heading already have refunds subtracted: `Net Sales`.
pub(super) fn is_net(heading: &str) -> bool {
    let words = heading.split(|c: char| !c.is_alphanumeric()).map(heading_key);
    words.into_iter().any(|word| line("net").contains(&word.as_str()))
}

fn line(kind: &str) -> &'static [&'static str] {
    TABLE.words(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_systems_and_languages_have_a_state() {
        for (state, words) in [
            (
                OrderState::Paid,
                "paid| PAID |Completed|processing|wc-processing|Awaiting Fulfillment|bezahlt|payé|Terminée|pagado|betaald|En cours",
            ),
            (
                OrderState::Unpaid,
                "pending|PENDING|wc-pending|Pending payment|authorized|on-hold|failed|checkout-draft|draft|expired|requires_payment_method|payment_review|offen|Zahlung ausstehend|en attente|pendiente|in attesa|openstaand|declined|uncaptured|holded|wc-on-hold",
            ),
            (
                OrderState::Cancelled,
                "cancelled|Canceled|wc-cancelled|voided|void|trash|deleted|chargeback|reversed|fraud|storniert|annulé|Annulée|cancelado|annullato|geannuleerd",
            ),
            (OrderState::PartlyPaid, "partially_paid|Partially Paid|teilweise bezahlt|partly paid"),
            (
                OrderState::PartlyRefunded,
                "partially_refunded|Partially refunded|teilweise erstattet|Paid, partially refunded",
            ),
            (OrderState::Refunded, "refunded|REFUNDED|wc-refunded|remboursé|erstattet|Paid/Refunded"),
        ] {
            for word in words.split('|') {
                assert_eq!(OrderState::of(word), Some(state), "{word}");
            }
        }
        for word in ["", "VIP", "20.00", "Paid, VIP", "2024-01-05"] {
            assert_eq!(OrderState::of(word), None, "{word}");
        }
    }

    #[test]
    fn no_word_has_two_states() {
        let mut seen = HashMap::new();
        for (kind, state) in STATES {
            assert!(!line(kind).is_empty(), "{kind}");
            for word in line(kind) {
                assert_eq!(*seen.entry(heading_key(word)).or_insert(state), state, "{word}");
            }
        }
    }

    #[test]
    fn refunds_are_known_by_their_headings() {
        for heading in ["Refunded Amount", "amount_refunded", "Refund (USD)", "Erstattungsbetrag", "Montant remboursé"]
        {
            assert!(is_refund(heading), "{heading}");
        }
        for heading in ["Refund Reason", "Refund date", "Returned by type", "Discount Amount", "Total"] {
            assert!(!is_refund(heading), "{heading}");
        }
        assert!(is_net("Net Sales") && is_net("Umsatz netto") && !is_net("Cabinet Total"));
    }
}
