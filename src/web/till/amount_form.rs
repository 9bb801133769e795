//! Forms of the till with an amount: parsed, confirmed when it is far above the largest purchase, offered again when
//! the machine cannot at the moment.

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form_error::FormError;
use super::which::CurrentTill;
use crate::app::{self, till::Pressed};
use crate::error::{self, Error, ErrorKind};
use crate::money::Money;
use crate::redemption::{self, RequestOutcome, Visit};
use crate::web::answer;
use crate::web::state::AppState;

/// The longest token; ours are shorter.
const ONCE: usize = 64;

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TillAmount {
    amount: String,
    receipt: String,
    once: String,
    /// The amount to confirm, if any.
    sure: String,
    /// The search that led to the card.
    pub(super) search: String,
    /// The card that the button was on.
    pub(super) customer: String,
    /// The letter of a rejection page.
    pub(super) refused: String,
}

impl TillAmount {
    /// The amount spent; none when the field is empty.
    pub(super) fn spend(&self, state: &AppState) -> Result<Option<Money>, Box<FormError>> {
        self.read(state, "Write it like 412.50, or leave it empty.")
    }

    /// The amount spent, which is required.
    pub(super) fn spend_of_purchase(&self, state: &AppState) -> Result<Money, Box<FormError>> {
        let spend = self.read(state, "Write it like 412.50.")?.filter(|spend| spend.0 > 0);
        let says = "Enter what they spent; with nothing bought there is nothing to record.";
        spend.ok_or_else(|| self.form_error(says.to_owned(), false))
    }

    fn read(&self, state: &AppState, hint: &str) -> Result<Option<Money>, Box<FormError>> {
        amount(state, &self.amount)
            .map_err(|fault| self.form_error(what_is_wrong(state, &self.amount, &fault, hint), false))
    }

    pub(super) fn visit(&self, state: &AppState, till: &CurrentTill, spend: Option<Money>) -> Visit {
        Visit {
            receipt: redemption::receipt_number(&self.receipt),
            request: Some(self.once.clone()).filter(|once| (1..=ONCE).contains(&once.len())),
            ..Visit::new(state.clock.now(), till.name.clone(), spend)
        }
    }

    pub(super) fn is_sure(&self) -> bool {
        is_sure(&self.sure, &self.amount)
    }

    /// The page of the outcome, or the question about an unusual amount; `action` is the address of the form.
    pub(super) fn answer(
        &self,
        state: &AppState,
        done: error::Result<Pressed>,
        action: &str,
    ) -> Result<Response, Box<FormError>> {
        match done {
            Ok(Pressed::Done(outcome)) => Ok(Redirect::to(&page_of(outcome)).into_response()),
            Ok(Pressed::Unusual(largest)) => Err(self.form_error(is_it_right(state, largest), true)),
            Err(fault) if fault.kind() == ErrorKind::Machine => {
                let fields =
                    [("amount", &self.amount), ("receipt", &self.receipt), ("once", &self.once), ("sure", &self.sure)];
                let fields = fields.map(|(name, text)| (name, text.as_str()));
                Ok(answer::try_again(state, &fault, action, &fields))
            }
            Err(fault) => Ok(answer::trouble(state, &fault)),
        }
    }

    fn form_error(&self, says: String, sure: bool) -> Box<FormError> {
        let (amount, receipt) = (self.amount.clone(), self.receipt.clone());
        let once = self.once.clone();
        Box::new(FormError { field: "amount", says, amount, receipt, sure, once, ..FormError::default() })
    }
}

/// The page of an outcome.
fn page_of(outcome: RequestOutcome) -> String {
    match outcome {
        RequestOutcome::Given(letter) => format!("/till/given/{letter}"),
        RequestOutcome::Bought(event) => format!("/till/written/{event}"),
        RequestOutcome::Refused(Some(letter)) => format!("/till/letter/{letter}"),
        RequestOutcome::Refused(None) => "/till".to_owned(),
    }
}

/// Whether the amount in question was sent again unchanged.
pub(super) fn is_sure(asked: &str, amount: &str) -> bool {
    !asked.is_empty() && asked == amount
}

/// The question about an amount that is far above the largest purchase ever.
pub(super) fn is_it_right(state: &AppState, largest: Money) -> String {
    redemption::unusual_in_words(largest, state.shop.settings.currency)
}

/// What is wrong with an amount, and how to write it: for an ambiguous one both readings, else `hint`.
pub(super) fn what_is_wrong(state: &AppState, typed: &str, fault: &Error, hint: &str) -> String {
    let says = answer::sentence(fault.message());
    if !state.shop.settings.currency.is_in_doubt(typed) {
        return format!("{says} {hint}");
    }
    format!("{says} {}", answer::sentence(fault.what_next().unwrap_or_default()))
}

/// The amount spent; none when the field is empty.
pub(super) fn amount(state: &AppState, typed: &str) -> error::Result<Option<Money>> {
    app::till::amount(state.shop.settings.currency, typed)
}
