//! The page after undoing: customer and entry, and the next customer. The gift is handed over again only from the card.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDateTime;
use serde::Serialize;

use super::which::CurrentTill;
use crate::app::entry::{self, Reversal};
use crate::domain::{EventId, EventKind};
use crate::error::Result;
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords};

#[derive(Serialize)]
struct UndonePage {
    till: String,
    name: String,
    fact: String,
    /// The card of the customer, if they are still one.
    card: Option<String>,
}

/// The page of an entry that undoes something; reloading it does nothing.
pub(super) async fn page(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(event): Path<EventId>,
) -> Response {
    let (here, now) = (Arc::clone(&state), state.clock.now());
    let gathered = state.database.read(move |read| gather(read, &here, till, event, now)).await;
    match gathered.transpose() {
        Some(undone) => answer::page_of(&state, "undone.html", undone),
        None => Redirect::to("/till").into_response(),
    }
}

fn gather(
    read: &Read<'_>,
    state: &AppState,
    till: CurrentTill,
    event: EventId,
    now: NaiveDateTime,
) -> Result<Option<UndonePage>> {
    let Some(Reversal { what, letter, whose }) = entry::reversal(read, event)? else { return Ok(None) };
    let settings = &state.shop.settings;
    let noun = letter.as_ref().map(|(planned, _)| GiftWords::of(&planned.gift_name).noun);
    let amount = (what.spend.0 > 0).then(|| settings.currency.show(what.spend));
    let gift = match (&noun, what.kind) {
        (Some(noun), EventKind::HonouredAgain) => Some(format!("the second {noun}")),
        (Some(noun), _) => Some(format!("the {noun}")),
        (None, _) => None,
    };
    let (time, day) = (wording::time(what.at, &settings.country), what.at.date());
    let when = if day == now.date() {
        time
    } else {
        format!("{time} on {}", wording::day(day, now.date(), &settings.country))
    };
    let what_was = match (gift, amount) {
        (Some(gift), Some(amount)) => format!("{gift} and {amount}"),
        (Some(gift), None) => gift,
        (None, amount) => amount.unwrap_or_else(|| "the amount".to_owned()),
    };
    let (name, card) = match (&letter, &whose) {
        (Some((_, recipient)), _) => (wording::recipient(recipient), Some(format!("/till/letter/{}", recipient.id))),
        (None, Some(whose)) => {
            (wording::customer(&whose.greeting, &whose.customer), Some(format!("/till/person/{}", whose.customer.id)))
        }
        (None, None) => (String::new(), None),
    };
    let fact = format!("{}, at {when}. It no longer counts.", text::capitalised(&what_was));
    Ok(Some(UndonePage { till: till.name, name, fact, card }))
}
