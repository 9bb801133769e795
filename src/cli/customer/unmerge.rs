//! `customer unmerge REF`: not the same person after all.

use super::merge::{both, moved};
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;

/// Make two cards again of two that were merged, as they were.
#[derive(Debug, clap::Args)]
pub(super) struct UnmergeArguments {
    /// The reference of the card that went.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &UnmergeArguments, context: &Context) -> Result<Done> {
    let merged = app::merge::unmerge(&context.shop()?, &arguments.reference, context.clock.now())?;
    let (old, stays) = both(&merged);
    Ok(Done::new(format!("{old} and {stays} are two again; {} went back.", moved(&merged)), &merged))
}
