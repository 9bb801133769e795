//! `email …`: what emails need before they go out.

mod check;
mod keys;

use clap::Subcommand;

use super::context::Context;
use super::done::Done;
use crate::error::Result;

/// Make the key that signs emails, and see what is missing before they go out.
#[derive(Debug, clap::Args)]
pub(super) struct EmailArguments {
    #[command(subcommand)]
    what: EmailVerb,
}

#[derive(Debug, Subcommand)]
enum EmailVerb {
    Keys(keys::EmailKeysArguments),
    Check(check::EmailCheckArguments),
}

pub(super) fn run(arguments: &EmailArguments, context: &Context) -> Result<Done> {
    match &arguments.what {
        EmailVerb::Keys(arguments) => keys::run(arguments, context),
        EmailVerb::Check(arguments) => check::run(arguments, context),
    }
}
