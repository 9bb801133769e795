//! `customer unmerge REF`: undoes a merge.

use super::merge::{both, moved};
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;

/// Separate two merged cards, and restore them as they were.
#[derive(Debug, clap::Args)]
pub(super) struct UnmergeArguments {
    /// The reference of the merged card.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &UnmergeArguments, context: &Context) -> Result<Done> {
    let merged = app::merge::unmerge(&context.shop()?, &arguments.reference, context.clock.now())?;
    let (old, stays) = both(&merged);
    Ok(Done::new(format!("{old} and {stays} are separate again; {} moved back.", moved(&merged)), &merged))
}
