//! The routes, and what applies to all of them: headers, size limits, a log line without personal data.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::state::AppState;
use super::{answer, api, assets, auth, form_check, manual, owner, sign_in, till, unsubscribe};
use crate::app;

/// No form of ours is longer.
const LONGEST: usize = 64 * 1024;

/// How long sending a form may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The headers of every page.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
         worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    // With a stricter value a browser would also hide that a form of ours comes from here.
    (REFERRER_POLICY, "same-origin"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

pub(super) fn router(state: Arc<AppState>) -> Router {
    let guard = middleware::from_fn_with_state(Arc::clone(&state), form_check::check);
    let signing = Router::new()
        .route("/sign-in/{role}", get(sign_in::ask).post(sign_in::enter))
        .route("/sign-out", get(sign_in::leave))
        .route("/sign-out/{role}", post(sign_in::left));
    Router::new()
        .merge(signing.route_layer(guard.clone()))
        .merge(
            till::routes()
                .merge(manual::routes())
                .route_layer(guard.clone())
                .route_layer(middleware::from_fn_with_state(Arc::clone(&state), auth::till)),
        )
        .merge(
            owner::routes()
                .route_layer(guard)
                .route_layer(middleware::from_fn_with_state(Arc::clone(&state), auth::owner)),
        )
        .layer(middleware::from_fn_with_state(Arc::clone(&state), form_check::with_token))
        .route("/health", get(health))
        .route("/u/{token}", get(unsubscribe::ask).post(unsubscribe::act))
        .route("/", get(|| async { Redirect::to("/till") }))
        .route("/owner", get(|| async { Redirect::to("/owner/day") }))
        .nest("/v1", api::routes(&state))
        .merge(assets::routes())
        .fallback(answer::nothing_here)
        .method_not_allowed_fallback(answer::not_asked_so)
        .layer(middleware::from_fn_with_state(Arc::clone(&state), all))
        .with_state(state)
}

/// Whether the server runs and the database can be read; or why it cannot.
async fn health(State(state): State<Arc<AppState>>) -> (StatusCode, String) {
    match state.database.read(app::today::is_alive).await {
        Ok(()) => (StatusCode::OK, "ok\n".to_owned()),
        Err(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", fault.message())),
    }
}

/// Applied to every request.
async fn all(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let began = tokio::time::Instant::now();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    // The route, never the path: a path may have a token.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let is_program = uri.path().starts_with("/v1/");
    let allowed = auth::refusal(&state, &request).map_or(Ok(request), Err);
    let whole = match allowed {
        Ok(request) => whole(request).await,
        Err(refused) => Err(refused),
    };
    let mut response = match whole {
        Ok(request) => understood(&state, &method, &uri, next.run(request).await),
        Err((status, why)) if is_program => api::refused(status, why),
        Err((status, why)) => answer::show(&state, status, "That did not work.", why.trim_end(), "", "/till"),
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

/// The response; axum's texts for malformed addresses and forms, which are written for programmers, are replaced.
fn understood(state: &AppState, method: &Method, uri: &Uri, response: Response) -> Response {
    let (status, reads) = (response.status(), matches!(*method, Method::GET | Method::HEAD));
    let unread = [StatusCode::BAD_REQUEST, StatusCode::UNSUPPORTED_MEDIA_TYPE, StatusCode::UNPROCESSABLE_ENTITY];
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_program = uri.path().starts_with("/v1/");
    match uri.path() {
        // A page that was requested and does not exist.
        _ if reads && !is_program && status == StatusCode::UNPROCESSABLE_ENTITY => {
            (StatusCode::NOT_FOUND, response).into_response()
        }
        _ if !unread.contains(&status) || !kind.starts_with("text/plain") => response,
        _ if is_program => api::refused(status, "The address did not arrive completely."),
        path => answer::unread(state, status, path),
    }
}

/// The request with its complete body, so that a slow client does not block anything.
async fn whole(request: Request) -> Result<Request, (StatusCode, &'static str)> {
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(PATIENCE, to_bytes(body, LONGEST)).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Ok(Err(_)) => Err((StatusCode::PAYLOAD_TOO_LARGE, "That is too long.\n")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "That took too long to arrive.\n")),
    }
}
