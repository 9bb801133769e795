//! One file per person, each identical to what `preview` writes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cover;
use super::options::PrintOutcome;
use super::publish::FileSet;
use super::run::PrintRun;
use crate::app::progress::Activity;
use crate::campaign::Recipient;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::piece;
use crate::store::Store;

/// Prints each letter into its own file. All are made next to the folder before the first is moved into it; files of an
/// earlier run that no longer belong to a letter are removed, other files stay.
pub(super) fn print(run: PrintRun<'_>, store: &mut Store) -> Result<PrintOutcome> {
    let (run, left_out, pages) = run.in_order()?;
    let (folder, mut set) = (run.path("letters", ""), FileSet::new(&run.folder()));
    make(&run, &folder, &mut set)?;
    let (cover, warnings) = cover::write(&run, &run.letters, &pages, &mut set)?;
    set.announce(0)?;
    run.mark_printed(store, &run.letters)?;
    set.publish()?;
    let (count, pages) = (run.letters.len(), pages.iter().sum());
    Ok(PrintOutcome { count, pages, file: folder, cover, warnings, left_out, ..PrintOutcome::default() })
}

/// The name of a letter's file; the number comes first, so that folders show them in posting order.
fn name(letter: &Recipient) -> String {
    format!("{:04}-{}.pdf", letter.number.unwrap_or(0), piece::file_name(&letter.reference))
}

/// Makes the files, several in parallel.
fn make(run: &PrintRun<'_>, folder: &Path, set: &mut FileSet) -> Result<()> {
    let drafts: Vec<PathBuf> = run.letters.iter().map(|letter| set.add(&folder.join(name(letter)))).collect();
    if let Some(folder) = drafts.first().and_then(|draft| draft.parent()) {
        std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    }
    let report = run.progress.of(Activity::PrintLetters, run.letters.len());
    let pieces: Vec<_> = run.letters.iter().zip(&drafts).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || -> Result<()> {
        while let Some((letter, path)) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut pdf = Vec::new();
            run.on.print_one(letter, &mut pdf)?;
            files::create_anew(path)?.write_all(&pdf).map_err(|e| Error::io("write", path, e))?;
            report(1 + done.fetch_add(1, Ordering::Relaxed))?;
        }
        Ok(())
    };
    let broke_off = || Error::of(ErrorKind::Machine, "the letters could not be printed: a part of the program failed");
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..piece::threads()).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| broke_off())?)
    })
}
