//! Written down: the gift is theirs, or an amount without one; who is next, how the amount is changed, how it is taken back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::hand_over::{self, amount};
use super::typed::TillForm;
use super::which::Till;
use crate::app::{self, till::TillEntry};
use crate::campaign;
use crate::customers;
use crate::domain::{EventId, RecipientId};
use crate::error::{Error, Result};
use crate::money::Money;
use crate::redemption;
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords, Postmark};

/// As long as the field takes it.
const REASON: usize = 200;

/// Where the page of an entry leads when it does not stand, or not any more.
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

/// What is written down of it.
struct Written {
    reference: String,
    name: String,
    verdict: String,
    /// Nothing goes out with an amount alone.
    is_gift: bool,
    place: String,
    at: NaiveDateTime,
    till: String,
    spend: Money,
    /// The page that stands behind it.
    behind: String,
}

#[derive(Serialize)]
struct GivenPage {
    till: String,
    verdict: String,
    is_gift: bool,
    name: String,
    fact: String,
    place: String,
    stamp: Postmark,
    symbol: String,
    spent: String,
    undo: String,
    change: String,
    /// Until when it can be changed and taken back here; nothing when it cannot.
    until: Option<String>,
    form_error: GivenError,
}

/// What is wrong with what was typed.
#[derive(Default, Serialize)]
struct GivenError {
    /// `why` or `amount`.
    field: &'static str,
    says: String,
    amount: String,
    sure: bool,
}

/// The page of a redemption; without one that stands, the card.
pub(super) async fn of_letter(
    State(state): State<Arc<AppState>>,
    till: Till,
    Path(letter): Path<RecipientId>,
) -> Response {
    show(&state, till, TillEntry::Letter(letter), GivenError::default()).await
}

/// The page of an amount without one.
pub(super) async fn of_event(State(state): State<Arc<AppState>>, till: Till, Path(event): Path<EventId>) -> Response {
    show(&state, till, TillEntry::Amount(event), GivenError::default()).await
}

async fn show(state: &Arc<AppState>, till: Till, entry: TillEntry, form_error: GivenError) -> Response {
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
    till: Till,
    entry: TillEntry,
    form_error: GivenError,
    now: NaiveDateTime,
) -> Result<Option<GivenPage>> {
    let settings = &state.shop.settings;
    let Some(written) = find(read, entry)? else { return Ok(None) };
    let spent = match written.spend {
        spend if spend.0 > 0 => format!("{} written down", settings.currency.show(spend)),
        _ => "Written down".to_owned(),
    };
    let time = wording::time(written.at, &settings.country);
    let when = if written.at.date() == now.date() {
        time
    } else {
        format!("{time} on {}", wording::day(written.at.date(), now.date(), &settings.country))
    };
    let (undo, change) = match entry {
        TillEntry::Letter(letter) => (format!("/till/undo/{letter}"), format!("/till/change/{letter}")),
        TillEntry::Amount(event) => (format!("/till/written/{event}/undo"), format!("/till/written/{event}/change")),
    };
    Ok(Some(GivenPage {
        fact: format!("{spent} at {when}."),
        stamp: Postmark::of(written.at, &written.till, &settings.country),
        until: until(&written, &till, now).map(|until| wording::time(until, &settings.country)),
        symbol: settings.currency.symbol.trim().to_owned(),
        spent: if written.spend.0 > 0 { settings.currency.plain(written.spend) } else { String::new() },
        verdict: written.verdict,
        is_gift: written.is_gift,
        name: written.name,
        place: written.place,
        till: till.0,
        undo,
        change,
        form_error,
    }))
}

/// What is written down, if it stands.
fn find(read: &Read<'_>, entry: TillEntry) -> Result<Option<Written>> {
    let event = match entry {
        TillEntry::Amount(event) => event,
        TillEntry::Letter(letter) => return of_redemption(read, letter),
    };
    let Some(bought) = redemption::bought_by(read, event)?.filter(|bought| !bought.is_undone) else {
        return Ok(None);
    };
    let mut written = Written {
        reference: bought.reference,
        name: String::new(),
        verdict: "It is written down.".to_owned(),
        is_gift: false,
        place: String::new(),
        at: bought.at,
        till: bought.till,
        spend: bought.spend,
        behind: "/till".to_owned(),
    };
    if let Some((planned, letter)) =
        bought.recipient_id.map(|id| campaign::by_number(read, id.0)).transpose()?.flatten()
    {
        written.verdict = format!("Yes. A second {} is theirs.", GiftWords::of(&planned.gift_name).noun);
        written.place = "It stands beside the first.".to_owned();
        written.is_gift = true;
        written.behind = format!("/till/letter/{}", letter.id);
        written.name = wording::recipient(&letter);
        written.reference = letter.reference;
    } else if let Some(id) = customers::resolve_ref(read, &written.reference)? {
        let customer = customers::by_id(read, id)?;
        written.name = wording::household(&customer, &customers::household_of(read, &customer)?.members);
        written.behind = format!("/till/person/{id}");
    }
    Ok(Some(written))
}

fn of_redemption(read: &Read<'_>, letter: RecipientId) -> Result<Option<Written>> {
    let Some((planned, recipient)) = campaign::by_number(read, letter.0)? else { return Ok(None) };
    let Some(at) = recipient.redeemed_at else { return Ok(None) };
    let progress = redemption::progress(read, &planned, at)?;
    Ok(Some(Written {
        name: wording::recipient(&recipient),
        verdict: format!("Yes. The {} is theirs.", GiftWords::of(&planned.gift_name).noun),
        is_gift: true,
        place: format!("The {} of {} to come.", wording::ordinal(progress.come), text::thousands(progress.mailed)),
        at,
        till: recipient.till.unwrap_or_default(),
        spend: recipient.spend.unwrap_or_default(),
        behind: format!("/till/letter/{letter}"),
        reference: recipient.reference,
    }))
}

/// Until when this till may change it and take it back. A clock that was set back meanwhile takes nothing away.
fn until(written: &Written, till: &Till, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let until = redemption::undo_until(written.at);
    (written.till == till.0 && now <= until).then_some(until)
}

/// What this till may still `take back` or `change`.
fn theirs(read: &Read<'_>, entry: TillEntry, till: &Till, now: NaiveDateTime, what: &str) -> Result<Written> {
    let late = || Error::new(format!("this till cannot {what} any more")).hint("the owner can, on the day's list");
    find(read, entry)?.filter(|written| until(written, till, now).is_some()).ok_or_else(late)
}

#[derive(Deserialize)]
pub(super) struct UndoForm {
    reason: String,
}

/// Takes a redemption back, with the reason; what happened stays on record.
pub(super) async fn undo_letter(
    State(state): State<Arc<AppState>>,
    till: Till,
    Path(letter): Path<RecipientId>,
    TillForm(undo): TillForm<UndoForm>,
) -> Response {
    take_back(&state, till, TillEntry::Letter(letter), undo.reason).await
}

/// The same of an amount without one.
pub(super) async fn undo_event(
    State(state): State<Arc<AppState>>,
    till: Till,
    Path(event): Path<EventId>,
    TillForm(undo): TillForm<UndoForm>,
) -> Response {
    take_back(&state, till, TillEntry::Amount(event), undo.reason).await
}

async fn take_back(state: &Arc<AppState>, till: Till, entry: TillEntry, reason: String) -> Response {
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(REASON).collect();
    if reason.trim().is_empty() {
        let form_error =
            GivenError { field: "why", says: "Say why, in a word or two.".to_owned(), ..GivenError::default() };
        return show(state, till, entry, form_error).await;
    }
    let now = state.clock.now();
    let done = state.database.write(move |write| {
        // Pressed twice, it is taken back once.
        if find(write, entry)?.is_none() {
            return Ok(instead(entry));
        }
        let written = theirs(write, entry, &till, now, "take it back")?;
        app::till::undo(write, entry, &reason, now)?;
        Ok(written.behind)
    });
    match done.await {
        Ok(behind) => Redirect::to(&behind).into_response(),
        Err(fault) => answer::trouble(state, &fault),
    }
}

/// Another amount.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ChangeForm {
    amount: String,
    /// The amount that was asked about, when it was.
    sure: String,
}

/// Changes what was spent at a redemption; the first amount stays on record.
pub(super) async fn change_letter(
    State(state): State<Arc<AppState>>,
    till: Till,
    Path(letter): Path<RecipientId>,
    TillForm(change): TillForm<ChangeForm>,
) -> Response {
    put_right(&state, till, TillEntry::Letter(letter), change).await
}

/// The same of an amount without one.
pub(super) async fn change_event(
    State(state): State<Arc<AppState>>,
    till: Till,
    Path(event): Path<EventId>,
    TillForm(change): TillForm<ChangeForm>,
) -> Response {
    put_right(&state, till, TillEntry::Amount(event), change).await
}

async fn put_right(state: &Arc<AppState>, till: Till, entry: TillEntry, change: ChangeForm) -> Response {
    let form_error = |says, sure| GivenError { field: "amount", says, amount: change.amount.clone(), sure };
    let spend = match amount(state, &change.amount) {
        Ok(spend) => spend.unwrap_or_default(),
        Err(fault) => {
            let says = format!("{} Write it like 412.50.", answer::sentence(fault.message()));
            return show(state, till, entry, form_error(says, false)).await;
        }
    };
    let (now, asks) = (state.clock.now(), till.clone());
    let is_sure = hand_over::is_sure(&change.sure, &change.amount);
    let done = state.database.write(move |write| {
        let written = theirs(write, entry, &till, now, "change it")?;
        if let (false, Some(largest)) = (is_sure, redemption::unusual(write, &written.reference, Some(spend))?) {
            return Ok(Some(largest));
        }
        app::till::change(write, entry, spend, now)?;
        Ok(None)
    });
    match done.await {
        Ok(Some(largest)) => {
            let says = hand_over::is_it_right(state, largest);
            show(state, asks, entry, form_error(says, true)).await
        }
        Ok(None) => Redirect::to(&page_of(entry)).into_response(),
        Err(fault) => answer::trouble(state, &fault),
    }
}
