//! Handing over: the button of the card, with what was spent. Pressed twice it counts once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card::{self, CardOf};
use super::form_error::FormError;
use super::typed::TillForm;
use super::which::Till;
use crate::campaign;
use crate::customers;
use crate::error::{Error, ErrorKind, Result};
use crate::money::{Currency, Money};
use crate::redemption::{self, Claim, Led, Outcome, Visit};
use crate::store::Read;
use crate::web::answer;
use crate::web::state::AppState;

/// So many times the largest purchase is asked about.
const UNUSUAL: i64 = 10;

/// The longest token; ours are shorter.
const ONCE: usize = 64;

/// The longest number of a receipt.
const RECEIPT: usize = 40;

/// What came out of the form of the card.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Handed {
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
    till: Till,
    Path(recipient): Path<i64>,
    TillForm(handed): TillForm<Handed>,
) -> Response {
    let spend = match amount(&state, &handed.amount) {
        Ok(spend) => spend,
        Err(fault) => {
            let says = format!("{} Write it like 412.50, or leave it empty.", answer::sentence(fault.message()));
            return show_error(&state, till, recipient, &handed, says, false).await;
        }
    };
    match write_down(&state, &till, recipient, &handed, spend).await {
        Ok(Done::At(path)) => Redirect::to(&path).into_response(),
        Ok(Done::Unusual(says)) => show_error(&state, till, recipient, &handed, says, true).await,
        Err(fault) if fault.kind() == ErrorKind::Machine => answer::try_again(
            &state,
            &fault,
            &format!("/till/hand-over/{recipient}"),
            &[("amount", &handed.amount), ("receipt", &handed.receipt), ("once", &handed.once), ("sure", &handed.sure)],
        ),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// How it went.
pub(super) enum Done {
    /// Written down or refused: the page that says so.
    At(String),
    /// Not written down, as the amount is unusual: the question.
    Unusual(String),
}

async fn write_down(
    state: &Arc<AppState>,
    till: &Till,
    recipient: i64,
    handed: &Handed,
    spend: Option<Money>,
) -> Result<Done> {
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let (till, receipt) = (till.0.clone(), receipt(&handed.receipt));
    let is_sure = is_sure(&handed.sure, &handed.amount);
    let request = request(&handed.once);
    state
        .database
        .write(move |write| {
            if let Some(path) = led(write, request.as_deref())? {
                return Ok(Done::At(path));
            }
            let Some((_, letter)) = campaign::by_number(write, recipient)? else {
                return Err(Error::new("there is no such letter").hint("scan it again"));
            };
            if let (Some(spend), false) = (spend, is_sure)
                && let Some(says) = unusual(write, &letter.reference, spend, currency)?
            {
                return Ok(Done::Unusual(says));
            }
            // Whoever was held out has no code, and nothing is handed over.
            let claim = Claim::Code(letter.code.unwrap_or_default());
            let visit = Visit { claim, at: now, spend, till, receipt, request };
            let answer = redemption::redeem(write, &visit, now.date())?;
            let is_given = answer.outcome == Outcome::Accepted;
            Ok(Done::At(format!("/till/{}/{recipient}", if is_given { "given" } else { "letter" })))
        })
        .await
}

/// Where a request led that was made before: pressed again, a button leads to the same page, and so does another button of
/// the same page.
pub(super) fn led(read: &Read<'_>, request: Option<&str>) -> Result<Option<String>> {
    let Some(led) = request.map(|request| redemption::led(read, request)).transpose()?.flatten() else {
        return Ok(None);
    };
    Ok(Some(match led {
        Led::Given(letter) => format!("/till/given/{letter}"),
        Led::Bought(event) => format!("/till/written/{event}"),
        Led::Refused(Some(letter)) => format!("/till/letter/{letter}"),
        Led::Refused(None) => "/till".to_owned(),
    }))
}

/// The token of a page, as what makes its request itself.
pub(super) fn request(once: &str) -> Option<String> {
    Some(once.to_owned()).filter(|once| (1..=ONCE).contains(&once.len()))
}

/// The number of a receipt, as it is kept.
pub(super) fn receipt(typed: &str) -> String {
    typed.trim().chars().take(RECEIPT).collect()
}

/// Whether the amount that was asked about comes again as it was.
pub(super) fn is_sure(asked: &str, amount: &str) -> bool {
    !asked.is_empty() && asked == amount
}

/// The question, when an amount is far above the largest purchase that they ever made.
pub(super) fn unusual(read: &Read<'_>, reference: &str, spend: Money, currency: Currency) -> Result<Option<String>> {
    let much = |largest| format!("That is much: they never spent more than {} at once.", currency.show(largest));
    Ok(exceeded(read, reference, spend)?.map(|largest| much(largest) + " Is it right?"))
}

/// The largest purchase that they ever made, when an amount is far above it.
pub(super) fn exceeded(read: &Read<'_>, reference: &str, spend: Money) -> Result<Option<Money>> {
    let Some(id) = customers::resolve_ref(read, reference)? else { return Ok(None) };
    let household = customers::by_id(read, id)?.household_id;
    let largest = customers::largest_purchase(read, household)?.filter(|largest| largest.0 > 0);
    Ok(largest.filter(|largest| spend.0 > largest.0.saturating_mul(UNUSUAL)))
}

/// What was spent; nothing when the field is empty.
pub(super) fn amount(state: &AppState, typed: &str) -> Result<Option<Money>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let spend = state.shop.settings.currency.parse(typed)?;
    if spend.0 < 0 {
        return Err(Error::new("what they spent cannot be less than nothing"));
    }
    redemption::check_spend(spend).map(|()| Some(spend))
}

async fn show_error(
    state: &Arc<AppState>,
    till: Till,
    recipient: i64,
    handed: &Handed,
    says: String,
    sure: bool,
) -> Response {
    let form_error = FormError {
        field: "amount",
        says,
        amount: handed.amount.clone(),
        receipt: handed.receipt.clone(),
        sure,
        once: handed.once.clone(),
        ..FormError::default()
    };
    // The card that the button was on, which may be of another of the household.
    let whose = handed.customer.parse().map_or(CardOf::Letter(recipient), CardOf::Person);
    card::show(state, till, whose, handed.search.clone(), form_error).await
}
