//! A page as an answer, and what is said when there is none: in words, with what to do, never an internal error.

use std::sync::Arc;

use axum::extract::State as Has;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tera::Context;

use super::state::State;
use crate::error::{Error, Kind};

/// A page, or why there is none.
pub(super) fn page(state: &State, name: &str, context: &Context) -> Response {
    match state.pages.render(name, context) {
        Ok(html) => Html(html).into_response(),
        Err(fault) => {
            tracing::error!(%fault, page = name, cause = ?std::error::Error::source(&fault), "a page is broken");
            (StatusCode::INTERNAL_SERVER_ERROR, "This page is broken. Nothing was written down.\n").into_response()
        }
    }
}

/// What went wrong, in words: 503 when the machine cannot now, 422 when what was asked for cannot be.
pub(super) fn trouble(state: &State, fault: &Error) -> Response {
    let is_machine = fault.kind() == Kind::Machine;
    let (status, title) = if is_machine {
        (StatusCode::SERVICE_UNAVAILABLE, "Not now.")
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, "That did not work.")
    };
    if is_machine {
        tracing::error!(%fault, "could not answer");
    }
    let mut response =
        said(state, status, title, &sentence(fault.message()), &sentence(fault.what_next().unwrap_or_default()));
    if is_machine {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    }
    response
}

/// A short page: what is the matter, and what to do.
pub(super) fn said(state: &State, status: StatusCode, title: &str, what: &str, hint: &str) -> Response {
    let mut context = Context::new();
    context.insert("title", title);
    context.insert("what", what);
    context.insert("hint", hint);
    (status, page(state, "trouble.html", &context)).into_response()
}

/// There is no such page.
pub(super) async fn nothing_here(Has(state): Has<Arc<State>>) -> Response {
    said(&state, StatusCode::NOT_FOUND, "There is nothing here.", "This address leads nowhere.", "")
}

/// A message as a sentence on a page.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect::<String>() + ".",
        None => String::new(),
    }
}
