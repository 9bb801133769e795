//! Replaces the database with a backup: checked first, completely or not at all, with the old database kept next to it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::backup::{copy_into, integrity};
use super::lock::ShopLock;
use super::watch::{files_of, has_own_log, is_same_file, journal_of, refuse_strangers};
use super::{Read, Store, fault, migrations};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, PartFile};

/// A valid backup, ready to replace a database. No other program has the shop open.
#[derive(Debug)]
pub(crate) struct Restoring {
    database: PathBuf,
    copy: PartFile,
    _lock: ShopLock,
}

/// The database that is to be replaced.
#[derive(Debug)]
pub(crate) enum OldDatabase<T> {
    /// There is none.
    Missing,
    /// The reason why it cannot be read.
    Unreadable(Error),
    /// The result of the query.
    Readable(T),
}

impl Restoring {
    /// Copies a backup next to the database, and checks the whole copy.
    ///
    /// # Errors
    /// When another program has the shop open, or the file is not a valid backup of a shop, of this version or
    /// an older one.
    pub(crate) fn begin(database: &Path, backup: &Path) -> Result<Self> {
        let lock =
            ShopLock::alone(database, "end `regulars serve` and whatever else is at work here, then do it again")?;
        if !backup.is_file() {
            return Err(Error::new(format!("{} is not a file", files::shown(backup)))
                .hint("say which file `regulars backup` made"));
        }
        // A backup that was copied over the database, next to the log of another, can be restored from there.
        if is_same_file(backup, database) && refuse_strangers(database).is_ok() {
            return Err(Error::new(format!("{} is the database of this shop itself", files::shown(backup)))
                .hint("say which file `regulars backup` made"));
        }
        let copy = PartFile::of(database);
        files_beside(copy.path()).iter().try_for_each(|file| files::remove(file))?;
        let _ = std::fs::remove_file(copy.path());
        let restoring = Self { database: database.to_owned(), copy, _lock: lock };
        let sound = restoring.take(backup);
        if sound.is_err() {
            files_beside(restoring.copy.path()).iter().try_for_each(|file| files::remove(file))?;
        }
        sound.map_err(|error| error.at(backup.display()))?;
        Ok(restoring)
    }

    fn take(&self, backup: &Path) -> Result<()> {
        let copy = self.copy.path();
        files::create_secret(copy)?;
        if has_own_log(backup) {
            let from = Connection::open_with_flags(backup, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault::of)?;
            copy_into(&from, copy)?;
        } else {
            let failed = |e| Error::io("write", copy, e);
            let mut from = std::fs::File::open(backup).map_err(|e| Error::io("read", backup, e))?;
            let mut to = std::fs::File::options().write(true).open(copy).map_err(failed)?;
            io::copy(&mut from, &mut to).map_err(failed)?;
        }
        let made_by = Connection::open(copy).map_err(fault::of)?;
        check(&made_by).map_err(|error| match error.kind() {
            ErrorKind::Machine => error.hint("this is no whole backup: take another"),
            _ => error,
        })?;
        drop(made_by);
        let store = Store::open_alone(copy, None)?;
        let key = store.read().shop_key();
        drop(store);
        key.map_err(|error| Error::new(error.message()).hint("this is no whole backup: take another"))?;
        // Marked as without a log, so that files of the old database are not mixed into it.
        let copied = Connection::open(copy).map_err(fault::of)?;
        copied.pragma_update(None, "journal_mode", "DELETE").map_err(fault::of)?;
        drop(copied);
        files::sync(copy)
    }

    /// Queries the database that is to be replaced; the backup is attached to it as `copy`.
    ///
    /// # Errors
    /// When a program that does not use our locks has it open, such as an older Regulars; or the disk is full.
    pub(crate) fn compare<T>(&self, ask: impl FnOnce(&Read<'_>) -> Result<T>) -> Result<OldDatabase<T>> {
        if !self.database.exists() {
            return Ok(OldDatabase::Missing);
        }
        let asked = Store::open_alone(&self.database, None).and_then(|store| {
            let path = self.copy.path().to_string_lossy();
            store.reader.execute("ATTACH DATABASE ?1 AS copy", [path]).map_err(fault::of)?;
            ask(&store.read())
        });
        match asked {
            // The last connection to close a database removes its log.
            Ok(_) if has_own_log(&self.database) => {
                Err(Error::new("another program has the database open").hint("end it, then do it again"))
            }
            Ok(answer) => Ok(OldDatabase::Readable(answer)),
            Err(error) if fault::may_pass(&error) => Err(error),
            Err(error) => Ok(OldDatabase::Unreadable(error)),
        }
    }

    /// Gives the backup the database's name. The old database stays next to it, with `moment` in its name; returns its
    /// path.
    ///
    /// If this is killed at any moment, one or the other is the shop, or every verb reports that this has to be done
    /// again.
    pub(crate) fn complete(self, moment: &str) -> Result<Option<PathBuf>> {
        let folder = self.database.parent().unwrap_or(Path::new("."));
        let old = if self.database.exists() { Some(copy_beside(&self.database, folder, moment)?) } else { None };
        files::sync_folder(folder)?;
        self.copy.complete()?;
        files::sync_folder(folder)?;
        files_beside(&self.database).iter().try_for_each(|file| files::remove(file))?;
        files::sync_folder(folder)?;
        // From now on its changes go into its own log.
        drop(Store::open_alone(&self.database, None)?);
        Ok(old)
    }

    /// The size of the backup in bytes.
    pub(crate) fn size(&self) -> Result<u64> {
        let path = self.copy.path();
        std::fs::metadata(path).map(|known| known.len()).map_err(|e| Error::io("read", path, e))
    }
}

/// Checks that a file is a valid database of a shop, of this version or an older one.
fn check(backup: &Connection) -> Result<()> {
    migrations::recognise(backup)?;
    if migrations::version(backup)? == 0 {
        return Err(Error::new("this is no database of Regulars").hint("say which file `regulars backup` made"));
    }
    match integrity(backup)?.first() {
        None => Ok(()),
        Some(damage) => Err(Error::of(ErrorKind::Machine, format!("the backup is damaged: {damage}"))),
    }
}

/// Copies a database under an unused name; with its log, if that could not be moved into it.
fn copy_beside(database: &Path, folder: &Path, moment: &str) -> Result<PathBuf> {
    let mut names = (1..).map(|n| if n == 1 { String::new() } else { format!("-{n}") });
    let copy = names.find_map(|n| {
        let path = folder.join(format!("regulars-until-{moment}{n}.db"));
        files_of(&path).iter().all(|path| !path.exists()).then_some(path)
    });
    let copy = copy.unwrap_or_default();
    let [_, log, _] = files_of(database);
    let [_, copy_log, _] = files_of(&copy);
    for (from, to) in [(log, copy_log), (database.to_owned(), copy.clone())] {
        if !from.exists() {
            continue;
        }
        let part = PartFile::of(&to);
        let _ = std::fs::remove_file(part.path());
        std::fs::copy(&from, part.path()).map_err(|e| Error::io("write", part.path(), e))?;
        files::close_to_others(part.path());
        files::sync(part.path())?;
        part.complete()?;
    }
    Ok(copy)
}

/// SQLite's files next to a database.
fn files_beside(database: &Path) -> [PathBuf; 3] {
    let [_, log, index] = files_of(database);
    [log, index, journal_of(database)]
}
