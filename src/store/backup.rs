//! A checked copy of the database, and the examination of a file.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::{Store, fault, migrations};
use crate::error::{Error, ErrorKind, Result};
use crate::files::{self, PartFile};
use crate::text;

/// Copies the whole database to `target` while others go on working, and checks the copy.
///
/// The copy appears under its name only when it is complete and sound. Its size in bytes is returned.
///
/// # Errors
/// When the target exists, the disk is full, or the copy does not pass its check.
pub(crate) fn backup(store: &Store, target: &Path) -> Result<u64> {
    if target.exists() {
        return Err(Error::new(format!("{} is there already", text::quote(&target.display().to_string())))
            .hint("choose a new name: a backup never replaces another"));
    }
    let part = PartFile::of(target);
    copy(store, part.path())?;
    part.complete()?;
    std::fs::metadata(target).map(|m| m.len()).map_err(|e| Error::io("read", target, e))
}

fn copy(store: &Store, part: &Path) -> Result<()> {
    let _ = std::fs::remove_file(part);
    files::create_secret(part)?;
    let mut copy = Connection::open(part).map_err(|e| fault::of(e).at(part.display()))?;
    {
        let run = rusqlite::backup::Backup::new(&store.reader, &mut copy).map_err(fault::of)?;
        run.run_to_completion(4096, Duration::ZERO, None).map_err(|e| fault::of(e).at(part.display()))?;
    }
    copy.pragma_update(None, "journal_mode", "DELETE").map_err(fault::of)?;
    let faults = integrity(&copy)?;
    copy.close().map_err(|(_, e)| fault::of(e))?;
    let file = std::fs::File::open(part).map_err(|e| Error::io("read", part, e))?;
    file.sync_all().map_err(|e| Error::io("write", part, e))?;
    match faults.first() {
        None => Ok(()),
        Some(fault) => Err(Error::of(ErrorKind::Machine, format!("the copy did not pass its check: {fault}"))
            .hint("run `regulars doctor`")),
    }
}

/// One thing that is wrong with a database, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
}

/// Looks a database over: integrity and foreign keys. Returns the version and what was found.
pub(crate) fn examine(store: &Store) -> Result<(usize, Vec<Finding>)> {
    let restore = "keep this file aside and restore the last good backup";
    let mut found: Vec<Finding> = integrity(&store.reader)?
        .into_iter()
        .map(|message| Finding { message: format!("the database is damaged: {message}"), hint: restore.to_owned() })
        .collect();
    let mut broken = std::collections::BTreeMap::<(String, String), usize>::new();
    let mut statement = store.reader.prepare("PRAGMA foreign_key_check").map_err(fault::of)?;
    let mut rows = statement.query([]).map_err(fault::of)?;
    while let Some(row) = rows.next().map_err(fault::of)? {
        let key = (row.get(0).map_err(fault::of)?, row.get(2).map_err(fault::of)?);
        *broken.entry(key).or_default() += 1;
    }
    for ((table, parent), n) in broken {
        let message = format!("{} in `{table}` without its `{parent}`", text::count(n, "row"));
        found.push(Finding { message, hint: restore.to_owned() });
    }
    if let Err(missing) = store.read().shop_key() {
        let hint = "codes and people who asked to be forgotten are not recognized without it: restore the last backup";
        found.push(Finding { message: missing.message().to_owned(), hint: hint.to_owned() });
    }
    Ok((migrations::version(&store.reader)?, found))
}

fn integrity(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)").map_err(fault::of)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(fault::of)?;
    let mut faults = rows.collect::<rusqlite::Result<Vec<String>>>().map_err(fault::of)?;
    faults.retain(|line| line != "ok");
    Ok(faults)
}
