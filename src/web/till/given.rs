//! Written down: the gift is theirs, or an amount without one; who is next, how the amount is changed, how it is taken back.

use std::sync::Arc;

use axum::extract::{Path, State as Has};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::hand_over::{self, amount};
use super::typed::Typed;
use super::which::Till;
use crate::campaign;
use crate::customers;
use crate::error::{Error, Result};
use crate::money::Money;
use crate::redemption;
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::State;
use crate::web::wording::{self, Gift};

/// As long as the field takes it.
const REASON: usize = 200;

/// What a page is about.
#[derive(Debug, Clone, Copy)]
enum Thing {
    /// The redemption of a letter.
    Letter(i64),
    /// An amount without one, or a second gift.
    Event(i64),
}

impl Thing {
    /// Where its page leads when it does not stand, or not any more.
    fn instead(self) -> String {
        match self {
            Self::Letter(letter) => format!("/till/letter/{letter}"),
            Self::Event(_) => "/till".to_owned(),
        }
    }

    /// Its page.
    fn page(self) -> String {
        match self {
            Self::Letter(letter) => format!("/till/given/{letter}"),
            Self::Event(event) => format!("/till/written/{event}"),
        }
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
struct Given {
    till: String,
    verdict: String,
    is_gift: bool,
    name: String,
    fact: String,
    place: String,
    stamp: Stamp,
    symbol: String,
    spent: String,
    undo: String,
    change: String,
    /// Until when it can be changed and taken back here; nothing when it cannot.
    until: Option<String>,
    mend: Mend,
}

/// What is wrong with what was typed.
#[derive(Default, Serialize)]
struct Mend {
    /// `why` or `amount`.
    field: &'static str,
    says: String,
    amount: String,
    sure: bool,
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

/// The page of a redemption; without one that stands, the card.
pub(super) async fn of_letter(Has(state): Has<Arc<State>>, till: Till, Path(letter): Path<i64>) -> Response {
    show(&state, till, Thing::Letter(letter), Mend::default()).await
}

/// The page of an amount without one.
pub(super) async fn of_event(Has(state): Has<Arc<State>>, till: Till, Path(event): Path<i64>) -> Response {
    show(&state, till, Thing::Event(event), Mend::default()).await
}

async fn show(state: &Arc<State>, till: Till, thing: Thing, mend: Mend) -> Response {
    let (here, now, is_mended) = (Arc::clone(state), state.clock.now(), !mend.says.is_empty());
    let gathered = state.database.read(move |read| gather(read, &here, till, thing, mend, now)).await;
    match gathered.transpose() {
        Some(given) => {
            let page = answer::page_of(state, "given.html", given);
            if is_mended { (StatusCode::UNPROCESSABLE_ENTITY, page).into_response() } else { page }
        }
        None => Redirect::to(&thing.instead()).into_response(),
    }
}

fn gather(
    read: &Read<'_>,
    state: &State,
    till: Till,
    thing: Thing,
    mend: Mend,
    now: NaiveDateTime,
) -> Result<Option<Given>> {
    let settings = &state.shop.settings;
    let Some(written) = find(read, thing)? else { return Ok(None) };
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
    let (undo, change) = match thing {
        Thing::Letter(letter) => (format!("/till/undo/{letter}"), format!("/till/change/{letter}")),
        Thing::Event(event) => (format!("/till/written/{event}/undo"), format!("/till/written/{event}/change")),
    };
    Ok(Some(Given {
        fact: format!("{spent} at {when}."),
        stamp: Stamp::of(written.at, &written.till, &settings.country),
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
        mend,
    }))
}

/// What is written down, if it stands.
fn find(read: &Read<'_>, thing: Thing) -> Result<Option<Written>> {
    let event = match thing {
        Thing::Event(event) => event,
        Thing::Letter(letter) => return of_redemption(read, letter),
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
    if let Some((planned, letter)) = bought.recipient_id.map(|id| campaign::by_number(read, id)).transpose()?.flatten()
    {
        written.verdict = format!("Yes. A second {} is theirs.", Gift::of(&planned.gift_name).noun);
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

fn of_redemption(read: &Read<'_>, letter: i64) -> Result<Option<Written>> {
    let Some((planned, recipient)) = campaign::by_number(read, letter)? else { return Ok(None) };
    let Some(at) = recipient.redeemed_at else { return Ok(None) };
    let progress = redemption::progress(read, &planned, at)?;
    Ok(Some(Written {
        name: wording::recipient(&recipient),
        verdict: format!("Yes. The {} is theirs.", Gift::of(&planned.gift_name).noun),
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
    let until = written.at + TimeDelta::minutes(redemption::MINUTES);
    (written.till == till.0 && now <= until).then_some(until)
}

/// What this till may still `take back` or `change`.
fn theirs(read: &Read<'_>, thing: Thing, till: &Till, now: NaiveDateTime, what: &str) -> Result<Written> {
    let late = || Error::new(format!("this till cannot {what} any more")).hint("the owner can, on the day's list");
    find(read, thing)?.filter(|written| until(written, till, now).is_some()).ok_or_else(late)
}

#[derive(Deserialize)]
pub(super) struct Undo {
    reason: String,
}

/// Takes a redemption back, with the reason; what happened stays on record.
pub(super) async fn undo_letter(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(letter): Path<i64>,
    Typed(undo): Typed<Undo>,
) -> Response {
    take_back(&state, till, Thing::Letter(letter), undo.reason).await
}

/// The same of an amount without one.
pub(super) async fn undo_event(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(event): Path<i64>,
    Typed(undo): Typed<Undo>,
) -> Response {
    take_back(&state, till, Thing::Event(event), undo.reason).await
}

async fn take_back(state: &Arc<State>, till: Till, thing: Thing, reason: String) -> Response {
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(REASON).collect();
    if reason.trim().is_empty() {
        let mend = Mend { field: "why", says: "Say why, in a word or two.".to_owned(), ..Mend::default() };
        return show(state, till, thing, mend).await;
    }
    let now = state.clock.now();
    let done = state.database.write(move |write| {
        // Pressed twice, it is taken back once.
        if find(write, thing)?.is_none() {
            return Ok(thing.instead());
        }
        let written = theirs(write, thing, &till, now, "take it back")?;
        match thing {
            Thing::Event(event) => redemption::undo_bought(write, event, &reason, now)?,
            Thing::Letter(letter) => {
                let code = campaign::recipient(write, letter)?.code.unwrap_or_default();
                redemption::undo(write, &code, &reason, now)?;
            }
        }
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
pub(super) struct Change {
    amount: String,
    /// The amount that was asked about, when it was.
    sure: String,
}

/// Changes what was spent at a redemption; the first amount stays on record.
pub(super) async fn change_letter(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(letter): Path<i64>,
    Typed(change): Typed<Change>,
) -> Response {
    put_right(&state, till, Thing::Letter(letter), change).await
}

/// The same of an amount without one.
pub(super) async fn change_event(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(event): Path<i64>,
    Typed(change): Typed<Change>,
) -> Response {
    put_right(&state, till, Thing::Event(event), change).await
}

async fn put_right(state: &Arc<State>, till: Till, thing: Thing, change: Change) -> Response {
    let mend = |says, sure| Mend { field: "amount", says, amount: change.amount.clone(), sure };
    let spend = match amount(state, &change.amount) {
        Ok(spend) => spend.unwrap_or_default(),
        Err(fault) => {
            let says = format!("{} Write it like 412.50.", answer::sentence(fault.message()));
            return show(state, till, thing, mend(says, false)).await;
        }
    };
    let (now, currency, asks) = (state.clock.now(), state.shop.settings.currency, till.clone());
    let is_sure = hand_over::is_sure(&change.sure, &change.amount);
    let done = state.database.write(move |write| {
        let written = theirs(write, thing, &till, now, "change it")?;
        if let (false, Some(says)) = (is_sure, hand_over::unusual(write, &written.reference, spend, currency)?) {
            return Ok(Some(says));
        }
        match thing {
            Thing::Event(event) => redemption::change_bought(write, event, spend, now)?,
            Thing::Letter(letter) => redemption::change(write, letter, spend, now)?,
        }
        Ok(None)
    });
    match done.await {
        Ok(Some(says)) => show(state, asks, thing, mend(says, true)).await,
        Ok(None) => Redirect::to(&thing.page()).into_response(),
        Err(fault) => answer::trouble(state, &fault),
    }
}
