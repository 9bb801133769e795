//! The owner's pages: the day with its totals, what the tills saved while they were offline and what they changed on
//! cards, and who has not come yet.

mod changes;
mod day;
mod matters;
mod to_come;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::state::AppState;
use crate::domain::{EventId, RecipientId};

pub(super) fn routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/owner/day", get(day::today))
        .route("/owner/day/{day}", get(day::of))
        .route("/owner/day/{day}/undo/{recipient}", post(day::undo::<RecipientId>))
        .route("/owner/day/{day}/change/{recipient}", post(day::change::<RecipientId>))
        .route("/owner/day/{day}/written/{event}/undo", post(day::undo::<EventId>))
        .route("/owner/day/{day}/written/{event}/change", post(day::change::<EventId>))
        .route("/owner/kept/{event}", post(matters::put_aside))
        .route("/owner/changes/{change}/undo", post(changes::undo))
        .route("/owner/changes/{change}/clear", post(changes::put_aside))
        .route("/owner/to-come", get(to_come::newest))
        .route("/owner/to-come/{campaign}", get(to_come::of))
}
