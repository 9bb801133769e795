//! Checks that every form that writes has its token; one from before a restart of the server is shown again, to be sent
//! once more.
//!
//! This check is inside that of the sign-in. The public page and the API have none: their own token is the secret, and
//! no browser adds it by itself.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::state::AppState;
use super::{answer, auth, csrf, searches};
use crate::domain::Role;
use crate::text;

const FIELD: &str = "csrf";

/// The header of a script, also used to return a token for a retry.
const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// The cookies that a token may be derived from: those of the sessions, else the one made for it.
fn cookies(state: &AppState, headers: &HeaderMap) -> Vec<String> {
    let cookie = |name: &str| auth::cookie(headers, &state.cookie_name(name));
    let sessions: Vec<String> = [Role::Owner, Role::Till].iter().filter_map(|role| cookie(role.as_str())).collect();
    if sessions.is_empty() { cookie(FIELD).into_iter().collect() } else { sessions }
}

/// Adds the token to the pages of a response, and a cookie for a browser without one.
pub(super) async fn with_token(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let (known, made) = match (cookies(&state, request.headers()).into_iter().next(), searches::token()) {
        (Some(known), _) => (known, None),
        (None, Ok(made)) => (made.clone(), Some(made)),
        (None, Err(fault)) => return answer::trouble(&state, &fault),
    };
    let (mut response, is_shown) = csrf::with(state.csrf.token(&known), next.run(request)).await;
    let cookie = made.filter(|_| is_shown).and_then(|made| state.cookie(FIELD, &made, None));
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// Lets requests with a valid token through, and removes it from the form; others are shown again to be resent.
pub(super) async fn check(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // It was already read completely, and is not too long.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind.is_empty() || kind.starts_with("application/x-www-form-urlencoded");
    let field = format!("{FIELD}=");
    let (ours, rest): (Vec<&[u8]>, Vec<&[u8]>) =
        body.split(|b| *b == b'&').partition(|pair| is_form && pair.starts_with(field.as_bytes()));
    let in_form = ours.first().and_then(|pair| std::str::from_utf8(&pair[field.len()..]).ok());
    let in_header = parts.headers.get(HEADER).and_then(|token| token.to_str().ok());
    let mut tokens = in_form.into_iter().chain(in_header);
    let cookies = cookies(&state, &parts.headers);
    let is_right = tokens.any(|token| cookies.iter().any(|cookie| state.csrf.is_of(cookie, token)));
    let rest = if is_form { rest.join(&b'&') } else { body.to_vec() };
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(rest.len()));
    let request = Request::from_parts(parts, Body::from(rest));
    if is_right { next.run(request).await } else { stale(&state, request, is_form).await }
}

/// The message for a page from before a restart of the server, or before a sign-in.
const STALE: &str = "This page was open for a long time. Nothing was saved; press the button once more.";

/// The form with the typed values, and a valid token.
#[derive(Serialize)]
struct StalePage {
    says: &'static str,
    action: String,
    back: &'static str,
    leads_to: &'static str,
    fields: Vec<StaleField>,
}

#[derive(Serialize)]
struct StaleField {
    name: String,
    value: String,
    label: String,
    /// `hidden`, `password`, `text`, or `note` for several lines.
    kind: &'static str,
}

/// Fields that no one types into.
const HIDDEN: &str = "once customer search sure was first refused kind till name post_consent email_consent";

/// Whether a user types or scans into a field; the others have tokens, which may happen to have the characters of a
/// code.
pub(super) fn is_typed(field: &str) -> bool {
    HIDDEN.split(' ').all(|hidden| hidden != field)
}

/// Labels that are not the name of their field.
const LABELS: [(&str, &str); 7] = [
    ("q", "Scan or type the code, or a name"),
    ("amount", "Spent"),
    ("text", "In their words"),
    ("reason", "Why?"),
    ("street2", "More of the street"),
    ("city", "Town"),
    ("secret", "PIN or passphrase"),
];

impl StaleField {
    fn of((name, value): (String, String)) -> Self {
        let label = LABELS.iter().find(|(known, _)| *known == name).map(|(_, label)| (*label).to_owned());
        let kind = match name.as_str() {
            "secret" => "password",
            "text" => "note",
            other if !is_typed(other) => "hidden",
            _ => "text",
        };
        Self {
            label: label.unwrap_or_else(|| text::capitalised(&name.replace('_', " "))),
            // A secret is never sent back.
            value: if kind == "password" { String::new() } else { value },
            kind,
            name,
        }
    }
}

async fn stale(state: &Arc<AppState>, request: Request, is_form: bool) -> Response {
    let action = request.uri().path().to_owned();
    let back = answer::home_of(&action);
    let mut response = if is_form {
        let read = Form::<Vec<(String, String)>>::from_request(request, state).await;
        let fields = read.map_or(Vec::new(), |Form(fields)| fields).into_iter().map(StaleField::of).collect();
        answer::page_of(
            state,
            "stale.html",
            Ok(StalePage { says: STALE, action, back, leads_to: answer::leads_to(back), fields }),
        )
    } else {
        let body = serde_json::json!({ "error": STALE }).to_string();
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let token = csrf::token();
    csrf::note_shown(&token);
    response.headers_mut().extend(HeaderValue::from_str(&token).ok().map(|token| (HEADER, token)));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}
