//! Refused: why, since when, and what may be done about it. There is no green on this page, so that nobody reads a yes.

use std::sync::Arc;

use axum::extract::{Path, State as Has};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::card::Mend;
use super::given::Stamp;
use super::hand_over::{self, Done};
use super::searches;
use super::typed::Typed;
use super::which::Till;
use crate::campaign::{self, Planned, Recipient};
use crate::customers;
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
    gift: Option<Gift>,
    /// The owner lets a second one go.
    again: bool,
    symbol: String,
    /// Whether they may buy something all the same: nothing better waits on their card.
    buys: bool,
    once: String,
    mend: Mend,
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
    show(state, till, recipient, Mend::default()).await
}

/// The same, with what is to be mended.
pub(super) async fn show(state: &Arc<State>, till: Till, recipient: i64, mend: Mend) -> Response {
    let (here, today) = (Arc::clone(state), state.clock.now().date());
    let is_mended = !mend.says.is_empty();
    let gathered = state.database.read(move |read| {
        let found = campaign::by_number(read, recipient)?;
        let Some((planned, recipient)) = found else {
            return Err(Error::new("there is no such letter").hint("scan it again"));
        };
        let code = Claim::Code(recipient.code.clone().unwrap_or_default());
        let answer = redemption::look(read, &code, today)?;
        let mut refused = gather(read, &here, &planned, &recipient, &answer, today)?;
        refused.once = if mend.once.is_empty() { searches::token()? } else { mend.once.clone() };
        (refused.till, refused.mend) = (till.0, mend);
        Ok(refused)
    });
    let page = answer::page_of(state, "refused.html", gathered.await);
    if is_mended && page.status() == StatusCode::OK {
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    } else {
        page
    }
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
    let customer = customers::resolve_ref(read, &recipient.reference)?;
    let mut refused = Refused {
        recipient: Some(recipient.id),
        customer,
        buys: customer.is_some(),
        name: wording::recipient(recipient),
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
                format!("The {} once, every amount always.", gift.noun)
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
            refused.buys = false;
            refused.verdict = "This letter was replaced.".to_owned();
            refused.fact = "A newer one has another code.".to_owned();
            refused.what_to_do = "Open their card: what waits for them is there.".to_owned();
        }
    }
    refused.gift = Some(gift);
    Ok(refused)
}

/// What came out of the form for a second one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Again {
    amount: String,
    once: String,
    /// The amount that was asked about, when it was.
    sure: String,
}

/// Hands over a second one, if the owner lets it: an event beside the first, never another redemption.
pub(super) async fn give_again(
    Has(state): Has<Arc<State>>,
    till: Till,
    Path(recipient): Path<i64>,
    Typed(again): Typed<Again>,
) -> Response {
    let mend = |says, sure| {
        let (amount, once) = (again.amount.clone(), again.once.clone());
        Mend { field: "amount", says, amount, sure, once, ..Mend::default() }
    };
    let spend = match hand_over::amount(&state, &again.amount) {
        Ok(spend) => spend,
        Err(fault) => {
            let says = format!("{} Write it like 412.50, or leave it empty.", answer::sentence(fault.message()));
            return show(&state, till, recipient, mend(says, false)).await;
        }
    };
    let (now, currency) = (state.clock.now(), state.shop.settings.currency);
    let (may, name) = (state.shop.settings.till.honour_twice, till.0.clone());
    let is_sure = hand_over::is_sure(&again.sure, &again.amount);
    let request = hand_over::request(&again.once);
    let done = state.database.write(move |write| {
        if !may {
            return Err(Error::new("a second one is not handed over here").hint("the owner decides that in shop.toml"));
        }
        if let Some(path) = hand_over::led(write, request.as_deref())? {
            return Ok(Done::At(path));
        }
        let letter = campaign::by_number(write, recipient)?.map(|(_, letter)| letter);
        if let (Some(spend), Some(letter), false) = (spend, &letter, is_sure)
            && let Some(says) = hand_over::unusual(write, &letter.reference, spend, currency)?
        {
            return Ok(Done::Unusual(says));
        }
        let claim = Claim::Code(letter.and_then(|letter| letter.code).unwrap_or_default());
        let visit = Visit { claim, at: now, spend, till: name, receipt: String::new(), request };
        redemption::honour_again(write, &visit).map(|event| Done::At(format!("/till/written/{event}")))
    });
    match done.await {
        Ok(Done::At(path)) => Redirect::to(&path).into_response(),
        Ok(Done::Unusual(says)) => show(&state, till, recipient, mend(says, true)).await,
        Err(fault) if fault.kind() == Kind::Machine => {
            let fields =
                [("amount", again.amount.as_str()), ("once", again.once.as_str()), ("sure", again.sure.as_str())];
            answer::try_again(&state, &fault, &format!("/till/again/{recipient}"), &fields)
        }
        Err(fault) => answer::trouble(&state, &fault),
    }
}

/// The second one that went out today.
pub(super) async fn given_again(Has(state): Has<Arc<State>>, Path(recipient): Path<i64>) -> Response {
    let today = state.clock.now().date();
    match state.database.read(move |read| redemption::honoured_again(read, recipient, today)).await {
        Ok(Some(event)) => Redirect::to(&format!("/till/written/{event}")).into_response(),
        Ok(None) => Redirect::to(&format!("/till/letter/{recipient}")).into_response(),
        Err(fault) => answer::trouble(&state, &fault),
    }
}
