//! Redeems a code, or returns the reason why not; and undoes a redemption.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::body;
use super::caller::Caller;
use super::idempotency::{self, IdempotencyKey};
use super::response::ApiResponse;
use crate::app::undo::Rollback;
use crate::app::{redeem, scan, undo};
use crate::domain::{EventKind, RedemptionId, is_bar_code_of_goods};
use crate::money::Money;
use crate::redemption::{self, Claim, Outcome, TillAnswer, Visit};
use crate::shop::Settings;
use crate::store::Write;
use crate::text;
use crate::text::long_date;
use crate::web::attempts::AttemptKind;
use crate::web::auth;
use crate::web::state::AppState;

/// What a customer brings: a code, or the customer and the campaign when the letter was left at home.
#[derive(Debug, Deserialize)]
struct RedeemRequest {
    code: Option<String>,
    customer: Option<String>,
    campaign: Option<String>,
    spend_minor: Option<i64>,
    receipt: Option<String>,
    /// The time of the visit, for a till that was offline then.
    at: Option<String>,
}

/// Redeems, or returns the reason why not.
pub(super) async fn redeem(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    key: IdempotencyKey,
    parts: Parts,
    body: Bytes,
) -> ApiResponse {
    let read = body::read(&body, "code customer campaign receipt at", "spend_minor");
    let brought: RedeemRequest = match read {
        Ok(brought) => brought,
        Err(response) => return response,
    };
    let claim = match (brought.code, brought.customer, brought.campaign) {
        (Some(code), None, None) => Claim::Typed(code),
        (None, Some(reference), Some(campaign)) => Claim::Person { reference, campaign },
        _ => return body::does_not_fit("Give a `code`, or a `customer` and a `campaign`."),
    };
    let from = auth::address(&state, &parts);
    let (is_guess, is_goods) = match &claim {
        Claim::Typed(typed) => (scan::is_guess(typed), is_bar_code_of_goods(typed)),
        _ => (false, false),
    };
    let attempt = match is_guess.then(|| state.attempts.begin(AttemptKind::Code, from)).transpose() {
        Ok(attempt) => attempt,
        Err(seconds) => {
            let wait = text::count(usize::try_from(seconds).unwrap_or(usize::MAX), "second");
            let says = format!("Too many codes were tried that are on none of our letters. Wait {wait}.");
            return ApiResponse::problem(StatusCode::TOO_MANY_REQUESTS, "too_many", &says).after(seconds);
        }
    };
    let now = state.clock.now();
    let at = match brought.at.as_deref().map(|at| redeem::moment(at, now, state.shop.settings.timezone)).transpose() {
        Ok(at) => at,
        Err(fault) => return ApiResponse::fault(&fault),
    };
    let visit = Visit {
        at: at.unwrap_or(now),
        spend: brought.spend_minor.map(Money),
        till: caller.0.till.clone(),
        receipt: redemption::receipt_number(&brought.receipt.unwrap_or_default()),
        request: at.map(|_| key.request(&caller)),
    };
    let here = Arc::clone(&state);
    let response = idempotency::once(&state, caller, key, &body, move |write| {
        let answer = redeem::for_program(write, &claim, &visit, now)?;
        Ok(response_of(&answer, is_goods, &here.shop.settings))
    });
    let response = response.await;
    if let Some(attempt) = attempt.filter(|_| response.status != StatusCode::NOT_FOUND) {
        attempt.was_right();
    }
    response
}

/// The answer of the till as an object, with the number for undoing it.
fn response_of(answer: &TillAnswer, is_goods: bool, settings: &Settings) -> ApiResponse {
    let recipient = answer.recipient_id;
    let mut object = object(answer);
    if answer.outcome == Outcome::Accepted {
        object.insert("redemption".into(), json!(answer.redemption_id));
        return ApiResponse::done(StatusCode::CREATED, object, recipient);
    }
    if !settings.till.show_earlier_amount {
        object.insert("spend_minor".into(), Value::Null);
    }
    let status = if answer.outcome == Outcome::Unknown { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
    let detail = match answer.outcome {
        Outcome::Unknown if is_goods => "That is the bar code of a product, not of a letter.".to_owned(),
        _ => why_not(answer, &settings.country),
    };
    ApiResponse::problem_of(status, answer.outcome.kind().as_str(), &detail, object, recipient)
}

fn object(answer: &TillAnswer) -> Map<String, Value> {
    match json!(answer) {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// A rejection in words.
fn why_not(answer: &TillAnswer, country: &str) -> String {
    let day = |day| long_date(day, country);
    let (from, until) = answer.valid.unzip();
    match answer.outcome {
        Outcome::AlreadyRedeemed => {
            let at = answer.redeemed_at.map(|at| format!("{} at {}", day(at.date()), at.format("%H:%M")));
            let till = answer.till.as_deref().map_or(String::new(), |till| format!(", at the till {till}"));
            format!("Already given, on {}{till}.", at.unwrap_or_default())
        }
        Outcome::Expired => format!("It waited until {}.", until.flatten().map(day).unwrap_or_default()),
        Outcome::NotYet => format!("It is not ready until {}.", from.map(day).unwrap_or_default()),
        Outcome::Void => "This letter was replaced; a newer one has another code.".to_owned(),
        Outcome::Unknown | Outcome::Accepted => {
            "This is on none of our letters. Check it, or search for the customer.".to_owned()
        }
    }
}

/// Why something is undone.
#[derive(Debug, Deserialize)]
struct RollbackRequest {
    reason: Option<String>,
}

/// Undoes what this till wrote.
pub(super) async fn roll_back(
    State(state): State<Arc<AppState>>,
    caller: Caller,
    Path(number): Path<String>,
    key: IdempotencyKey,
    body: Bytes,
) -> ApiResponse {
    let reason = match body::read(&body, "reason", "") {
        Ok(RollbackRequest { reason: Some(reason) }) => reason,
        Ok(RollbackRequest { reason: None }) => {
            return body::does_not_fit("`reason` is missing: give the reason for the undo.");
        }
        Err(response) => return response,
    };
    let (now, till) = (state.clock.now(), caller.0.till.clone());
    let id = RedemptionId(number.parse().unwrap_or_default());
    let work = move |write: &Write<'_>| {
        let rollback = undo::roll_back(write, id, &till, &reason, now)?;
        Ok(rolled_back(&rollback, id, &reason))
    };
    idempotency::once(&state, caller, key, &body, work).await
}

fn rolled_back(rollback: &Rollback, id: RedemptionId, reason: &str) -> ApiResponse {
    let undone = EventKind::Undone.as_str();
    let (status, kind, says) = match rollback {
        Rollback::Done(answer, recipient) => {
            let object = [
                ("outcome", json!(undone)),
                ("redemption", json!(id)),
                ("code", json!(answer.code)),
                ("ref", json!(answer.reference)),
                ("name", json!(answer.name)),
                ("campaign", json!(answer.campaign)),
                ("reason", json!(reason)),
            ];
            let object = object.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            return ApiResponse::done(StatusCode::OK, object, Some(*recipient));
        }
        Rollback::Unknown => (StatusCode::NOT_FOUND, EventKind::Unknown.as_str(), "There is no such redemption."),
        Rollback::AnotherTill => {
            (StatusCode::FORBIDDEN, "another_till", "Another till recorded it. The owner can undo it.")
        }
        Rollback::Undone => (StatusCode::CONFLICT, undone, "It was already undone."),
        Rollback::TooLate => {
            (StatusCode::CONFLICT, "too_late", "That is more than ten minutes ago. The owner can still undo it.")
        }
    };
    ApiResponse::problem(status, kind, says)
}
