//! `email check`: what is still needed before emails can be sent, and what happens without it.

use serde_json::json;

use crate::app::email_check::{self, EmailCheck};
use crate::app::email_dns::DnsFindings;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::error::Result;
use crate::outbox::ServerOffer;
use crate::text;

/// Show what is still needed before emails can be sent, and what happens without it.
///
/// This checks shop.toml; the mail server and its capabilities; and DNS, where receivers look up SPF, DKIM and DMARC.
/// No email is sent.
///
/// DNS queries use the resolver of this machine, or the one in REGULARS_RESOLVER: `192.0.2.53`, or `none`.
#[derive(Debug, clap::Args)]
pub(super) struct EmailCheckArguments {
    /// Contact neither the mail server nor DNS.
    #[arg(long)]
    offline: bool,
}

pub(super) fn run(arguments: &EmailCheckArguments, context: &Context) -> Result<Done> {
    let EmailCheck { missing, offer, dns } = email_check::check(&context.shop()?, arguments.offline);
    let is_stopped = missing.iter().any(|one| one.stops);
    let mut text = match (missing.len() + dns.doubts.len(), &offer) {
        _ if is_stopped => "No email can be sent yet.\n",
        (0, Some(_)) => "Nothing is missing.\n",
        (0, None) => "Nothing is missing in shop.toml.\n",
        (_, Some(_)) => "Emails can be sent. Worth a look:\n",
        (_, None) => "Nothing in shop.toml stops emails; the mail server was not asked. Worth a look:\n",
    }
    .to_owned();
    for one in &missing {
        let needed = if one.stops { " (needed)" } else { "" };
        text += &format!("\n`{}`{needed}: {}\n  {}\n", one.key, one.message, one.hint);
    }
    text += &looked_up(&dns);
    if let Some(offer) = &offer {
        text += &format!("\n{}", offered(offer));
    }
    Ok(Done::new(text, &json!({ "missing": missing, "server": offer, "dns": dns })).exit(u8::from(is_stopped)))
}

/// Problems for a receiver, each with the record to publish; what is OK, and whether DNS was queried, in one line.
fn looked_up(dns: &DnsFindings) -> String {
    let mut text = String::new();
    for doubt in &dns.doubts {
        text += &format!("\n{}: {}\n  {}\n", doubt.about, doubt.message, doubt.hint);
        if let Some(record) = &doubt.record {
            text += &format!("    {}  TXT\n    {}\n", record.name, record.value);
        }
    }
    match (&dns.not_asked, &dns.domain, dns.in_order.as_slice()) {
        (Some(why), _, []) if dns.doubts.is_empty() => text += &format!("\nDNS was not queried: {why}.\n"),
        (Some(why), ..) => text += &format!("\nDNS was not queried completely: {why}.\n"),
        (None, Some(domain), [_, ..]) => {
            let is = text::is(dns.in_order.len());
            text += &format!("\nIn the DNS of {domain}, {} {is} OK.\n", text::list(&dns.in_order));
        }
        _ => {}
    }
    text
}

/// `mail.example.com:465 accepts the sign-in of helen, encrypted (TLS). It offers …`
fn offered(offer: &ServerOffer) -> String {
    let who = offer
        .user
        .as_ref()
        .map_or("answers, without sign-in".to_owned(), |user| format!("accepts the sign-in of {user}"));
    let encrypted = match offer.encryption {
        "tls" => "encrypted (TLS)",
        "starttls" => "encrypted (STARTTLS)",
        _ => "not encrypted, which is allowed only on this machine",
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
    let all = if all.is_empty() { "no extensions".to_owned() } else { text::list(&all) };
    format!("{}:{} {who}, {encrypted}. It offers {all}.\n", offer.host, offer.port)
}
