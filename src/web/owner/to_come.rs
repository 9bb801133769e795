//! Who is still to come, of one campaign.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDateTime;
use serde::Serialize;

use crate::campaign;
use crate::error::{Error, Result};
use crate::redemption;
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;
use crate::web::wording::{self, GiftWords};

/// So many are listed; a longer list nobody rings through.
const MOST: usize = 500;

#[derive(Serialize)]
struct ToComePage {
    name: String,
    gift: Option<GiftWords>,
    until: String,
    all: String,
    come: String,
    mailed: String,
    guests: Vec<GuestRow>,
    more: String,
    /// The other campaigns, with their numbers.
    others: Vec<(i64, String)>,
}

#[derive(Serialize)]
struct GuestRow {
    number: usize,
    name: String,
    city: String,
    phone: String,
    branch: String,
    recipient: i64,
}

/// Of the newest campaign.
pub(super) async fn newest(State(state): State<Arc<AppState>>) -> Response {
    show(&state, None).await
}

/// Of one, by its number.
pub(super) async fn of(State(state): State<Arc<AppState>>, Path(campaign): Path<i64>) -> Response {
    show(&state, Some(campaign)).await
}

async fn show(state: &Arc<AppState>, campaign: Option<i64>) -> Response {
    let (here, now) = (Arc::clone(state), state.clock.now());
    let gathered = state.database.read(move |read| gather(read, &here, campaign, now)).await;
    answer::page_of(state, "to-come.html", gathered)
}

fn gather(read: &Read<'_>, state: &AppState, wanted: Option<i64>, now: NaiveDateTime) -> Result<ToComePage> {
    let mut all = Vec::new();
    for slug in campaign::slugs(read)?.iter().rev() {
        all.extend(campaign::current(read, slug)?);
    }
    let is_it = |id: i64| wanted.is_none_or(|wanted| wanted == id);
    let Some(at) = all.iter().position(|planned| is_it(planned.id)) else {
        return Err(Error::new("no campaign was planned yet").hint("plan one: `regulars plan NAME`"));
    };
    let planned = all.remove(at);
    let progress = redemption::progress(read, &planned, now)?;
    let (count, guests) = redemption::to_come(read, &planned, now, MOST)?;
    let more = match count - guests.len() {
        0 => String::new(),
        n => format!("{} more. `regulars recipients {}` has all of them.", text::thousands(n), planned.slug),
    };
    let until = planned.claim_until.map(|until| wording::day(until, now.date(), &state.shop.settings.country));
    Ok(ToComePage {
        gift: Some(GiftWords::of(&planned.gift_name)).filter(|gift| !gift.whole.is_empty()),
        name: planned.name,
        until: until.unwrap_or_default(),
        all: text::thousands(count),
        come: text::thousands(progress.come),
        mailed: text::thousands(progress.mailed),
        guests: guests
            .into_iter()
            .map(|guest| GuestRow {
                number: guest.number,
                name: guest.name,
                city: guest.city,
                phone: guest.phone,
                branch: guest.branch,
                recipient: guest.recipient_id,
            })
            .collect(),
        more,
        others: all.into_iter().map(|planned| (planned.id, planned.name)).collect(),
    })
}
