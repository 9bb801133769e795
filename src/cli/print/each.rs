//! One file a person, each the same as `preview` gives.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::{Run, cover, finished, messages};
use crate::campaign::Recipient;
use crate::cli::done::Done;
use crate::cli::{pieces, progress};
use crate::error::{Error, ErrorKind, Result};
use crate::piece;
use crate::store::Store;
use crate::text;

/// Prints each letter into a file of its own. All are made beside the folder before the first goes into it; files that an
/// earlier run left there and that belong to no letter any more go, files of other people stay.
pub(super) fn print(run: Run<'_>, store: &mut Store) -> Result<Done> {
    let (run, problems, pages) = run.in_order()?;
    let (folder, making) = (run.path("letters", ""), run.path("letters", ".part"));
    clear(&making)?;
    let made = make(&run, &making).and_then(|names| put(&making, &folder, &names));
    clear(&making)?;
    made?;
    let covered = cover::write(&run, &run.letters, &pages)?;
    run.mark_printed(store, &run.letters)?;
    let text = format!(
        "Printed {}, one file a person, into {}{}{}.",
        text::count(run.letters.len(), "letter"),
        run.shown(&folder),
        std::path::MAIN_SEPARATOR,
        covered.file.as_ref().map_or(String::new(), |file| format!("; the counts stand in {file}")),
    );
    let object = json!({
        "campaign": run.on.planned.slug, "letters": run.letters.len(), "pages": pages.iter().sum::<usize>(),
        "folder": run.shown(&folder), "cover": covered.file, "left_out": messages(&problems),
    });
    Ok(finished(Done::new(text, &object).warn(covered.warnings), &problems))
}

/// The name of a letter's file: the number first, so that folders show them in posting order.
fn name(letter: &Recipient) -> String {
    format!("{:04}-{}.pdf", letter.number.unwrap_or(0), pieces::file_name(&letter.reference))
}

/// Whether a file is one of those that [`name`] names.
fn is_ours(file: &str) -> bool {
    let digits = file.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    digits >= 4 && file[digits..].starts_with('-') && Path::new(file).extension().is_some_and(|e| e == "pdf")
}

/// Makes the files, several at a time; their names.
fn make(run: &Run<'_>, folder: &Path) -> Result<BTreeSet<String>> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    let bar = progress(run.context, run.letters.len(), "Printing letters");
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        while let Some(letter) = run.letters.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut pdf = Vec::new();
            run.on.print(&[letter], (false, false), &|_| {}, &mut pdf)?;
            let path = folder.join(name(letter));
            std::fs::write(&path, pdf).map_err(|e| Error::io("write", &path, e))?;
            bar.inc(1);
        }
        Ok(())
    };
    let broke_off =
        || Error::of(ErrorKind::Machine, "the letters could not be printed: a part of the program broke off");
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..piece::threads()).map(|_| scope.spawn(work)).collect();
        hands.into_iter().try_for_each(|hand| hand.join().map_err(|_| broke_off())?)
    })?;
    bar.finish_and_clear();
    Ok(run.letters.iter().map(|letter| name(letter)).collect())
}

/// Moves the files into their folder, and takes away what an earlier run left there.
fn put(making: &Path, folder: &Path, names: &BTreeSet<String>) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
    for name in names {
        let path = folder.join(name);
        std::fs::rename(making.join(name), &path).map_err(|e| Error::io("write", &path, e))?;
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
fn clear(making: &Path) -> Result<()> {
    match std::fs::remove_dir_all(making) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", making, e)),
        _ => Ok(()),
    }
}
