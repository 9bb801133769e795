//! The day's list: everything that happened at the tills, with the sum of what stands.

use std::sync::Arc;

use axum::extract::{Form, Path, State as Has};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::kept::{self, Matter};
use crate::campaign;
use crate::error::{Error, Result};
use crate::redemption::{self, Happening};
use crate::store::Read;
use crate::web::answer;
use crate::web::state::State;
use crate::web::wording;
use crate::words;

#[derive(Serialize)]
struct Day {
    on: NaiveDate,
    title: String,
    before: NaiveDate,
    after: Option<NaiveDate>,
    came: Vec<Line>,
    others: Vec<Line>,
    /// On today's list: what is to be settled, of whatever day.
    matters: Vec<Matter>,
    count: String,
    sum: String,
}

/// One line of the list.
#[derive(Serialize)]
struct Line {
    time: String,
    name: String,
    campaign: String,
    what: String,
    till: String,
    receipt: String,
    spent: String,
    recipient: Option<i64>,
}

/// Today.
pub(super) async fn today(state: Has<Arc<State>>) -> Response {
    let today = state.clock.now().date();
    of(state, Path(today)).await
}

/// Any day.
pub(super) async fn of(Has(state): Has<Arc<State>>, Path(day): Path<NaiveDate>) -> Response {
    let (here, today) = (Arc::clone(&state), state.clock.now().date());
    let gathered = state.database.read(move |read| gather(read, &here, day, today)).await;
    answer::page_of(&state, "day.html", gathered)
}

fn gather(read: &Read<'_>, state: &State, day: NaiveDate, today: NaiveDate) -> Result<Day> {
    let settings = &state.shop.settings;
    let line = |one: Happening| Line {
        time: wording::time(one.at, &settings.country),
        what: said(&one),
        name: if one.name.is_empty() { "Nobody known".to_owned() } else { one.name },
        campaign: one.campaign,
        till: one.till,
        receipt: one.receipt,
        spent: one.spend.filter(|spend| spend.0 > 0).map(|spend| settings.currency.show(spend)).unwrap_or_default(),
        recipient: one.recipient_id,
    };
    let (came, others): (Vec<Happening>, Vec<Happening>) =
        redemption::happened_on(read, day)?.into_iter().partition(|one| one.stands);
    let (count, sum) = redemption::taken_on(read, day)?;
    Ok(Day {
        on: day,
        title: wording::day(day, today, &settings.country),
        before: day.checked_sub_days(Days::new(1)).unwrap_or(day),
        after: day.checked_add_days(Days::new(1)).filter(|after| *after <= today),
        came: came.into_iter().map(line).collect(),
        others: others.into_iter().map(line).collect(),
        matters: if day == today { kept::open(read, settings, today)? } else { Vec::new() },
        count: words::count(count, "person"),
        sum: settings.currency.show(sum),
    })
}

/// What happened, as the shop says it.
fn said(one: &Happening) -> String {
    match one.outcome.as_str() {
        "accepted" if one.stands => String::new(),
        "accepted" => "given, and taken back later".to_owned(),
        "undone" => format!("taken back: {}", one.reason),
        "honoured_again" => "a second one given".to_owned(),
        "returned" => "the letter came back".to_owned(),
        outcome => {
            let how = if one.was_kept { "given while the line was down" } else { "turned away" };
            let why = match outcome {
                "already_redeemed" => "had it already",
                "expired" => "too late",
                "not_yet" => "too early",
                "void" => "a letter that was replaced",
                _ => "a code that is on no letter",
            };
            format!("{how}: {why}")
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Undo {
    reason: String,
}

/// Takes a redemption back, whenever it was.
pub(super) async fn undo(
    Has(state): Has<Arc<State>>,
    Path((day, recipient)): Path<(NaiveDate, i64)>,
    Form(undo): Form<Undo>,
) -> Response {
    let now = state.clock.now();
    let done = state.database.write(move |write| {
        if undo.reason.trim().is_empty() {
            return Err(Error::new("an undo needs its reason").hint("say it in a word or two"));
        }
        // Pressed twice, it is taken back once.
        let letter = campaign::by_number(write, recipient)?.map(|(_, letter)| letter);
        if let Some(code) = letter.filter(|letter| letter.redeemed_on.is_some()).and_then(|letter| letter.code) {
            redemption::undo(write, &code, &undo.reason, now)?;
        }
        Ok(())
    });
    match done.await {
        Ok(()) => Redirect::to(&format!("/owner/day/{day}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
