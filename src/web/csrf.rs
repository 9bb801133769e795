//! The CSRF token of forms, which another site cannot read, although it can make a browser send a form.
//!
//! It is the HMAC of a cookie under a key of this run: that of the session, or one made for it if no one has signed in.

use std::cell::Cell;

use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::random;

tokio::task_local! {
    static TOKEN: PageToken;
}

/// The client's token.
struct PageToken {
    text: String,
    is_shown: Cell<bool>,
}

/// The key of this run.
pub(super) struct CsrfKey(Hmac<Sha256>);

impl CsrfKey {
    pub(super) fn new() -> Result<Self> {
        Hmac::new_from_slice(&random::bytes::<32>()?).map(Self).map_err(|e| Error::new("a key is wrong").because(e))
    }

    fn of(&self, cookie: &str) -> Hmac<Sha256> {
        self.0.clone().chain_update(cookie)
    }

    /// In letters and digits alone, which need no escaping in forms.
    pub(super) fn token(&self, cookie: &str) -> String {
        self.of(cookie).finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn is_of(&self, cookie: &str, token: &str) -> bool {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = token.as_bytes().chunks(2).map(byte).collect();
        bytes.is_some_and(|bytes| self.of(cookie).verify_slice(&bytes).is_ok())
    }
}

/// Responds with pages that have the token `text`; also returns whether one of them has included it.
pub(super) async fn with(text: String, answering: impl Future<Output = Response>) -> (Response, bool) {
    let token = PageToken { text, is_shown: Cell::new(false) };
    TOKEN.scope(token, async { (answering.await, TOKEN.with(|token| token.is_shown.get())) }).await
}

/// The token for the current page.
pub(super) fn token() -> String {
    TOKEN.try_with(|token| token.text.clone()).unwrap_or_default()
}

/// Records whether a page has a form with the token.
pub(super) fn note_shown(page: &str) {
    let _ = TOKEN.try_with(|token| token.is_shown.set(token.is_shown.get() || page.contains(&token.text)));
}
