//! Files: read as text, named relative to a folder, written completely or not at all.

#[cfg(unix)]
use std::fs::Permissions;
use std::fs::{File, TryLockError};
use std::io::{BufWriter, ErrorKind, Read as _, Write as _};
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::text;

#[cfg(unix)]
const OWNER_ALONE: u32 = 0o600;

/// All permissions of group and others.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Creates an empty file that only its owner may read.
///
/// # Errors
/// When it already exists, or the folder cannot be written.
pub(crate) fn create_secret(path: &Path) -> Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(OWNER_ALONE);
    options.open(path).map(|_| ()).map_err(|e| Error::io("write", path, e))
}

/// Opens a lock file and locks it until it is closed; `busy` is the error when another program has it.
pub(crate) fn lock(path: &Path, busy: impl FnOnce() -> Error) -> Result<File> {
    let file = open_or_create(path).map_err(|e| Error::io("write", path, e))?;
    try_lock(&file, path, busy)?;
    Ok(file)
}

/// The same for an open file.
pub(crate) fn try_lock(file: &File, path: &Path, busy: impl FnOnce() -> Error) -> Result<()> {
    match file.try_lock() {
        Ok(()) if is_named(file, path) => Ok(()),
        // The program that held the lock has just removed its file.
        Ok(()) | Err(TryLockError::WouldBlock) => Err(busy()),
        Err(TryLockError::Error(e)) => Err(Error::io("lock", path, e)),
    }
}

/// Whether an open file is still the one with this name.
fn is_named(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    return match (file.metadata(), std::fs::metadata(path)) {
        (Ok(own), Ok(named)) => (own.dev(), own.ino()) == (named.dev(), named.ino()),
        _ => false,
    };
    #[cfg(not(unix))]
    return path.exists();
}

/// `fsync` of a file.
pub(crate) fn sync(path: &Path) -> Result<()> {
    let failed = |e| Error::io("write", path, e);
    File::options().write(true).open(path).map_err(failed)?.sync_all().map_err(failed)
}

/// `fsync` of a folder, for its file names.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    // On other systems a folder cannot be opened as a file, and needs no sync.
    #[cfg(unix)]
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(|e| Error::io("write", folder, e))?;
    Ok(())
}

/// Whether other users of the machine may read or write a file.
#[must_use]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    return std::fs::metadata(path).is_ok_and(|known| known.permissions().mode() & OTHERS != 0);
    #[cfg(not(unix))]
    return false;
}

/// Lets only its owner read a file, where possible: a file of another user, or on a disk without owners, is not
/// changed.
pub(crate) fn close_to_others(path: &Path) {
    #[cfg(unix)]
    if let Some(mode) = std::fs::metadata(path).ok().map(|known| known.permissions().mode())
        && mode & OTHERS != 0
    {
        let _ = std::fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS));
    }
}

/// Whether a file may be read but not changed, or no file may be created next to it.
pub(crate) fn is_read_only(path: &Path) -> bool {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let is_refused = |e: std::io::Error| matches!(e.kind(), PermissionDenied | ReadOnlyFilesystem);
    if File::open(path).is_err() {
        return false;
    }
    if let Err(e) = File::options().append(true).open(path) {
        return is_refused(e);
    }
    // Only trying shows whether a folder is writable.
    let beside = path.with_extension("probe");
    match File::options().write(true).create_new(true).open(&beside) {
        Err(e) => is_refused(e),
        Ok(_) => {
            let _ = std::fs::remove_file(&beside);
            false
        }
    }
}

/// A path for display: never empty.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    text::quote(if text.is_empty() { "." } else { &text })
}

/// The largest text file that is read (shop.toml, a campaign, a template, a key), in MB.
const MOST_TEXT: u64 = 1;

/// Reads a file of at most `most` MB.
///
/// # Errors
/// When it is larger, a folder, or cannot be read.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let failed = |e| Error::io("read", path, e);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::new();
    file.take((most << 20) + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 <= most << 20 {
        return Ok(bytes);
    }
    Err(Error::new(format!("{} is larger than {most} MB", shown(path)))
        .hint("is it the right file? Make it smaller, or take it away"))
}

/// Reads a text file, without the byte order mark that some editors add.
///
/// # Errors
/// As [`read`], and when it is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let bytes = read(path, MOST_TEXT)?;
    let text = String::from_utf8(bytes)
        .map_err(|e| Error::new("the file is not text in UTF-8").hint("save it again as UTF-8").because(e))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The path of a file named in a campaign or a template.
///
/// # Errors
/// When the name leads out of the folder.
pub(crate) fn inside(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_))) && !name.contains('\\');
    if name.is_empty() || !plain {
        return Err(Error::new(format!("{} is not the name of a file in {}", text::quote(name), shown(folder)))
            .hint("files are named within their folder, such as `free-bottle.md`"));
    }
    Ok(folder.join(path))
}

/// A link to a folder, somewhere in a folder.
pub(crate) fn linked_folder_in(folder: &Path) -> Option<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok).find_map(|entry| {
        let (kind, path) = (entry.file_type().ok()?, entry.path());
        if kind.is_dir() {
            linked_folder_in(&path)
        } else {
            (kind.is_symlink() && path.is_dir() && !is_part(&path)).then_some(path)
        }
    })
}

/// Creates a new file. An existing file or link with its name is removed first; the target of the link is not changed.
///
/// # Errors
/// When a folder has its name, or it cannot be written.
pub(crate) fn create_anew(path: &Path) -> Result<File> {
    remove(path)?;
    File::options().write(true).create_new(true).open(path).map_err(|e| Error::io("write", path, e))
}

/// Opens a file to read and write, with its content; creates it if missing. A link is removed first.
pub(crate) fn open_or_create(path: &Path) -> std::io::Result<File> {
    if path.is_symlink() {
        std::fs::remove_file(path)?;
    }
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// Removes a file if it exists; of a link only the link.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, e)),
        _ => Ok(()),
    }
}

/// Whether a file is an unfinished one of a killed run, or a temporary one of SQLite.
pub(crate) fn is_part(path: &Path) -> bool {
    let endings = ["part", "part-journal", "part-wal", "part-shm"];
    path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known))
}

/// A file under a temporary name until it is complete; otherwise it is deleted.
#[derive(Debug)]
pub(crate) struct PartFile {
    target: PathBuf,
    part: PathBuf,
    is_complete: bool,
}

impl PartFile {
    pub(crate) fn of(target: &Path) -> Self {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        Self { part: target.with_file_name(name), target: target.to_owned(), is_complete: false }
    }

    /// Its temporary path.
    pub(crate) fn path(&self) -> &Path {
        &self.part
    }

    /// Creates it, and its folder if missing.
    pub(crate) fn create(&self) -> Result<BufWriter<File>> {
        let folder = self.target.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
        create_anew(&self.part).map(BufWriter::new)
    }

    /// Syncs the content to disk.
    pub(crate) fn sync(&self, out: BufWriter<File>) -> Result<()> {
        let failed = |e| Error::io("write", &self.part, e);
        out.into_inner().map_err(|e| failed(e.into_error()))?.sync_all().map_err(failed)
    }

    /// Renames it to its final name.
    pub(crate) fn complete(mut self) -> Result<()> {
        std::fs::rename(&self.part, &self.target).map_err(|e| Error::io("write", &self.target, e))?;
        self.is_complete = true;
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_complete {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// Writes a file completely or not at all.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    write_whole_with(path, |file| file.write_all(content).map_err(|e| Error::io("write", path, e)))
}

/// The same for a file that only its owner may read.
pub(crate) fn write_secret(path: &Path, content: &[u8]) -> Result<()> {
    write_whole_with(path, |file| {
        #[cfg(unix)]
        file.get_ref().set_permissions(Permissions::from_mode(OWNER_ALONE)).map_err(|e| Error::io("lock", path, e))?;
        file.write_all(content).map_err(|e| Error::io("write", path, e))
    })
}

/// The same through `fill`.
pub(crate) fn write_whole_with<T>(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let part = PartFile::of(path);
    let mut out = part.create()?;
    let done = fill(&mut out)?;
    part.sync(out)?;
    part.complete()?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_their_folder() {
        let folder = Path::new("letter-templates");
        for bad in ["../secret.md", "/etc/passwd", "", "a/../../b", "..", "C:\\x"] {
            assert!(inside(folder, bad).is_err(), "{bad}");
        }
        assert!(inside(folder, "1990/thanks.md").is_ok());
    }

    #[test]
    fn a_file_that_fails_half_way_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("letters.pdf");
        let failed: Result<()> = write_whole_with(&path, |_| Err(Error::new("the disk is full")));
        assert!(failed.is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("list").count(), 0);
    }
}
