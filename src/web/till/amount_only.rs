//! Amount only: a customer bought something without a gift. It is recorded too, with a letter or without.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::amount_form::TillAmount;
use super::card;
use super::form_error::FormError;
use super::refused;
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::{self, card::CardOf};
use crate::domain::{CustomerId, RecipientId};
use crate::web::state::AppState;

/// Records it, or shows what has to be fixed.
pub(super) async fn write_down(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(customer): Path<CustomerId>,
    TillForm(form): TillForm<TillAmount>,
) -> Response {
    let answer = async {
        let spend = form.spend_of_purchase(&state)?;
        let (visit, is_sure) = (form.visit(&state, &till, Some(spend)), form.is_sure());
        let work = state.database.write(move |write| app::till::write_down(write, customer, &visit, is_sure));
        form.answer(&state, work.await, &format!("/till/bought/{customer}"))
    };
    let form_error = match answer.await {
        Ok(response) => return response,
        Err(form_error) => FormError { only: true, ..*form_error },
    };
    match form.refused.parse().map(RecipientId) {
        Ok(letter) => refused::show(&state, till, letter, form_error).await,
        Err(_) => card::show(&state, till, CardOf::Person(customer), form.search, form_error).await,
    }
}
