//! The API for a shop system's own till: redeems codes, reads cards, undoes redemptions, with JSON over HTTP.
//!
//! Requests have the token of a till. Errors are problem JSON (RFC 9457), in the words of the pages. `openapi.json`
//! describes all of it, and the tests compare it with the responses.

mod body;
mod caller;
mod customers;
mod idempotency;
mod redemptions;
mod response;

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::state::AppState;
use response::ApiResponse;

/// The OpenAPI description.
const OPENAPI: &str = include_str!("openapi.json");

/// The routes, without `/v1`.
pub(super) fn routes(state: &Arc<AppState>) -> Router<Arc<AppState>> {
    Router::new()
        .route("/redemptions", post(redemptions::redeem))
        .route("/redemptions/{id}/rollback", post(redemptions::roll_back))
        .route("/customers/{ref}", get(customers::show))
        .route_layer(middleware::from_fn_with_state(Arc::clone(state), caller::with_token))
        .route("/openapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], OPENAPI) }))
        .fallback(|| async { ApiResponse::problem(StatusCode::NOT_FOUND, "nowhere", "This address leads nowhere.") })
        .method_not_allowed_fallback(|| async {
            ApiResponse::problem(StatusCode::METHOD_NOT_ALLOWED, "method", "This address does not accept this method.")
        })
}

/// The response to a rejected request.
pub(super) fn refused(status: StatusCode, why: &str) -> Response {
    ApiResponse::problem(status, "not_taken", why.trim_end()).into_response()
}
