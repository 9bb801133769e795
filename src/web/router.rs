//! Which page answers what, and what holds for all of them: headers, sizes, a line in the log that names nobody.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State as Has};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::state::State;
use super::{answer, assets, owner, till, unsubscribe};
use crate::campaign;

/// No form of ours is longer.
const LONGEST: usize = 64 * 1024;

/// What every page says about itself.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
         worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
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
        .route("/", get(|| async { Redirect::to("/till") }))
        .merge(till::routes())
        .merge(owner::routes())
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
    let mut response = if is_from_elsewhere(&request) {
        (StatusCode::FORBIDDEN, "Open the pages by the address of the machine that serves them.\n").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let (status, ms) = (response.status().as_u16(), u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    tracing::info!(%method, route, status, ms, "answered");
    response
}

/// Whether another site is behind it: it makes a browser write here, or took a name of its own for this machine. The one
/// page for the world is asked for from anywhere: its token is the secret.
fn is_from_elsewhere(request: &Request) -> bool {
    if request.uri().path().starts_with("/u/") {
        return false;
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let is_led = writes && matches!(header("sec-fetch-site"), Some("cross-site" | "same-site"));
    let host = header("host").and_then(|host| host.parse::<Authority>().ok());
    let is_named = host.is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        name != "localhost" && name.parse::<IpAddr>().is_err()
    });
    is_led || is_named
}
