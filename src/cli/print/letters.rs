//! All letters in one PDF, and the list of which is on which page.

use std::path::PathBuf;

use serde_json::json;

use super::{Run, cover, finished, messages};
use crate::campaign::Recipient;
use crate::cli::done::Done;
use crate::cli::progress;
use crate::error::{Error, Result};
use crate::letter::Printed;
use crate::piece;
use crate::shop;
use crate::store::Store;
use crate::text;

/// Letters that were printed.
pub(in crate::cli) struct Made<'r> {
    /// Whose.
    pub(in crate::cli) letters: Vec<&'r Recipient>,
    /// The pages of each.
    pub(in crate::cli) pages: Vec<usize>,
    /// What was wrong with others.
    pub(in crate::cli) problems: Vec<Error>,
    /// Where they are.
    pub(in crate::cli) pdf: PathBuf,
    manifest: PathBuf,
    covered: cover::Written,
}

/// Prints the letters, the manifest and, when it is all of them, the cover sheet.
pub(super) fn print(run: &Run<'_>, store: &mut Store) -> Result<Done> {
    let Made { letters: done, pages, problems, pdf, manifest, covered } = make(run)?;
    run.mark_printed(store, &done)?;
    let sheets = run.sheets(&pages);
    let pages: usize = pages.iter().sum();
    let text = format!(
        "Printed {} on {}{} to {}, in posting order; who is on which page stands in {}{}.",
        text::count(done.len(), "letter"),
        text::count(pages, "page"),
        if run.duplex { format!(" of {}", text::count(sheets, "sheet")) } else { String::new() },
        run.shown(&pdf),
        run.shown(&manifest),
        covered.file.as_ref().map_or(String::new(), |file| format!(", the counts in {file}")),
    );
    let object = json!({
        "campaign": run.on.planned.slug, "letters": done.len(), "pages": pages, "sheets": sheets, "file": run.shown(&pdf),
        "manifest": run.shown(&manifest), "cover": covered.file, "left_out": messages(&problems),
    });
    Ok(finished(Done::new(text, &object).warn(covered.warnings), &problems))
}

/// Writes the files; nothing is written down.
pub(in crate::cli) fn make<'r>(run: &Run<'r>) -> Result<Made<'r>> {
    let (pdf, manifest) = (run.path("letters", ".pdf"), run.path("manifest", ".csv"));
    let bar = progress(run.context, run.letters.len(), "Setting letters");
    let step = |done: usize| bar.set_position(done as u64);
    let (printed, problems) = shop::write_whole_with(&pdf, |out| {
        let printed = run.on.print(&run.letters, (run.leave_out, run.duplex), &step, out)?;
        let problems = run.allowed(piece::problems(&printed, &run.letters), &printed, "letter")?;
        Ok((printed, problems))
    })?;
    bar.finish_and_clear();
    shop::write_whole(&manifest, &manifest_csv(run, &printed)?)?;
    let (letters, pages): (Vec<&Recipient>, Vec<usize>) =
        run.letters.iter().copied().zip(printed.pages).filter(|(_, pages)| *pages > 0).unzip();
    let covered = cover::write(run, &letters, &pages)?;
    Ok(Made { letters, pages, problems, pdf, manifest, covered })
}

/// Which letter is on which page; a column more when some go instead of emails.
fn manifest_csv(run: &Run<'_>, printed: &Printed) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::new("the manifest could not be written").because(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut head = vec!["page", "pages", "number", "ref", "name", "postcode", "branch", "code"];
    let instead = run.on.templates.wave == 0 && run.letters.iter().any(|letter| letter.channel != "letter");
    head.extend(instead.then_some("instead_of"));
    out.write_record(head).map_err(failed)?;
    let mut page = 1;
    for (letter, pages) in run.letters.iter().zip(&printed.pages).filter(|(_, pages)| **pages > 0) {
        let number = letter.number.map(|n| n.to_string()).unwrap_or_default();
        let code = letter.code.clone().unwrap_or_default();
        let text = [&letter.reference, &letter.name, &letter.postcode, &letter.branch].map(|text| text::inert(text));
        let [reference, name, postcode, branch] = text;
        let mut row = vec![page.to_string(), pages.to_string(), number, reference, name, postcode, branch, code];
        row.extend(instead.then(|| if letter.channel == "letter" { String::new() } else { letter.channel.clone() }));
        out.write_record(row).map_err(failed)?;
        page += if run.duplex { pages.next_multiple_of(2) } else { *pages };
    }
    out.into_inner().map_err(|e| Error::new("the manifest could not be written").because(e.into_error()))
}
