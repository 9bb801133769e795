//! A scanned or typed code: leads to its letter, or to the reason why it is not valid.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::refused;
use super::which::CurrentTill;
use crate::app::scan::{self, ScannedCode};
use crate::domain::Code;
use crate::error::Result;
use crate::web::attempts::AttemptKind;
use crate::web::state::AppState;
use crate::web::{answer, sign_in};

/// The page for a typed or scanned code, possibly after other text: its letter, or the reason why it is not valid. None
/// for other text, or for a code that is on no letter, unless it was `meant` as one and is the whole text: a phone
/// number or a name may happen to have the characters of a code.
pub(super) async fn scanned(
    state: &Arc<AppState>,
    till: &CurrentTill,
    typed: &str,
    meant: bool,
) -> Result<Option<Response>> {
    for ScannedCode { code, is_all } in scan::codes_in(typed) {
        if let Some(response) = look_up(state, till, code, typed, meant && is_all).await? {
            return Ok(Some(response));
        }
    }
    Ok(None)
}

async fn look_up(
    state: &Arc<AppState>,
    till: &CurrentTill,
    code: Code,
    typed: &str,
    meant: bool,
) -> Result<Option<Response>> {
    let attempt = state.attempts.begin(AttemptKind::Code, till.from);
    let attempt = match (attempt, meant) {
        (Ok(attempt), _) => attempt,
        (Err(seconds), true) => return Ok(Some(too_many(state, seconds))),
        (Err(_), false) => return Ok(None),
    };
    let (now, asked, text) = (state.clock.now(), code.clone(), typed.to_owned());
    let scanned = state.database.read(move |read| scan::look(read, &asked, &text, now)).await?;
    if !scanned.is_wrong() {
        attempt.was_right();
    }
    if !scanned.leads(meant) {
        return Ok(None);
    }
    let letter = scanned.answer.recipient_id;
    if scanned.is_refused() {
        let till = till.name.clone();
        state.database.write(move |write| scan::record(write, &scanned, &till, now)).await?;
    }
    Ok(Some(match letter {
        Some(id) => Redirect::to(&format!("/till/letter/{id}")).into_response(),
        None => (StatusCode::NOT_FOUND, refused::unknown(state, till, code.as_str())).into_response(),
    }))
}

/// Too many codes were tried that are on no letter.
fn too_many(state: &AppState, seconds: u64) -> Response {
    let what = "Too many codes were tried here that are on none of our letters.";
    let hint = format!("Wait {}, or find them by name.", sign_in::in_words(seconds));
    let page = answer::show(state, StatusCode::OK, "One moment.", what, &hint, "/till");
    sign_in::too_many(page, seconds)
}
