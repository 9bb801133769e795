//! The till: waiting, found, the card, given, refused. Each page does one thing, and its field is ready for the
//! scanner.
//!
//! No URL has a name, a code or a reference: search texts are stored under a random token, people and letters are
//! identified by row numbers. A code scanned into any field starts a search.

mod amount_form;
mod amount_only;
mod card;
mod find;
mod form_error;
mod given;
mod hand_over;
mod new_customer;
mod notes;
mod offline;
mod refused;
mod scan;
mod second_gift;
mod typed;
mod undone;
mod waiting;
mod which;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::state::AppState;
use crate::domain::{EventId, RecipientId};

pub(super) fn routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/till", get(waiting::page))
        .route("/till/which", get(which::ask).post(which::choose))
        .route("/till/find", post(find::find))
        .route("/till/names", post(find::names))
        .route("/till/found/{search}", get(find::found))
        .route("/till/found/{search}/{customer}", get(card::of_found))
        .route("/till/new", get(new_customer::ask).post(new_customer::add))
        .route("/till/new/{search}", get(new_customer::of_search))
        .route("/till/person/{customer}", get(card::of_person))
        .route("/till/letter/{recipient}", get(card::of_letter))
        .route("/till/hand-over/{recipient}", post(hand_over::hand_over))
        .route("/till/given/{recipient}", get(given::page::<RecipientId>))
        .route("/till/undo/{recipient}", post(given::undo::<RecipientId>))
        .route("/till/change/{recipient}", post(given::change::<RecipientId>))
        .route("/till/bought/{customer}", post(amount_only::write_down))
        .route("/till/written/{event}", get(given::page::<EventId>))
        .route("/till/written/{event}/undo", post(given::undo::<EventId>))
        .route("/till/written/{event}/change", post(given::change::<EventId>))
        .route("/till/undone/{event}", get(undone::page))
        .route("/till/open-codes", get(offline::open_codes))
        .route("/till/kept", get(offline::page).post(offline::store))
        .route("/till/again/{recipient}", get(second_gift::show).post(second_gift::hand_over))
        .route("/till/note/{customer}", post(notes::note))
        .route("/till/address/{customer}", post(notes::address))
}
