//! Given: it is theirs, it is written down, who is next, and how it is taken back.

use std::sync::Arc;

use axum::extract::{Form, Path, State as Has};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::hand_over;
use super::which::Till;
use crate::campaign::{self, Recipient};
use crate::error::{Error, Result};
use crate::redemption;
use crate::store::Read;
use crate::web::answer;
use crate::web::state::State;
use crate::web::wording::{self, Gift};
use crate::words;

#[derive(Serialize)]
struct Given {
    till: String,
    recipient: i64,
    name: String,
    gift: Gift,
    fact: String,
    place: String,
    stamp: Stamp,
    /// Until when it can be taken back here; nothing when it cannot.
    undo_until: Option<String>,
    mend: String,
}

/// The postmark.
#[derive(Serialize)]
pub(super) struct Stamp {
    day: String,
    time: String,
    till: String,
}

impl Stamp {
    pub(super) fn of(at: NaiveDateTime, till: &str, country: &str) -> Self {
        let till: String = till.chars().take(14).collect::<String>().to_uppercase();
        Self { day: wording::stamp(at.date()), time: wording::time(at, country).to_uppercase(), till }
    }
}

/// The page; without a redemption that stands, the card.
pub(super) async fn page(Has(state): Has<Arc<State>>, till: Till, Path(recipient): Path<i64>) -> Response {
    show(&state, till, recipient, String::new()).await
}

async fn show(state: &Arc<State>, till: Till, recipient: i64, mend: String) -> Response {
    let (here, now, is_mended) = (Arc::clone(state), state.clock.now(), !mend.is_empty());
    let gathered = state.database.read(move |read| gather(read, &here, till, recipient, mend, now)).await;
    match gathered.transpose() {
        None => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Some(given) => {
            let page = answer::page_of(state, "given.html", given);
            if is_mended { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() } else { page }
        }
    }
}

fn gather(
    read: &Read<'_>,
    state: &State,
    till: Till,
    id: i64,
    mend: String,
    now: NaiveDateTime,
) -> Result<Option<Given>> {
    let settings = &state.shop.settings;
    let Some((planned, recipient)) = campaign::by_number(read, id)? else { return Ok(None) };
    let Some(at) = recipient.redeemed_at else { return Ok(None) };
    let progress = redemption::progress(read, &planned, at)?;
    let spent = match recipient.spend.filter(|spend| spend.0 > 0) {
        Some(spend) => format!("{} written down", settings.currency.show(spend)),
        None => "Written down".to_owned(),
    };
    let time = wording::time(at, &settings.country);
    let when = if at.date() == now.date() {
        time
    } else {
        format!("{time} on {}", wording::day(at.date(), now.date(), &settings.country))
    };
    Ok(Some(Given {
        recipient: id,
        name: wording::recipient(&recipient),
        gift: Gift::of(&planned.gift_name),
        fact: format!("{spent} at {when}."),
        place: format!("The {} of {} to come.", wording::ordinal(progress.come), words::thousands(progress.mailed)),
        stamp: Stamp::of(at, recipient.till.as_deref().unwrap_or_default(), &settings.country),
        undo_until: until(&recipient, &till, now).map(|until| wording::time(until, &settings.country)),
        till: till.0,
        mend,
    }))
}

/// Until when this till may take it back.
fn until(recipient: &Recipient, till: &Till, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let at = recipient.redeemed_at?;
    let until = at + TimeDelta::minutes(redemption::MINUTES);
    let is_theirs = recipient.till.as_deref().unwrap_or_default() == till.0;
    (is_theirs && (at..=until).contains(&now)).then_some(until)
}

#[derive(Deserialize)]
pub(super) struct Undo {
    reason: String,
}

/// Takes it back, with the reason; what happened stays on record.
pub(super) async fn undo(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(recipient): Path<i64>,
    Form(undo): Form<Undo>,
) -> Response {
    match hand_over::other_code(&state, &till, &[&undo.reason]).await {
        Ok(Some(response)) => return response,
        Ok(None) => {}
        Err(fault) => return answer::trouble(&state, &fault),
    }
    if undo.reason.trim().is_empty() {
        return show(&state, till, recipient, "Say why, in a word or two.".to_owned()).await;
    }
    let (now, asked) = (state.clock.now(), till.clone());
    let done = state.database.write(move |write| {
        let found = campaign::by_number(write, recipient)?;
        let Some((_, letter)) = found.filter(|(_, letter)| until(letter, &asked, now).is_some()) else {
            return Err(Error::new("this till cannot take it back any more").hint("the owner can, on the day's list"));
        };
        redemption::undo(write, letter.code.as_deref().unwrap_or_default(), &undo.reason, now)
    });
    match done.await {
        Ok(_) => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
