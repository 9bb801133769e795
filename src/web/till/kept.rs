//! While the line is down: the page that a till goes on with, and taking in what it kept meanwhile.
//!
//! The script of the pages keeps each visit under a token of its own, and sends it once this machine answers again, as often
//! as it takes to hear what came of it. The till says how long ago the visit was, so that a clock that is wrong does no harm.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State as Has;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::json;
use tera::Context;

use super::hand_over;
use super::which::Till;
use crate::campaign;
use crate::error::Result;
use crate::redemption::{self, Answer, Claim, Outcome, Visit};
use crate::web::answer;
use crate::web::guesses::Guess;
use crate::web::state::State;

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
    #[serde(default)]
    amount: String,
    #[serde(default)]
    receipt: String,
    /// How many seconds ago it was.
    ago: i64,
}

/// The page to go on with; the same for everybody, so that every page of the till keeps it at hand.
pub(super) async fn page(Has(state): Has<Arc<State>>) -> Response {
    let mut response = answer::page(&state, "kept.html", &Context::new());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    response
}

/// Takes one visit in; the till forgets it when it hears its token back.
pub(super) async fn take(Has(state): Has<Arc<State>>, till: Till, body: Bytes) -> Response {
    let kept = match serde_json::from_slice::<Kept>(&body) {
        Ok(kept) if is_token(&kept.id) => kept,
        _ => return said(StatusCode::BAD_REQUEST, &json!({ "error": "this is no visit that was kept" })),
    };
    let (id, from) = (kept.id.clone(), till.1);
    // What is kept comes again later; codes are not guessed this way.
    let Ok(tried) = state.guesses.begin(Guess::Code, from) else {
        return said(StatusCode::TOO_MANY_REQUESTS, &json!({ "error": "too many codes that are on no letter" }));
    };
    match write_down(&state, till, kept).await {
        Ok(answer) => {
            if answer.outcome != Outcome::Unknown {
                tried.was_right();
            }
            let told = json!({ "id": id, "outcome": answer.outcome, "letter": answer.recipient_id });
            said(StatusCode::OK, &told)
        }
        Err(fault) => {
            tracing::error!(%fault, "could not take in what was kept");
            said(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": fault.message() }))
        }
    }
}

async fn write_down(state: &Arc<State>, till: Till, kept: Kept) -> Result<Answer> {
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let spend = hand_over::amount(state, &kept.amount);
    state
        .database
        .write(move |write| {
            let letter =
                kept.letter.map(|id| campaign::by_number(write, id)).transpose()?.flatten().map(|(_, one)| one);
            let code = letter.and_then(|letter| letter.code).unwrap_or(kept.code);
            let claim = Claim::Code(code);
            // The visit is over: nobody can be asked any more, and nothing that was typed is lost.
            let mut remark = String::new();
            let spend = spend.unwrap_or_else(|_| {
                let typed: String = kept.amount.chars().take(40).collect();
                remark = format!("The amount was typed as “{typed}”.");
                None
            });
            if let (Some(spend), Some(reference)) = (spend, redemption::look(write, &claim, now.date())?.reference)
                && let Some(largest) = hand_over::exceeded(write, &reference, spend)?
            {
                remark = format!("That is much: they never spent more than {} at once.", currency.show(largest));
            }
            let receipt = kept.receipt.trim().chars().take(40).collect();
            let visit =
                Visit { claim, at: before(now, kept.ago), spend, till: till.0, receipt, request: Some(kept.id) };
            redemption::redeem_kept(write, &visit, now, &remark)
        })
        .await
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
