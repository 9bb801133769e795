//! `till token`, `till tokens` and `till revoke`: for a shop system's own till, which asks over HTTP.

use serde_json::json;

use crate::access;
use crate::cli::Context;
use crate::cli::done::Done;
use crate::error::{Error, Result};
use crate::text;

/// Make a token for a till that is a program; it is shown once.
#[derive(Debug, clap::Args)]
pub(super) struct Make {
    /// The till, as in shop.toml.
    #[arg(value_name = "NAME")]
    till: String,
}

/// Take a token back: from now on it opens nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// Its number, as `till tokens` shows it.
    #[arg(value_name = "NUMBER")]
    number: i64,
}

pub(super) fn make(arguments: &Make, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let (till, names) = (arguments.till.trim(), &shop.settings.till.names);
    if till.is_empty() || (!names.is_empty() && !names.iter().any(|name| name == till)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(Error::new(format!("there is no till {} in shop.toml", text::quote(till))).hint(
            if names.is_empty() { "say what it is called".to_owned() } else { text::did_you_mean(till, &names) },
        ));
    }
    let (number, token) = shop.store()?.write(|write| access::make_token(write, till, context.clock.today()))?;
    let text = format!(
        "{token}\n\nThis is token {number}, of the till {}. It is shown this once; whoever has it is that till.\n",
        text::quote(till)
    );
    Ok(Done::new(text, &json!({ "number": number, "till": till, "token": token })))
}

pub(super) fn list(context: &Context) -> Result<Done> {
    let tokens = access::tokens(&context.shop()?.store()?.read())?;
    let line = |token: &access::Token| {
        let revoked = token.revoked_on.map_or(String::new(), |on| format!(", revoked {on}"));
        format!("{:>4}  {}  made {}{revoked}\n", token.number, token.till, token.made_on)
    };
    let text = match tokens.as_slice() {
        [] => "No token was made yet.".to_owned(),
        tokens => tokens.iter().map(line).collect(),
    };
    Ok(Done::new(text, &json!({ "tokens": tokens })))
}

pub(super) fn revoke(arguments: &Revoke, context: &Context) -> Result<Done> {
    let mut store = context.shop()?.store()?;
    let token = store.write(|write| access::revoke(write, arguments.number, context.clock.today()))?;
    let text = format!("Token {} of the till {} opens nothing any more.", token.number, text::quote(&token.till));
    Ok(Done::new(text, &json!({ "number": token.number, "till": token.till })))
}
