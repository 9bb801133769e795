//! Who is still to come, of one campaign.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDateTime;
use serde::Serialize;

use crate::app::to_come::{ToCome, to_come};
use crate::domain::CampaignId;
use crate::error::Result;
use crate::redemption::Expected;
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
    guests: Vec<Expected>,
    more: String,
    /// The other campaigns, with their numbers.
    others: Vec<(CampaignId, String)>,
}

pub(super) async fn newest(State(state): State<Arc<AppState>>) -> Response {
    show(&state, None).await
}

pub(super) async fn of(State(state): State<Arc<AppState>>, Path(campaign): Path<CampaignId>) -> Response {
    show(&state, Some(campaign)).await
}

async fn show(state: &Arc<AppState>, campaign: Option<CampaignId>) -> Response {
    let (here, now) = (Arc::clone(state), state.clock.now());
    let gathered = state.database.read(move |read| gather(read, &here, campaign, now)).await;
    answer::page_of(state, "to-come.html", gathered)
}

fn gather(read: &Read<'_>, state: &AppState, wanted: Option<CampaignId>, now: NaiveDateTime) -> Result<ToComePage> {
    let ToCome { planned, progress, count, guests, others } = to_come(read, wanted, now, MOST)?;
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
        guests,
        more,
        others: others.into_iter().map(|planned| (planned.id, planned.name)).collect(),
    })
}
