//! Addressed envelopes for the letters, in their order.

use super::options::PrintOutcome;
use super::run::PrintRun;
use crate::app::progress::Activity;
use crate::error::Result;
use crate::files;
use crate::letter::{self, Envelope};
use crate::piece;

/// Prints an envelope for each letter without problems.
pub(super) fn print(run: PrintRun<'_>, envelope: Envelope) -> Result<PrintOutcome> {
    let (run, mut left_out, _) = run.in_order()?;
    let file = run.path("envelopes", ".pdf");
    let sender: Vec<String> = std::iter::once(&run.on.settings.name).chain(&run.on.settings.address).cloned().collect();
    let addresses = run.addresses();
    let report = run.progress.of(Activity::PrintLetters, run.letters.len());
    let imprint = run.imprint("envelopes", &report);
    let printed = files::write_whole_with(&file, |out| {
        let printed = letter::envelopes(&imprint, envelope, &sender, &addresses, run.leave_out, out)?;
        let found = piece::problems_of("envelope for", &printed, &run.letters);
        left_out.extend(run.allowed(found, &printed, "envelope")?);
        Ok(printed)
    })?;
    let count = printed.pages.iter().sum();
    Ok(PrintOutcome { count, size: envelope.name().to_owned(), file, left_out, ..PrintOutcome::default() })
}
