//! `email …`: preparing to send emails.

mod check;
mod keys;

use super::context::Context;
use super::done::Done;
use super::verb_list::verbs;
use crate::error::Result;

/// Make the key that signs emails, and see what is missing before they can be sent.
#[derive(Debug, clap::Args)]
pub(super) struct EmailArguments {
    #[command(subcommand)]
    what: EmailVerb,
}

verbs! { EmailVerb:
    Keys = keys::EmailKeysArguments,
    Check = check::EmailCheckArguments,
}

pub(super) fn run(arguments: &EmailArguments, context: &Context) -> Result<Done> {
    arguments.what.run(context)
}
