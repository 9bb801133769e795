//! What is still needed before emails can be sent: in shop.toml, at the mail server, and in DNS.

use std::collections::BTreeSet;

use serde::Serialize;

use super::email_dns::{self, DnsFindings};
use super::{incoming, send};
use crate::campaign::{self, CampaignFile};
use crate::domain::{CampaignState, Channel};
use crate::email;
use crate::error::Result;
use crate::outbox::{self, ServerOffer, ServerProblem};
use crate::piece::{self, EmailComposer, FrozenCampaign};
use crate::shop::Shop;
use crate::text;

/// The key of the mail server in shop.toml.
const SERVER: &str = "server";

/// A missing setting.
#[derive(Debug, Serialize)]
pub(crate) struct MissingSetting {
    /// Its key in shop.toml.
    pub(crate) key: &'static str,
    /// Whether no email can be sent without it.
    pub(crate) stops: bool,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// Findings about everything that emails need.
pub(crate) struct EmailCheck {
    pub(crate) missing: Vec<MissingSetting>,
    /// The mail server's capabilities, if it was asked and accepted the login.
    pub(crate) offer: Option<ServerOffer>,
    pub(crate) dns: DnsFindings,
}

/// Checks shop.toml, the mail server, the mailbox of `[bounces]`, and DNS; with `offline` only shop.toml. No email is
/// sent.
pub(crate) fn check(shop: &Shop, offline: bool) -> EmailCheck {
    let mut missing = missing(shop);
    let has_server = shop.settings.email.as_ref().is_some_and(|email| email.server.is_some());
    let offer = if has_server { ask(shop, offline, &mut missing) } else { None };
    missing.extend(mailbox(shop, offline));
    let dns = email_dns::look(shop, offline, std::env::var("REGULARS_RESOLVER").ok().as_deref());
    EmailCheck { missing, offer, dns }
}

/// What stops the emails of a campaign, if it has any; emails written as files need no mail server.
pub(crate) fn cannot_leave(shop: &Shop, file: &CampaignFile, as_files: bool) -> Option<String> {
    if !file.sends_email() {
        return None;
    }
    let first = missing(shop).into_iter().find(|one| one.stops && !(as_files && one.key == SERVER))?;
    Some(format!(
        "no email of {} can be sent yet: {} (`{}`); `regulars email check` shows what is needed",
        text::quote(&file.slug),
        first.message,
        first.key
    ))
}

/// Settings of email_check.tsv that are missing or unusable.
fn missing(shop: &Shop) -> Vec<MissingSetting> {
    let email = shop.settings.email.as_ref();
    let is_absent = |key: &str| match (key, email) {
        ("address", _) => !shop.settings.has_address(),
        ("from", email) => email.is_none(),
        ("reply_to", Some(email)) => email.reply_to.is_none(),
        (SERVER, Some(email)) => email.server.is_none(),
        ("dkim_key", Some(email)) => email.dkim_key.is_none(),
        ("unsubscribe_url", Some(email)) => email.unsubscribe_url.is_none(),
        _ => false,
    };
    let fault = |key: &str| match (key, email?) {
        ("from", email) => email::address(&email.from, key).err(),
        ("reply_to", email) => email.reply_to.as_ref().and_then(|text| email::address(text, key).err()),
        ("dkim_key", email) => email.dkim_key.as_ref().and_then(|_| piece::dkim(shop, email).err()),
        _ => None,
    };
    let mut missing = Vec::new();
    for mut cells in text::table_rows(include_str!("email_check.tsv")) {
        let [key, stops, message, hint] = std::array::from_fn(|_| cells.next().unwrap_or_default());
        if is_absent(key) {
            let (stops, message, hint) = (!stops.is_empty(), message.to_owned(), hint.to_owned());
            missing.push(MissingSetting { key, stops, message, hint });
        } else if let Some(fault) = fault(key) {
            let (message, hint) = (fault.message().to_owned(), fault.what_next().unwrap_or_default().to_owned());
            missing.push(MissingSetting { key, stops: true, message, hint });
        }
    }
    missing
}

/// Why the bounce mailbox cannot be read; this does not stop emails from being sent.
fn mailbox(shop: &Shop, offline: bool) -> Option<MissingSetting> {
    let fault = if offline { None } else { incoming::fault(shop) }?;
    let message = format!("returned mail cannot be read: {fault}");
    Some(MissingSetting {
        key: "bounces",
        stops: false,
        message,
        hint: fault.what_next().unwrap_or_default().to_owned(),
    })
}

/// Asks the mail server, unless `offline`; returns its capabilities if it accepts the login.
fn ask(shop: &Shop, offline: bool, missing: &mut Vec<MissingSetting>) -> Option<ServerOffer> {
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
    if shop.settings.email.as_ref().is_some_and(|email| email.daily_cap == Some(0)) {
        add("daily_cap", true, "no email may be sent on any day".to_owned(), "set a larger number, or remove the line");
    }
    if offline {
        return None;
    }
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
            SERVER,
            false,
            "the mail server accepts one command at a time (no PIPELINING), so sending is slower".to_owned(),
            "more `connections` help, if the server allows them",
        );
    }
    if let (Some(limit), Ok(Some((slug, largest)))) = (offer.size, largest(shop))
        && largest > limit
    {
        let message = format!(
            "the mail server accepts emails up to {}; those of `{slug}` have {}",
            text::bytes(limit),
            text::bytes(largest)
        );
        add(SERVER, true, message, "make the pictures of its templates smaller, or leave out `attach_letter`");
    }
    Some(offer)
}

fn in_words(problem: ServerProblem) -> (&'static str, String, &'static str) {
    match problem {
        ServerProblem::Silent(why) => {
            (SERVER, format!("the mail server cannot be reached: {why}"), "check the name, the port and the network")
        }
        ServerProblem::Certificate(why) => (
            SERVER,
            why,
            "write the name that your provider gives; nothing is sent to a server that cannot prove its name",
        ),
        ServerProblem::Open => (
            SERVER,
            "the mail server does not encrypt (no STARTTLS), so anyone on the network could read the emails".to_owned(),
            "most servers do on port 465: write `smtps://` in place of `smtp+starttls://`",
        ),
        ServerProblem::Password(why) => (
            "password_file",
            format!("the mail server rejects the sign-in: {why}"),
            "check the user in `server` and the password; many providers require an app password",
        ),
        ServerProblem::Refused(why) => (
            "from",
            format!("the mail server rejects emails from this sender: {why}"),
            "`from` must be an address that the user in `server` may send from; if `server` has no user, add one",
        ),
        ServerProblem::NotNow(why) => (
            SERVER,
            format!("the mail server temporarily rejects emails from this sender: {why}"),
            "try again later; if it continues, ask your provider",
        ),
    }
}

/// The largest email still to be sent, by campaign, in bytes: one of each branch is made.
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
