//! The card of a customer, as on the till's page: without totals and mail preferences for post.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::response::ApiResponse;
use crate::app::card::{self, GreetedCard};
use crate::domain::EventKind;
use crate::web::state::AppState;

/// The parts of a card that a till gets, by the keys of `customer show --json`.
const KEYS: &str = "ref name fields family last_visit last_visit_ago purchases \
                    preferences open_complaints contacts greeting gift gifts";

pub(super) async fn show(State(state): State<Arc<AppState>>, _: Caller, Path(reference): Path<String>) -> ApiResponse {
    let today = state.clock.now().date();
    match state.database.read(move |read| card::look_up(read, &reference, today)).await {
        Ok(Some(card)) => ApiResponse::done(StatusCode::OK, card_fields(&card), None),
        Ok(None) => {
            ApiResponse::problem(StatusCode::NOT_FOUND, EventKind::Unknown.as_str(), "There is no such customer.")
        }
        Err(fault) => ApiResponse::fault(&fault),
    }
}

fn card_fields(card: &GreetedCard) -> Map<String, Value> {
    let mut whole = json!(card);
    KEYS.split(' ').map(|key| (key.to_owned(), whole.get_mut(key).map_or(Value::Null, Value::take))).collect()
}
