//! Amount only: somebody bought something, and no gift goes out. It is written down all the same, with a letter or without.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card;
use super::form_error::FormError;
use super::hand_over;
use super::refused;
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::card::CardOf;
use crate::app::{self, till::Pressed};
use crate::domain::{CustomerId, RecipientId};
use crate::error::{ErrorKind, Result};
use crate::money::Money;
use crate::redemption::{self, Visit};
use crate::web::answer;
use crate::web::state::AppState;

/// What came out of the form of a card, or of a page that says no.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct BoughtForm {
    amount: String,
    receipt: String,
    once: String,
    /// The amount that was asked about, when it was.
    sure: String,
    search: String,
    /// The letter of a page that says no.
    refused: String,
}

/// Writes it down, or says what has to be fixed.
pub(super) async fn write_down(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(customer): Path<CustomerId>,
    TillForm(spent): TillForm<BoughtForm>,
) -> Response {
    let spend = match hand_over::amount(&state, &spent.amount) {
        Ok(Some(spend)) if spend.0 > 0 => spend,
        Ok(_) => {
            let says = "Say what they spent; with nothing bought there is nothing to write down.".to_owned();
            return show_error(&state, till, customer, spent, says, false).await;
        }
        Err(fault) => {
            let says = format!("{} Write it like 412.50.", answer::sentence(fault.message()));
            return show_error(&state, till, customer, spent, says, false).await;
        }
    };
    match record_amount(&state, &till, customer, &spent, spend).await {
        Ok(Pressed::Done(outcome)) => Redirect::to(&hand_over::page_of(outcome)).into_response(),
        Ok(Pressed::Unusual(largest)) => {
            let says = hand_over::is_it_right(&state, largest);
            show_error(&state, till, customer, spent, says, true).await
        }
        Err(fault) if fault.kind() == ErrorKind::Machine => {
            let fields = [
                ("amount", spent.amount.as_str()),
                ("receipt", spent.receipt.as_str()),
                ("once", spent.once.as_str()),
                ("sure", spent.sure.as_str()),
            ];
            answer::try_again(&state, &fault, &format!("/till/bought/{customer}"), &fields)
        }
        Err(fault) => answer::trouble(&state, &fault),
    }
}

async fn record_amount(
    state: &Arc<AppState>,
    till: &CurrentTill,
    customer: CustomerId,
    spent: &BoughtForm,
    spend: Money,
) -> Result<Pressed> {
    let visit = Visit {
        receipt: redemption::receipt_number(&spent.receipt),
        request: hand_over::request(&spent.once),
        ..Visit::new(state.clock.now(), till.name.clone(), Some(spend))
    };
    let is_sure = hand_over::is_sure(&spent.sure, &spent.amount);
    state.database.write(move |write| app::till::write_down(write, customer, &visit, is_sure)).await
}

async fn show_error(
    state: &Arc<AppState>,
    till: CurrentTill,
    customer: CustomerId,
    spent: BoughtForm,
    says: String,
    sure: bool,
) -> Response {
    let BoughtForm { amount, receipt, once, search, refused, .. } = spent;
    let form_error =
        FormError { field: "amount", says, amount, receipt, sure, once, only: true, ..FormError::default() };
    match refused.parse().map(RecipientId) {
        Ok(letter) => refused::show(state, till, letter, form_error).await,
        Err(_) => card::show(state, till, CardOf::Person(customer), search, form_error).await,
    }
}
