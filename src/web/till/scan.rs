//! A code that was scanned or typed: it leads to its letter, or to why it is not valid.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDateTime;

use super::refused;
use super::which::Till;
use crate::domain::Code;
use crate::error::Result;
use crate::redemption::{self, Answer, Claim, Outcome, Visit};
use crate::text;
use crate::web::attempts::AttemptKind;
use crate::web::state::AppState;
use crate::web::{answer, sign_in};

/// Where a code leads: to its letter, or to why it does not hold. What is none leads nowhere, and neither does one that is on
/// no letter, unless it was `meant` as one: a telephone number or a name may have the signs of a code by chance.
pub(super) async fn scanned(state: &Arc<AppState>, till: &Till, typed: &str, meant: bool) -> Result<Option<Response>> {
    let Ok(code) = Code::parse(typed) else { return Ok(None) };
    let (claim, now) = (Claim::Typed(code.as_str().to_owned()), state.clock.now());
    let asked = claim.clone();
    let attempt = state.attempts.begin(AttemptKind::Code, till.1);
    let attempt = match (attempt, meant) {
        (Ok(attempt), _) => attempt,
        (Err(seconds), true) => return Ok(Some(too_many(state, seconds))),
        (Err(_), false) => return Ok(None),
    };
    let answer = state.database.read(move |read| redemption::look(read, &asked, now.date())).await?;
    let is_plain = typed.bytes().all(|b| b.is_ascii_digit()) || typed.bytes().all(|b| b.is_ascii_alphabetic());
    if answer.outcome != Outcome::Unknown || is_plain {
        attempt.was_right();
    }
    if answer.outcome == Outcome::Unknown && (!meant || is_plain) {
        return Ok(None);
    }
    if answer.outcome != Outcome::Accepted {
        write_down(state, till, claim, &answer, now).await?;
    }
    Ok(Some(match answer.recipient_id {
        Some(id) => Redirect::to(&format!("/till/letter/{id}")).into_response(),
        None => (StatusCode::NOT_FOUND, refused::unknown(state, till, code.as_str())).into_response(),
    }))
}

/// Too many codes were tried that are on no letter.
fn too_many(state: &AppState, seconds: u64) -> Response {
    let what = "Too many codes were tried here that are on none of our letters.";
    let hint = format!("Wait {}, or find them by name.", text::count(sign_in::wait(seconds), "second"));
    let page = answer::said(state, StatusCode::OK, "One moment.", what, &hint, "/till");
    sign_in::too_many(page, seconds)
}

/// Keeps that somebody was turned away.
async fn write_down(state: &AppState, till: &Till, claim: Claim, answer: &Answer, now: NaiveDateTime) -> Result<()> {
    let (visit, answer) = (Visit::new(now, till.0.clone(), None), answer.clone());
    state.database.write(move |write| redemption::turned_away(write, &claim, &visit, &answer)).await
}
