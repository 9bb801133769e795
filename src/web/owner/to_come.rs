//! Who has not come yet, of one campaign.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use crate::app::to_come::{ToCome, to_come};
use crate::domain::CampaignId;
use crate::error::Result;
use crate::redemption::Expected;
use crate::store::Read;
use crate::text;
use crate::web::answer;
use crate::web::state::AppState;
use crate::web::wording;

/// At most this many are listed; no one would call more.
const MOST: usize = 500;

#[derive(Serialize)]
struct ToComePage {
    name: String,
    /// `40 are still to come.`
    title: String,
    /// `3 of the 43 who were mailed came for a bottle of wine; it waits until Saturday, July 30.`
    lead: String,
    guests: Vec<Expected>,
    has_branches: bool,
    more: String,
    /// The other campaigns, with their IDs.
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
    let today = now.date();
    let day = |day: NaiveDate| wording::day(day, today, &state.shop.settings.country);
    let are = text::is(count);
    let were = text::was(progress.mailed);
    let (all, come) = (text::thousands(count), text::thousands(progress.come));
    let is_over = planned.claim_until.is_some_and(|until| today > until);
    let title = match count {
        0 => "Everyone has come.".to_owned(),
        _ if is_over => format!("{all} did not come."),
        _ if today < planned.starts() => format!("{all} {are} expected."),
        _ => format!("{all} {are} still to come."),
    };
    let mailed = text::thousands(progress.mailed);
    let gift = planned.gift_name.as_str();
    let lead = if today < planned.starts() {
        let until = planned.claim_until.map_or(String::new(), |until| format!(" until {}", day(until)));
        let what = if gift.is_empty() { "The letter counts" } else { &format!("{} waits", text::capitalised(gift)) };
        format!("{what} from {}{until}", day(planned.starts()))
    } else {
        let gift = if gift.is_empty() { String::new() } else { format!(" for {gift}") };
        let valid = if is_over { "were valid" } else { "are valid" };
        let until = planned.claim_until.map_or(String::new(), |until| format!("; codes {valid} until {}", day(until)));
        format!("{come} of the {mailed} who {were} mailed came{gift}{until}")
    };
    Ok(ToComePage {
        title,
        lead: lead + ".",
        name: planned.name,
        has_branches: guests.iter().any(|guest| !guest.branch.is_empty()),
        guests,
        more,
        others: others.into_iter().map(|planned| (planned.id, planned.name)).collect(),
    })
}
