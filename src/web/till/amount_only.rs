//! Amount only: somebody bought something, and no gift goes out. It is written down all the same, with a letter or without.

use std::sync::Arc;

use axum::extract::{Path, State as Has};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card::{self, Mend, Whose};
use super::hand_over::{self, Done, led};
use super::refused;
use super::typed::Typed;
use super::which::Till;
use crate::error::{Kind, Result};
use crate::money::Money;
use crate::redemption::{self, Claim, Visit};
use crate::web::answer;
use crate::web::state::State;

/// What came out of the form of a card, or of a page that says no.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Spent {
    amount: String,
    receipt: String,
    once: String,
    /// The amount that was asked about, when it was.
    sure: String,
    search: String,
    /// The letter of a page that says no.
    refused: String,
}

/// Writes it down, or says what is to be mended.
pub(super) async fn write_down(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(customer): Path<i64>,
    Typed(spent): Typed<Spent>,
) -> Response {
    let spend = match hand_over::amount(&state, &spent.amount) {
        Ok(Some(spend)) if spend.0 > 0 => spend,
        Ok(_) => {
            let says = "Say what they spent; with nothing bought there is nothing to write down.".to_owned();
            return mend(&state, till, customer, spent, says, false).await;
        }
        Err(fault) => {
            let says = format!("{} Write it like 412.50.", answer::sentence(fault.message()));
            return mend(&state, till, customer, spent, says, false).await;
        }
    };
    match written(&state, &till, customer, &spent, spend).await {
        Ok(Done::At(path)) => Redirect::to(&path).into_response(),
        Ok(Done::Unusual(says)) => mend(&state, till, customer, spent, says, true).await,
        Err(fault) if fault.kind() == Kind::Machine => {
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

async fn written(state: &Arc<State>, till: &Till, customer: i64, spent: &Spent, spend: Money) -> Result<Done> {
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let (till, receipt) = (till.0.clone(), hand_over::receipt(&spent.receipt));
    let is_sure = hand_over::is_sure(&spent.sure, &spent.amount);
    let request = hand_over::request(&spent.once);
    let work = state.database.write(move |write| {
        if let Some(path) = led(write, request.as_deref())? {
            return Ok(Done::At(path));
        }
        let reference = card::person(write, customer)?.reference;
        if let (false, Some(says)) = (is_sure, hand_over::unusual(write, &reference, spend, currency)?) {
            return Ok(Done::Unusual(says));
        }
        let claim = Claim::Person { reference, campaign: String::new() };
        let visit = Visit { claim, at: now, spend: Some(spend), till, receipt, request };
        redemption::bought(write, &visit).map(|event| Done::At(format!("/till/written/{event}")))
    });
    work.await
}

async fn mend(state: &Arc<State>, till: Till, customer: i64, spent: Spent, says: String, sure: bool) -> Response {
    let Spent { amount, receipt, once, search, refused, .. } = spent;
    let mend = Mend { field: "amount", says, amount, receipt, sure, once, only: true, ..Mend::default() };
    match refused.parse() {
        Ok(letter) => refused::show(state, till, letter, mend).await,
        Err(_) => card::show(state, till, Whose::Person(customer), search, mend).await,
    }
}
