//! A line on the card: a note, a complaint, another address.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::card::{self, CardOf};
use super::form_error::FormError;
use super::typed::TillForm;
use super::which::Till;
use crate::customers;
use crate::error::Error;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;

/// The fields of an address, as the form has them.
const ADDRESS: [&str; 5] = ["street", "street2", "city", "state", "postcode"];

/// The longest note, and the longest line of an address.
const NOTE: usize = 2_000;
const LINE: usize = 200;

#[derive(Deserialize)]
pub(super) struct NoteForm {
    kind: String,
    text: String,
    #[serde(default)]
    search: String,
}

/// Writes down what was said.
pub(super) async fn note(
    State(state): State<Arc<AppState>>,
    till: Till,
    Path(customer): Path<i64>,
    TillForm(noted): TillForm<NoteForm>,
) -> Response {
    let (today, search) = (state.clock.now().date(), noted.search.clone());
    let (kind, text) = (noted.kind, plain(&noted.text));
    let says = match text.chars().count() {
        0 => "Say what it was about.".to_owned(),
        1..=NOTE => String::new(),
        _ => format!("That is too long to be read at the till: {} signs are enough.", text::thousands(NOTE)),
    };
    if !says.is_empty() {
        let form_error =
            FormError { field: "note", says, note: text.chars().take(NOTE).collect(), ..FormError::default() };
        return card::show(&state, till, CardOf::Person(customer), search, form_error).await;
    }
    let done = state.database.write(move |write| {
        card::person(write, customer)?;
        // Pressed twice, it is one note.
        let is_there =
            customers::notes(write, customer)?.iter().any(|n| (n.on, &n.kind, &n.text) == (today, &kind, &text));
        if !is_there {
            customers::add_note(write, customer, today, &kind, &text, 0)?;
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
    State(state): State<Arc<AppState>>,
    Path(customer): Path<i64>,
    TillForm(form): TillForm<HashMap<String, String>>,
) -> Response {
    let typed: Vec<(&str, String)> =
        ADDRESS.iter().filter_map(|field| Some((*field, line(form.get(*field)?)))).collect();
    if typed.iter().any(|(_, text)| text.chars().count() > LINE) {
        let fault = Error::new("no address has lines that long").hint("look again at what was typed");
        return answer::trouble(&state, &fault);
    }
    let search = form.get("search").cloned().unwrap_or_default();
    let today = state.clock.now().date();
    let assignments: Vec<String> = typed.iter().map(|(field, text)| format!("{field}={text}")).collect();
    let done = state.database.write(move |write| {
        let card = card::person(write, customer)?;
        customers::set(write, &card, &assignments, today, "at the till").map(|_| ())
    });
    match done.await {
        Ok(()) => back(customer, &search),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// What was typed, line by line, without signs that nobody can see.
fn plain(typed: &str) -> String {
    let lines = typed.trim().lines().map(|line| line.chars().filter(|c| !c.is_control()).collect::<String>());
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What was typed, as one line.
fn line(typed: &str) -> String {
    plain(typed).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn back(customer: i64, search: &str) -> Response {
    let is_token = !search.is_empty() && search.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let path = if is_token { format!("/till/found/{search}/{customer}") } else { format!("/till/person/{customer}") };
    Redirect::to(&path).into_response()
}
