//! Handing over: the button of the card, with what was spent. Pressed twice it counts once.

use std::sync::Arc;

use axum::extract::{Form, Path, State as Has};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card::{self, Mend, Whose};
use super::find;
use super::which::Till;
use crate::book;
use crate::campaign;
use crate::error::{Error, Kind, Result};
use crate::money::Money;
use crate::redemption::{self, Claim, Outcome, Visit};
use crate::store::Read;
use crate::web::answer;
use crate::web::state::State;

/// So many times the largest purchase is asked about.
const UNUSUAL: i64 = 10;

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

/// Hands over, or says what is to be mended, or opens the card of a code that was scanned into the wrong field.
pub(super) async fn hand_over(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(recipient): Path<i64>,
    Form(handed): Form<Handed>,
) -> Response {
    match other_code(&state, &till, &[&handed.amount, &handed.receipt]).await {
        Ok(Some(response)) => return response,
        Ok(None) => {}
        Err(fault) => return answer::trouble(&state, &fault),
    }
    let spend = match amount(&state, &handed.amount) {
        Ok(spend) => spend,
        Err(fault) => {
            let says = format!("{} Write it like 412.50, or leave it empty.", answer::sentence(fault.message()));
            return mend(&state, till, recipient, &handed, says, false).await;
        }
    };
    match write_down(&state, &till, recipient, &handed, spend).await {
        Ok(Done::Given) => Redirect::to(&format!("/till/given/{recipient}")).into_response(),
        Ok(Done::Refused) => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Ok(Done::Unusual(largest)) => {
            let says = format!("That is much: they never spent more than {largest} at once. Is it right?");
            mend(&state, till, recipient, &handed, says, true).await
        }
        Err(fault) if fault.kind() == Kind::Machine => answer::try_again(
            &state,
            &fault,
            &format!("/till/hand-over/{recipient}"),
            &[("amount", &handed.amount), ("receipt", &handed.receipt), ("once", &handed.once), ("sure", &handed.sure)],
        ),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// How it went.
enum Done {
    Given,
    Refused,
    Unusual(String),
}

async fn write_down(
    state: &Arc<State>,
    till: &Till,
    recipient: i64,
    handed: &Handed,
    spend: Option<Money>,
) -> Result<Done> {
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let (till, receipt) = (till.0.clone(), handed.receipt.trim().chars().take(40).collect());
    let is_sure = !handed.sure.is_empty() && handed.sure == handed.amount;
    let request = Some(handed.once.clone()).filter(|once| !once.is_empty());
    state
        .database
        .write(move |write| {
            let Some((_, letter)) = campaign::by_number(write, recipient)? else {
                return Err(Error::new("there is no such letter").hint("scan it again"));
            };
            if let (Some(spend), false) = (spend, is_sure)
                && let Some(largest) = exceeded(write, &letter.reference, spend)?
            {
                return Ok(Done::Unusual(currency.show(largest)));
            }
            // Whoever was held out has no code, and nothing is handed over.
            let claim = Claim::Code(letter.code.unwrap_or_default());
            let visit = Visit { claim, at: now, spend, till, receipt, request };
            let answer = redemption::redeem(write, &visit, now.date())?;
            Ok(if answer.outcome == Outcome::Accepted { Done::Given } else { Done::Refused })
        })
        .await
}

/// The largest purchase that they ever made, when an amount is far above it.
pub(super) fn exceeded(read: &Read<'_>, reference: &str, spend: Money) -> Result<Option<Money>> {
    let Some(id) = book::resolve_ref(read, reference)? else { return Ok(None) };
    let household = book::by_id(read, id)?.household_id;
    let largest = book::largest_purchase(read, household)?.filter(|largest| largest.0 > 0);
    Ok(largest.filter(|largest| spend.0 > largest.0.saturating_mul(UNUSUAL)))
}

/// What was spent; nothing when the field is empty.
pub(super) fn amount(state: &State, typed: &str) -> Result<Option<Money>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let spend = state.shop.settings.currency.parse(typed)?;
    if spend.0 < 0 { Err(Error::new("what they spent cannot be less than nothing")) } else { Ok(Some(spend)) }
}

/// Where a code leads that was scanned into a field for something else; nothing is written down then.
pub(super) async fn other_code(state: &Arc<State>, till: &Till, fields: &[&str]) -> Result<Option<Response>> {
    for field in fields {
        if let Some(response) = find::scanned(state, till, field, false).await? {
            return Ok(Some(response));
        }
    }
    Ok(None)
}

async fn mend(state: &Arc<State>, till: Till, recipient: i64, handed: &Handed, says: String, sure: bool) -> Response {
    let mend = Mend {
        field: "amount",
        says,
        amount: handed.amount.clone(),
        receipt: handed.receipt.clone(),
        sure,
        once: handed.once.clone(),
        ..Mend::default()
    };
    // The card that the button was on, which may be of another of the household.
    let whose = handed.customer.parse().map_or(Whose::Letter(recipient), Whose::Person);
    card::show(state, till, whose, handed.search.clone(), mend).await
}
