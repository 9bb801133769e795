//! One file a person, each the same as `preview` gives.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cover;
use super::options::PrintOutcome;
use super::run::PrintRun;
use crate::app::progress::Activity;
use crate::campaign::Recipient;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::piece;
use crate::store::Store;

/// Prints each letter into a file of its own. All are made beside the folder before the first goes into it; files that an
/// earlier run left there and that belong to no letter any more go, files of other people stay.
pub(super) fn print(run: PrintRun<'_>, store: &mut Store) -> Result<PrintOutcome> {
    let (run, left_out, pages) = run.in_order()?;
    let (folder, draft) = (run.path("letters", ""), run.path("letters", ".part"));
    clear(&draft)?;
    let put = make(&run, &draft).and_then(|names| put(&draft, &folder, &names));
    clear(&draft)?;
    put?;
    let (cover, warnings) = cover::write(&run, &run.letters, &pages)?;
    run.mark_printed(store, &run.letters)?;
    let (count, pages) = (run.letters.len(), pages.iter().sum());
    Ok(PrintOutcome { count, pages, file: folder, cover, warnings, left_out, ..PrintOutcome::default() })
}

/// The name of a letter's file: the number first, so that folders show them in posting order.
fn name(letter: &Recipient) -> String {
    format!("{:04}-{}.pdf", letter.number.unwrap_or(0), piece::file_name(&letter.reference))
}

/// Whether a file is one of those that [`name`] names.
fn is_ours(file: &str) -> bool {
    let digits = file.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    digits >= 4 && file[digits..].starts_with('-') && Path::new(file).extension().is_some_and(|e| e == "pdf")
}

/// Makes the files, several at a time; their names.
fn make(run: &PrintRun<'_>, folder: &Path) -> Result<BTreeSet<String>> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    let report = run.progress.of(Activity::PrintLetters, run.letters.len());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || -> Result<()> {
        while let Some(letter) = run.letters.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut pdf = Vec::new();
            run.on.print(&[letter], (false, false), &|_| Ok(()), &mut pdf)?;
            let path = folder.join(name(letter));
            files::create_anew(&path)?.write_all(&pdf).map_err(|e| Error::io("write", &path, e))?;
            report(1 + done.fetch_add(1, Ordering::Relaxed))?;
        }
        Ok(())
    };
    let broke_off =
        || Error::of(ErrorKind::Machine, "the letters could not be printed: a part of the program broke off");
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..piece::threads()).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| broke_off())?)
    })?;
    Ok(run.letters.iter().map(|letter| name(letter)).collect())
}

/// Moves the files into their folder, and takes away what an earlier run left there.
fn put(draft: &Path, folder: &Path, names: &BTreeSet<String>) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    for name in names {
        let path = folder.join(name);
        std::fs::rename(draft.join(name), &path).map_err(|e| Error::io("write", &path, e))?;
    }
    let there = std::fs::read_dir(folder).map_err(|e| Error::io("read", folder, e))?;
    for file in there.filter_map(std::result::Result::ok) {
        let name = file.file_name().to_string_lossy().into_owned();
        if is_ours(&name) && !names.contains(&name) {
            std::fs::remove_file(file.path()).map_err(|e| Error::io("remove", &file.path(), e))?;
        }
    }
    Ok(())
}

/// Takes away a folder in which files were being made.
fn clear(draft: &Path) -> Result<()> {
    match std::fs::remove_dir_all(draft) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", draft, e)),
        _ => Ok(()),
    }
}
