//! All letters in one PDF, and the manifest of which letter is on which page.

use super::cover;
use super::options::PrintOutcome;
use super::publish::FileSet;
use super::run::PrintRun;
use crate::app::progress::Activity;
use crate::campaign::Recipient;
use crate::domain::Channel;
use crate::error::Result;
use crate::files;
use crate::letter::Printed;
use crate::piece;
use crate::text::csv::CsvTable;

/// Prints the letters, the manifest and, for a complete run, the cover sheet; returns the outcome, the recipients, and
/// the files, which do not have their final names yet. Nothing is recorded.
pub(crate) fn print<'r>(run: &PrintRun<'r>) -> Result<(PrintOutcome, Vec<&'r Recipient>, FileSet)> {
    let (pdf, manifest) = (run.path("letters", ".pdf"), run.path("manifest", ".csv"));
    let mut set = FileSet::new(&run.folder());
    let report = run.progress.of(Activity::LayOutLetters, run.letters.len());
    let (printed, left_out) = files::write_whole_with(&set.add(&pdf), |out| {
        let printed = run.on.print(&run.letters, (run.leave_out, run.duplex), &report, out)?;
        let problems = run.allowed(piece::problems(&printed, &run.letters), &printed, Channel::Letter.as_str())?;
        Ok((printed, problems))
    })?;
    files::write_whole(&set.add(&manifest), manifest_csv(run, &printed).as_bytes())?;
    let (letters, pages): (Vec<&Recipient>, Vec<usize>) =
        run.letters.iter().copied().zip(printed.pages).filter(|(_, pages)| *pages > 0).unzip();
    let (cover, warnings) = cover::write(run, &letters, &pages, &mut set)?;
    let outcome = PrintOutcome {
        count: letters.len(),
        pages: pages.iter().sum(),
        sheets: run.sheets(&pages),
        file: pdf,
        manifest: Some(manifest),
        cover,
        warnings,
        left_out,
        ..PrintOutcome::default()
    };
    Ok((outcome, letters, set))
}

/// Which letter is on which page; with one more column when some replace emails.
fn manifest_csv(run: &PrintRun<'_>, printed: &Printed) -> String {
    let (head, rows) = manifest_rows(run, &printed.pages);
    let mut table = CsvTable::new(head);
    for row in rows {
        table.row(row);
    }
    table.text()
}

/// The columns of the manifest, and a row for each letter that has pages; a column more when some go instead of emails.
pub(super) fn manifest_rows(run: &PrintRun<'_>, pages: &[usize]) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let mut head = vec!["page", "pages", "number", "ref", "name", "postcode", "branch", "code"];
    let instead =
        run.on.templates.wave == 0 && run.letters.iter().any(|letter| letter.channel != Some(Channel::Letter));
    head.extend(instead.then_some("instead_of"));
    let mut rows = Vec::with_capacity(pages.len());
    let mut page = 1;
    for (letter, pages) in run.letters.iter().zip(pages).filter(|(_, pages)| **pages > 0) {
        let number = letter.number.map(|n| n.to_string()).unwrap_or_default();
        let code = letter.code_text().to_owned();
        let [reference, name, postcode, branch] =
            [&letter.reference, &letter.name, &letter.postcode, &letter.branch].map(String::clone);
        let mut row = vec![page.to_string(), pages.to_string(), number, reference, name, postcode, branch, code];
        row.extend(instead.then(|| {
            letter.channel.filter(|first| *first != Channel::Letter).map_or(String::new(), |first| first.to_string())
        }));
        rows.push(row);
        page += if run.duplex { pages.next_multiple_of(2) } else { *pages };
    }
    (head, rows)
}
