//! The page after recording: a gift or an amount without one; the next customer, changing the amount, undoing it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDateTime;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::amount_form::{self, amount};
use super::typed::TillForm;
use super::which::CurrentTill;
use crate::app::card;
use crate::app::entry::{self, EntryFor, TillEntry};
use crate::error::Result;
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords, Postmark, WaitingGift};

/// The length of the field.
const REASON: usize = 200;

/// The page that replaces that of an undone entry.
fn instead(entry: TillEntry) -> String {
    match entry {
        TillEntry::Letter(letter) => format!("/till/letter/{letter}"),
        TillEntry::Amount(_) => "/till".to_owned(),
    }
}

/// The page of an entry.
fn page_of(entry: TillEntry) -> String {
    match entry {
        TillEntry::Letter(letter) => format!("/till/given/{letter}"),
        TillEntry::Amount(event) => format!("/till/written/{event}"),
    }
}

#[derive(Serialize)]
struct GivenPage {
    till: String,
    verdict: String,
    is_gift: bool,
    name: String,
    fact: String,
    place: String,
    /// The letter of the gift.
    code: String,
    /// Other gifts that wait for them.
    still: Vec<WaitingGift>,
    stamp: Postmark,
    symbol: String,
    spent: String,
    undo: String,
    change: String,
    /// Until when it can be changed and undone here; none when it cannot.
    until: Option<String>,
    form_error: GivenError,
}

/// What is wrong with a typed value.
#[derive(Default, Serialize)]
struct GivenError {
    /// `why` or `amount`.
    field: &'static str,
    says: String,
    amount: String,
    sure: bool,
}

/// The page of an entry; if it was undone, a redirect.
pub(super) async fn page<Id: Into<TillEntry> + DeserializeOwned>(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(id): Path<Id>,
) -> Response {
    show(&state, till, id.into(), GivenError::default()).await
}

async fn show(state: &Arc<AppState>, till: CurrentTill, entry: TillEntry, form_error: GivenError) -> Response {
    let (here, now, has_error) = (Arc::clone(state), state.clock.now(), !form_error.says.is_empty());
    let gathered = state.database.read(move |read| gather(read, &here, till, entry, form_error, now)).await;
    match gathered.transpose() {
        Some(given) => {
            let page = answer::page_of(state, "given.html", given);
            if has_error { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() } else { page }
        }
        None => Redirect::to(&instead(entry)).into_response(),
    }
}

fn gather(
    read: &Read<'_>,
    state: &AppState,
    till: CurrentTill,
    entry: TillEntry,
    form_error: GivenError,
    now: NaiveDateTime,
) -> Result<Option<GivenPage>> {
    let settings = &state.shop.settings;
    let Some(standing) = entry::find(read, entry)? else { return Ok(None) };
    let country = settings.country.as_str();
    let spent = match standing.spend {
        spend if spend.0 > 0 => format!("{} recorded", settings.currency.show(spend)),
        _ => "Recorded".to_owned(),
    };
    let (time, day) = (wording::time(standing.at, country), standing.at.date());
    let when = if day == now.date() { time } else { format!("{time} on {}", wording::day(day, now.date(), country)) };
    let (undo, change) = match entry {
        TillEntry::Letter(letter) => (format!("/till/undo/{letter}"), format!("/till/change/{letter}")),
        TillEntry::Amount(event) => (format!("/till/written/{event}/undo"), format!("/till/written/{event}/change")),
    };
    let (name, verdict, place) = match &standing.what {
        EntryFor::Gift { planned, recipient, progress } => (
            wording::recipient(recipient),
            format!("Yes. The {} is theirs.", GiftWords::of(&planned.gift_name).noun),
            format!("The {} of {} to come.", wording::ordinal(progress.come), text::thousands(progress.mailed)),
        ),
        EntryFor::SecondGift { planned, recipient } => (
            wording::recipient(recipient),
            format!("Yes. A second {} is theirs.", GiftWords::of(&planned.gift_name).noun),
            "It is recorded in addition to the first.".to_owned(),
        ),
        EntryFor::Amount(whose) => (
            whose.as_ref().map(|whose| wording::customer(&whose.greeting, &whose.customer)).unwrap_or_default(),
            "It is recorded.".to_owned(),
            String::new(),
        ),
    };
    let still = match &standing.what {
        EntryFor::Gift { recipient, .. } | EntryFor::SecondGift { recipient, .. } => {
            card::other_gifts(read, recipient, now.date())?
        }
        EntryFor::Amount(_) => Vec::new(),
    };
    Ok(Some(GivenPage {
        code: match &standing.what {
            EntryFor::Gift { recipient, .. } => recipient.code_text().to_owned(),
            EntryFor::SecondGift { .. } | EntryFor::Amount(_) => String::new(),
        },
        still: still.iter().map(WaitingGift::of).collect(),
        fact: format!("{spent} at {when}."),
        stamp: Postmark::of(standing.at, &standing.till, country),
        until: standing.until(&till.name, now).map(|until| wording::time(until, country)),
        symbol: settings.currency.symbol.trim().to_owned(),
        spent: if standing.spend.0 > 0 { settings.currency.plain(standing.spend) } else { String::new() },
        is_gift: !matches!(standing.what, EntryFor::Amount(_)),
        verdict,
        name,
        place,
        till: till.name,
        undo,
        change,
        form_error,
    }))
}

#[derive(Deserialize)]
pub(super) struct UndoForm {
    reason: String,
}

/// Undoes an entry, with the reason; it stays on record.
pub(super) async fn undo<Id: Into<TillEntry> + DeserializeOwned>(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(id): Path<Id>,
    TillForm(UndoForm { reason }): TillForm<UndoForm>,
) -> Response {
    let entry = id.into();
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(REASON).collect();
    if text::is_blank(&reason) {
        let form_error =
            GivenError { field: "why", says: "Give the reason in a word or two.".to_owned(), ..GivenError::default() };
        return show(&state, till, entry, form_error).await;
    }
    let now = state.clock.now();
    let done = state.database.write(move |write| entry::undo_at_till(write, entry, &till.name, &reason, now));
    match done.await {
        Ok(undone) => Redirect::to(&undone.map_or_else(|| instead(entry), |event| format!("/till/undone/{event}")))
            .into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// A new amount.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ChangeForm {
    amount: String,
    /// The amount to confirm, if any.
    sure: String,
}

/// Changes what was spent; the first amount stays on record.
pub(super) async fn change<Id: Into<TillEntry> + DeserializeOwned>(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(id): Path<Id>,
    TillForm(change): TillForm<ChangeForm>,
) -> Response {
    let entry = id.into();
    let form_error = |says, sure| GivenError { field: "amount", says, amount: change.amount.clone(), sure };
    let spend = match amount(&state, &change.amount) {
        Ok(spend) => spend.unwrap_or_default(),
        Err(fault) => {
            let says = amount_form::what_is_wrong(&state, &change.amount, &fault, "Write it like 412.50.");
            return show(&state, till, entry, form_error(says, false)).await;
        }
    };
    let (now, asks) = (state.clock.now(), till.clone());
    let is_sure = amount_form::is_sure(&change.sure, &change.amount);
    let done =
        state.database.write(move |write| entry::change_at_till(write, entry, &till.name, (spend, is_sure), now));
    match done.await {
        Ok(Some(largest)) => {
            let says = amount_form::is_it_right(&state, largest);
            show(&state, asks, entry, form_error(says, true)).await
        }
        Ok(None) => Redirect::to(&page_of(entry)).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
