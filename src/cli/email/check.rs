//! `email check`: what is still needed before emails go out, and what its lack costs.

use serde_json::json;

use crate::app::email_check;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;
use crate::outbox::ServerOffer;
use crate::text;

/// Say what is still needed before emails go out, and what its lack costs: in shop.toml, and at the mail server, which is
/// asked what it offers. No email is sent.
#[derive(Debug, clap::Args)]
pub(super) struct EmailCheckArguments {
    /// Do not ask the mail server.
    #[arg(long)]
    offline: bool,
}

pub(super) fn run(arguments: &EmailCheckArguments, context: &Context) -> Result<Done> {
    let (missing, offer) = email_check::check(&context.shop()?, arguments.offline);
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
        text += &format!("\n{}", offered(offer));
    }
    Ok(Done::new(text, &json!({ "missing": missing, "server": offer })).exit(u8::from(is_stopped)))
}

/// `mail.example.com:465 let helen in, encrypted (TLS). It offers …`
fn offered(offer: &ServerOffer) -> String {
    let who = offer.user.as_ref().map_or("answers, and nobody signs in".to_owned(), |user| format!("lets {user} in"));
    let encrypted = match offer.encryption {
        "tls" => "encrypted (TLS)",
        "starttls" => "encrypted (STARTTLS)",
        _ => "not encrypted, which only does on this machine",
    };
    let mut all = Vec::new();
    if !offer.auth.is_empty() {
        all.push(format!("AUTH {}", offer.auth.join(" ")));
    }
    for (has, name) in [
        (offer.starttls && offer.encryption != "starttls", "STARTTLS"),
        (offer.pipelining, "PIPELINING"),
        (offer.eight_bit, "8BITMIME"),
        (offer.smtputf8, "SMTPUTF8"),
    ] {
        if has {
            all.push(name.to_owned());
        }
    }
    all.extend(offer.size.map(|size| format!("emails up to {}", text::bytes(size))));
    let all = if all.is_empty() { "nothing besides".to_owned() } else { text::list(&all) };
    format!("{}:{} {who}, {encrypted}. It offers {all}.\n", offer.host, offer.port)
}
