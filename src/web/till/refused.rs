//! Refused: why, since when, and what may be done about it. There is no green on this page, so that nobody reads a yes.

use std::sync::Arc;

use axum::extract::{Form, Path, State as Has};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tera::Context;

use super::given::Stamp;
use super::which::Till;
use super::{hand_over, searches};
use crate::book;
use crate::campaign::{self, Planned, Recipient};
use crate::error::{Error, Kind, Result};
use crate::redemption::{self, Answer, Claim, Outcome, Visit};
use crate::store::Read;
use crate::web::answer;
use crate::web::state::State;
use crate::web::wording::{self, Gift};

#[derive(Serialize, Default)]
struct Refused {
    till: String,
    recipient: Option<i64>,
    customer: Option<i64>,
    verdict: String,
    name: String,
    fact: String,
    say: String,
    what_to_do: String,
    stamp: Option<Stamp>,
    /// A letter that took the place of this one, or the same person's card.
    card: String,
    gift: Option<Gift>,
    /// The owner lets a second one go.
    again: bool,
    symbol: String,
    once: String,
    mend: String,
    amount: String,
}

/// A code that nobody has.
pub(super) fn unknown(state: &State, till: &Till, code: &str) -> Response {
    let refused = Refused {
        till: till.0.clone(),
        verdict: "No such code.".to_owned(),
        fact: format!("{code} is on none of our letters."),
        what_to_do: "Look again at the letter, or find them by name: their letter is on their card.".to_owned(),
        ..Refused::default()
    };
    answer::page_of(state, "refused.html", Ok(refused))
}

/// Why a letter's code does not hold.
pub(super) async fn page(state: &Arc<State>, till: Till, recipient: i64) -> Response {
    show(state, till, recipient, String::new(), String::new()).await
}

async fn show(state: &Arc<State>, till: Till, recipient: i64, mend: String, amount: String) -> Response {
    let (here, today) = (Arc::clone(state), state.clock.now().date());
    let gathered = state.database.read(move |read| {
        let found = campaign::by_number(read, recipient)?;
        let Some((planned, recipient)) = found else {
            return Err(Error::new("there is no such letter").hint("scan it again"));
        };
        let code = Claim::Code(recipient.code.clone().unwrap_or_default());
        let answer = redemption::look(read, &code, today)?;
        let mut refused = gather(read, &here, &planned, &recipient, &answer, today)?;
        (refused.till, refused.mend, refused.amount, refused.once) = (till.0, mend, amount, searches::token()?);
        Ok(refused)
    });
    answer::page_of(state, "refused.html", gathered.await)
}

fn gather(
    read: &Read<'_>,
    state: &State,
    planned: &Planned,
    recipient: &Recipient,
    answer: &Answer,
    today: NaiveDate,
) -> Result<Refused> {
    let settings = &state.shop.settings;
    let day = |day: NaiveDate| wording::day(day, today, &settings.country);
    let gift = Gift::of(&planned.gift_name);
    let customer = book::resolve_ref(read, &recipient.reference)?;
    let mut refused = Refused {
        recipient: Some(recipient.id),
        customer,
        name: wording::recipient(recipient),
        card: "Open their card".to_owned(),
        symbol: settings.currency.symbol.trim().to_owned(),
        ..Refused::default()
    };
    match answer.outcome {
        Outcome::AlreadyRedeemed => {
            let Some(at) = answer.redeemed_at else { return Ok(refused) };
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
            refused.stamp = Some(Stamp::of(at, till, &settings.country));
            refused.again = settings.till.honour_twice;
            refused.what_to_do = if refused.again {
                "May have gone home with somebody else of the family? You may hand over a second one.".to_owned()
            } else {
                format!("The {} goes out once. If that was a mistake, the owner can take it back.", gift.noun)
            };
        }
        Outcome::Expired => {
            let until = answer.valid.and_then(|(_, until)| until);
            refused.verdict = "Not any more.".to_owned();
            refused.fact =
                until.map(|until| format!("The {} waited until {}.", gift.noun, day(until))).unwrap_or_default();
            refused.say = "“I am sorry, it was only until then. It is good to see you.”".to_owned();
            refused.what_to_do = "If they came in time, the owner can still write it down with that day.".to_owned();
        }
        Outcome::NotYet => {
            refused.verdict = "Not yet.".to_owned();
            refused.fact = format!("The {} waits from {}.", gift.noun, day(planned.starts()));
            refused.say = "“It is not here yet. May we ring you when it is?”".to_owned();
            refused.what_to_do = "If the letters are out already, the owner has yet to say so.".to_owned();
        }
        _ => {
            refused.verdict = "This letter was replaced.".to_owned();
            refused.fact = "A newer one has another code.".to_owned();
            refused.what_to_do = "Open their card: what waits for them is there.".to_owned();
        }
    }
    refused.gift = Some(gift);
    Ok(refused)
}

/// What came out of the form for a second one.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Again {
    amount: String,
    once: String,
}

/// Hands over a second one, if the owner lets it: an event beside the first, never another redemption.
pub(super) async fn give_again(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(recipient): Path<i64>,
    Form(again): Form<Again>,
) -> Response {
    match hand_over::other_code(&state, &till, &[&again.amount]).await {
        Ok(Some(response)) => return response,
        Ok(None) => {}
        Err(fault) => return answer::trouble(&state, &fault),
    }
    let spend = match hand_over::amount(&state, &again.amount) {
        Ok(spend) => spend,
        Err(fault) => {
            let says = format!("{} Write it like 412.50, or leave it empty.", answer::sentence(fault.message()));
            let page = show(&state, till, recipient, says, again.amount).await;
            return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
        }
    };
    let (now, may) = (state.clock.now(), state.shop.settings.till.honour_twice);
    let request = Some(again.once.clone()).filter(|once| !once.is_empty());
    let done = state.database.write(move |write| {
        if !may {
            return Err(Error::new("a second one is not handed over here").hint("the owner decides that in shop.toml"));
        }
        let code = campaign::by_number(write, recipient)?.and_then(|(_, letter)| letter.code).unwrap_or_default();
        let claim = Claim::Code(code);
        let visit = Visit { claim, at: now, spend, till: till.0, receipt: String::new(), request };
        redemption::honour_again(write, &visit)
    });
    match done.await {
        Ok(_) => Redirect::to(&format!("/till/again/{recipient}")).into_response(),
        Err(fault) if fault.kind() == Kind::Machine => {
            let fields = [("amount", again.amount.as_str()), ("once", again.once.as_str())];
            answer::try_again(&state, &fault, &format!("/till/again/{recipient}"), &fields)
        }
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// That the second one is theirs.
pub(super) async fn given_again(Has(state): Has<Arc<State>>, till: Till, Path(recipient): Path<i64>) -> Response {
    let today = state.clock.now().date();
    let found = state.database.read(move |read| {
        let is_true = redemption::was_honoured_again(read, recipient, today)?;
        Ok(campaign::by_number(read, recipient)?.filter(|_| is_true))
    });
    match found.await {
        Ok(Some((planned, letter))) => {
            let mut context = Context::new();
            context.insert("till", &till.0);
            context.insert("gift", &Gift::of(&planned.gift_name));
            context.insert("name", &wording::recipient(&letter));
            answer::page(&state, "again.html", &context)
        }
        Ok(None) => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
