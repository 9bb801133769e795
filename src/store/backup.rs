//! A checked copy of the database, and the check of a file.

use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::watch::{files_of, journal_of};
use super::{Store, fault, migrations};
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::text;

/// Copies the whole database to `target` while other programs keep using it, and checks the copy; returns its size in
/// bytes.
///
/// The copy gets its name only when it is complete and valid; until then it has a unique temporary name.
///
/// # Errors
/// When the target exists, at the end as well as at the beginning; the disk is full, or the copy does not pass
/// its check.
pub(crate) fn backup(store: &Store, target: &Path) -> Result<u64> {
    if target.exists() {
        return Err(is_there(target));
    }
    let draft = BackupDraft::of(target)?;
    copy_into(&store.reader, &draft.0)?;
    let copy = Connection::open(&draft.0).map_err(|e| fault::of(e).at(draft.0.display()))?;
    let faults = integrity(&copy)?;
    copy.close().map_err(|(_, e)| fault::of(e))?;
    if let Some(fault) = faults.first() {
        return Err(Error::of(ErrorKind::Machine, format!("the copy did not pass its check: {fault}"))
            .hint("run `regulars doctor`"));
    }
    files::sync(&draft.0)?;
    draft.publish(target)?;
    std::fs::metadata(target).map(|m| m.len()).map_err(|e| Error::io("read", target, e))
}

fn is_there(target: &Path) -> Error {
    Error::is_there(target).hint("choose a new name: a backup never replaces another")
}

/// A file with a unique name, deleted on drop.
struct BackupDraft(PathBuf);

impl BackupDraft {
    /// Creates one next to `target`, whatever other programs do at the same time.
    fn of(target: &Path) -> Result<Self> {
        let process = std::process::id();
        for n in 0_u32.. {
            let mut name = target.file_name().unwrap_or_default().to_owned();
            name.push(format!(".{process}-{n}.part"));
            let path = target.with_file_name(name);
            // A file that another program with the same number left behind stays.
            if !path.exists() {
                files::create_secret(&path)?;
                return Ok(Self(path));
            }
        }
        Err(is_there(target))
    }

    /// Gives it its name, unless that exists by now.
    fn publish(self, target: &Path) -> Result<()> {
        let failed = |e| Error::io("write", target, e);
        match std::fs::hard_link(&self.0, target) {
            Ok(()) => {}
            Err(e) if e.kind() == Io::AlreadyExists => return Err(is_there(target)),
            // A disk without hard links.
            Err(_) if target.exists() => return Err(is_there(target)),
            Err(_) => std::fs::rename(&self.0, target).map_err(failed)?,
        }
        files::sync_folder(target.parent().unwrap_or(Path::new(".")))
    }
}

impl Drop for BackupDraft {
    fn drop(&mut self) {
        // When the disk was full, SQLite leaves its temporary files.
        for file in [files_of(&self.0).as_slice(), &[journal_of(&self.0)]].concat() {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Copies an open database into a file. The copy is marked as one without a log.
pub(super) fn copy_into(from: &Connection, path: &Path) -> Result<()> {
    let mut copy = Connection::open(path).map_err(|e| fault::of(e).at(path.display()))?;
    {
        let run = rusqlite::backup::Backup::new(from, &mut copy).map_err(fault::of)?;
        run.run_to_completion(4096, Duration::ZERO, None).map_err(|e| fault::of(e).at(path.display()))?;
    }
    copy.pragma_update(None, "journal_mode", "DELETE").map_err(fault::of)?;
    copy.close().map_err(|(_, e)| fault::of(e))
}

/// One problem of a database, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// Checks a database: integrity and foreign keys. Returns the version and the findings.
pub(crate) fn examine(store: &Store) -> Result<(usize, Vec<Finding>)> {
    let restore = "put the last good backup back with `regulars restore FILE`, which keeps this file next to it";
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
    if store.read().is_to_wipe()? {
        let message = "a customer was forgotten, but can still be read from the database file".to_owned();
        let hint = "end `regulars serve` and make room on the disk; the next command wipes the file".to_owned();
        found.push(Finding { message, hint });
    }
    if let Err(missing) = store.read().shop_key() {
        let hint = "codes and people who asked to be forgotten are not recognized without it: restore the last backup";
        found.push(Finding { message: missing.message().to_owned(), hint: hint.to_owned() });
    }
    Ok((migrations::version(&store.reader)?, found))
}

/// The integrity errors that SQLite finds in a file; none when it is valid.
pub(super) fn integrity(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)").map_err(fault::of)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(fault::of)?;
    let mut faults = rows.collect::<rusqlite::Result<Vec<String>>>().map_err(fault::of)?;
    faults.retain(|line| line != "ok");
    Ok(faults)
}
