//! What the tests need and no verb provides: a database with a known key, a suppressed address, a full disk; verbs run
//! in this process.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use chrono::NaiveDate;
use serde_json::json;

use crate::app::import::{self as importing, ImportFile, ImportRequest, PurchaseImport};
use crate::app::segment::{Query, preview_in};
use crate::clock::Clock;
use crate::customers::CustomerField;
use crate::domain::{Code, Column, ImportId, OnePer, Suppression};
use crate::error::{Error, Result};
use crate::import::{ImportKind, ImportOptions, ImportPlan, ImportSheet, SheetOptions};
use crate::shop::Shop;
use crate::store::{Store, params};
use crate::{campaign, cli, customers, import, segment};

/// The number of cases for a property test: `times`, multiplied by `REGULARS_FUZZ`, or 25 when that is not set.
#[must_use]
pub fn fuzz_cases(times: u64) -> u64 {
    let one = std::env::var("REGULARS_FUZZ").ok().and_then(|many| many.parse().ok()).unwrap_or(25);
    times * one
}

/// Runs a verb in a shop on a day, in this process: its exit code and its output.
#[must_use]
pub fn perform(shop: &Path, today: NaiveDate, words: &[&str]) -> (u8, String) {
    cli::perform_in(shop, today, words)
}

/// Imports a file of customers, or of purchases: the exit code and the output.
#[must_use]
pub fn import_file(shop: &Path, today: NaiveDate, file: &Path, purchases: bool) -> (u8, String) {
    let import = || {
        let purchases = purchases.then_some(PurchaseImport { source: None, new_customers: true });
        let file = ImportFile { path: file, sheet: SheetOptions::default(), dry_run: false, skip_bad: false };
        let request = ImportRequest { file, options: ImportOptions::default(), purchases, with_profile: true };
        let now = Clock::fixed(today).now();
        importing::import(&Shop::open(shop)?, request, now, (&AtomicBool::new(false), &|_| ()))
    };
    match import() {
        Ok((imported, ..)) => {
            (u8::from(imported.refused), serde_json::to_string(&imported.report).unwrap_or_else(|e| e.to_string()))
        }
        Err(error) => (error.exit_code(), error.report()),
    }
}

/// A shop that stays open: a question to it takes a tenth of the time of a verb, which opens the shop each time.
#[derive(Debug)]
pub struct OpenShop {
    shop: Shop,
    store: Store,
}

impl OpenShop {
    /// Opens it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(shop: &Path) -> Result<Self> {
        let shop = Shop::open(shop)?;
        Ok(Self { store: shop.store()?, shop })
    }

    /// Asks as `segment` does: the exit code; and how many match and who, as JSON, or what is wrong.
    #[must_use]
    pub fn ask(&self, today: NaiveDate, condition: &str) -> (u8, String) {
        let query = Query { condition, order_by: None, limit: None, one_per: OnePer::Customer, as_of: today };
        match preview_in(&self.store.read(), &self.shop, &query) {
            Ok(found) => (0, json!({ "matched": found.matched, "customers": found.customers }).to_string()),
            Err(error) => (error.exit_code(), error.report()),
        }
    }
}

/// What a segment may use: each field, or function with example arguments, and its type.
#[must_use]
pub fn segment_words() -> Vec<(&'static str, String)> {
    segment::words().map(|(word, kind)| (word, kind.to_string())).collect()
}

/// The text fields of a card.
#[must_use]
pub fn card_fields() -> Vec<&'static str> {
    CustomerField::ALL.iter().map(|field| field.as_str()).collect()
}

/// Creates the database of a shop whose codes are made with `key`.
///
/// # Errors
/// When it already exists.
pub fn create_database(path: &Path, key: &[u8]) -> Result<()> {
    Store::create(path)?.write(|write| write.make_shop_key(key))
}

/// Whether a text reads as a code.
#[must_use]
pub fn is_code(text: &str) -> bool {
    Code::parse(text).is_ok()
}

/// Suppresses an address for a reason, given by its form; returns whether that is new.
///
/// # Errors
/// When there is no such reason.
pub fn suppress(path: &Path, address: &str, reason: &str, source: &str, on: NaiveDate) -> Result<bool> {
    let reason = Suppression::from_form(reason).ok_or_else(|| Error::new(format!("no reason: {reason}")))?;
    Store::open(path)?.write(|write| customers::suppress(write, address, reason, source, on))
}

/// Imports customers into a shop whose disk is full.
///
/// # Errors
/// That it is full.
pub fn import_on_a_full_disk(shop: &Path, customers: &str, today: NaiveDate) -> Result<()> {
    let sheet = ImportSheet::read(customers.as_bytes())?;
    let plan = ImportPlan::of(&sheet, ImportKind::Customers, ImportOptions::default())?;
    full(shop)?.write(|write| import::customers(write, &plan, (ImportId(1), today), &|_| Ok(()))).map(|_| ())
}

/// Plans a campaign of a shop whose disk is full.
///
/// # Errors
/// That it is full.
pub fn plan_on_a_full_disk(shop: &Path, campaign: &str, today: NaiveDate) -> Result<()> {
    let folder = Shop::open(shop)?;
    full(shop)?
        .write(|write| campaign::plan(write, &folder, campaign, (Clock::fixed(today).now(), 0), false))
        .map(|_| ())
}

/// The database of a shop, which can grow by one page at most.
fn full(shop: &Path) -> Result<Store> {
    let mut store = Shop::open(shop)?.store()?;
    let pages: u32 = store.read().value("PRAGMA page_count", params![])?;
    store.limit_pages(pages + 1)?;
    Ok(store)
}
