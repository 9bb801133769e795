//! What the tills saved while they were offline and the owner has to look at: both sides of it, until it is dismissed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Serialize;

use crate::app::day;
use crate::domain::EventId;
use crate::redemption::{Matter, Outcome, Side};
use crate::shop::Settings;
use crate::web::state::AppState;
use crate::web::{answer, wording};

/// One of them.
#[derive(Serialize)]
pub(super) struct MatterRow {
    event: EventId,
    name: String,
    what: &'static str,
    /// When the code was valid, if the visit was outside of that.
    valid: String,
    stored: String,
    stands: String,
    arrived: String,
    remark: String,
}

pub(super) fn row(one: Matter, settings: &Settings, today: NaiveDate) -> MatterRow {
    MatterRow {
        event: one.event,
        what: what(&one),
        valid: match (Outcome::of(one.kind), one.valid) {
            (Some(Outcome::Expired | Outcome::NotYet), Some((from, until))) => {
                let day = |day| wording::date(day, today, &settings.country);
                let until = until.map(|until| format!(" until {}", day(until))).unwrap_or_default();
                format!("from {}{until}", day(from))
            }
            _ => String::new(),
        },
        stored: side(&one.stored, settings, today),
        stands: one.stands.as_ref().map(|stands| side(stands, settings, today)).unwrap_or_default(),
        arrived: moment(one.arrived, settings, today),
        remark: one.remark,
        name: wording::name_or_nobody(one.name),
    }
}

/// The heading. A promised gift was not handed over before the till had its answer.
fn what(one: &Matter) -> &'static str {
    match (Outcome::of(one.kind), one.is_promised) {
        (Some(Outcome::Accepted), true) => "Saved without the gift: check that they got it.",
        (Some(Outcome::AlreadyRedeemed), true) => "Not given: they had it already.",
        (Some(Outcome::AlreadyRedeemed), false) => "Given twice.",
        (Some(Outcome::Expired), true) => "Not given: it was after the last day.",
        (Some(Outcome::Expired), false) => "Given after the last day.",
        (Some(Outcome::NotYet), true) => "Not given: it was before the first day.",
        (Some(Outcome::NotYet), false) => "Given before the first day.",
        (Some(Outcome::Void), true) => "Not given: the letter was replaced.",
        (Some(Outcome::Void), false) => "Given for a letter that was replaced.",
        (Some(Outcome::Unknown), true) => "Not given: the code is on no letter.",
        (Some(Outcome::Unknown), false) => "Given for a code that is on no letter.",
        // For a gift, and for an amount alone, the remark is enough.
        (Some(Outcome::Accepted), false) | (None, _) => "",
    }
}

/// `2:32 pm at the till “front”, $412.50`.
fn side(side: &Side, settings: &Settings, today: NaiveDate) -> String {
    let till = if side.till.is_empty() { String::new() } else { format!(" at the till “{}”", side.till) };
    let spent = side.spend.filter(|spend| spend.0 > 0).map(|spend| settings.currency.show(spend));
    format!("{}{till}, {}", moment(side.at, settings, today), spent.as_deref().unwrap_or("no amount"))
}

/// `2:32 pm`, with the day if it is not today.
pub(super) fn moment(at: chrono::NaiveDateTime, settings: &Settings, today: NaiveDate) -> String {
    let time = wording::time(at, &settings.country);
    if at.date() == today { time } else { format!("{}, {time}", wording::date(at.date(), today, &settings.country)) }
}

/// Dismisses it.
pub(super) async fn put_aside(State(state): State<Arc<AppState>>, Path(event): Path<EventId>) -> Response {
    let now = state.clock.now();
    match state.database.write(move |write| day::put_aside(write, event, now)).await {
        Ok(()) => Redirect::to("/owner/day").into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
