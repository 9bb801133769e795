//! A second gift, if the owner allows it: an event beside the first, never another redemption.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form_error::FormError;
use super::hand_over::{self, Done};
use super::refused;
use super::typed::TillForm;
use super::which::Till;
use crate::campaign;
use crate::error::{Error, ErrorKind};
use crate::redemption::{self, Claim, Visit};
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
    till: Till,
    Path(recipient): Path<i64>,
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
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let (may, name) = (state.shop.settings.till.honour_twice, till.0.clone());
    let is_sure = hand_over::is_sure(&again.sure, &again.amount);
    let request = hand_over::request(&again.once);
    let done = state.database.write(move |write| {
        if !may {
            return Err(Error::new("a second one is not handed over here").hint("the owner decides that in shop.toml"));
        }
        if let Some(path) = hand_over::led(write, request.as_deref())? {
            return Ok(Done::At(path));
        }
        let letter = campaign::by_number(write, recipient)?.map(|(_, letter)| letter);
        if let (Some(spend), Some(letter), false) = (spend, &letter, is_sure)
            && let Some(says) = hand_over::unusual(write, &letter.reference, spend, currency)?
        {
            return Ok(Done::Unusual(says));
        }
        let claim = Claim::Code(letter.and_then(|letter| letter.code).unwrap_or_default());
        let visit = Visit { claim, at: now, spend, till: name, receipt: String::new(), request };
        redemption::honour_again(write, &visit).map(|event| Done::At(format!("/till/written/{event}")))
    });
    match done.await {
        Ok(Done::At(path)) => Redirect::to(&path).into_response(),
        Ok(Done::Unusual(says)) => refused::show(&state, till, recipient, form_error(says, true)).await,
        Err(fault) if fault.kind() == ErrorKind::Machine => {
            let fields =
                [("amount", again.amount.as_str()), ("once", again.once.as_str()), ("sure", again.sure.as_str())];
            answer::try_again(&state, &fault, &format!("/till/again/{recipient}"), &fields)
        }
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// The second one that went out today.
pub(super) async fn show(State(state): State<Arc<AppState>>, Path(recipient): Path<i64>) -> Response {
    let today = state.clock.now().date();
    match state.database.read(move |read| redemption::honoured_again(read, recipient, today)).await {
        Ok(Some(event)) => Redirect::to(&format!("/till/written/{event}")).into_response(),
        Ok(None) => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
