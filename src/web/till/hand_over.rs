//! Handing over: the button of the card, with what was spent. Pressed twice it counts once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card;
use super::form_error::FormError;
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::card::CardOf;
use crate::app::{self, till::Pressed};
use crate::domain::{CustomerId, RecipientId};
use crate::error::{ErrorKind, Result};
use crate::money::Money;
use crate::redemption::{self, RequestOutcome, Visit};
use crate::web::answer;
use crate::web::state::AppState;

/// The longest token; ours are shorter.
const ONCE: usize = 64;

/// What came out of the form of the card.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct HandOverForm {
    amount: String,
    receipt: String,
    once: String,
    /// The amount that was asked about, when it was.
    sure: String,
    search: String,
    customer: String,
}

/// Hands over, or says what has to be fixed.
pub(super) async fn hand_over(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(recipient): Path<RecipientId>,
    TillForm(form): TillForm<HandOverForm>,
) -> Response {
    let spend = match amount(&state, &form.amount) {
        Ok(spend) => spend,
        Err(fault) => {
            let says = format!("{} Write it like 412.50, or leave it empty.", answer::sentence(fault.message()));
            return show_error(&state, till, recipient, &form, says, false).await;
        }
    };
    match write_down(&state, &till, recipient, &form, spend).await {
        Ok(Pressed::Done(outcome)) => Redirect::to(&page_of(outcome)).into_response(),
        Ok(Pressed::Unusual(largest)) => {
            let says = is_it_right(&state, largest);
            show_error(&state, till, recipient, &form, says, true).await
        }
        Err(fault) if fault.kind() == ErrorKind::Machine => answer::try_again(
            &state,
            &fault,
            &format!("/till/hand-over/{recipient}"),
            &[("amount", &form.amount), ("receipt", &form.receipt), ("once", &form.once), ("sure", &form.sure)],
        ),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

async fn write_down(
    state: &Arc<AppState>,
    till: &CurrentTill,
    letter: RecipientId,
    form: &HandOverForm,
    spend: Option<Money>,
) -> Result<Pressed> {
    let visit = Visit {
        receipt: redemption::receipt_number(&form.receipt),
        request: request(&form.once),
        ..Visit::new(state.clock.now(), till.name.clone(), spend)
    };
    let is_sure = is_sure(&form.sure, &form.amount);
    state.database.write(move |write| app::till::hand_over(write, letter, &visit, is_sure)).await
}

/// The page of what became of a button.
pub(super) fn page_of(outcome: RequestOutcome) -> String {
    match outcome {
        RequestOutcome::Given(letter) => format!("/till/given/{letter}"),
        RequestOutcome::Bought(event) => format!("/till/written/{event}"),
        RequestOutcome::Refused(Some(letter)) => format!("/till/letter/{letter}"),
        RequestOutcome::Refused(None) => "/till".to_owned(),
    }
}

/// The token of a page, as what makes its request itself.
pub(super) fn request(once: &str) -> Option<String> {
    Some(once.to_owned()).filter(|once| (1..=ONCE).contains(&once.len()))
}

/// Whether the amount that was asked about comes again as it was.
pub(super) fn is_sure(asked: &str, amount: &str) -> bool {
    !asked.is_empty() && asked == amount
}

/// The question about an amount that is far above the largest purchase ever.
pub(super) fn is_it_right(state: &AppState, largest: Money) -> String {
    redemption::unusual_in_words(largest, state.shop.settings.currency)
}

/// What was spent; nothing when the field is empty.
pub(super) fn amount(state: &AppState, typed: &str) -> Result<Option<Money>> {
    app::till::amount(state.shop.settings.currency, typed)
}

async fn show_error(
    state: &Arc<AppState>,
    till: CurrentTill,
    recipient: RecipientId,
    form: &HandOverForm,
    says: String,
    sure: bool,
) -> Response {
    let form_error = FormError {
        field: "amount",
        says,
        amount: form.amount.clone(),
        receipt: form.receipt.clone(),
        sure,
        once: form.once.clone(),
        ..FormError::default()
    };
    // The card that the button was on, which may be of another of the household.
    let whose = form.customer.parse().map_or(CardOf::Letter(recipient), |id| CardOf::Person(CustomerId(id)));
    card::show(state, till, whose, form.search.clone(), form_error).await
}
