//! A line on the card: a note, a complaint, another address.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State as Has};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card::{self, Mend, Whose};
use super::typed::Typed;
use super::which::Till;
use crate::book;
use crate::web::answer;
use crate::web::state::State;

/// The fields of an address, as the form has them.
const ADDRESS: [&str; 5] = ["street", "street2", "city", "state", "postcode"];

#[derive(Deserialize)]
pub(super) struct Noted {
    kind: String,
    text: String,
    #[serde(default)]
    search: String,
}

/// Writes down what was said.
pub(super) async fn note(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(customer): Path<i64>,
    Typed(noted): Typed<Noted>,
) -> Response {
    let (today, search) = (state.clock.now().date(), noted.search.clone());
    let (kind, text) = (noted.kind, noted.text.trim().to_owned());
    if text.is_empty() {
        let mend = Mend { field: "note", says: "Say what it was about.".to_owned(), ..Mend::default() };
        return card::show(&state, till, Whose::Person(customer), search, mend).await;
    }
    let done = state.database.write(move |write| {
        // Pressed twice, it is one note.
        let is_there = book::notes(write, customer)?.iter().any(|n| (n.on, &n.kind, &n.text) == (today, &kind, &text));
        if !is_there {
            book::add_note(write, customer, today, &kind, &text, 0)?;
        }
        Ok(())
    });
    match done.await {
        Ok(()) => back(customer, &search),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// Writes another address down.
pub(super) async fn address(
    Has(state): Has<Arc<State>>,
    Path(customer): Path<i64>,
    Typed(form): Typed<HashMap<String, String>>,
) -> Response {
    let typed: Vec<(&str, String)> =
        ADDRESS.iter().filter_map(|field| Some((*field, form.get(*field)?.trim().to_owned()))).collect();
    let search = form.get("search").cloned().unwrap_or_default();
    let today = state.clock.now().date();
    let assignments: Vec<String> = typed.iter().map(|(field, text)| format!("{field}={text}")).collect();
    let done = state.database.write(move |write| {
        let card = book::by_id(write, customer)?;
        book::set(write, &card, &assignments, today, "at the till").map(|_| ())
    });
    match done.await {
        Ok(()) => back(customer, &search),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

fn back(customer: i64, search: &str) -> Response {
    let is_token = !search.is_empty() && search.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let path = if is_token { format!("/till/found/{search}/{customer}") } else { format!("/till/person/{customer}") };
    Redirect::to(&path).into_response()
}
