//! `demo [DIR]`: plays the two years of the story.

use std::path::PathBuf;

use super::Context;
use super::done::Done;
use crate::error::Result;

/// Play two years of a shop with invented customers, and tell what came of it.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to play in.
    #[arg(value_name = "DIR", default_value = "regulars-demo")]
    folder: PathBuf,
}

pub(super) fn run(_arguments: &Arguments, _context: &Context) -> Result<Done> {
    Ok(Done::new("", &()))
}
