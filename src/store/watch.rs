//! Checks whether the file with the database's name is still the open one.

use std::fs::{File, Metadata};
#[cfg(unix)]
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, ErrorKind, Result};

/// The position of the log mode in a database file, and its value when there is a write-ahead log.
const MARK_AT: u64 = 18;
const LOGGED: [u8; 2] = [2, 2];

/// Identifies a file, whatever its name.
type FileId = (u64, u64);

/// The files of an open database as they were when it was opened.
#[derive(Debug)]
pub(super) struct FileWatch {
    files: [PathBuf; 3],
    ids: [Option<FileId>; 3],
    #[cfg(unix)]
    handle: &'static File,
}

impl FileWatch {
    /// Records the files of a database that has been opened.
    pub(super) fn of(database: &Path) -> Result<Self> {
        let files = files_of(database);
        Ok(Self {
            ids: files.each_ref().map(|file| id_of(file)),
            files,
            #[cfg(unix)]
            handle: handle_of(database)?,
        })
    }

    /// Checks that they are still the same: three file lookups and two bytes, so that it can be called each time.
    /// Programs with two indexes of one log would overwrite each other's entries.
    ///
    /// # Errors
    /// When one of them was removed or replaced, or a backup was copied over the database.
    pub(super) fn check(&self) -> Result<()> {
        let same = self.ids[0].is_some() && self.ids == self.files.each_ref().map(|file| id_of(file));
        if same && self.mark().is_ok_and(|mark| mark == LOGGED) {
            return Ok(());
        }
        let gone = "the shop's database was removed or replaced while it was open; nothing was written down";
        Err(Error::of(ErrorKind::Machine, gone)
            .hint("end `regulars serve`, or whatever else is at work in this shop folder, and start it again"))
    }

    #[cfg(unix)]
    fn mark(&self) -> std::io::Result<[u8; 2]> {
        let mut mark = [0; 2];
        self.handle.read_exact_at(&mut mark, MARK_AT).map(|()| mark)
    }

    #[cfg(not(unix))]
    fn mark(&self) -> std::io::Result<[u8; 2]> {
        mark_in(&mut File::open(&self.files[0])?)
    }
}

/// Rejects an empty file, and a copy next to the log of another database: SQLite would mix the two. A copy made by
/// `backup` is marked as having no log.
pub(super) fn refuse_strangers(database: &Path) -> Result<()> {
    let restore = "put a backup back with `regulars restore FILE`";
    if std::fs::metadata(database).is_ok_and(|known| known.len() == 0) {
        return Err(Error::new("the database is empty: this is no shop")
            .hint(format!("{restore}; or delete this file and shop.toml, and make a new shop with `regulars init`")));
    }
    // The log first: a database is marked as logged before its log is created.
    if log_of(database).exists() && mark_of(database)? != LOGGED {
        return Err(Error::new(
            "the log next to this copy of the database belongs to another database, and would be mixed into it",
        )
        .hint("do not copy a backup over regulars.db: run `regulars restore FILE` with the backup"));
    }
    Ok(())
}

/// Whether there is a log next to a database that belongs to it.
pub(super) fn has_own_log(database: &Path) -> bool {
    let is_logged = || mark_of(database).is_ok_and(|mark| mark == LOGGED);
    journal_of(database).exists() || (log_of(database).exists() && is_logged())
}

/// The file of a database and SQLite's files next to it.
pub(crate) fn files_of(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        PathBuf::from(file)
    })
}

/// SQLite's file next to a database without a log while it is changed.
pub(super) fn journal_of(database: &Path) -> PathBuf {
    let mut journal = database.as_os_str().to_owned();
    journal.push("-journal");
    PathBuf::from(journal)
}

fn log_of(database: &Path) -> PathBuf {
    let [_, log, _] = files_of(database);
    log
}

#[cfg(unix)]
fn mark_of(database: &Path) -> Result<[u8; 2]> {
    let mut mark = [0; 2];
    // A shorter file is not a database, as SQLite will report.
    Ok(handle_of(database)?.read_exact_at(&mut mark, MARK_AT).map_or(LOGGED, |()| mark))
}

#[cfg(not(unix))]
fn mark_of(database: &Path) -> Result<[u8; 2]> {
    let mut file = File::open(database).map_err(|e| Error::io("read", database, e))?;
    Ok(mark_in(&mut file).unwrap_or(LOGGED))
}

#[cfg(not(unix))]
fn mark_in(file: &mut File) -> std::io::Result<[u8; 2]> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut mark = [0; 2];
    file.seek(SeekFrom::Start(MARK_AT))?;
    file.read_exact(&mut mark).map(|()| mark)
}

fn id_of(path: &Path) -> Option<FileId> {
    std::fs::metadata(path).ok().map(|known| id(&known))
}

#[cfg(unix)]
fn id(known: &Metadata) -> FileId {
    (known.dev(), known.ino())
}

/// On other systems an open file can be neither removed nor replaced.
#[cfg(not(unix))]
fn id(_: &Metadata) -> FileId {
    (0, 0)
}

/// Whether two paths are the same file.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(a), Ok(b)) if a == b => true,
        _ => cfg!(unix) && id_of(one).is_some() && id_of(one) == id_of(other),
    }
}

/// A handle of a database, one for each file and never closed: on Unix, closing any handle of a file releases all locks
/// that this process, and so SQLite in it, has on the file.
#[cfg(unix)]
fn handle_of(database: &Path) -> Result<&'static File> {
    static HANDLES: Mutex<Vec<(FileId, &'static File)>> = Mutex::new(Vec::new());
    let mut handles = HANDLES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = id_of(database);
    if let Some((_, handle)) = handles.iter().find(|(id, _)| Some(*id) == known) {
        return Ok(handle);
    }
    let failed = |e| Error::io("read", database, e);
    let handle: &'static File = Box::leak(Box::new(File::open(database).map_err(failed)?));
    handles.push((id(&handle.metadata().map_err(failed)?), handle));
    Ok(handle)
}
