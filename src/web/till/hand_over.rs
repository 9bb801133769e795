//! Handing over: the button of the card, with the amount spent. Pressed twice it counts once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::amount_form::TillAmount;
use super::card;
use super::form_error::FormError;
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::{self, card::CardOf};
use crate::domain::{CustomerId, RecipientId};
use crate::web::state::AppState;

/// Hands over the gift, or shows what has to be fixed.
pub(super) async fn hand_over(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(recipient): Path<RecipientId>,
    TillForm(form): TillForm<TillAmount>,
) -> Response {
    let answer = async {
        let (visit, is_sure) = (form.visit(&state, &till, form.spend(&state)?), form.is_sure());
        let work = state.database.write(move |write| app::till::hand_over(write, recipient, &visit, is_sure));
        form.answer(&state, work.await, &format!("/till/hand-over/{recipient}"))
    };
    match answer.await {
        Ok(response) => response,
        Err(form_error) => {
            // The card that the button was on, which may be that of another household member.
            let whose = form.customer.parse().map_or(CardOf::Letter(recipient), |id| CardOf::Person(CustomerId(id)));
            let form_error = FormError { letter: Some(recipient), ..*form_error };
            card::show(&state, till, whose, form.search, form_error).await
        }
    }
}
