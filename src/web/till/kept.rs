//! While the line is down: the page that a till goes on with, and taking in what it kept meanwhile.
//!
//! The script of the pages keeps each visit under a token of its own, and sends it once this machine answers again, as often
//! as it takes to hear what came of it. The till says how long ago the visit was, so that a clock that is wrong does no harm.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::json;
use tera::Context;

use super::hand_over;
use super::which::Till;
use crate::campaign;
use crate::customers;
use crate::error::Result;
use crate::redemption::{self, Claim, Led, Outcome, Visit};
use crate::store::Read;
use crate::web::answer;
use crate::web::attempts::AttemptKind;
use crate::web::state::AppState;

/// One visit as a till kept it.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    /// What makes it itself.
    id: String,
    /// The code, when that was scanned.
    #[serde(default)]
    code: String,
    /// The letter, when its card was open.
    letter: Option<i64>,
    /// CardOf card was open, when no gift went out.
    customer: Option<i64>,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    receipt: String,
    /// How many seconds ago it was.
    ago: i64,
}

/// The page to go on with; the same for everybody, so that every page of the till keeps it at hand.
pub(super) async fn page(State(state): State<Arc<AppState>>) -> Response {
    let mut response = answer::page(&state, "kept.html", &Context::new());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    response
}

/// Takes one visit in; the till forgets it when it hears its token back.
pub(super) async fn take(State(state): State<Arc<AppState>>, till: Till, body: Bytes) -> Response {
    let kept = match serde_json::from_slice::<Kept>(&body) {
        Ok(kept) if is_token(&kept.id) => kept,
        _ => return said(StatusCode::BAD_REQUEST, &json!({ "error": "this is no visit that was kept" })),
    };
    let (id, from) = (kept.id.clone(), till.1);
    // What is kept comes again later; codes are not guessed this way.
    let Ok(attempt) = state.attempts.begin(AttemptKind::Code, from) else {
        return said(StatusCode::TOO_MANY_REQUESTS, &json!({ "error": "too many codes that are on no letter" }));
    };
    match write_down(&state, till, kept).await {
        Ok(taken) => {
            if taken.outcome != Outcome::Unknown.as_str() {
                attempt.was_right();
            }
            let told = json!({ "id": id, "outcome": taken.outcome, "letter": taken.letter });
            said(StatusCode::OK, &told)
        }
        Err(fault) => {
            tracing::error!(%fault, "could not take in what was kept");
            said(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": fault.message() }))
        }
    }
}

/// How it went: of whatever was kept, one answer.
struct Taken {
    outcome: &'static str,
    letter: Option<i64>,
}

async fn write_down(state: &Arc<AppState>, till: Till, kept: Kept) -> Result<Taken> {
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let spend = hand_over::amount(state, &kept.amount);
    state
        .database
        .write(move |write| {
            // The visit is over: nobody can be asked any more, and nothing that was typed is lost.
            let mut remark = String::new();
            let spend = spend.unwrap_or_else(|_| {
                let typed: String = kept.amount.chars().take(40).collect();
                remark = format!("The amount was typed as “{typed}”.");
                None
            });
            let (claim, reference) = claimed(write, &kept, now.date())?;
            if let (Some(spend), Some(reference)) = (spend, reference)
                && let Some(says) = hand_over::unusual(write, &reference, spend, currency)?
            {
                remark = says;
            }
            // The other button of the same card had reached us, and the answer had not reached the till.
            let mut request = kept.id;
            let is_gift = redemption::led(write, &request)?.map(|led| !matches!(led, Led::Bought(_)));
            if is_gift.is_some_and(|is_gift| is_gift == kept.customer.is_some()) {
                request.push_str("-2");
                remark = "The same card had written down something before: look whether it counts twice.".to_owned();
            }
            let receipt = hand_over::receipt(&kept.receipt);
            let at = before(now, kept.ago);
            let visit = Visit { claim, at, spend, till: till.0, receipt, request: Some(request) };
            if kept.customer.is_some() {
                redemption::bought_kept(write, &visit, now, &remark)?;
                return Ok(Taken { outcome: "bought", letter: None });
            }
            let answer = redemption::redeem_kept(write, &visit, now, &remark)?;
            Ok(Taken { outcome: answer.outcome.as_str(), letter: answer.recipient_id })
        })
        .await
}

/// What they brought, and who they are if that is known: whoever is in the book no more is nobody.
fn claimed(read: &Read<'_>, kept: &Kept, today: NaiveDate) -> Result<(Claim, Option<String>)> {
    if let Some(customer) = kept.customer {
        let reference = customers::by_id(read, customer).map_or(String::new(), |card| card.reference);
        return Ok((Claim::Person { reference: reference.clone(), campaign: String::new() }, Some(reference)));
    }
    let letter = kept.letter.map(|id| campaign::by_number(read, id)).transpose()?.flatten();
    let code = letter.and_then(|(_, letter)| letter.code).unwrap_or_else(|| kept.code.clone());
    let claim = Claim::Code(code);
    let reference = redemption::look(read, &claim, today)?.reference;
    Ok((claim, reference))
}

/// So many seconds before now, never after.
fn before(now: NaiveDateTime, seconds: i64) -> NaiveDateTime {
    TimeDelta::try_seconds(seconds.max(0)).and_then(|ago| now.checked_sub_signed(ago)).unwrap_or(now)
}

/// What a page makes up, or one of ours.
fn is_token(id: &str) -> bool {
    (16..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn said(status: StatusCode, object: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], object.to_string()).into_response()
}
