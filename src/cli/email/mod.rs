//! `email …`: what emails need before they go out.

mod check;
mod keys;

use clap::Subcommand;

use super::Context;
use super::done::Done;
use crate::error::Result;

/// Make the key that signs emails, and see what is missing before they go out.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Keys(keys::Arguments),
    Check(check::Arguments),
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    match &arguments.what {
        What::Keys(arguments) => keys::run(arguments, context),
        What::Check(arguments) => check::run(arguments, context),
    }
}
