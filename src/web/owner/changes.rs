//! What tills changed on cards, on the day's list: old and new values, undone or dismissed by the owner.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Serialize;

use super::matters;
use crate::app::till_changes::{self, ShownChange};
use crate::customers::{ADDRESS, TillChange};
use crate::domain::{CustomerId, TillChangeId, TillChangeKind};
use crate::error::Result;
use crate::shop::Settings;
use crate::web::state::AppState;
use crate::web::{answer, wording};

/// One of them.
#[derive(Serialize)]
pub(super) struct ChangeRow {
    id: TillChangeId,
    name: String,
    customer: Option<CustomerId>,
    what: &'static str,
    /// For an address: the old and the new one. For a note its text.
    before: String,
    after: String,
    when: String,
    undone: String,
    is_open: bool,
}

impl ChangeRow {
    /// Neither undone nor dismissed by the owner.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }
}

pub(super) fn row(ShownChange { change, name }: ShownChange, settings: &Settings, today: NaiveDate) -> ChangeRow {
    let till = if change.till.is_empty() { String::new() } else { format!(" at the till “{}”", change.till) };
    let (before, after) = match change.kind {
        TillChangeKind::Address => {
            let [before, after] = [&change.before, &change.after].map(|address| {
                let lines = ADDRESS.iter().filter_map(|field| address.get(field)).filter(|line| !line.is_empty());
                lines.map(String::as_str).collect::<Vec<_>>().join(", ")
            });
            let none = |line: String| if line.is_empty() { "no address".to_owned() } else { line };
            (none(before), none(after))
        }
        TillChangeKind::Note => (String::new(), change.text.clone()),
        TillChangeKind::Card => (String::new(), String::new()),
    };
    ChangeRow {
        id: change.id,
        name: if name.is_empty() { "No longer a customer".to_owned() } else { name },
        customer: change.customer,
        what: wording::till_change(&change),
        before,
        after,
        when: format!("{}{till}", matters::moment(change.at, settings, today)),
        undone: undone(&change, settings, today),
        is_open: change.undone_at.is_none() && !change.is_put_aside,
    }
}

fn undone(change: &TillChange, settings: &Settings, today: NaiveDate) -> String {
    change.undone_at.map_or(String::new(), |at| format!("Undone: {}.", matters::moment(at, settings, today)))
}

pub(super) async fn undo(State(state): State<Arc<AppState>>, Path(change): Path<TillChangeId>) -> Response {
    let now = state.clock.now();
    answered(&state, state.database.write(move |write| till_changes::undo(write, change, now)).await)
}

/// Dismisses it.
pub(super) async fn put_aside(State(state): State<Arc<AppState>>, Path(change): Path<TillChangeId>) -> Response {
    let now = state.clock.now();
    answered(&state, state.database.write(move |write| till_changes::put_aside(write, change, now)).await)
}

fn answered(state: &AppState, done: Result<()>) -> Response {
    match done {
        Ok(()) => Redirect::to("/owner/day").into_response(),
        Err(fault) => answer::trouble_before(state, &fault, "/owner/day"),
    }
}
