//! `customer merge REF INTO`: merges two cards of one person.

use super::one_line::one_line;
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::customers::Merged;
use crate::error::Result;
use crate::text;

/// Merge two cards of one person. The old reference keeps working everywhere; `customer unmerge` undoes this.
#[derive(Debug, clap::Args)]
pub(super) struct MergeArguments {
    /// The card to merge.
    #[arg(value_name = "REF")]
    reference: String,
    /// The card to keep: its empty fields are filled, and an opt-out of either card stays.
    #[arg(value_name = "INTO")]
    into: String,
}

pub(super) fn run(arguments: &MergeArguments, context: &Context) -> Result<Done> {
    let merged = app::merge::merge(&context.shop()?, &arguments.reference, &arguments.into, context.clock.now())?;
    let (old, stays) = both(&merged);
    let mut text = format!("{old} was merged into {stays}, with {}.", moved(&merged));
    if !merged.fields.is_empty() {
        text.push_str(&format!(" Filled or changed: {}.", text::list(&merged.fields)));
    }
    text.push_str(&format!("\nNot the same person after all? `regulars customer unmerge {}`\n", merged.reference));
    Ok(Done::new(text, &merged))
}

/// The removed and the remaining card.
pub(super) fn both(merged: &Merged) -> (String, String) {
    let one = |name: &str, reference: &str| format!("{} ({})", one_line(name), text::quote(reference));
    (one(&merged.name, &merged.reference), one(&merged.into_name, &merged.into))
}

/// What moved with it.
pub(super) fn moved(merged: &Merged) -> String {
    format!("{} and {}", text::count(merged.purchases, "purchase"), text::count(merged.notes, "note"))
}
