//! The files of a print run get their final names together, once it is recorded that they were printed.
//!
//! Until then they have temporary names. A list next to them names them, so that the next run can complete a run that
//! was killed between two renames, and `doctor` can report it.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;
use crate::shop::Shop;
use crate::text;

/// The list, in the folder of the files.
const LIST: &str = "printing.part";

/// The stems of files made here.
const STEMS: [&str; 6] = ["letters", "manifest", "cover", "labels", "envelopes", "list"];

/// A lock on printing the letters of a campaign; released when it is dropped or the program ends.
#[derive(Debug)]
pub(crate) struct PrintLock {
    path: PathBuf,
    _file: File,
}

impl PrintLock {
    /// # Errors
    /// When another program is printing letters of this campaign.
    pub(crate) fn take(shop: &Shop, slug: &str) -> Result<Self> {
        let folder = shop.out_to_write(slug)?;
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("make the folder", &folder, e))?;
        let path = folder.join("printing.lock");
        let busy = || {
            Error::new(format!("letters of {} are being printed already", text::quote(slug)))
                .hint("wait until that is done, then print again")
        };
        let file = files::lock(&path, busy)?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for PrintLock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        // A folder that was created and is still empty.
        if let Some(folder) = self.path.parent() {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Files that were made and do not have their final names yet; without [`FileSet::publish`] they are deleted.
#[derive(Debug)]
pub(crate) struct FileSet {
    folder: PathBuf,
    /// Relative to the folder.
    names: Vec<PathBuf>,
    is_published: bool,
}

impl FileSet {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), names: Vec::new(), is_published: false }
    }

    /// Where to write the file that becomes `path`.
    pub(super) fn add(&mut self, path: &Path) -> PathBuf {
        let name = path.strip_prefix(&self.folder).unwrap_or(path).to_owned();
        let draft = self.folder.join(draft_of(&name));
        self.names.push(name);
        draft
    }

    /// Writes the list of files, in case this run is killed; `batch` is the print run of a reminder.
    pub(crate) fn announce(&self, batch: usize) -> Result<()> {
        let mut list = format!("{batch}\n");
        for name in &self.names {
            list.push_str(&format!("{}\n", name.display()));
        }
        files::write_whole(&self.folder.join(LIST), list.as_bytes())?;
        files::sync_folder(&self.folder)
    }

    /// Gives all of them their final names.
    pub(crate) fn publish(mut self) -> Result<()> {
        self.is_published = true;
        name_all(&self.folder, &self.names)
    }
}

impl Drop for FileSet {
    fn drop(&mut self) {
        if !self.is_published {
            let _ = std::fs::remove_file(self.folder.join(LIST));
            clear(&self.folder);
        }
    }
}

/// Whether a killed run left something in a folder that has to be completed.
pub(super) fn is_left(folder: &Path) -> bool {
    folder.join(LIST).exists()
}

/// Completes what a killed run left in a folder. If some files have their final names, or the batch is recorded
/// (`batch_on_record`), all get their names; otherwise they are deleted. Returns the files that got their names.
pub(super) fn recover(folder: &Path, batch_on_record: usize) -> Result<Vec<PathBuf>> {
    let path = folder.join(LIST);
    let mut completed = Vec::new();
    if path.exists() {
        let list = files::read_text(&path)?;
        let mut lines = list.lines();
        let batch: usize = lines.next().and_then(|batch| batch.parse().ok()).unwrap_or(0);
        let names: Vec<PathBuf> = lines.map(PathBuf::from).collect();
        let is_begun = names.iter().any(|name| !folder.join(draft_of(name)).exists());
        if is_begun || (1..=batch_on_record).contains(&batch) {
            name_all(folder, &names)?;
            completed = names.iter().map(|name| folder.join(name)).collect();
        } else {
            files::remove(&path)?;
        }
    }
    clear(folder);
    Ok(completed)
}

/// Gives the remaining files their final names, and removes the list.
fn name_all(folder: &Path, names: &[PathBuf]) -> Result<()> {
    let mut places = BTreeSet::new();
    for name in names {
        let (draft, path) = (folder.join(draft_of(name)), folder.join(name));
        let place = path.parent().unwrap_or(folder).to_owned();
        std::fs::create_dir_all(&place).map_err(|e| Error::io("make the folder", &place, e))?;
        match std::fs::rename(&draft, &path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io("write", &path, e)),
            _ => drop(places.insert(place)),
        }
    }
    let names: BTreeSet<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    for place in places {
        if place != folder {
            remove_old_letters(&place, &names)?;
        }
        files::sync_folder(&place)?;
    }
    clear(folder);
    files::remove(&folder.join(LIST))
}

/// Removes single letters of an earlier run from a folder; other files stay.
fn remove_old_letters(folder: &Path, names: &BTreeSet<PathBuf>) -> Result<()> {
    let there = std::fs::read_dir(folder).map_err(|e| Error::io("read", folder, e))?;
    for path in there.filter_map(std::result::Result::ok).map(|file| file.path()) {
        if is_letter(&path.file_name().unwrap_or_default().to_string_lossy()) && !names.contains(&path) {
            files::remove(&path)?;
        }
    }
    Ok(())
}

/// Whether a file name is that of a single letter: `0012-C-0088.pdf`.
fn is_letter(file: &str) -> bool {
    let digits = file.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    digits >= 4 && file[digits..].starts_with('-') && Path::new(file).extension().is_some_and(|e| e == "pdf")
}

/// Removes unfinished files.
fn clear(folder: &Path) {
    for path in std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if files::is_part(&path) && STEMS.iter().any(|stem| name.starts_with(stem)) {
            let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}

/// The temporary name of a file: `letters.pdf.part`, `letters.part/0012-C-0088.pdf`.
fn draft_of(name: &Path) -> PathBuf {
    let mut parts = name.components();
    let mut first = parts.next().map(Component::as_os_str).unwrap_or_default().to_owned();
    first.push(".part");
    std::iter::once(Component::Normal(&first)).chain(parts).collect()
}
