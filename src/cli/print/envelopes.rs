//! Addressed envelopes for the letters, in their order.

use serde_json::json;

use super::{Run, finished, messages};
use crate::cli::done::Done;
use crate::error::Result;
use crate::letter::{self, Envelope};
use crate::merge;
use crate::piece;
use crate::shop;
use crate::text;

/// Prints an envelope for each whose letter is in order.
pub(super) fn print(run: Run<'_>, envelope: Envelope) -> Result<Done> {
    let (run, mut problems, _) = run.in_order()?;
    let pdf = run.path("envelopes", ".pdf");
    let sender: Vec<String> = std::iter::once(&run.on.settings.name).chain(&run.on.settings.address).cloned().collect();
    let addresses: Vec<_> = run.letters.iter().map(|letter| merge::address_forms(&letter.fields.to_read())).collect();
    let printed = shop::write_whole_with(&pdf, |out| {
        let printed = letter::envelopes(&run.imprint("envelopes"), envelope, &sender, &addresses, run.leave_out, out)?;
        let found = piece::problems_of("envelope for", &printed, &run.letters);
        problems.extend(run.allowed(found, &printed, "envelope")?);
        Ok(printed)
    })?;
    let count: usize = printed.pages.iter().sum();
    let text = format!(
        "Printed {} ({}) to {}, in the order of the letters.",
        text::count(count, "envelope"),
        envelope.name(),
        run.shown(&pdf),
    );
    let object = json!({
        "campaign": run.on.planned.slug, "envelopes": count, "size": envelope.name(), "file": run.shown(&pdf),
        "left_out": messages(&problems),
    });
    Ok(finished(Done::new(text, &object), &problems))
}
