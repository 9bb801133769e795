//! All letters in one PDF, and the list of which is on which page.

use super::cover;
use super::options::PrintOutcome;
use super::run::PrintRun;
use crate::app::progress::Activity;
use crate::campaign::Recipient;
use crate::error::{Error, Result};
use crate::letter::Printed;
use crate::piece;
use crate::shop;
use crate::text;

/// Prints the letters, the manifest and, when it is all of them, the cover sheet; what was printed, and whose letters.
/// Nothing is written down.
pub(crate) fn print<'r>(run: &PrintRun<'r>) -> Result<(PrintOutcome, Vec<&'r Recipient>)> {
    let (pdf, manifest) = (run.path("letters", ".pdf"), run.path("manifest", ".csv"));
    let report = run.progress.of(Activity::LayOutLetters, run.letters.len());
    let (printed, left_out) = shop::write_whole_with(&pdf, |out| {
        let printed = run.on.print(&run.letters, (run.leave_out, run.duplex), &report, out)?;
        let problems = run.allowed(piece::problems(&printed, &run.letters), &printed, "letter")?;
        Ok((printed, problems))
    })?;
    shop::write_whole(&manifest, &manifest_csv(run, &printed)?)?;
    let (letters, pages): (Vec<&Recipient>, Vec<usize>) =
        run.letters.iter().copied().zip(printed.pages).filter(|(_, pages)| *pages > 0).unzip();
    let (cover, warnings) = cover::write(run, &letters, &pages)?;
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
    Ok((outcome, letters))
}

/// Which letter is on which page; a column more when some go instead of emails.
fn manifest_csv(run: &PrintRun<'_>, printed: &Printed) -> Result<Vec<u8>> {
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
