//! The start page: where to scan, the current gifts, today's numbers, the latest visitors. No money is shown here.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDateTime;
use serde::Serialize;

use super::which::CurrentTill;
use crate::app;
use crate::app::today::TillToday;
use crate::campaign::Planned;
use crate::error::Result;
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords};

/// How many of the latest are shown.
const LAST: usize = 5;

#[derive(Serialize)]
struct WaitingPage {
    till: String,
    today: String,
    came: String,
    campaign: Option<CurrentCampaign>,
    /// The other current gifts, each with its last day.
    others: Vec<(String, Option<String>)>,
    last: Vec<LastVisit>,
}

/// The campaign of the current gift.
#[derive(Serialize)]
struct CurrentCampaign {
    name: String,
    gift: GiftWords,
    until: Option<String>,
    come: String,
    mailed: String,
    left: Option<String>,
}

#[derive(Serialize)]
struct LastVisit {
    time: String,
    name: String,
    what: String,
}

pub(super) async fn page(State(state): State<Arc<AppState>>, till: CurrentTill) -> Response {
    let (here, now) = (Arc::clone(&state), state.clock.now());
    let gathered = state.database.read(move |read| gather(read, &here, till, now)).await;
    answer::page_of(&state, "waiting.html", gathered)
}

fn gather(read: &Read<'_>, state: &AppState, till: CurrentTill, now: NaiveDateTime) -> Result<WaitingPage> {
    let (today, country) = (now.date(), state.shop.settings.country.as_str());
    let TillToday { came, campaign, others, last } = app::today::today(read, now, LAST)?;
    let until = |planned: &Planned| planned.claim_until.map(|until| wording::day(until, today, country));
    let campaign = match campaign {
        None => None,
        Some((planned, progress)) => {
            let left = state.stock(read, &planned)?.map(|stock| text::thousands(stock.saturating_sub(progress.come)));
            Some(CurrentCampaign {
                gift: GiftWords::of(&planned.gift_name),
                until: until(&planned),
                name: planned.name,
                come: text::thousands(progress.come),
                mailed: text::thousands(progress.mailed),
                left,
            })
        }
    };
    let last = last.into_iter().map(|come| {
        let given = match come.gift.as_str() {
            "" => "recorded".to_owned(),
            gift => format!("{} given", GiftWords::of(gift).noun),
        };
        let what = if come.city.is_empty() { given } else { format!("{}, {given}", come.city) };
        LastVisit { time: wording::time(come.at, country), name: come.name, what }
    });
    Ok(WaitingPage {
        till: till.name,
        today: wording::day(today, today, country),
        came: text::thousands(came),
        campaign,
        others: others.iter().map(|planned| (planned.gift_name.clone(), until(planned))).collect(),
        last: last.collect(),
    })
}
