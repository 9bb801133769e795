//! Offline mode: the page that a till continues with, the list of open codes, and receiving the visits saved in the
//! meantime.
//!
//! The script of the pages stores each visit under its own token, and sends it once this machine responds again, as
//! often as needed to get the result. The till sends how long ago the visit was, so that a wrong clock does not matter.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use tera::Context;

use super::amount_form;
use super::which::CurrentTill;
use crate::app::{self, scan};
use crate::domain::{CustomerId, EventKind, RecipientId};
use crate::error::Result;
use crate::redemption::{Claim, StoredClaim, StoredVisit};
use crate::web::attempts::AttemptKind;
use crate::web::state::AppState;
use crate::web::{answer, searches};

/// One visit as a till saved it.
#[derive(Debug, Deserialize)]
pub(super) struct OfflineVisit {
    /// Identifies it.
    id: String,
    /// The code, if it was scanned.
    #[serde(default)]
    code: String,
    /// The letter, if its card was open.
    letter: Option<RecipientId>,
    /// The customer whose card was open, if there was no gift.
    customer: Option<CustomerId>,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    receipt: String,
    /// Whether the gift was handed over then; it was not if the till did not recognize the code as open.
    #[serde(default = "is_given")]
    given: bool,
    /// How many seconds ago it was.
    ago: i64,
}

fn is_given() -> bool {
    true
}

/// The page for offline use; the same for all, so that every page of the till can store it.
pub(super) async fn page(State(state): State<Arc<AppState>>) -> Response {
    let mut response = answer::page(&state, "kept.html", &Context::new());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    response
}

/// The open codes for the till to store: their fingerprints under a key of this list only.
pub(super) async fn open_codes(State(state): State<Arc<AppState>>) -> Response {
    let (key, now) = match searches::token() {
        Ok(key) => (key, state.clock.now()),
        Err(fault) => return json_response(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": fault.message() })),
    };
    let asked = key.clone();
    match state.database.read(move |read| app::till::open_codes(read, asked.as_bytes(), now)).await {
        Ok(open) => {
            let codes = STANDARD.encode(open.fingerprints);
            json_response(StatusCode::OK, &json!({ "key": key, "codes": codes, "ends_in": open.ends_in }))
        }
        Err(fault) => {
            tracing::error!(%fault, "could not list the open codes");
            json_response(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": fault.message() }))
        }
    }
}

/// Receives one visit; the till deletes it when its token is returned.
pub(super) async fn store(State(state): State<Arc<AppState>>, till: CurrentTill, body: Bytes) -> Response {
    let visit = match serde_json::from_slice::<OfflineVisit>(&body) {
        Ok(visit) if is_token(&visit.id) => visit,
        _ => return json_response(StatusCode::BAD_REQUEST, &json!({ "error": "this is no visit that was kept" })),
    };
    let (id, from) = (visit.id.clone(), till.from);
    // A saved visit is sent again later; codes are not guessed this way.
    let may_guess = visit.code.is_empty() || scan::is_guess(&visit.code);
    let Ok(attempt) = may_guess.then(|| state.attempts.begin(AttemptKind::Code, from)).transpose() else {
        return json_response(
            StatusCode::TOO_MANY_REQUESTS,
            &json!({ "error": "too many codes that are on no letter" }),
        );
    };
    match write_down(&state, till, visit).await {
        Ok((kind, letter)) => {
            if let Some(attempt) = attempt.filter(|_| kind != EventKind::Unknown) {
                attempt.was_right();
            }
            let answer = json!({ "id": id, "outcome": kind, "letter": letter });
            json_response(StatusCode::OK, &answer)
        }
        Err(fault) => {
            tracing::error!(%fault, "could not take in what was kept");
            json_response(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": fault.message() }))
        }
    }
}

async fn write_down(
    state: &Arc<AppState>,
    till: CurrentTill,
    visit: OfflineVisit,
) -> Result<(EventKind, Option<RecipientId>)> {
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let stored = StoredVisit {
        spend: amount_form::amount(state, &visit.amount).map_err(|_| visit.amount),
        what: match (visit.customer, visit.letter) {
            (Some(customer), _) => StoredClaim::Amount(customer),
            (None, Some(letter)) => StoredClaim::Gift(Claim::Letter(letter)),
            (None, None) => StoredClaim::Gift(Claim::Typed(visit.code)),
        },
        is_promised: !visit.given && visit.customer.is_none(),
        request: visit.id,
        till: till.name,
        receipt: visit.receipt,
        ago: visit.ago,
    };
    state.database.write(move |write| app::till::take_in(write, stored, currency, now)).await
}

/// A token generated by a page, or one of ours.
fn is_token(id: &str) -> bool {
    (16..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn json_response(status: StatusCode, object: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], object.to_string()).into_response()
}
