//! A second gift, if the owner allows it: an event beside the first, never another redemption.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form_error::FormError;
use super::hand_over;
use super::refused;
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::{self, till::Pressed};
use crate::domain::RecipientId;
use crate::error::ErrorKind;
use crate::redemption::Visit;
use crate::web::answer;
use crate::web::state::AppState;

/// What came out of the form for a second one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SecondGiftForm {
    amount: String,
    once: String,
    /// The amount that was asked about, when it was.
    sure: String,
}

/// Hands over a second one, if the owner lets it: an event beside the first, never another redemption.
pub(super) async fn hand_over(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(recipient): Path<RecipientId>,
    TillForm(again): TillForm<SecondGiftForm>,
) -> Response {
    let form_error = |says, sure| {
        let (amount, once) = (again.amount.clone(), again.once.clone());
        FormError { field: "amount", says, amount, sure, once, ..FormError::default() }
    };
    let spend = match hand_over::amount(&state, &again.amount) {
        Ok(spend) => spend,
        Err(fault) => {
            let says = format!("{} Write it like 412.50, or leave it empty.", answer::sentence(fault.message()));
            return refused::show(&state, till, recipient, form_error(says, false)).await;
        }
    };
    let (here, request) = (Arc::clone(&state), hand_over::request(&again.once));
    let visit = Visit { request, ..Visit::new(state.clock.now(), till.name.clone(), spend) };
    let is_sure = hand_over::is_sure(&again.sure, &again.amount);
    let done =
        state.database.write(move |write| app::till::hand_over_again(write, &here.shop, recipient, &visit, is_sure));
    match done.await {
        Ok(Pressed::Done(outcome)) => Redirect::to(&hand_over::page_of(outcome)).into_response(),
        Ok(Pressed::Unusual(largest)) => {
            let says = hand_over::is_it_right(&state, largest);
            refused::show(&state, till, recipient, form_error(says, true)).await
        }
        Err(fault) if fault.kind() == ErrorKind::Machine => {
            let fields =
                [("amount", again.amount.as_str()), ("once", again.once.as_str()), ("sure", again.sure.as_str())];
            answer::try_again(&state, &fault, &format!("/till/again/{recipient}"), &fields)
        }
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// The second one that went out today.
pub(super) async fn show(State(state): State<Arc<AppState>>, Path(recipient): Path<RecipientId>) -> Response {
    let today = state.clock.now().date();
    match state.database.read(move |read| app::till::second_gift(read, recipient, today)).await {
        Ok(Some(event)) => Redirect::to(&format!("/till/written/{event}")).into_response(),
        Ok(None) => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
