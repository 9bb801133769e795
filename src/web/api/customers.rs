//! The card of a customer, as the till's page has it: no sums, and not what they wished about post.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::response::ApiResponse;
use crate::customers;
use crate::error::Result;
use crate::merge;
use crate::redemption::{self, Gift};
use crate::store::Read;
use crate::web::state::AppState;

/// What of a card a till is told, by the keys of `customer show --json`.
const KEYS: [&str; 10] = [
    "ref",
    "name",
    "fields",
    "family",
    "last_visit",
    "last_visit_ago",
    "purchases",
    "preferences",
    "open_complaints",
    "contacts",
];

/// The card.
pub(super) async fn card(State(state): State<Arc<AppState>>, _: Caller, Path(reference): Path<String>) -> ApiResponse {
    let today = state.clock.now().date();
    match state.database.read(move |read| gather(read, &reference, today)).await {
        Ok(Some(object)) => ApiResponse::done(StatusCode::OK, object, None),
        Ok(None) => ApiResponse::problem(StatusCode::NOT_FOUND, "unknown", "There is no such customer."),
        Err(fault) => ApiResponse::fault(&fault),
    }
}

fn gather(read: &Read<'_>, reference: &str, today: NaiveDate) -> Result<Option<Map<String, Value>>> {
    let Some(id) = customers::resolve_ref(read, reference.trim())? else { return Ok(None) };
    let customer = customers::by_id(read, id)?;
    let mut whole = json!(customers::card(read, &customer, today)?);
    let mut object: Map<String, Value> =
        KEYS.into_iter().map(|key| (key.to_owned(), whole.get_mut(key).map_or(Value::Null, Value::take))).collect();
    let alone = customers::Customer { spouse: String::new(), ..customer };
    object.insert("greeting".into(), json!(merge::names_of(&[&alone]).greeting));
    object.insert("gift".into(), json!(redemption::promise(read, id, today)?.map(Gift::from)));
    Ok(Some(object))
}
