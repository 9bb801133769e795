//! The card of a customer, as the till's page has it: no sums, and not what they wished about post.

use std::sync::Arc;

use axum::extract::{Path, State as Has};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::Caller;
use super::said::Said;
use crate::customers;
use crate::error::Result;
use crate::merge;
use crate::redemption::{self, Gift};
use crate::store::Read;
use crate::web::state::State;

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
pub(super) async fn card(Has(state): Has<Arc<State>>, _: Caller, Path(reference): Path<String>) -> Said {
    let today = state.clock.now().date();
    match state.database.read(move |read| gather(read, &reference, today)).await {
        Ok(Some(object)) => Said::done(StatusCode::OK, object, None),
        Ok(None) => Said::problem(StatusCode::NOT_FOUND, "unknown", "There is no such customer."),
        Err(fault) => Said::fault(&fault),
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
