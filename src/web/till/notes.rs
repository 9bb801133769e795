//! Additions to the card: a note, a complaint, another address.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card;
use super::form_error::FormError;
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::card::CardOf;
use crate::app::edit::{self, TypedAddress};
use crate::app::notes::{self, NoteFault};
use crate::customers::AtTill;
use crate::domain::CustomerId;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;

#[derive(Deserialize)]
pub(super) struct NoteForm {
    kind: String,
    text: String,
    #[serde(default)]
    search: String,
}

pub(super) async fn note(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(customer): Path<CustomerId>,
    TillForm(noted): TillForm<NoteForm>,
) -> Response {
    let (at, search) = (state.clock.now(), noted.search.clone());
    let text = match notes::read(&noted.text) {
        Ok(text) => text,
        Err(fault) => {
            let (says, note) = match fault {
                NoteFault::Empty => ("Write what it was about.".to_owned(), String::new()),
                NoteFault::TooLong(start) => {
                    let most = text::thousands(notes::LONGEST);
                    (format!("That is too long to read at the till: use at most {most} characters."), start)
                }
            };
            let form_error = FormError { field: "note", says, note, ..FormError::default() };
            return card::show(&state, till, CardOf::Person(customer), search, form_error).await;
        }
    };
    let done = state
        .database
        .write(move |write| notes::add_at_till(write, customer, &noted.kind, &text, AtTill { at, till: &till.name }));
    match done.await {
        Ok(()) => back(customer, &search),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

pub(super) async fn address(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(customer): Path<CustomerId>,
    TillForm(form): TillForm<HashMap<String, String>>,
) -> Response {
    let address = match TypedAddress::read(|field| form.get(field).map(String::as_str)) {
        Ok(address) => address,
        Err(fault) => return answer::trouble(&state, &fault),
    };
    let search = form.get("search").cloned().unwrap_or_default();
    let at = state.clock.now();
    let done = state
        .database
        .write(move |write| edit::set_address(write, customer, &address, AtTill { at, till: &till.name }));
    match done.await {
        Ok(()) => back(customer, &search),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

fn back(customer: CustomerId, search: &str) -> Response {
    let is_token = !search.is_empty() && search.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let path = if is_token { format!("/till/found/{search}/{customer}") } else { format!("/till/person/{customer}") };
    Redirect::to(&path).into_response()
}
