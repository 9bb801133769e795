//! What every page has at hand.

use std::sync::atomic::AtomicUsize;

use super::database::Database;
use super::pages::Pages;
use crate::clock::Running;
use crate::error::Result;
use crate::shop::Shop;

/// The time, the database and the pages: one for all requests.
pub(super) struct State {
    /// The time.
    pub(super) clock: Running,
    /// The database.
    pub(super) database: Database,
    /// The templates.
    pub(super) pages: Pages,
    /// How many unsubscribe at this moment.
    pub(super) leaving: AtomicUsize,
}

impl State {
    pub(super) fn new(shop: &Shop, clock: Running, database: Database) -> Result<Self> {
        Ok(Self { pages: Pages::new(shop)?, clock, database, leaving: AtomicUsize::new(0) })
    }
}
