//! Which page answers what, and what holds for all of them: headers, sizes, a line in the log that names nobody.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State as Has};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::state::State;
use super::{answer, assets, unsubscribe};
use crate::campaign;

/// No form of ours is longer.
const LONGEST: usize = 64 * 1024;

/// What every page says about itself.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// All routes.
pub(super) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/u/{token}", get(unsubscribe::ask).post(unsubscribe::act))
        .with_state(Arc::clone(&state))
        .merge(assets::routes())
        .fallback(answer::nothing_here)
        .method_not_allowed_fallback(answer::nothing_here)
        .layer(DefaultBodyLimit::max(LONGEST))
        .layer(middleware::from_fn(all))
        .with_state(state)
}

/// Alive, and the database can be read.
async fn health(Has(state): Has<Arc<State>>) -> (StatusCode, &'static str) {
    match state.database.read(campaign::slugs).await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

/// What holds for every request.
async fn all(request: Request, next: Next) -> Response {
    let began = tokio::time::Instant::now();
    let method = request.method().clone();
    // The route, never the path: a path may hold a token.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let mut response =
        if is_from_elsewhere(&request) { StatusCode::FORBIDDEN.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let (status, ms) = (response.status().as_u16(), u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    tracing::info!(%method, route, status, ms, "answered");
    response
}

/// Whether another site makes a browser write here. The one page for the world is written to from anywhere: its token is
/// the secret.
fn is_from_elsewhere(request: &Request) -> bool {
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    writes && !request.uri().path().starts_with("/u/") && matches!(site, Some("cross-site" | "same-site"))
}
