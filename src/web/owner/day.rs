//! The day's list: everything that happened at the tills, with totals of the entries that were not undone.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{Days, NaiveDate};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::changes::{self, ChangeRow};
use super::matters::{self, MatterRow};
use crate::app::day;
use crate::app::entry::{self, TillEntry};
use crate::domain::EventKind;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::redemption::Happening;
use crate::store::Read;
use crate::text;
use crate::web::state::AppState;
use crate::web::{answer, wording};

#[derive(Serialize)]
struct DayPage {
    on: NaiveDate,
    title: String,
    before: NaiveDate,
    after: Option<NaiveDate>,
    came: Vec<DayLine>,
    /// Amounts without a redemption.
    bought: Vec<DayLine>,
    bought_sum: String,
    others: Vec<DayLine>,
    symbol: String,
    /// On today's list: open matters of any day.
    matters: Vec<MatterRow>,
    /// Changes on cards that the owner has not dismissed; and the others.
    open_changes: Vec<ChangeRow>,
    closed_changes: Vec<ChangeRow>,
    count: String,
    sum: String,
}

/// One line of the list.
#[derive(Serialize)]
struct DayLine {
    time: String,
    name: String,
    campaign: String,
    what: String,
    till: String,
    receipt: String,
    spent: String,
    /// The amount, for editing.
    plain: String,
    /// The page of the letter or of the amount.
    page: String,
    /// The address for corrections: `undo/7`, `written/9/undo`.
    undo: String,
    change: String,
}

/// Today.
pub(super) async fn today(state: State<Arc<AppState>>) -> Response {
    let today = state.clock.now().date();
    of(state, Path(today)).await
}

/// Any day.
pub(super) async fn of(State(state): State<Arc<AppState>>, Path(day): Path<NaiveDate>) -> Response {
    let (here, today) = (Arc::clone(&state), state.clock.now().date());
    let gathered = state.database.read(move |read| gather(read, &here, day, today)).await;
    answer::page_of(&state, "day.html", gathered)
}

fn gather(read: &Read<'_>, state: &AppState, on: NaiveDate, today: NaiveDate) -> Result<DayPage> {
    let settings = &state.shop.settings;
    let line = |one: Happening| {
        let spent = one.spend.filter(|spend| spend.0 > 0);
        let (page, undo, change) = match one.recipient_id {
            Some(letter) if one.kind == EventKind::Accepted => {
                (format!("/till/letter/{letter}"), format!("undo/{letter}"), format!("change/{letter}"))
            }
            _ => {
                let event = one.event;
                (format!("/till/written/{event}"), format!("written/{event}/undo"), format!("written/{event}/change"))
            }
        };
        DayLine {
            time: wording::time(one.at, &settings.country),
            what: in_words(&one, settings.currency),
            name: wording::name_or_nobody(one.name),
            campaign: one.campaign,
            till: one.till,
            receipt: one.receipt,
            spent: spent.map(|spend| settings.currency.show(spend)).unwrap_or_default(),
            plain: spent.map(|spend| settings.currency.plain(spend)).unwrap_or_default(),
            page,
            undo,
            change,
        }
    };
    let list = day::list(read, on, today)?;
    let changes = list.changes.into_iter().map(|change| changes::row(change, settings, today));
    let (open_changes, closed_changes) = changes.partition(ChangeRow::is_open);
    Ok(DayPage {
        on,
        title: wording::day(on, today, &settings.country),
        before: on.checked_sub_days(Days::new(1)).unwrap_or(on),
        after: on.checked_add_days(Days::new(1)).filter(|after| *after <= today),
        came: list.came.into_iter().map(line).collect(),
        bought: list.bought.into_iter().map(line).collect(),
        bought_sum: settings.currency.show(list.bought_sum),
        symbol: settings.currency.symbol.trim().to_owned(),
        others: list.others.into_iter().map(line).collect(),
        matters: list.matters.into_iter().map(|matter| matters::row(matter, settings, today)).collect(),
        open_changes,
        closed_changes,
        count: text::count(list.count, "person"),
        sum: settings.currency.show(list.sum),
    })
}

/// What happened, in words.
fn in_words(one: &Happening, currency: Currency) -> String {
    let show = |amount: Option<Money>| currency.show(amount.unwrap_or_default());
    let turned_away = |why: &str| {
        let how = match (one.was_kept, one.is_promised) {
            (true, true) => "saved while offline, not given",
            (true, false) => "given while offline",
            (false, _) => "turned away",
        };
        format!("{how}: {why}")
    };
    match one.kind {
        EventKind::Accepted | EventKind::Bought if one.stands => String::new(),
        EventKind::HonouredAgain if one.stands => "a second one given".to_owned(),
        EventKind::Bought => "bought, and undone later".to_owned(),
        EventKind::Changed if one.before.unwrap_or_default() == Money(0) => "the amount came later".to_owned(),
        EventKind::Changed => format!("the amount changed: it was {}", show(one.before)),
        EventKind::Accepted => "given, and undone later".to_owned(),
        EventKind::Undone => format!("undone: {}", one.reason),
        EventKind::HonouredAgain => "a second one given, and undone later".to_owned(),
        EventKind::Returned => "the letter came back".to_owned(),
        EventKind::AlreadyRedeemed => turned_away("had it already"),
        EventKind::Expired => turned_away("too late"),
        EventKind::NotYet => turned_away("too early"),
        EventKind::Void => turned_away("a letter that was replaced"),
        EventKind::Unknown => turned_away("a code that is on no letter"),
    }
}

#[derive(Deserialize)]
pub(super) struct ReasonForm {
    reason: String,
}

/// Undoes an entry of any age.
pub(super) async fn undo<Id: Into<TillEntry> + DeserializeOwned>(
    State(state): State<Arc<AppState>>,
    Path((day, id)): Path<(NaiveDate, Id)>,
    Form(undo): Form<ReasonForm>,
) -> Response {
    let (now, entry) = (state.clock.now(), id.into());
    let done = state.database.write(move |write| entry::undo(write, entry, &undo.reason, now));
    answered(&state, day, done.await)
}

#[derive(Deserialize)]
pub(super) struct AmountForm {
    amount: String,
}

/// The new amount; zero for an empty field.
fn amount(state: &AppState, typed: &str) -> Result<Money> {
    if typed.trim().is_empty() { Ok(Money(0)) } else { state.shop.settings.currency.read(typed, None) }
}

/// Changes an amount of any age.
pub(super) async fn change<Id: Into<TillEntry> + DeserializeOwned>(
    State(state): State<Arc<AppState>>,
    Path((day, id)): Path<(NaiveDate, Id)>,
    Form(change): Form<AmountForm>,
) -> Response {
    let (now, entry, spend) = (state.clock.now(), id.into(), amount(&state, &change.amount));
    let done = state.database.write(move |write| entry::change(write, entry, spend?, now));
    answered(&state, day, done.await)
}

fn answered(state: &AppState, day: NaiveDate, done: Result<()>) -> Response {
    match done {
        Ok(()) => Redirect::to(&format!("/owner/day/{day}")).into_response(),
        Err(fault) => answer::trouble_before(state, &fault, &format!("/owner/day/{day}")),
    }
}
