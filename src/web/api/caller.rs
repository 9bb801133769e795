//! The till that sends a request, by its token.

use std::sync::{Arc, PoisonError};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::response::ApiResponse;
use crate::access::TillToken;
use crate::app;
use crate::error::Result;
use crate::web::state::AppState;

/// The till that sends a request.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) TillToken);

impl FromRequestParts<Arc<AppState>> for Caller {
    type Rejection = ApiResponse;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<AppState>) -> std::result::Result<Self, ApiResponse> {
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

pub(super) fn nobody() -> ApiResponse {
    ApiResponse::problem(
        StatusCode::UNAUTHORIZED,
        "no_token",
        "This needs the token of a till, as `Authorization: Bearer rt_…`. `regulars till token NAME` makes one.",
    )
}

/// Lets requests with a token through.
pub(super) async fn with_token(State(state): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = shown.and_then(|shown| shown.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
    let holder = match token.map(|(_, token)| token.trim().to_owned()) {
        Some(token) => holder(&state, request.method() == Method::POST, token).await,
        None => Ok(None),
    };
    match holder {
        Ok(Some(token)) => {
            request.extensions_mut().insert(Caller(token));
            next.run(request).await
        }
        Ok(None) => nobody().into_response(),
        Err(fault) => ApiResponse::fault(&fault).into_response(),
    }
}

/// The record of a token. A request that writes checks a known token again in its transaction, so it is not looked up
/// here.
async fn holder(state: &AppState, writes: bool, token: String) -> Result<Option<TillToken>> {
    let seen = || state.callers.lock().unwrap_or_else(PoisonError::into_inner);
    if let (true, Some(known)) = (writes, seen().get(&token)) {
        return Ok(Some(known.clone()));
    }
    let asked = token.clone();
    let holder = state.database.read(move |read| app::tokens::holder(read, &asked)).await?;
    if let Some(holder) = &holder {
        seen().insert(token, holder.clone());
    }
    Ok(holder)
}
