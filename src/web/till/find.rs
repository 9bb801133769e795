//! Search: a code leads straight to its letter, anything else to a list of names under two headings.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::scan;
use super::which::CurrentTill;
use crate::app;
use crate::app::find::FoundAtTill;
use crate::domain::{CustomerId, is_bar_code_of_goods};
use crate::error::Result;
use crate::redemption::{Offer, OfferStatus};
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords};

/// The right one is among the first ten.
const MOST: usize = 10;

/// The longest search text.
const LONGEST: usize = 200;

/// The form.
#[derive(Deserialize)]
pub(super) struct SearchForm {
    q: String,
    /// The field's value when the page was made, and the first result: sending it unchanged opens that one.
    #[serde(default)]
    was: String,
    #[serde(default)]
    first: String,
}

/// The list of names.
#[derive(Serialize)]
struct FoundPage {
    till: String,
    typed: String,
    search: String,
    heading: String,
    waiting: Vec<FoundPerson>,
    others: Vec<FoundPerson>,
    status: String,
    more: String,
    /// It looks like a code but is not valid.
    not_a_code: bool,
    /// It is the bar code of a product.
    is_goods: bool,
}

#[derive(Serialize)]
struct FoundPerson {
    id: CustomerId,
    name: String,
    place: String,
    gift: String,
    is_bottle: bool,
}

/// Any typed or scanned text.
pub(super) async fn find(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Form(asked): Form<SearchForm>,
) -> Response {
    let typed: String = asked.q.trim().chars().take(LONGEST).collect();
    if typed.is_empty() {
        return Redirect::to("/till").into_response();
    }
    match scan::scanned(&state, &till, &typed, true).await {
        Ok(Some(response)) => return response,
        Ok(None) => {}
        Err(fault) => return answer::trouble(&state, &fault),
    }
    let first = asked.first.parse::<i64>().ok().filter(|_| typed == asked.was);
    match (state.searches.keep(&typed), first) {
        (Ok(search), Some(first)) => Redirect::to(&format!("/till/found/{search}/{first}")).into_response(),
        (Ok(search), None) => Redirect::to(&format!("/till/found/{search}")).into_response(),
        (Err(fault), _) => answer::trouble(&state, &fault),
    }
}

pub(super) async fn found(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(search): Path<String>,
) -> Response {
    let Some(typed) = state.searches.find(&search) else { return Redirect::to("/till").into_response() };
    let (here, today) = (Arc::clone(&state), state.clock.now().date());
    let gathered = state.database.read(move |read| gather(read, &here, till, typed, search, today)).await;
    answer::page_of(&state, "found.html", gathered)
}

/// The field while the user types.
#[derive(Deserialize)]
pub(super) struct TypingForm {
    q: String,
    /// The token of the previous text.
    #[serde(default)]
    search: String,
}

/// Names that match the text typed so far, as a part of the results page; none when there are none. Codes are not
/// looked up: nothing is recorded before Enter.
pub(super) async fn names(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Form(typing): Form<TypingForm>,
) -> Response {
    let typed: String = typing.q.trim().chars().take(LONGEST).collect();
    let search = match state.searches.renew(&typing.search, &typed) {
        Ok(search) => search,
        Err(fault) => return answer::trouble(&state, &fault),
    };
    let (here, today) = (Arc::clone(&state), state.clock.now().date());
    let gathered = state.database.read(move |read| gather(read, &here, till, typed, search, today)).await;
    match gathered {
        Ok(found) if found.waiting.is_empty() && found.others.is_empty() => StatusCode::NO_CONTENT.into_response(),
        gathered => answer::page_of(&state, "names.html", gathered),
    }
}

fn gather(
    read: &Read<'_>,
    state: &AppState,
    till: CurrentTill,
    typed: String,
    search: String,
    today: NaiveDate,
) -> Result<FoundPage> {
    let FoundAtTill { all, hits } = app::find::at_till(read, &*state.vocabulary(read)?, &typed, today, MOST)?;
    let country = &state.shop.settings.country;
    let (mut waiting, mut others, mut gifts) = (Vec::new(), Vec::new(), Vec::new());
    for (hit, offers) in &hits {
        let (is_waiting, gift) = what_waits(offers, today, country);
        let is_bottle = offers.first().is_some_and(|offer| GiftWords::of(&offer.planned.gift_name).is_bottle);
        let place = wording::town_and_last(&hit.city, hit.last_visit, today);
        let person = FoundPerson { id: hit.id, name: hit.name.clone(), place, gift, is_bottle };
        if is_waiting {
            gifts.extend(waiting_of(offers).map(|offer| GiftWords::of(&offer.planned.gift_name).one));
            waiting.push(person);
        } else {
            others.push(person);
        }
    }
    gifts.sort_unstable();
    gifts.dedup();
    let heading = match gifts.as_slice() {
        [one] => format!("{} is waiting", text::capitalised(one)),
        _ => "Something is waiting".to_owned(),
    };
    let first = waiting.first().or(others.first());
    let status = match first {
        None => format!("No one matches {typed}."),
        Some(first) => format!(
            "{}. First: {}, {}, {}. Enter opens.",
            text::count(hits.len(), "person"),
            first.name,
            first.place,
            first.gift
        ),
    };
    let is_goods = hits.is_empty() && is_bar_code_of_goods(&typed);
    let more = match all.saturating_sub(hits.len()) {
        0 => String::new(),
        n => format!("{} more. Another word, such as the town, narrows it down.", text::thousands(n)),
    };
    Ok(FoundPage {
        till: till.name,
        not_a_code: hits.is_empty() && looks_like_a_code(&typed) && !is_goods,
        is_goods,
        typed,
        search,
        heading,
        waiting,
        others,
        status,
        more,
    })
}

fn waiting_of(offers: &[Offer]) -> impl Iterator<Item = &Offer> {
    offers.iter().filter(|offer| offer.status == OfferStatus::Waiting)
}

/// Whether a gift waits, and a line about it: about every gift that waits, else the newest letter.
fn what_waits(offers: &[Offer], today: NaiveDate, country: &str) -> (bool, String) {
    let name = |offer: &Offer| format!("{}: {}", offer.planned.name, GiftWords::of(&offer.planned.gift_name).noun);
    let waiting: Vec<String> = waiting_of(offers).map(name).collect();
    if !waiting.is_empty() {
        return (true, waiting.join("; "));
    }
    let Some(Offer { planned, recipient, status }) = offers.first() else {
        return (false, "no letter this year".to_owned());
    };
    let noun = GiftWords::of(&planned.gift_name).noun;
    let day = |day: Option<NaiveDate>| day.map(|day| wording::date(day, today, country)).unwrap_or_default();
    let text = match status {
        OfferStatus::Waiting | OfferStatus::Given => {
            format!("had the {noun} {}", given_when(recipient.redeemed_on, today, country))
        }
        OfferStatus::Over => format!("the {noun} waited until {}", day(planned.claim_until)),
        OfferStatus::NotYet => format!("the {noun} is ready from {}", day(Some(planned.starts()))),
    };
    (false, text)
}

fn given_when(on: Option<NaiveDate>, today: NaiveDate, country: &str) -> String {
    match on {
        Some(on) if on == today => "earlier today".to_owned(),
        Some(on) if text::ago(on, today) == "yesterday" => "yesterday".to_owned(),
        Some(on) => format!("on {}", wording::date(on, today, country)),
        None => String::new(),
    }
}

/// Eight characters with digits among the letters, which is typical of codes and not of names.
fn looks_like_a_code(typed: &str) -> bool {
    let signs: Vec<char> = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let others = typed.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ' '));
    (7..=9).contains(&signs.len()) && others && signs.iter().any(char::is_ascii_digit)
}
