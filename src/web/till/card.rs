//! The card: how to greet them, what to remember, what the letter promised, and the one button.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::Serialize;

use super::form_error::FormError;
use super::refused;
use super::which::CurrentTill;
use crate::app::card::{self, CardOf, TillCard};
use crate::app::till_changes;
use crate::customers::{Card, Customer, CustomerField};
use crate::domain::{Column, CustomerId, RecipientId, Response as CampaignResponse};
use crate::error::Result;
use crate::redemption::{Offer, OfferStatus, Outcome};
use crate::store::Read;
use crate::text;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords, WaitingGift};
use crate::web::{answer, searches};

/// How many purchases and notes are shown.
const PURCHASES: usize = 4;
const NOTES: usize = 3;

/// How many characters of a complaint are shown above the button.
const COMPLAINT: usize = 180;

#[derive(Serialize)]
pub(super) struct CardPage {
    till: String,
    customer: CustomerId,
    /// The search that found them, to go back to.
    search: String,
    name: String,
    since: String,
    /// What this till has just recorded here.
    recorded: Option<String>,
    complaint: Option<ComplaintNotice>,
    /// The gift of the large button.
    act: Option<WaitingGift>,
    /// The other gifts that wait.
    others: Vec<WaitingGift>,
    /// Of the shop's currency.
    symbol: String,
    /// Why there is nothing to hand over.
    nothing: Option<NoOffer>,
    bought: Vec<PurchaseLine>,
    facts: Vec<(&'static str, String)>,
    notes: Vec<NoteLine>,
    address: Vec<(&'static str, &'static str, String)>,
    /// Typed values that were not accepted.
    pub(super) form_error: FormError,
    /// Identifies the requests of this page: pressed twice, each counts once.
    once: String,
}

#[derive(Serialize)]
struct ComplaintNotice {
    age: String,
    text: String,
    /// The full text, if it is long.
    whole: String,
    others: usize,
}

#[derive(Serialize)]
struct NoOffer {
    title: String,
    text: String,
    /// The letter, if it has more details.
    recipient: Option<RecipientId>,
}

#[derive(Serialize)]
struct PurchaseLine {
    what: String,
    when: String,
    price: String,
}

#[derive(Serialize)]
struct NoteLine {
    when: String,
    text: String,
}

/// A customer from the list of names.
pub(super) async fn of_found(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path((search, customer)): Path<(String, CustomerId)>,
) -> Response {
    show(&state, till, CardOf::Person(customer), search, FormError::default()).await
}

/// A customer with a known ID.
pub(super) async fn of_person(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(customer): Path<CustomerId>,
) -> Response {
    show(&state, till, CardOf::Person(customer), String::new(), FormError::default()).await
}

/// The recipient of a letter; if its code is not valid, why.
pub(super) async fn of_letter(
    State(state): State<Arc<AppState>>,
    till: CurrentTill,
    Path(letter): Path<RecipientId>,
) -> Response {
    let today = state.clock.now().date();
    let looked = state.database.read(move |read| card::answer_to(read, letter, today));
    match looked.await {
        Err(fault) => answer::trouble(&state, &fault),
        Ok(None) => Redirect::to("/till").into_response(),
        Ok(Some(answer)) if answer.outcome == Outcome::Accepted => {
            show(&state, till, CardOf::Letter(letter), String::new(), FormError::default()).await
        }
        Ok(Some(_)) => refused::page(&state, till, letter).await,
    }
}

/// The card, with form values that were not accepted.
pub(super) async fn show(
    state: &Arc<AppState>,
    till: CurrentTill,
    whose: CardOf,
    search: String,
    form_error: FormError,
) -> Response {
    let (here, today) = (Arc::clone(state), state.clock.now().date());
    let has_error = !form_error.says.is_empty();
    let gathered = state.database.read(move |read| gather(read, &here, till, whose, search, form_error, today)).await;
    let response = answer::page_of(state, "card.html", gathered);
    if has_error && response.status() == StatusCode::OK {
        return (StatusCode::UNPROCESSABLE_ENTITY, response).into_response();
    }
    response
}

fn gather(
    read: &Read<'_>,
    state: &AppState,
    till: CurrentTill,
    whose: CardOf,
    search: String,
    form_error: FormError,
    today: NaiveDate,
) -> Result<CardPage> {
    let settings = &state.shop.settings;
    let TillCard { customer, card, household, greeting, offers } = card::at_till(read, whose, today)?;
    let offer = offers.first();
    let name = match offer {
        Some(offer) => wording::recipient(&offer.recipient),
        None => wording::customer(&greeting, &customer),
    };
    let day = |day: NaiveDate| text::long_date(day, &settings.country);
    let mut waiting: Vec<&Offer> = offers.iter().filter(|offer| offer.status == OfferStatus::Waiting).collect();
    // The gift whose button was pressed, else the first, has the large button.
    waiting.sort_by_key(|offer| form_error.letter.is_some_and(|letter| letter != offer.recipient.id));
    let mut waiting = waiting.into_iter().map(WaitingGift::of);
    let (act, others) = (waiting.next(), waiting.collect());
    let nothing = if act.is_some() { None } else { Some(why_nothing(offer, state, today)) };
    let complaint = card.open_complaints.first().map(|oldest| ComplaintNotice {
        age: match text::ago(oldest.on, today) {
            ago if ago.ends_with(" ago") => format!("{} old", ago.trim_end_matches(" ago")),
            recent => format!("from {recent}"),
        },
        text: shortened(&oldest.text),
        whole: if shortened(&oldest.text) == oldest.text { String::new() } else { oldest.text.clone() },
        others: card.open_complaints.len() - 1,
    });
    let bought = card.purchases.iter().take(PURCHASES).map(|purchase| PurchaseLine {
        what: if purchase.item.is_empty() { "A purchase".to_owned() } else { purchase.item.clone() },
        when: day(purchase.on),
        price: settings.currency.show(purchase.amount),
    });
    let notes = card
        .contacts
        .iter()
        .take(NOTES)
        .map(|note| NoteLine { when: format!("{}, {}", day(note.on), note.kind), text: note.text.clone() });
    let now = state.clock.now();
    let recorded = till_changes::just_recorded(read, customer.id, &till.name, now)?.map(|change| {
        format!("{} Recorded at {}.", wording::till_change(&change), wording::time(change.at, &settings.country))
    });
    let field = |field: CustomerField, label| (field.as_str(), label, customer.field(field).to_owned());
    Ok(CardPage {
        till: till.name,
        customer: customer.id,
        search,
        since: wording::last_here(card.last_visit, today),
        recorded,
        complaint,
        act,
        others,
        symbol: settings.currency.symbol.trim().to_owned(),
        nothing,
        bought: bought.collect(),
        facts: facts(&card, &household, &name, &offers, settings.country.as_str()),
        notes: notes.collect(),
        address: vec![
            field(CustomerField::Street, "Street"),
            field(CustomerField::Street2, "More of the street"),
            field(CustomerField::City, "Town"),
            field(CustomerField::State, "State"),
            field(CustomerField::Postcode, "Postcode"),
        ],
        name,
        once: if form_error.once.is_empty() { searches::token()? } else { form_error.once.clone() },
        form_error,
    })
}

/// A complaint cut to the length shown above the button.
fn shortened(text: &str) -> String {
    if text.chars().count() <= COMPLAINT {
        return text.to_owned();
    }
    let start: String = text.chars().take(COMPLAINT).collect();
    let words = start.rsplit_once(char::is_whitespace).map_or(start.as_str(), |(words, _)| words);
    format!("{words} …")
}

/// Why there is nothing to hand over.
fn why_nothing(offer: Option<&Offer>, state: &AppState, today: NaiveDate) -> NoOffer {
    let settings = &state.shop.settings;
    let day = |day: NaiveDate| wording::day(day, today, &settings.country);
    let Some(Offer { planned, recipient, status }) = offer else {
        let text = "Everything else is unchanged.".to_owned();
        return NoOffer { title: "No letter this year".to_owned(), text, recipient: None };
    };
    let noun = GiftWords::of(&planned.gift_name).noun;
    let (title, text) = match (status, recipient.redeemed_on, planned.claim_until) {
        (OfferStatus::Given, Some(on), _) => (format!("Had the {noun}"), format!("On {}.", day(on))),
        (OfferStatus::Over, _, Some(until)) => {
            (format!("The {noun} is no longer waiting"), format!("It waited until {}.", day(until)))
        }
        _ => (format!("The {noun} is not there yet"), format!("It is ready from {}.", day(planned.starts()))),
    };
    NoOffer { title, text, recipient: Some(recipient.id) }
}

/// Known facts, one line each.
fn facts(
    card: &Card,
    household: &[Customer],
    heading: &str,
    offers: &[Offer],
    country: &str,
) -> Vec<(&'static str, String)> {
    let field = |field: CustomerField| card.fields.get(&field).cloned().unwrap_or_default();
    let others: Vec<String> =
        household.iter().filter(|member| member.reference != card.reference).map(Customer::name).collect();
    let is_children =
        |key: &str| matches!(key.to_lowercase().as_str(), "children" | "child" | "kids" | "sons" | "daughters");
    let (children, taste): (Vec<_>, Vec<_>) = card.preferences.iter().partition(|(key, _)| is_children(key));
    let children: Vec<String> = children.into_iter().map(|(_, value)| value.clone()).collect();
    let taste: Vec<String> = taste.into_iter().map(|(key, value)| format!("{key} {value}")).collect();
    let letter = |Offer { planned, recipient, .. }: &Offer| {
        let number = recipient.number.map_or(String::new(), |number| format!(", no. {number}"));
        let code = recipient.code.as_ref().map_or(String::new(), |code| format!(", code {}", code.as_str()));
        format!("{} of {}{number}{code}", planned.name, text::long_date(planned.dated, country))
    };
    let waiting = offers.iter().skip(1).filter(|offer| offer.status == OfferStatus::Waiting);
    let letters: Vec<String> = offers.first().into_iter().chain(waiting).map(letter).collect();
    let all = [
        ("Name", if heading.contains(&card.name) { String::new() } else { card.name.clone() }),
        ("Spouse", field(CustomerField::Spouse)),
        ("At home", others.join(", ")),
        ("Children", children.join("; ")),
        ("Taste", taste.join("; ")),
        ("Remember", field(CustomerField::Notes)),
        ("Birthday", field(CustomerField::Birthday)),
        ("Letter", letters.join("; ")),
        ("Last year", offers.first().map_or(String::new(), last_year)),
    ];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// The response to the previous letter.
fn last_year(offer: &Offer) -> String {
    let field = |name: &str| offer.recipient.fields.get(&format!("last_year.{name}")).unwrap_or_default().to_owned();
    match CampaignResponse::from_form(&field("response")) {
        Some(CampaignResponse::Redeemed) => format!("came for {}", field("gift")),
        Some(CampaignResponse::NotRedeemed) => format!("did not come for {}", field("gift")),
        Some(CampaignResponse::Undeliverable) => "the letter came back".to_owned(),
        _ => String::new(),
    }
}
