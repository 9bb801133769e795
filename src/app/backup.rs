//! A checked copy of the database, made while other programs keep using it.

use std::path::Path;

use crate::error::Result;
use crate::shop::Shop;
use crate::store;

/// Copies the database into a new file and checks the copy; returns its size in bytes.
pub(crate) fn backup(shop: &Shop, file: &Path) -> Result<u64> {
    store::backup(&shop.store()?, file)
}
