//! The shop's one SQLite file: opened and brought up to date, read in snapshots, written in transactions.
//!
//! Everything else speaks to [`Read`], [`Write`] and [`Row`] in portable SQL with `?1` parameters. Days are whole days
//! since 1970-01-01, moments are ISO text, money is minor units, absent text is `''`.

mod backup;
mod fault;
mod migrations;
mod value;

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params_from_iter};

use crate::error::{Error, ErrorKind, Result};
use crate::text;

pub(crate) use backup::{Finding, backup, examine};
pub(crate) use value::{FromValue, ToValue, Value};

/// Kilobytes of pages that are kept in memory, usually and while a table is filled.
const CACHE: i64 = 65_536;
const BULK_CACHE: i64 = 262_144;

/// Parameters of a statement, in the order of `?1`, `?2` ….
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::store::ToValue::to_value(&$value)),*] as &[$crate::store::Value<'_>] };
}
pub(crate) use params;

/// The open database.
#[derive(Debug)]
pub(crate) struct Store {
    // Closed in this order: the one that may write closes last, and so puts the log back into the one file.
    reader: Connection,
    writer: Connection,
}

impl Store {
    /// Makes a new database; there must be none yet.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        if path.exists() {
            return Err(Error::new(format!("{} is there already", text::quote(&path.display().to_string()))));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens the database and brings it to this version of the program.
    ///
    /// # Errors
    /// When it is missing, is not one of ours, or was made by a newer version.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            let hint = "restore it from a backup, or start anew with `regulars init`";
            return Err(Error::new("there is no database in this shop folder").at(path.display()).hint(hint));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = || -> Result<Self> {
            let mut writer = Connection::open_with_flags(path, flags).map_err(fault::of)?;
            writer.busy_timeout(Duration::from_secs(10)).map_err(fault::of)?;
            migrations::recognise(&writer)?;
            for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")] {
                writer.pragma_update(None, name, value).map_err(fault::of)?;
            }
            migrations::run(&mut writer)?;
            remember(&writer)?;
            Ok(Self { reader: read_only(path)?, writer })
        };
        opened().map_err(|error| error.at(path.display()))
    }

    /// A view for reading that cannot write.
    #[must_use]
    pub(crate) fn read(&self) -> Read<'_> {
        Read { connection: &self.reader }
    }

    /// Runs `work` in one transaction: all of it is on disk when this returns, or none of it happened.
    ///
    /// # Errors
    /// Whatever `work` fails with, or a failure to commit.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&Write<'_>) -> Result<T>) -> Result<T> {
        let transaction = self.writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault::of)?;
        let done = work(&Write { read: Read { connection: &transaction } })?;
        transaction.commit().map_err(fault::of)?;
        Ok(done)
    }

    /// Runs `work` in a transaction that is thrown away: how a dry run sees what would happen.
    ///
    /// # Errors
    /// Whatever `work` fails with.
    pub(crate) fn rehearse<T>(&mut self, work: impl FnOnce(&Write<'_>) -> Result<T>) -> Result<T> {
        let transaction = self.writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault::of)?;
        work(&Write { read: Read { connection: &transaction } })
    }

    /// Waits no longer than this for another process that writes, instead of ten seconds.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) fn wait_at_most(&self, patience: Duration) -> Result<()> {
        self.writer.busy_timeout(patience).map_err(fault::of)
    }

    /// Writes the file anew, so that nothing that was erased can be read from it any more.
    ///
    /// # Errors
    /// When there is no room for a second copy, or somebody else holds the file.
    pub(crate) fn leave_no_trace(&self) -> Result<()> {
        self.writer.execute_batch("VACUUM").map_err(fault::of)?;
        self.writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(fault::of)
    }

    /// Stops the file from growing past `pages` pages of 4,096 bytes, as a full disk would.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) fn limit_pages(&mut self, pages: u32) -> Result<()> {
        self.writer.pragma_update(None, "max_page_count", pages).map_err(fault::of)
    }
}

fn read_only(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags).map_err(fault::of)?;
    reader.busy_timeout(Duration::from_secs(10)).map_err(fault::of)?;
    remember(&reader)?;
    Ok(reader)
}

/// Keeps pages and statements in memory. A statement is understood once, whatever values it is given: without the promise to
/// plan it by its text alone, SQLite would do so again each time that one is compared with a value.
fn remember(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE).map_err(fault::of)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(fault::of)?;
    Ok(())
}

/// A view of the database for a thread that only reads, while a [`Store`] is open elsewhere.
#[derive(Debug)]
pub(crate) struct Reader {
    connection: Connection,
}

impl Reader {
    /// Opens a view of a database that a [`Store`] has brought up to date.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self { connection: read_only(path).map_err(|error| error.at(path.display()))? })
    }

    /// A view for reading that cannot write.
    #[must_use]
    pub(crate) fn read(&self) -> Read<'_> {
        Read { connection: &self.connection }
    }
}

/// Reading: one statement at a time, rows turned into values by a closure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read<'s> {
    connection: &'s Connection,
}

impl Read<'_> {
    /// Calls `row` for every row.
    ///
    /// # Errors
    /// When the statement fails, or `row` does.
    pub(crate) fn each(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault::of)?;
        let mut rows = statement.query(params_from_iter(params)).map_err(fault::of)?;
        while let Some(found) = rows.next().map_err(fault::of)? {
            row(&Row { row: found })?;
        }
        Ok(())
    }

    /// Every row.
    ///
    /// # Errors
    /// When the statement fails, or `row` does.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.each(sql, params, |r| {
            found.push(row(r)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// When the statement fails, or `row` does.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        row: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(fault::of)?;
        let mut rows = statement.query(params_from_iter(params)).map_err(fault::of)?;
        match rows.next().map_err(fault::of)? {
            Some(found) => row(&Row { row: found }).map(Some),
            None => Ok(None),
        }
    }

    /// The one value of a statement that always gives one row, a count or a sum.
    ///
    /// # Errors
    /// When the statement fails or gives no row.
    pub(crate) fn value<T: FromValue>(&self, sql: &str, params: &[Value<'_>]) -> Result<T> {
        let found = self.first(sql, params, |row| row.get(0))?;
        found.ok_or_else(|| Error::new("the database gave no answer where there is always one"))
    }
}

/// Reading and writing inside one transaction.
#[derive(Debug)]
pub(crate) struct Write<'s> {
    read: Read<'s>,
}

impl<'s> Deref for Write<'s> {
    type Target = Read<'s>;

    fn deref(&self) -> &Read<'s> {
        &self.read
    }
}

impl Write<'_> {
    /// Runs a statement; how many rows it changed.
    ///
    /// # Errors
    /// When the statement fails.
    pub(crate) fn run(&self, sql: &str, params: &[Value<'_>]) -> Result<usize> {
        let mut statement = self.read.connection.prepare_cached(sql).map_err(fault::of)?;
        statement.execute(params_from_iter(params)).map_err(fault::of)
    }

    /// Runs `work` so that nothing of it happened when it fails, or panics, and what else the transaction holds stays.
    ///
    /// # Errors
    /// Whatever `work` fails with. When the whole transaction was lost with it, as on a full disk, nothing more is tried.
    pub(crate) fn attempt<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let connection = self.read.connection;
        if connection.is_autocommit() {
            return Err(Error::of(
                ErrorKind::Machine,
                "the database gave up what was being written; nothing was changed",
            )
            .hint("do it again"));
        }
        self.run("SAVEPOINT attempt", &[])?;
        let undo = Undo { connection };
        let done = work(self)?;
        std::mem::forget(undo);
        self.run("RELEASE attempt", &[])?;
        Ok(done)
    }

    /// A statement that is going to be run very often.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub(crate) fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        Ok(Statement { statement: self.read.connection.prepare(sql).map_err(fault::of)? })
    }

    /// Runs `work` without the indexes of a table, which are then made again: the faster way to fill a table.
    ///
    /// What `work` asks this table must not need them. When it fails, so must the transaction.
    ///
    /// # Errors
    /// Whatever `work` fails with, or the database.
    pub(crate) fn unindexed<T>(&self, table: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY name";
        let indexes = self.all(sql, &[table.to_value()], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
        for (name, _) in &indexes {
            self.run(&format!("DROP INDEX \"{name}\""), &[])?;
        }
        self.with_room(|| {
            let done = work()?;
            self.pragma("threads", 2)?;
            for (_, made) in &indexes {
                self.run(made, &[])?;
            }
            Ok(done)
        })
    }

    /// Runs `work` with more of the database in memory: for going through much of it.
    ///
    /// # Errors
    /// Whatever `work` fails with, or the database.
    pub(crate) fn with_room<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.pragma("cache_size", -BULK_CACHE)?;
        let done = work()?;
        self.pragma("cache_size", -CACHE)?;
        Ok(done)
    }

    fn pragma(&self, name: &str, value: i64) -> Result<()> {
        self.read.connection.pragma_update(None, name, value).map_err(fault::of)
    }
}

/// Takes an attempt back unless it is forgotten in time.
struct Undo<'s> {
    connection: &'s Connection,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        // After a full disk there is no transaction left to take anything back in.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK TO attempt; RELEASE attempt");
        }
    }
}

/// A statement that was understood once.
#[derive(Debug)]
pub(crate) struct Statement<'s> {
    statement: rusqlite::Statement<'s>,
}

impl Statement<'_> {
    /// Runs it; how many rows it changed.
    ///
    /// # Errors
    /// When it fails.
    pub(crate) fn run(&mut self, params: &[Value<'_>]) -> Result<usize> {
        self.statement.execute(params_from_iter(params)).map_err(fault::of)
    }
}

/// One row of an answer.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    row: &'r rusqlite::Row<'r>,
}

impl Row<'_> {
    /// The value in column `index`, counted from 0.
    ///
    /// # Errors
    /// When the column holds something else.
    pub(crate) fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        let cell = self.row.get_ref(index).map_err(fault::of)?;
        T::from_value(cell.into()).ok_or_else(|| {
            Error::new(format!("the database holds something unexpected in column {index}"))
                .hint("run `regulars doctor`, or restore a backup")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let reader = Reader::open(&path).expect("reader");
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
