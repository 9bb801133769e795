//! `till …`: who may use the pages of `serve`.

mod secret;
mod tokens;

use clap::Subcommand;

use super::Context;
use super::done::Done;
use crate::domain::Role;
use crate::error::Result;

/// Say who may use the pages of `serve`: the owner's passphrase, the PIN of the tills, tokens for tills that are programs.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Set the passphrase that opens the owner's pages; whoever used the old one signs in anew.
    Passphrase(secret::Arguments),
    /// Set the PIN that opens the till's pages; all tills sign in anew.
    Pin(secret::Arguments),
    Token(tokens::Make),
    /// List the tokens that were made.
    Tokens,
    Revoke(tokens::Revoke),
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    match &arguments.what {
        What::Passphrase(arguments) => secret::run(Role::Owner, arguments, context),
        What::Pin(arguments) => secret::run(Role::Till, arguments, context),
        What::Token(arguments) => tokens::make(arguments, context),
        What::Tokens => tokens::list(context),
        What::Revoke(arguments) => tokens::revoke(arguments, context),
    }
}
