//! Signing in with the owner's passphrase or the PIN of the tills, and signing out.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tera::Context;

use super::attempts::AttemptKind;
use super::state::AppState;
use super::{answer, auth};
use crate::app;
use crate::domain::{Column, Role};
use crate::error::{Error, ErrorKind, Result};
use crate::text;

/// How long a client waits for its turn.
const PATIENCE: Duration = Duration::from_secs(4);

pub(super) async fn ask(State(state): State<Arc<AppState>>, Path(role): Path<String>) -> Response {
    match Role::from_form(&role) {
        Some(role) => question(&state, role, "", ""),
        None => answer::nowhere(&state, ""),
    }
}

fn question(state: &AppState, role: Role, form_error: &str, till: &str) -> Response {
    let mut context = Context::new();
    context.insert("role", role.as_str());
    context.insert("secret", role.secret());
    context.insert("form_error", form_error);
    context.insert("chosen", till);
    let names: &[String] = if role == Role::Till { &state.shop.settings.till.names } else { &[] };
    context.insert("names", names);
    answer::page(state, "sign-in.html", &context)
}

/// The form.
#[derive(Deserialize)]
pub(super) struct SignInForm {
    secret: String,
    #[serde(default)]
    till: String,
}

pub(super) async fn enter(
    State(state): State<Arc<AppState>>,
    Path(role): Path<String>,
    parts: Parts,
    Form(typed): Form<SignInForm>,
) -> Response {
    let Some(role) = Role::from_form(&role) else { return answer::nowhere(&state, "") };
    let Some(till) = app::sign_in::till_of(&state.shop, role, typed.till) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, question(&state, role, "Choose which till this is.", ""))
            .into_response();
    };
    let from = auth::address(&state, &parts);
    let kind = if role == Role::Owner { AttemptKind::Passphrase } else { AttemptKind::Pin };
    let attempt = match state.attempts.begin(kind, from) {
        Ok(attempt) => attempt,
        Err(seconds) => {
            let form_error = format!("Too many tries. Wait {}, then try again.", in_words(seconds));
            return too_many(question(&state, role, &form_error, &till), seconds);
        }
    };
    tokio::time::sleep(attempt.slowed).await;
    match begin(&state, role, typed.secret, till.clone()).await {
        Ok(Some((cookie, lasts))) => {
            attempt.was_right();
            tracing::info!(role = role.as_str(), "signed in");
            with_cookie(&state, role, &cookie, lasts, answer::home(role))
        }
        Ok(None) => {
            tracing::warn!(role = role.as_str(), "a wrong secret");
            drop(attempt);
            let wait = state
                .attempts
                .wait(kind, from)
                .map(|seconds| format!(" Wait {} before the next try.", in_words(seconds)));
            let form_error = format!("That is not the {}.{}", role.secret(), wait.unwrap_or_default());
            (StatusCode::FORBIDDEN, question(&state, role, &form_error, &till)).into_response()
        }
        Err(fault) => {
            attempt.was_not_looked_at();
            answer::trouble(&state, &fault)
        }
    }
}

/// Begins a session when the secret is right; returns the cookie, and its lifetime in seconds.
async fn begin(state: &AppState, role: Role, typed: String, till: String) -> Result<Option<(String, i64)>> {
    let hash = state.database.read(move |read| app::sign_in::hash(read, role)).await?;
    // Hashing takes much time and memory, on purpose: few at once, and not on the threads that respond.
    let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, state.hashing.acquire()).await else {
        return Err(Error::of(ErrorKind::Machine, "too many sign-ins at this moment").hint("try again in a moment"));
    };
    let asked = hash.clone();
    let checked = tokio::task::spawn_blocking(move || app::sign_in::is_right(&asked, &typed)).await;
    if !checked.map_err(|e| Error::of(ErrorKind::Machine, "it could not be checked").because(e))? {
        return Ok(None);
    }
    let now = state.clock.now();
    state.database.write(move |write| app::sign_in::begin(write, role, &hash, &till, now)).await.map(Some)
}

/// Too many guesses: the time to wait is on the page and in the header.
pub(super) fn too_many(page: Response, seconds: u64) -> Response {
    let mut response = (StatusCode::TOO_MANY_REQUESTS, page).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The time to wait, in seconds or, when it is long, in minutes.
pub(super) fn in_words(seconds: u64) -> String {
    let (number, unit) = if seconds < 100 { (seconds, "second") } else { (seconds.div_ceil(60), "minute") };
    text::count(usize::try_from(number).unwrap_or(usize::MAX), unit)
}

/// Who is signed in in this browser, each with a button to sign out.
pub(super) async fn leave(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    match auth::who(&state, &headers).await {
        Err(fault) => answer::trouble(&state, &fault),
        Ok(who) => {
            let mut context = Context::new();
            context.insert("owner", &who.owner);
            context.insert("till_signed_in", &who.till.is_some());
            context.insert("till", &who.till.unwrap_or_default());
            answer::page(&state, "sign-out.html", &context)
        }
    }
}

pub(super) async fn left(State(state): State<Arc<AppState>>, Path(role): Path<String>, headers: HeaderMap) -> Response {
    let Some(role) = Role::from_form(&role) else { return answer::nowhere(&state, "") };
    if let Some(cookie) = auth::cookie(&headers, &state.cookie_name(role.as_str()))
        && let Err(fault) = state.database.write(move |write| app::sign_in::end(write, &cookie)).await
    {
        return answer::trouble(&state, &fault);
    }
    with_cookie(&state, role, "", 0, "/sign-out")
}

fn with_cookie(state: &AppState, role: Role, value: &str, lasts: i64, path: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    let cookie = state.cookie(role.as_str(), value, Some(lasts));
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}
