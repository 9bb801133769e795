//! `email check`: what is still needed before emails go out, and what its lack costs.

use serde_json::{Value, json};

use super::server;
use crate::cli::done::Done;
use crate::cli::{Context, pieces};
use crate::email;
use crate::error::Result;
use crate::shop::Shop;

/// Say what is still needed before emails go out, and what its lack costs: in shop.toml, and at the mail server, which is
/// asked what it offers. No email is sent.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Do not ask the mail server.
    #[arg(long)]
    offline: bool,
}

/// Something that is missing.
pub(super) struct Missing {
    pub(super) key: &'static str,
    /// Whether no email goes out without it.
    pub(super) stops: bool,
    pub(super) message: String,
    pub(super) hint: String,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let mut missing = missing(&shop);
    let offer = match &shop.settings.email {
        Some(email) if !arguments.offline && email.server.is_some() => server::ask(&shop, email, &mut missing),
        _ => None,
    };
    let is_stopped = missing.iter().any(|one| one.stops);
    let mut text = match missing.len() {
        0 if offer.is_some() => "Nothing is missing.\n",
        0 => "Nothing is missing in shop.toml.\n",
        _ if is_stopped => "No email goes out yet.\n",
        _ => "Emails can go out. This is worth a look:\n",
    }
    .to_owned();
    for one in &missing {
        let needed = if one.stops { " (needed)" } else { "" };
        text += &format!("\n`{}`{needed}: {}\n  {}\n", one.key, one.message, one.hint);
    }
    if let Some(offer) = &offer {
        text += &format!("\n{}", server::offered(offer));
    }
    let list: Vec<Value> = missing
        .iter()
        .map(|one| json!({ "key": one.key, "stops": one.stops, "message": one.message, "hint": one.hint }))
        .collect();
    Ok(Done::new(text, &json!({ "missing": list, "server": offer })).exit(u8::from(is_stopped)))
}

fn missing(shop: &Shop) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut add = |key, stops, message: &str, hint: &str| {
        missing.push(Missing { key, stops, message: message.to_owned(), hint: hint.to_owned() });
    };
    if !pieces::has_address(shop) {
        add(
            "address",
            true,
            "every email must bear the shop's postal address; the law asks for it in most countries",
            "write it as `address = [\"1 Main Street\", \"Springfield, IL 62701\"]`",
        );
    }
    let Some(email) = &shop.settings.email else {
        add(
            "from",
            true,
            "nothing says who the emails come from",
            "add `[email]` with `from = \"Helen at My shop <helen@example.com>\"`",
        );
        return missing;
    };
    let addresses = [("from", Some(&email.from)), ("reply_to", email.reply_to.as_ref())];
    for (key, text) in addresses {
        if let Some(fault) = text.and_then(|text| email::address(text, key).err()) {
            add(key, true, fault.message(), fault.what_next().unwrap_or_default());
        }
    }
    if email.reply_to.is_none() {
        add(
            "reply_to",
            false,
            "answers go to the address in `from`",
            "if nobody reads it, name one that somebody reads: people do answer",
        );
    }
    if email.server.is_none() {
        add(
            "server",
            false,
            "there is no mail server, so that emails can only be written as files",
            "name yours: `server = \"smtps://helen@mail.example.com\"`",
        );
    }
    match &email.dkim_key {
        None => add(
            "dkim_key",
            false,
            "emails are not signed: many receivers put them among the junk, and Gmail and Microsoft refuse them in large numbers",
            "`regulars email keys` makes a key and says what to do with it",
        ),
        Some(_) => {
            if let Some(fault) = pieces::dkim(shop, email).err() {
                add("dkim_key", true, fault.message(), fault.what_next().unwrap_or_default());
            }
        }
    }
    if email.unsubscribe_url.is_none() {
        add(
            "unsubscribe_url",
            false,
            "nobody can take themselves off by one click: they write to you, and you must do it within ten days; Gmail and \
             Yahoo ask for the click from whoever sends them more than 5,000 emails a day",
            "let a public https address lead to `/u/` of `regulars serve`, and name it: \
              `unsubscribe_url = \"https://shop.example/u\"`; until then `regulars bounces MAILDIR` reads what they write",
        );
    }
    missing
}
