//! A checked copy of the database, made while others go on working.

use std::path::Path;

use crate::error::Result;
use crate::shop::Shop;
use crate::store;

/// Copies the database into a new file and checks the copy; its size in bytes.
pub(crate) fn backup(shop: &Shop, file: &Path) -> Result<u64> {
    store::backup(&shop.store()?, file)
}
