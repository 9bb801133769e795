//! `till …`: who may use the pages of `serve`.

mod secret;
mod tokens;

use clap::Subcommand;

use super::context::Context;
use super::done::Done;
use crate::domain::Role;
use crate::error::Result;

/// Set who may use the pages of `serve`: the owner's passphrase, the PIN of the tills, tokens for other till programs.
#[derive(Debug, clap::Args)]
pub(super) struct TillArguments {
    #[command(subcommand)]
    what: TillVerb,
}

#[derive(Debug, Subcommand)]
enum TillVerb {
    /// Set the passphrase for the owner's pages; everyone who used the old one has to sign in again.
    Passphrase(secret::SecretArguments),
    /// Set the PIN for the till's pages; all tills have to sign in again.
    Pin(secret::SecretArguments),
    Token(tokens::Make),
    /// List all tokens.
    Tokens,
    Revoke(tokens::Revoke),
}

pub(super) fn run(arguments: &TillArguments, context: &Context) -> Result<Done> {
    match &arguments.what {
        TillVerb::Passphrase(arguments) => secret::run(Role::Owner, arguments, context),
        TillVerb::Pin(arguments) => secret::run(Role::Till, arguments, context),
        TillVerb::Token(arguments) => tokens::make(arguments, context),
        TillVerb::Tokens => tokens::list(context),
        TillVerb::Revoke(arguments) => tokens::revoke(arguments, context),
    }
}
