//! Pages as responses, and error pages: in plain words, with what to do, never an internal error.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Serialize;
use tera::Context;

use super::csrf;
use super::state::AppState;
use crate::domain::Role;
use crate::error::{Error, ErrorKind, Result};
use crate::text;

/// The text when a template fails.
const BROKEN: &str = "This page is broken. Please report it.\n";

tokio::task_local! {
    /// Whether the client has signed in, and so may sign out.
    static SIGNED_IN: bool;
    /// The page to go back to when there is none: the till's first, or the owner's.
    static HOME: &'static str;
}

/// Responds to a client whose sign-in is known.
pub(super) async fn to_whom(role: Role, is_signed_in: bool, answering: impl Future<Output = Response>) -> Response {
    HOME.scope(home(role), SIGNED_IN.scope(is_signed_in, answering)).await
}

/// The first page of a role.
pub(super) fn home(role: Role) -> &'static str {
    if role == Role::Owner { "/owner/day" } else { "/till" }
}

/// A page, or the error.
pub(super) fn page(state: &AppState, name: &str, context: &Context) -> Response {
    let mut context = context.clone();
    context.insert("signed_in", &SIGNED_IN.try_with(|is| *is).unwrap_or_default());
    context.insert("csrf", &csrf::token());
    match state.pages.render(name, &context) {
        Ok(html) => {
            csrf::note_shown(&html);
            Html(html).into_response()
        }
        Err(fault) => {
            tracing::error!(%fault, page = name, cause = ?std::error::Error::source(&fault), "a page is broken");
            (StatusCode::INTERNAL_SERVER_ERROR, BROKEN).into_response()
        }
    }
}

/// A page made of collected data, or the error.
pub(super) fn page_of(state: &AppState, name: &str, gathered: Result<impl Serialize>) -> Response {
    match gathered {
        Ok(gathered) => match Context::from_serialize(&gathered) {
            Ok(context) => page(state, name, &context),
            Err(cause) => {
                tracing::error!(page = name, %cause, "a page is broken");
                (StatusCode::INTERNAL_SERVER_ERROR, BROKEN).into_response()
            }
        },
        Err(fault) => trouble(state, &fault),
    }
}

/// An error page: 503 when the machine cannot at the moment, 422 when the request is invalid.
pub(super) fn trouble(state: &AppState, fault: &Error) -> Response {
    trouble_before(state, fault, HOME.try_with(|home| *home).unwrap_or(home(Role::Till)))
}

/// The same with `back` as the link to continue; for the public page there is none.
pub(super) fn trouble_before(state: &AppState, fault: &Error, back: &str) -> Response {
    let is_machine = fault.kind() == ErrorKind::Machine;
    let (status, title) = if is_machine {
        (StatusCode::SERVICE_UNAVAILABLE, "Not now.")
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, "That did not work.")
    };
    if is_machine {
        tracing::error!(%fault, "could not answer");
    }
    let hint = sentence(fault.what_next().unwrap_or_default());
    let response = show(state, status, title, &sentence(fault.message()), &hint, back);
    if is_machine { later(response) } else { response }
}

/// The machine cannot at the moment: a button repeats the request, with the same token, so that it counts once.
pub(super) fn try_again(state: &AppState, fault: &Error, action: &str, fields: &[(&str, &str)]) -> Response {
    tracing::error!(%fault, "could not answer");
    let mut context = Context::new();
    context.insert("title", "Not recorded.");
    context.insert("what", &sentence(fault.message()));
    context.insert("hint", "Wait a moment, and try again.");
    context.insert("back", "/till");
    context.insert("leads_to", leads_to("/till"));
    context.insert("action", action);
    context.insert("fields", fields);
    later((StatusCode::SERVICE_UNAVAILABLE, page(state, "trouble.html", &context)).into_response())
}

fn later(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

/// A short page: the problem, what to do, and the link to continue.
pub(super) fn show(state: &AppState, status: StatusCode, title: &str, what: &str, hint: &str, back: &str) -> Response {
    let mut context = Context::new();
    context.insert("title", title);
    context.insert("what", what);
    context.insert("hint", hint);
    context.insert("back", back);
    context.insert("leads_to", leads_to(back));
    (status, page(state, "trouble.html", &context)).into_response()
}

/// The text of the link to a page.
pub(super) fn leads_to(back: &str) -> &'static str {
    match back {
        back if back.starts_with("/owner") => "Back to the day",
        back if back.starts_with("/sign-in") => "Sign in",
        back if back.starts_with("/manual") => "To the manual",
        _ => "Back to the till",
    }
}

/// A malformed address or form, which no page of ours has.
pub(super) fn unread(state: &AppState, status: StatusCode, path: &str) -> Response {
    let what = "Nothing was recorded: the address or the form did not arrive completely.";
    show(state, status, "That did not work.", what, "Open the page again.", home_of(path))
}

/// No page has such an address.
pub(super) fn nowhere(state: &AppState, path: &str) -> Response {
    show(state, StatusCode::NOT_FOUND, "There is nothing here.", "This address leads nowhere.", "", home_of(path))
}

/// The page to continue with. From the public page there is no link to the others.
pub(super) fn home_of(path: &str) -> &'static str {
    match path {
        path if path.starts_with("/u/") => "",
        path if path.starts_with("/owner/") => home(Role::Owner),
        path if path.starts_with("/manual/") => "/manual",
        _ => home(Role::Till),
    }
}

pub(super) async fn nothing_here(State(state): State<Arc<AppState>>, uri: Uri) -> Response {
    nowhere(&state, uri.path())
}

/// The address of a form, and the page that it is on; each continues with the same number or day.
const PAGES_OF_FORMS: [(&str, &str); 8] = [
    ("/till/hand-over/", "/till/letter/"),
    ("/till/undo/", "/till/given/"),
    ("/till/change/", "/till/given/"),
    ("/till/written/", "/till/written/"),
    ("/till/bought/", "/till/person/"),
    ("/till/note/", "/till/person/"),
    ("/till/address/", "/till/person/"),
    ("/owner/day/", "/owner/day/"),
];

/// The address of a form was opened, for example by a reload: it leads back to the page of the form.
pub(super) async fn not_asked_so(State(state): State<Arc<AppState>>, method: Method, uri: Uri) -> Response {
    let path = uri.path();
    if !matches!(method, Method::GET | Method::HEAD) {
        return nowhere(&state, path);
    }
    let number = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
    let mut pages =
        PAGES_OF_FORMS.iter().filter_map(|(form, page)| Some(page.to_string() + &number(path.strip_prefix(form)?)));
    match pages.next() {
        Some(page) => Redirect::to(&page).into_response(),
        None if path.starts_with("/sign-out/") => Redirect::to("/sign-out").into_response(),
        None => Redirect::to(home_of(path)).into_response(),
    }
}

/// A message as a sentence on a page.
pub(super) fn sentence(message: &str) -> String {
    let text = text::capitalised(&message.replace('`', ""));
    if text.is_empty() { text } else { text + "." }
}
