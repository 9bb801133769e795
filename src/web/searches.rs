//! Search texts under random tokens, so that a result page can be reopened without names in its URL; and tokens that
//! identify a request.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::random;

/// How many searches of all tills are stored: the last hours of a busy day.
const MOST: usize = 2_000;

/// The searches of this run of the server, the newest last.
#[derive(Default)]
pub(super) struct Searches(Mutex<VecDeque<(String, String)>>);

impl Searches {
    /// Stores a search text; returns its token.
    pub(super) fn keep(&self, typed: &str) -> Result<String> {
        let token = token()?;
        let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if searches.len() == MOST {
            searches.pop_front();
        }
        searches.push_back((token.clone(), typed.to_owned()));
        Ok(token)
    }

    /// Stores a text under the token of the previous one, or under a new one.
    pub(super) fn renew(&self, token: &str, typed: &str) -> Result<String> {
        let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, before)) = searches.iter_mut().rev().find(|(known, _)| known == token) {
            typed.clone_into(before);
            return Ok(token.to_owned());
        }
        drop(searches);
        self.keep(typed)
    }

    /// The search text; none when it is too old.
    pub(super) fn find(&self, token: &str) -> Option<String> {
        let searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        searches.iter().rev().find(|(known, _)| known == token).map(|(_, typed)| typed.clone())
    }
}

/// A new token that can be used in a URL.
pub(super) fn token() -> Result<String> {
    random::token::<12>()
}
