//! What was searched for, under tokens that say nothing, so that a page of names can be gone back to; and tokens that make
//! a request itself.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::random;

/// So many searches are kept, of all tills: the last hours of a busy day.
const MOST: usize = 2_000;

/// The searches of this run of the server, the newest last.
#[derive(Default)]
pub(super) struct Searches(Mutex<VecDeque<(String, String)>>);

impl Searches {
    /// Keeps what was typed; the token to find it by.
    pub(super) fn keep(&self, typed: &str) -> Result<String> {
        let token = token()?;
        let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if searches.len() == MOST {
            searches.pop_front();
        }
        searches.push_back((token.clone(), typed.to_owned()));
        Ok(token)
    }

    /// Keeps what is typed under the token of what was typed before, or under a new one.
    pub(super) fn renew(&self, token: &str, typed: &str) -> Result<String> {
        let mut searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, before)) = searches.iter_mut().rev().find(|(known, _)| known == token) {
            typed.clone_into(before);
            return Ok(token.to_owned());
        }
        drop(searches);
        self.keep(typed)
    }

    /// What was typed; nothing when that is long ago.
    pub(super) fn find(&self, token: &str) -> Option<String> {
        let searches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        searches.iter().rev().find(|(known, _)| known == token).map(|(_, typed)| typed.clone())
    }
}

/// A new token, as it stands in an address.
pub(super) fn token() -> Result<String> {
    random::token::<12>()
}
