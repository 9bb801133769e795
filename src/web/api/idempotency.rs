//! Idempotent requests: the same request under the same key gets the same response, a different one under it is
//! rejected.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::caller::{self, Caller};
use super::response::ApiResponse;
use crate::app::idempotency::{self, KeyedRequest, Replay};
use crate::error::Result;
use crate::store::Write;
use crate::web::state::AppState;

/// The longest key.
const LONGEST: usize = 200;

/// The key of a request, and its path.
pub(super) struct IdempotencyKey {
    key: String,
    path: String,
}

impl IdempotencyKey {
    /// The token of a saved visit: this key of this till.
    pub(super) fn request(&self, caller: &Caller) -> String {
        format!("v1 {} {}", caller.0.number, self.key)
    }
}

impl FromRequestParts<Arc<AppState>> for IdempotencyKey {
    type Rejection = ApiResponse;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<AppState>) -> Result<Self, ApiResponse> {
        let shown = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::trim);
        match shown.filter(|key| (1..=LONGEST).contains(&key.len())) {
            Some(key) => Ok(Self { key: key.to_owned(), path: parts.uri.path().to_owned() }),
            None => Err(ApiResponse::problem(
                StatusCode::BAD_REQUEST,
                "no_key",
                "This needs an `Idempotency-Key` of up to 200 characters, a new one for each request and the same one when \
                 it is sent again.",
            )),
        }
    }
}

/// Runs `work` in a transaction unless its key already has a response, and stores its response.
pub(super) async fn once(
    state: &AppState,
    Caller(token): Caller,
    IdempotencyKey { key, path }: IdempotencyKey,
    body: &[u8],
    work: impl FnOnce(&Write<'_>) -> Result<ApiResponse> + Send + 'static,
) -> ApiResponse {
    let request = KeyedRequest::of(token, key, &path, body);
    let now = state.clock.now();
    let done = state.database.write(move |write| {
        let answer = |response: &ApiResponse| (response.status.as_u16(), response.body.clone(), response.recipient_id);
        idempotency::once(write, request, now, work, answer)
    });
    match done.await {
        Ok(Replay::Now(response)) => response,
        Ok(Replay::Before(stored)) => stored.into(),
        Ok(Replay::KeyUsed) => ApiResponse::problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key_used",
            "This key was used for another request. Each request needs its own key.",
        ),
        Ok(Replay::Revoked) => caller::nobody(),
        Err(fault) => ApiResponse::fault(&fault),
    }
}
