//! What `email check` asks the mail server, and what matters of the answer.

use std::collections::BTreeSet;

use super::check::Missing;
use crate::campaign;
use crate::cli::pieces;
use crate::domain::CampaignState;
use crate::error::Result;
use crate::outbox::{self, Offer, Trouble};
use crate::piece::FrozenCampaign;
use crate::shop::{EmailSettings, Shop};
use crate::text;

/// Asks the mail server; what it offers, if it lets us in.
pub(super) fn ask(shop: &Shop, email: &EmailSettings, missing: &mut Vec<Missing>) -> Option<Offer> {
    let mut add = |key, stops, message: String, hint: &str| {
        missing.push(Missing { key, stops, message, hint: hint.to_owned() });
    };
    let sender = match outbox::sender(shop, email, std::env::var("REGULARS_SMTP_PASSWORD").ok()) {
        Ok(sender) => sender,
        Err(fault) => {
            add("password_file", true, fault.message().to_owned(), fault.what_next().unwrap_or_default());
            return None;
        }
    };
    let offer = match outbox::look(&sender) {
        Ok(offer) => offer,
        Err(trouble) => {
            let (key, message, hint) = told(trouble);
            add(key, true, message, hint);
            return None;
        }
    };
    if !offer.pipelining {
        add(
            "server",
            false,
            "the mail server takes one command at a time (no PIPELINING), so sending is slower".to_owned(),
            "more `connections` make up for it, as far as it allows them",
        );
    }
    if let (Some(limit), Ok(Some((slug, largest)))) = (offer.size, largest(shop))
        && largest > limit
    {
        let message = format!(
            "the mail server takes emails of {} at most; those of `{slug}` have {}",
            bytes(limit),
            bytes(largest)
        );
        add("server", true, message, "make the pictures of its templates smaller, or leave out `attach_letter`");
    }
    Some(offer)
}

fn told(trouble: Trouble) -> (&'static str, String, &'static str) {
    match trouble {
        Trouble::Silent(why) => (
            "server",
            format!("the mail server cannot be reached: {why}"),
            "look at the name, the port and the network",
        ),
        Trouble::Certificate(why) => (
            "server",
            format!("the certificate of the mail server is not to be believed: {why}"),
            "write the name that stands in its certificate; nothing is sent to a server that may be another",
        ),
        Trouble::Open => (
            "server",
            "the mail server does not encrypt (no STARTTLS), so that anybody on the way could read along".to_owned(),
            "most servers do on port 465: write `smtps://` in place of `smtp+starttls://`",
        ),
        Trouble::Password(why) => (
            "password_file",
            format!("the mail server does not let us in: {why}"),
            "look at the user in `server` and at the password; many providers want one made for programs",
        ),
        Trouble::Refused(why) => (
            "from",
            format!("the mail server takes no emails from this sender: {why}"),
            "`from` must be an address that the user in `server` may write with; if none is named there, sign in as one",
        ),
    }
}

/// The largest email that is still to go, by campaign, in bytes: one of each branch is made.
fn largest(shop: &Shop) -> Result<Option<(String, u64)>> {
    let store = shop.store()?;
    let writer = pieces::writer(&store.read(), shop)?;
    let mut largest = None;
    for slug in campaign::slugs(&store.read())? {
        let planned = campaign::need(&store.read(), &slug)?;
        if !matches!(planned.state, CampaignState::Planned | CampaignState::Printing | CampaignState::Sending) {
            continue;
        }
        let recipients = campaign::recipients(&store.read(), planned.id)?;
        let mut seen = BTreeSet::new();
        let of_branch =
            |r: &&campaign::Recipient| r.channel == "email" && r.number.is_some() && seen.insert(r.branch.clone());
        let samples: Vec<_> = recipients.iter().filter(of_branch).collect();
        if samples.is_empty() {
            continue;
        }
        let on = FrozenCampaign::take(&store.read(), shop, &slug)?.despite();
        for sample in samples {
            let size = pieces::email(&store.read(), &on, &writer, sample)?.len() as u64;
            largest = largest.into_iter().chain([(slug.clone(), size)]).max_by_key(|(_, size)| *size);
        }
    }
    Ok(largest)
}

/// `10 MB`, `820 kB`.
fn bytes(n: u64) -> String {
    match n {
        1_000_000.. => format!("{}.{} MB", n / 1_000_000, n % 1_000_000 / 100_000),
        _ => format!("{} kB", n.div_ceil(1000)),
    }
}

/// `mail.example.com:465 let helen in, encrypted (TLS). It offers …`
pub(super) fn offered(offer: &Offer) -> String {
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
    all.extend(offer.size.map(|size| format!("emails up to {}", bytes(size))));
    let all = if all.is_empty() { "nothing besides".to_owned() } else { text::list(&all) };
    format!("{}:{} {who}, {encrypted}. It offers {all}.\n", offer.host, offer.port)
}
