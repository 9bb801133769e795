//! Opens the database: one connection that writes in transactions, and read-only connections.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::lock::ShopLock;
use super::setting::{mark_told, mark_wiped};
use super::statement::{CACHE, Read, Write};
use super::watch::{FileWatch, files_of, refuse_strangers};
use super::{dialect, fault, migrations};
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// The open database.
#[derive(Debug)]
pub(crate) struct Store {
    // Fields are closed in this order: the connection that may write is last, and so moves the log back into the one
    // file.
    pub(super) reader: Connection,
    writer: Connection,
    watch: FileWatch,
    // Released when both are closed.
    _lock: Option<ShopLock>,
}

/// How long the connections wait for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before a retry where SQLite does not wait itself.
const PAUSE: Duration = Duration::from_millis(10);

/// How long wiping of earlier erasures may wait when other programs have the shop open.
const WIPE_TIMEOUT: Duration = Duration::from_millis(100);

impl Store {
    /// Creates a new database.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        if path.exists() {
            return Err(Error::is_there(path));
        }
        files::create_secret(path)?;
        Self::connect(path, None)
    }

    /// Opens the database and migrates it to this version of the program. Erased data that is not wiped from the file
    /// yet is wiped now, if possible.
    ///
    /// # Errors
    /// When it is missing, is not ours, is next to the log of another, or was made by a newer version.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            let hint = "put a backup back with `regulars restore FILE`, or start again with `regulars init`";
            return Err(Error::new("there is no database in this shop folder").at(path.display()).hint(hint));
        }
        let lock = ShopLock::together(path).map_err(|error| error.at(path.display()))?;
        let mut store = Self::open_alone(path, Some(lock))?;
        if store.read().is_to_wipe()? {
            store.wait_at_most(WIPE_TIMEOUT)?;
            // It stays on record, and the next program tries again.
            let _ = store.wipe();
            store.wait_at_most(BUSY_TIMEOUT)?;
        }
        Ok(store)
    }

    /// Opens the database with a lock that is already held.
    pub(super) fn open_alone(path: &Path, lock: Option<ShopLock>) -> Result<Self> {
        refuse_strangers(path).map_err(|error| error.at(path.display()))?;
        Self::connect(path, lock)
    }

    fn connect(path: &Path, lock: Option<ShopLock>) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // SQLite gives its own files the permissions of the database file.
        for file in files_of(path) {
            files::close_to_others(&file);
        }
        let opened = || -> Result<Self> {
            let mut writer = Connection::open_with_flags(path, flags).map_err(fault::of)?;
            writer.busy_timeout(BUSY_TIMEOUT).map_err(fault::of)?;
            migrations::recognise(&writer)?;
            keep_a_log(&writer)?;
            for (name, value) in [("synchronous", "FULL"), ("foreign_keys", "ON")] {
                writer.pragma_update(None, name, value).map_err(fault::of)?;
            }
            migrations::run(&mut writer)?;
            dialect::add_functions(&writer)?;
            remember(&writer)?;
            let reader = read_only(path, false)?;
            Ok(Self { reader, writer, watch: FileWatch::of(path)?, _lock: lock })
        };
        let or_read_only =
            |error| if files::is_read_only(path) { Self::connect_to_read_only(path) } else { Err(error) };
        opened().or_else(or_read_only).map_err(|error| error.at(path.display()))
    }

    /// Opens a database where nothing may be written: on a read-only disk, in another user's folder. Writing fails.
    ///
    /// SQLite would create files next to it, unless it is told that no one changes the file. One with a log must be
    /// read with it.
    fn connect_to_read_only(path: &Path) -> Result<Self> {
        let [_, log, _] = files_of(path);
        let is_alone = std::fs::metadata(log).map_or(true, |log| log.len() == 0);
        let open = || {
            let connection = read_only(path, is_alone)?;
            migrations::recognise(&connection)?;
            Ok(connection)
        };
        let (reader, writer) = (open()?, open()?);
        if migrations::is_current(&reader)? {
            return Ok(Self { reader, writer, watch: FileWatch::of(path)?, _lock: None });
        }
        Err(Error::new("this database is of an older version, and nothing may be written next to it")
            .hint("copy the shop folder to where you may write"))
    }

    /// A read-only view.
    #[must_use]
    pub(crate) fn read(&self) -> Read<'_> {
        Read { connection: &self.reader }
    }

    /// Runs `work` in one transaction: all of it is on disk when this returns, in the file with the database's name, or
    /// none of it happened.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&Write<'_>) -> Result<T>) -> Result<T> {
        self.watch.check()?;
        let transaction = self.writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault::of)?;
        let done = work(&Write { read: Read { connection: &transaction } })?;
        transaction.commit().map_err(fault::of)?;
        self.watch.check()?;
        Ok(done)
    }

    /// Runs `work` in a transaction that is rolled back, for a dry run.
    pub(crate) fn rehearse<T>(&mut self, work: impl FnOnce(&Write<'_>) -> Result<T>) -> Result<T> {
        let transaction = self.writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault::of)?;
        work(&Write { read: Read { connection: &transaction } })
    }

    /// Waits no longer than this for another process that writes, instead of ten seconds.
    pub(crate) fn wait_at_most(&self, timeout: Duration) -> Result<()> {
        self.writer.busy_timeout(timeout).map_err(fault::of)
    }

    /// Records that the owner was told where traces of a forgotten customer may remain.
    pub(crate) fn mark_told(&mut self) -> Result<()> {
        self.write(mark_told)
    }

    /// Rewrites the file, so that erased data can no longer be read from it, and records that.
    ///
    /// # Errors
    /// When there is no space for a second copy, or another program has the file open; it stays on record
    /// then.
    pub(crate) fn wipe(&mut self) -> Result<()> {
        self.writer.execute_batch("VACUUM").map_err(fault::of)?;
        // Erased data remains in the file until its whole log was moved into it.
        let held: bool =
            self.writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(fault::of)?;
        if held {
            return Err(Error::of(ErrorKind::Machine, "another Regulars is reading in this shop folder")
                .hint("end it, then run `regulars doctor`"));
        }
        self.write(mark_wiped)
    }

    /// Stops the file from growing past `pages` pages of 4,096 bytes, as a full disk would.
    pub(crate) fn limit_pages(&mut self, pages: u32) -> Result<()> {
        self.writer.pragma_update(None, "max_page_count", pages).map_err(fault::of)
    }
}

impl Drop for Store {
    /// A log is not moved into a file that is not its own.
    fn drop(&mut self) {
        if self.watch.check().is_err() {
            for connection in [&self.reader, &self.writer] {
                let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            }
        }
    }
}

/// Turns on the write-ahead log. SQLite does not wait when several programs do that at once, as after restoring a
/// backup.
fn keep_a_log(writer: &Connection) -> Result<()> {
    let until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match writer.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if fault::is_busy(&error) && Instant::now() < until => std::thread::sleep(PAUSE),
            outcome => return outcome.map_err(fault::of),
        }
    }
}

/// A read-only connection; `unchanging` when no one may change the file, so that it needs no other files.
fn read_only(path: &Path, unchanging: bool) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = if unchanging {
        let bytes = path.as_os_str().as_encoded_bytes().iter();
        let name: String = bytes.map(|byte| format!("%{byte:02X}")).collect();
        Connection::open_with_flags(format!("file:{name}?immutable=1"), flags | OpenFlags::SQLITE_OPEN_URI)
    } else {
        Connection::open_with_flags(path, flags)
    };
    let reader = reader.map_err(fault::of)?;
    reader.busy_timeout(BUSY_TIMEOUT).map_err(fault::of)?;
    dialect::add_functions(&reader)?;
    remember(&reader)?;
    Ok(reader)
}

/// Caches pages and statements. A statement is planned once, for all values: without this setting SQLite would plan it
/// again each time that a parameter changes.
fn remember(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE).map_err(fault::of)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(fault::of)?;
    Ok(())
}

/// A view of the database for a read-only thread, while a [`Store`] is open elsewhere.
#[derive(Debug)]
pub(crate) struct StoreReader {
    connection: Connection,
    watch: FileWatch,
}

impl StoreReader {
    /// Opens a view of a database that a [`Store`] has migrated.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let opened = || Ok(Self { connection: read_only(path, false)?, watch: FileWatch::of(path)? });
        opened().map_err(|error: Error| error.at(path.display()))
    }

    /// Checks that the file with the database's name is still this one.
    ///
    /// # Errors
    /// When it was removed or replaced.
    pub(crate) fn check(&self) -> Result<()> {
        self.watch.check()
    }

    /// A read-only view.
    #[must_use]
    pub(crate) fn read(&self) -> Read<'_> {
        Read { connection: &self.connection }
    }
}

impl Read<'_> {
    /// A second view, for another thread; none inside a transaction, whose changes it would not see, nor where the file
    /// cannot be opened once more.
    pub(crate) fn second_view(&self) -> Option<StoreReader> {
        let path = self.connection.path().filter(|path| !path.is_empty() && self.connection.is_autocommit())?;
        let other = StoreReader::open(Path::new(path)).ok()?;
        // On a read-only disk it opens, and cannot read.
        other.read().value::<i64>("SELECT count(*) FROM setting", &[]).ok().map(|_| other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::params;

    #[test]
    fn a_transaction_happens_wholly_or_not_at_all() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let failed: Result<()> = store.write(|w| {
            w.run("INSERT INTO setting (key, value) VALUES (?1, ?2)", params!["a", vec![1_u8]])?;
            Err(Error::new("stop"))
        });
        assert!(failed.is_err());
        assert_eq!(store.read().value::<i64>("SELECT count(*) FROM setting", params![]).expect("count"), 0);
    }

    #[test]
    fn an_attempt_that_fails_or_panics_leaves_the_others_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("regulars.db");
        let mut store = Store::create(&path).expect("new");
        let set = |write: &Write<'_>, key: &str| {
            write.run("INSERT INTO setting (key, value) VALUES (?1, ?2)", params![key, vec![1_u8]])
        };
        let done = store.write(|w| {
            w.attempt(|w| set(w, "a"))?;
            let failed = w.attempt(|w| set(w, "b").and_then(|_| set(w, "a")));
            assert!(failed.is_err(), "one key twice");
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                w.attempt(|w| -> Result<()> {
                    set(w, "c")?;
                    panic!("on purpose")
                })
            }));
            assert!(panicked.is_err());
            w.attempt(|w| set(w, "d"))
        });
        done.expect("committed");
        let reader = StoreReader::open(&path).expect("reader");
        let keys = reader.read().all("SELECT key FROM setting ORDER BY key", params![], |row| row.get::<String>(0));
        assert_eq!(keys.expect("keys"), ["a", "d"]);
    }

    #[test]
    fn reading_cannot_write() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let answer = store.read().each("DELETE FROM setting", params![], |_| Ok(()));
        assert!(answer.is_err_and(|e| e.message().contains("cannot be written")));
    }
}
