//! What is still needed before emails go out: in shop.toml, and at the mail server.

use std::collections::BTreeSet;

use serde::Serialize;

use super::send;
use crate::campaign;
use crate::domain::{CampaignState, Channel};
use crate::email;
use crate::error::Result;
use crate::outbox::{self, ServerOffer, ServerProblem};
use crate::piece::{self, EmailComposer, FrozenCampaign};
use crate::shop::Shop;
use crate::text;

/// Something that is missing.
#[derive(Debug, Serialize)]
pub(crate) struct MissingSetting {
    /// Of shop.toml.
    pub(crate) key: &'static str,
    /// Whether no email goes out without it.
    pub(crate) stops: bool,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// What is missing, and what the mail server offers, if it is asked and lets us in. No email is sent.
pub(crate) fn check(shop: &Shop, offline: bool) -> (Vec<MissingSetting>, Option<ServerOffer>) {
    let mut missing = missing(shop);
    let has_server = shop.settings.email.as_ref().is_some_and(|email| email.server.is_some());
    let offer = if has_server && !offline { ask(shop, &mut missing) } else { None };
    (missing, offer)
}

fn missing(shop: &Shop) -> Vec<MissingSetting> {
    let mut missing = Vec::new();
    let mut add = |key, stops, message: &str, hint: &str| {
        missing.push(MissingSetting { key, stops, message: message.to_owned(), hint: hint.to_owned() });
    };
    if !shop.settings.has_address() {
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
            if let Some(fault) = piece::dkim(shop, email).err() {
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

/// Asks the mail server; what it offers, if it lets us in.
fn ask(shop: &Shop, missing: &mut Vec<MissingSetting>) -> Option<ServerOffer> {
    let mut add = |key, stops, message: String, hint: &str| {
        missing.push(MissingSetting { key, stops, message, hint: hint.to_owned() });
    };
    let sender = match send::sender(shop) {
        Ok(sender) => sender,
        Err(fault) => {
            add("password_file", true, fault.message().to_owned(), fault.what_next().unwrap_or_default());
            return None;
        }
    };
    let offer = match outbox::look(&sender) {
        Ok(offer) => offer,
        Err(problem) => {
            let (key, message, hint) = in_words(problem);
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
            text::bytes(limit),
            text::bytes(largest)
        );
        add("server", true, message, "make the pictures of its templates smaller, or leave out `attach_letter`");
    }
    Some(offer)
}

fn in_words(problem: ServerProblem) -> (&'static str, String, &'static str) {
    match problem {
        ServerProblem::Silent(why) => (
            "server",
            format!("the mail server cannot be reached: {why}"),
            "look at the name, the port and the network",
        ),
        ServerProblem::Certificate(why) => (
            "server",
            format!("the certificate of the mail server is not to be believed: {why}"),
            "write the name that stands in its certificate; nothing is sent to a server that may be another",
        ),
        ServerProblem::Open => (
            "server",
            "the mail server does not encrypt (no STARTTLS), so that anybody on the way could read along".to_owned(),
            "most servers do on port 465: write `smtps://` in place of `smtp+starttls://`",
        ),
        ServerProblem::Password(why) => (
            "password_file",
            format!("the mail server does not let us in: {why}"),
            "look at the user in `server` and at the password; many providers want one made for programs",
        ),
        ServerProblem::Refused(why) => (
            "from",
            format!("the mail server takes no emails from this sender: {why}"),
            "`from` must be an address that the user in `server` may write with; if none is named there, sign in as one",
        ),
    }
}

/// The largest email that is still to go, by campaign, in bytes: one of each branch is made.
fn largest(shop: &Shop) -> Result<Option<(String, u64)>> {
    let store = shop.store()?;
    let writer = EmailComposer::open(&store.read(), shop)?;
    let mut largest = None;
    for slug in campaign::slugs(&store.read())? {
        let planned = campaign::need(&store.read(), &slug)?;
        if !matches!(planned.state, CampaignState::Planned | CampaignState::Printing | CampaignState::Sending) {
            continue;
        }
        let recipients = campaign::recipients(&store.read(), planned.id)?;
        let mut seen = BTreeSet::new();
        let of_branch = |r: &&campaign::Recipient| {
            r.channel == Some(Channel::Email) && r.number.is_some() && seen.insert(r.branch.clone())
        };
        let samples: Vec<_> = recipients.iter().filter(of_branch).collect();
        if samples.is_empty() {
            continue;
        }
        let on = FrozenCampaign::take(&store.read(), shop, &slug)?.despite();
        for sample in samples {
            let size = writer.compose(&store.read(), &on, sample)?.len() as u64;
            largest = largest.into_iter().chain([(slug.clone(), size)]).max_by_key(|(_, size)| *size);
        }
    }
    Ok(largest)
}
