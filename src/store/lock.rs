//! Who has the shop open: any number of programs together, or one alone that makes or replaces the database.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;

/// The right to have a database open; given back when it is dropped, or the program ends in whatever way.
#[derive(Debug)]
pub(crate) struct ShopLock {
    file: Option<File>,
}

impl ShopLock {
    /// Together with others. Where no lock can be had, as in a folder that cannot be written, SQLite says what is wrong.
    ///
    /// # Errors
    /// When a program has the shop for itself alone.
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

    /// For itself alone; `hint` says what to do when others have the shop open.
    pub(crate) fn alone(database: &Path, hint: &str) -> Result<Self> {
        let busy = || Error::new("another Regulars is at work in this shop folder").hint(hint);
        Ok(Self { file: Some(files::lock(&path_of(database), busy)?) })
    }

    /// Gives it back and takes its file away, in a folder that is to be as it was.
    pub(crate) fn vanish(self, database: &Path) {
        let _ = std::fs::remove_file(path_of(database));
        drop(self.file);
    }
}

/// The file that is locked. It is never the database: on Unix whoever closes that file gives up the locks of SQLite.
fn path_of(database: &Path) -> PathBuf {
    database.with_extension("lock")
}
