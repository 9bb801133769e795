//! For a shop system's own till: codes redeemed, cards read, redemptions taken back, by JSON over HTTP.
//!
//! Whoever asks shows the token of a till. What goes wrong is told as problem JSON (RFC 9457), in the words of the pages.
//! `openapi.json` describes all of it, and the tests hold it against what is answered.

mod customers;
mod once;
mod redemptions;
mod said;

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::{FromRequestParts, Request, State as Has};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::state::State;
use crate::access::{self, Token};
use crate::error::Result;
use said::Said;

/// The description.
const OPENAPI: &str = include_str!("openapi.json");

/// The routes, without `/v1`.
pub(super) fn routes(state: &Arc<State>) -> Router<Arc<State>> {
    Router::new()
        .route("/redemptions", post(redemptions::redeem))
        .route("/redemptions/{id}/rollback", post(redemptions::roll_back))
        .route("/customers/{ref}", get(customers::card))
        .route_layer(middleware::from_fn_with_state(Arc::clone(state), with_token))
        .route("/openapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], OPENAPI) }))
        .fallback(|| async { Said::problem(StatusCode::NOT_FOUND, "nowhere", "This address leads nowhere.") })
        .method_not_allowed_fallback(|| async {
            Said::problem(StatusCode::METHOD_NOT_ALLOWED, "method", "This address is not asked in this way.")
        })
}

/// Why a request was not looked at.
pub(super) fn refused(status: StatusCode, why: &str) -> Response {
    Said::problem(status, "not_taken", why.trim_end()).into_response()
}

/// The till that asks.
#[derive(Debug, Clone)]
struct Caller(Token);

impl FromRequestParts<Arc<State>> for Caller {
    type Rejection = Said;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<State>) -> std::result::Result<Self, Said> {
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

fn nobody() -> Said {
    Said::problem(
        StatusCode::UNAUTHORIZED,
        "no_token",
        "This needs the token of a till, as `Authorization: Bearer rt_…`. `regulars till token NAME` makes one.",
    )
}

/// Lets through whoever has a token.
async fn with_token(Has(state): Has<Arc<State>>, mut request: Request, next: Next) -> Response {
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
        Err(fault) => Said::fault(&fault).into_response(),
    }
}

/// Whose token it is. Of one that was good before, whoever writes looks at it again in the transaction, and so it is not looked
/// up here.
async fn holder(state: &State, writes: bool, token: String) -> Result<Option<Token>> {
    let seen = || state.callers.lock().unwrap_or_else(PoisonError::into_inner);
    if let (true, Some(known)) = (writes, seen().get(&token)) {
        return Ok(Some(known.clone()));
    }
    let asked = token.clone();
    let holder = state.database.read(move |read| access::holder(read, &asked)).await?;
    if let Some(holder) = &holder {
        seen().insert(token, holder.clone());
    }
    Ok(holder)
}
