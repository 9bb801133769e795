//! Locks on the open shop: shared by any number of programs, or exclusive for one that creates or replaces the
//! database.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;

/// A lock on an open database; released when it is dropped or the program ends.
#[derive(Debug)]
pub(crate) struct ShopLock {
    file: Option<File>,
}

impl ShopLock {
    /// A shared lock. Where locks are not possible, as in a folder that cannot be written, SQLite reports the error.
    ///
    /// # Errors
    /// When a program has the exclusive lock.
    pub(super) fn together(database: &Path) -> Result<Self> {
        let Ok(file) = files::open_or_create(&path_of(database)) else { return Ok(Self { file: None }) };
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { file: Some(file) }),
            Err(TryLockError::Error(_)) => Ok(Self { file: None }),
            Err(TryLockError::WouldBlock) => {
                Err(Error::new("this shop is being made or restored at this moment").hint("wait until that is done"))
            }
        }
    }

    /// An exclusive lock; `hint` is what to do when others have the shop open.
    pub(crate) fn alone(database: &Path, hint: &str) -> Result<Self> {
        let busy = || Error::new("another Regulars is at work in this shop folder").hint(hint);
        Ok(Self { file: Some(files::lock(&path_of(database), busy)?) })
    }

    /// Releases it and removes its file, to leave the folder unchanged.
    pub(crate) fn vanish(self, database: &Path) {
        let _ = std::fs::remove_file(path_of(database));
        drop(self.file);
    }
}

/// The lock file. It is never the database itself: on Unix, closing that file releases the locks of SQLite.
fn path_of(database: &Path) -> PathBuf {
    database.with_extension("lock")
}
