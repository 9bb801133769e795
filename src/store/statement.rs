//! Reading and writing: statements, their rows, and savepoints inside a transaction.

use std::ops::Deref;

use rusqlite::{Connection, params_from_iter};

use super::fault;
use super::value::{FromValue, ToValue, Value};
use crate::error::{Error, ErrorKind, Result};

/// The page cache in kilobytes, usually and while a table is filled.
pub(super) const CACHE: i64 = 65_536;
const BULK_CACHE: i64 = 262_144;

/// How many values one statement is given in a list.
const VALUES_AT_ONCE: usize = 500;

/// Reading: one statement at a time, with rows converted by a closure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read<'s> {
    pub(super) connection: &'s Connection,
}

impl Read<'_> {
    /// Calls `row` for every row.
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

    /// Calls `row` for every row of a statement that ends in `IN`, for some values after the other: a few hundred at once.
    pub(crate) fn each_among<T: ToValue>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        values: &[T],
        mut row: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        for some in values.chunks(VALUES_AT_ONCE) {
            let list: Vec<String> = (1..=some.len()).map(|nth| format!("?{}", params.len() + nth)).collect();
            let all = params.iter().map(ToValue::to_value).chain(some.iter().map(ToValue::to_value));
            self.each(&format!("{sql} ({})", list.join(", ")), &all.collect::<Vec<_>>(), &mut row)?;
        }
        Ok(())
    }

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

    /// The single value of a statement that always returns one row, such as a count or a sum.
    pub(crate) fn value<T: FromValue>(&self, sql: &str, params: &[Value<'_>]) -> Result<T> {
        let found = self.first(sql, params, |row| row.get(0))?;
        found.ok_or_else(|| Error::new("the database gave no answer where there is always one"))
    }
}

/// Reading and writing inside one transaction.
#[derive(Debug)]
pub(crate) struct Write<'s> {
    pub(super) read: Read<'s>,
}

impl<'s> Deref for Write<'s> {
    type Target = Read<'s>;

    fn deref(&self) -> &Read<'s> {
        &self.read
    }
}

impl Write<'_> {
    /// Runs a statement; returns how many rows it changed.
    pub(crate) fn run(&self, sql: &str, params: &[Value<'_>]) -> Result<usize> {
        let mut statement = self.read.connection.prepare_cached(sql).map_err(fault::of)?;
        statement.execute(params_from_iter(params)).map_err(fault::of)
    }

    /// Runs `work` so that all its changes are undone when it fails, or panics, while the rest of the transaction
    /// stays. If the whole transaction was lost, as on a full disk, nothing more is tried.
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
        let savepoint = Savepoint { connection };
        let done = work(self)?;
        std::mem::forget(savepoint);
        self.run("RELEASE attempt", &[])?;
        Ok(done)
    }

    /// Prepares a statement that is run very often.
    pub(crate) fn prepare(&self, sql: &str) -> Result<PreparedStatement<'_>> {
        Ok(PreparedStatement { statement: self.read.connection.prepare(sql).map_err(fault::of)? })
    }

    /// Runs `work` without the indexes of a table, which are then rebuilt: the faster way to fill a table.
    ///
    /// Queries of `work` on this table must not need them. When it fails, the transaction must fail too.
    pub(crate) fn unindexed<T>(&self, table: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY name";
        let indexes = self.all(sql, &[table.to_value()], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
        for (name, _) in &indexes {
            self.run(&format!("DROP INDEX \"{name}\""), &[])?;
        }
        self.with_room(|| {
            let done = work()?;
            self.pragma("threads", 2)?;
            for (_, create) in &indexes {
                self.run(create, &[])?;
            }
            Ok(done)
        })
    }

    /// Runs `work` with a larger page cache, for reading much of the database.
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

/// Rolls back on drop unless it is released.
struct Savepoint<'s> {
    connection: &'s Connection,
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        // After a full disk there is no transaction left to roll back.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK TO attempt; RELEASE attempt");
        }
    }
}

/// A prepared statement.
#[derive(Debug)]
pub(crate) struct PreparedStatement<'s> {
    statement: rusqlite::Statement<'s>,
}

impl PreparedStatement<'_> {
    /// Runs it; returns how many rows it changed.
    pub(crate) fn run(&mut self, params: &[Value<'_>]) -> Result<usize> {
        self.statement.execute(params_from_iter(params)).map_err(fault::of)
    }
}

/// One row of a result.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    row: &'r rusqlite::Row<'r>,
}

impl Row<'_> {
    /// The value in column `index`, counted from 0.
    pub(crate) fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        let cell = self.row.get_ref(index).map_err(fault::of)?;
        T::from_value(cell.into()).ok_or_else(|| {
            Error::new(format!("the database holds something unexpected in column {index}"))
                .hint("run `regulars doctor`, or restore a backup")
        })
    }
}
