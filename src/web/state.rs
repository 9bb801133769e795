//! Shared state of all pages.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderValue;
use tokio::sync::Semaphore;

use super::attempts::Attempts;
use super::csrf::CsrfKey;
use super::database::Database;
use super::pages::PageTemplates;
use super::searches::Searches;
use crate::access::TillToken;
use crate::app;
use crate::campaign::Planned;
use crate::clock::Running;
use crate::customers::Vocabulary;
use crate::domain::CampaignId;
use crate::error::Result;
use crate::manual::Manual;
use crate::shop::Shop;
use crate::store::Read;

/// How long a new name may be missing from typo correction; typed correctly it is found at once.
const STALE: Duration = Duration::from_secs(600);

/// How many passphrases and PINs are checked at once; each takes 19 MB for a while.
const HASHING: usize = 2;

pub(super) struct AppState {
    /// The shop, with shop.toml as of the start of the server.
    pub(super) shop: Shop,
    pub(super) clock: Running,
    pub(super) database: Database,
    pub(super) pages: PageTemplates,
    pub(super) manual: Manual,
    /// The key of this run's form tokens.
    pub(super) csrf: CsrfKey,
    /// How many unsubscribe requests are in progress.
    pub(super) leaving: AtomicUsize,
    /// Searches at the till.
    pub(super) searches: Searches,
    /// Tokens that were valid when they were last looked up.
    pub(super) callers: Mutex<HashMap<String, TillToken>>,
    /// The wrong attempts of the last minutes.
    pub(super) attempts: Attempts,
    /// Slots for passphrases and PINs that are being checked.
    pub(super) hashing: Semaphore,
    /// Whether a proxy does the encryption.
    pub(super) behind_proxy: bool,
    vocabulary: Mutex<Option<(Instant, Arc<Vocabulary>)>>,
    stocks: Mutex<HashMap<CampaignId, Option<usize>>>,
}

impl AppState {
    pub(super) fn new(
        shop: Shop,
        clock: Running,
        database: Database,
        manual: Manual,
        behind_proxy: bool,
    ) -> Result<Self> {
        Ok(Self {
            pages: PageTemplates::new(&shop)?,
            manual,
            csrf: CsrfKey::new()?,
            shop,
            clock,
            database,
            leaving: AtomicUsize::default(),
            searches: Searches::default(),
            callers: Mutex::default(),
            attempts: Attempts::default(),
            hashing: Semaphore::new(HASHING),
            behind_proxy,
            vocabulary: Mutex::default(),
            stocks: Mutex::default(),
        })
    }

    /// Whether browsers reach the pages only by encrypted connections.
    pub(super) fn is_secure(&self) -> bool {
        self.behind_proxy || self.shop.settings.till.certificate.is_some()
    }

    /// The name of a cookie: for a session that of its role. With the longer one a browser ensures that no one else
    /// sets it.
    pub(super) fn cookie_name(&self, name: &str) -> String {
        format!("{}regulars-{name}", if self.is_secure() { "__Host-" } else { "" })
    }

    /// A cookie that no other site makes a browser send; with a lifetime in seconds, or until the browser is closed.
    pub(super) fn cookie(&self, name: &str, value: &str, lasts: Option<i64>) -> Option<HeaderValue> {
        let (name, secure) = (self.cookie_name(name), if self.is_secure() { "; Secure" } else { "" });
        let lasts = lasts.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        HeaderValue::from_str(&format!("{name}={value}; Path=/{lasts}; HttpOnly; SameSite=Strict{secure}")).ok()
    }

    /// The words of the book's names and towns, for typo correction.
    pub(super) fn vocabulary(&self, read: &Read<'_>) -> Result<Arc<Vocabulary>> {
        let mut cached = self.vocabulary.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, known)) = &*cached
            && since.elapsed() < STALE
        {
            return Ok(Arc::clone(known));
        }
        let fresh = Arc::new(Vocabulary::of(read)?);
        *cached = Some((Instant::now(), Arc::clone(&fresh)));
        Ok(fresh)
    }

    /// The stock of gifts, if the campaign has one. A plan never changes, so it is read once.
    pub(super) fn stock(&self, read: &Read<'_>, planned: &Planned) -> Result<Option<usize>> {
        let mut cached = self.stocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stock) = cached.get(&planned.id) {
            return Ok(*stock);
        }
        let stock = app::today::stock(read, planned)?;
        cached.insert(planned.id, stock);
        Ok(stock)
    }
}
