//! A second gift, if the owner allows it: an event next to the first, never another redemption.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::amount_form::TillAmount;
use super::refused;
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app;
use crate::domain::RecipientId;
use crate::web::answer;
use crate::web::state::AppState;

/// Hands over a second one, if the owner allows it.
pub(super) async fn hand_over(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(recipient): Path<RecipientId>,
    TillForm(form): TillForm<TillAmount>,
) -> Response {
    let answer = async {
        let (visit, is_sure) = (form.visit(&state, &till, form.spend(&state)?), form.is_sure());
        let here = Arc::clone(&state);
        let work = state
            .database
            .write(move |write| app::till::hand_over_again(write, &here.shop, recipient, &visit, is_sure));
        form.answer(&state, work.await, &format!("/till/again/{recipient}"))
    };
    match answer.await {
        Ok(response) => response,
        Err(form_error) => refused::show(&state, till, recipient, *form_error).await,
    }
}

/// The second one that was handed over today.
pub(super) async fn show(State(state): State<Arc<AppState>>, Path(recipient): Path<RecipientId>) -> Response {
    let today = state.clock.now().date();
    match state.database.read(move |read| app::till::honoured_again(read, recipient, today)).await {
        Ok(Some(event)) => Redirect::to(&format!("/till/written/{event}")).into_response(),
        Ok(None) => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
