//! Unsubscribing: the one public page. Opening it changes nothing; its button, or that of a mail program (RFC 8058),
//! acts at once. Neither the response nor its timing reveals whether a token is valid.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tera::Context;
use tokio::time::Instant;

use super::answer;
use super::state::AppState;
use crate::app;

/// No response is sent sooner.
const TAKES: Duration = Duration::from_millis(250);

/// The largest number at once: with the above, no more than 128 guesses a second.
const AT_ONCE: usize = 32;

pub(super) async fn ask(State(state): State<Arc<AppState>>) -> Response {
    answer::page(&state, "unsubscribe.html", &Context::new())
}

/// Unsubscribes, whatever the body: the token is enough.
pub(super) async fn act(State(state): State<Arc<AppState>>, Path(token): Path<String>) -> Response {
    let began = Instant::now();
    let Some(_place) = UnsubscribePermit::take(&state.leaving) else {
        let (title, hint) = ("Not now.", "Try again in a minute.");
        let mut response =
            answer::show(&state, StatusCode::TOO_MANY_REQUESTS, title, "Too many requests at once.", hint, "");
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        return response;
    };
    let now = state.clock.now();
    let done = state.database.write(move |write| app::unsubscribe::unsubscribe(write, &token, now)).await;
    tokio::time::sleep_until(began + TAKES).await;
    match done {
        Ok(()) => answer::page(&state, "unsubscribed.html", &Context::new()),
        Err(fault) => answer::trouble_before(&state, &fault, ""),
    }
}

/// One of the slots for unsubscribe requests; freed when it is dropped.
struct UnsubscribePermit<'s>(&'s AtomicUsize);

impl<'s> UnsubscribePermit<'s> {
    fn take(places: &'s AtomicUsize) -> Option<Self> {
        let place = Self(places);
        (places.fetch_add(1, Ordering::SeqCst) < AT_ONCE).then_some(place)
    }
}

impl Drop for UnsubscribePermit<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
