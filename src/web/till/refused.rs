//! The rejection page: why, since when, and what can be done. Nothing on this page is green, so that it cannot be
//! mistaken for an approval.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Serialize;

use super::form_error::FormError;
use super::which::CurrentTill;
use crate::app::refused::{Refusal, refusal};
use crate::domain::{CustomerId, RecipientId};
use crate::redemption::Outcome;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords, Postmark, WaitingGift};
use crate::web::{answer, searches};

#[derive(Serialize, Default)]
struct RefusedPage {
    till: String,
    recipient: Option<RecipientId>,
    customer: Option<CustomerId>,
    verdict: String,
    name: String,
    fact: String,
    say: String,
    what_to_do: String,
    stamp: Option<Postmark>,
    gift: Option<GiftWords>,
    /// Gifts that wait for them nevertheless.
    still: Vec<WaitingGift>,
    /// The owner allows a second one.
    again: bool,
    symbol: String,
    /// Whether the page offers to record a purchase: no other gift waits on their card.
    buys: bool,
    once: String,
    form_error: FormError,
}

/// A code that does not exist.
pub(super) fn unknown(state: &AppState, till: &CurrentTill, code: &str) -> Response {
    let refused = RefusedPage {
        till: till.name.clone(),
        verdict: "No such code.".to_owned(),
        fact: format!("{code} is on none of our letters."),
        what_to_do: "Check the letter, or find them by name: their letter is on their card.".to_owned(),
        ..RefusedPage::default()
    };
    answer::page_of(state, "refused.html", Ok(refused))
}

/// Why a letter's code is not valid.
pub(super) async fn page(state: &Arc<AppState>, till: CurrentTill, letter: RecipientId) -> Response {
    show(state, till, letter, FormError::default()).await
}

/// The same, with what has to be fixed.
pub(super) async fn show(
    state: &Arc<AppState>,
    till: CurrentTill,
    letter: RecipientId,
    form_error: FormError,
) -> Response {
    let (here, today) = (Arc::clone(state), state.clock.now().date());
    let has_error = !form_error.says.is_empty();
    let looked = state.database.read(move |read| refusal(read, letter, today)).await;
    let gathered = looked.and_then(|looked| {
        let mut refused = gather(&here, &looked, today);
        refused.once = if form_error.once.is_empty() { searches::token()? } else { form_error.once.clone() };
        (refused.till, refused.form_error) = (till.name, form_error);
        Ok(refused)
    });
    let page = answer::page_of(state, "refused.html", gathered);
    if has_error && page.status() == StatusCode::OK {
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    } else {
        page
    }
}

fn gather(
    state: &AppState,
    Refusal { planned, recipient, answer, customer, still }: &Refusal,
    today: NaiveDate,
) -> RefusedPage {
    let settings = &state.shop.settings;
    let day = |day: NaiveDate| wording::day(day, today, &settings.country);
    let gift = GiftWords::of(&planned.gift_name);
    let mut refused = RefusedPage {
        recipient: Some(recipient.id),
        customer: *customer,
        buys: customer.is_some(),
        still: still.iter().map(WaitingGift::of).collect(),
        name: wording::recipient(recipient),
        symbol: settings.currency.symbol.trim().to_owned(),
        ..RefusedPage::default()
    };
    match answer.outcome {
        Outcome::AlreadyRedeemed => {
            let Some(at) = answer.redeemed_at else { return refused };
            let till = answer.till.as_deref().unwrap_or_default();
            let place = if till.is_empty() { String::new() } else { format!(", at the till “{till}”") };
            let spent = match answer.spend_minor.filter(|spend| spend.0 > 0) {
                Some(spend) if settings.till.show_earlier_amount => {
                    format!(" They spent {}.", settings.currency.show(spend))
                }
                _ => String::new(),
            };
            refused.verdict = "Already given.".to_owned();
            let time = wording::time(at, &settings.country);
            refused.fact = format!("{}, at {time}{place}.{spent}", day(at.date()));
            let on = if at.date() == today {
                "earlier today".to_owned()
            } else {
                format!("on {}", wording::date(at.date(), today, &settings.country))
            };
            refused.say = format!("“The {} went home with you {on}. I hope you liked it.”", gift.noun);
            refused.stamp = Some(Postmark::of(at, till, &settings.country));
            refused.again = settings.till.honour_twice;
            refused.what_to_do = if refused.again {
                format!("The {} once, every amount always.", gift.noun)
            } else {
                format!("The {} is given once. If that was a mistake, the owner can undo it.", gift.noun)
            };
        }
        Outcome::Expired => {
            let until = answer.valid.and_then(|(_, until)| until);
            refused.verdict = "Too late.".to_owned();
            refused.fact =
                until.map(|until| format!("The {} waited until {}.", gift.noun, day(until))).unwrap_or_default();
            refused.say = "“I am sorry, it was only until then. It is good to see you.”".to_owned();
            refused.what_to_do = "If they came in time, the owner can still record it with that day.".to_owned();
        }
        Outcome::NotYet => {
            refused.verdict = "Not yet.".to_owned();
            refused.fact = format!("The {} is ready from {}.", gift.noun, day(planned.starts()));
            refused.say = "“It is not here yet. May we call you when it is?”".to_owned();
            refused.what_to_do = "If the letters have been mailed, the owner still has to record it.".to_owned();
        }
        Outcome::Void | Outcome::Unknown | Outcome::Accepted => {
            refused.buys = false;
            refused.verdict = "This letter was replaced.".to_owned();
            refused.fact = "A newer one has another code.".to_owned();
            refused.what_to_do = "Open their card: it shows what waits for them.".to_owned();
        }
    }
    refused.gift = Some(gift);
    refused
}
