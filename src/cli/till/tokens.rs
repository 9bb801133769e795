//! `till token`, `till tokens` and `till revoke`: for a shop system's own till, which uses the API.

use serde_json::json;

use crate::access::TillToken;
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;
use crate::text;

/// Make a token for another till program; it is shown once.
#[derive(Debug, clap::Args)]
pub(super) struct Make {
    /// The name of the till, as in shop.toml.
    #[arg(value_name = "TILL")]
    till: String,
}

/// Revoke a token: it is no longer valid.
#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// Its number in `till tokens`.
    #[arg(value_name = "NUMBER")]
    number: i64,
}

pub(super) fn make(arguments: &Make, context: &Context) -> Result<Done> {
    let till = arguments.till.trim();
    let (number, token) = app::tokens::make(&context.shop()?, till, context.clock.today())?;
    let text = format!(
        "{token}\n\nThis is token {number}, of the till {}. It is shown only now; anyone who has it can act as that till.\n",
        text::quote(till)
    );
    Ok(Done::new(text, &json!({ "number": number, "till": till, "token": token })))
}

pub(super) fn list(context: &Context) -> Result<Done> {
    let tokens = app::tokens::list(&context.shop()?)?;
    let line = |token: &TillToken| {
        let revoked = token.revoked_on.map_or(String::new(), |on| format!(", revoked {on}"));
        format!("{:>4}  {}  made {}{revoked}\n", token.number, token.till, token.made_on)
    };
    let text = match tokens.as_slice() {
        [] => "There is no token yet.".to_owned(),
        tokens => tokens.iter().map(line).collect(),
    };
    Ok(Done::new(text, &json!({ "tokens": tokens })))
}

pub(super) fn revoke(arguments: &Revoke, context: &Context) -> Result<Done> {
    let token = app::tokens::revoke(&context.shop()?, arguments.number, context.clock.today())?;
    let text = format!("Token {} of the till {} is no longer valid.", token.number, text::quote(&token.till));
    Ok(Done::new(text, &json!({ "number": token.number, "till": token.till })))
}
