//! `customer show REF`: the card for the counter.

use super::one_line::one_line;
use crate::app;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::customers::{ADDRESS, Card, ConsentSubject, CustomerField, Note};
use crate::domain::{Code, Consent, ConsentChannel, Suppression};
use crate::error::Result;
use crate::redemption::{OfferStatus, OfferSummary};
use crate::shop::Shop;
use crate::text;
use crate::text::{ago, long_date};
use chrono::NaiveDate;

/// Show the card of a customer: how to greet them, what to remember, which gifts wait for them.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
}

pub(super) fn run(arguments: &ShowArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let today = context.clock.today();
    let shown = app::card::show(&shop, &arguments.reference, today)?;
    Ok(Done::new(page(&shown.card, &shown.greeting, &shown.gifts, &shop, today), &shown))
}

/// The card as text.
fn page(card: &Card, greeting: &str, gifts: &[OfferSummary], shop: &Shop, today: NaiveDate) -> String {
    let (country, currency) = (&shop.settings.country, shop.settings.currency);
    // "Mr. Smith", as spoken; a company is called by its name, which comes next.
    let call = greeting.trim_start_matches("Dear ").trim_end_matches(',');
    let is_name = call != "customer" && !call.starts_with("friends at ");
    let mut text = if is_name { format!("{}\n", one_line(call)) } else { String::new() };
    let town = card.fields.get(&CustomerField::City).map_or(String::new(), |city| format!(", {}", one_line(city)));
    text.push_str(&format!("{} ({}){town}\n", one_line(&card.name), text::quote(&card.reference)));
    text.push_str(&match (card.last_visit, &card.last_visit_ago) {
        (Some(day), Some(ago)) => format!("Last here {ago}, on {}.\n", long_date(day, country)),
        _ => "No purchase in the book.\n".to_owned(),
    });
    if card.deceased {
        text.push_str("Has died. Nothing is sent.\n");
    }
    for complaint in &card.open_complaints {
        let when = ago(complaint.on, today);
        text.push_str(&format!("\nOpen complaint, from {when}: {}\n", one_line(&complaint.text)));
        text.push_str(&format!("  Resolved? `regulars customer resolve {}`\n", card.reference));
    }
    for gift in gifts {
        text.push_str(&format!("\n{}\n", offer(gift, country)));
    }
    text.push_str(&rows(card));
    if !card.purchases.is_empty() {
        text.push_str("\nLast bought\n");
    }
    for purchase in &card.purchases {
        let item = if purchase.item.is_empty() { "–".to_owned() } else { one_line(&purchase.item) };
        let (day, amount) = (long_date(purchase.on, country), currency.show(purchase.amount));
        text.push_str(&format!("  {day:<18}  {amount:>12}  {item}\n"));
    }
    if card.visits_12m > 0 {
        let visits = text::count(card.visits_12m, "purchase");
        text.push_str(&format!("  In twelve months: {visits}, {}.\n", currency.show(card.spend_12m_minor)));
    }
    if !card.contacts.is_empty() {
        text.push_str("\nLast heard\n");
    }
    for note in card.contacts.iter().take(NOTES) {
        text.push_str(&heard(note, country));
    }
    text
}

/// How many notes the page shows; `--json` has them all.
const NOTES: usize = 5;

fn offer(gift: &OfferSummary, country: &str) -> String {
    let code = gift.code.as_ref().map_or("–", Code::as_str);
    let name = one_line(&gift.name);
    match (gift.state, gift.redeemed_on, gift.claim_until) {
        (OfferStatus::Given, Some(day), _) => format!("Already given, on {}: {name}.", long_date(day, country)),
        (OfferStatus::Over, _, Some(until)) => format!("Waited until {}: {name}.", long_date(until, country)),
        (OfferStatus::NotYet, _, _) => format!("A letter is on its way: {name}. Code {code}."),
        (_, _, Some(until)) => format!("Waiting until {}: {name}. Code {code}.", long_date(until, country)),
        _ => format!("Waiting: {name}. Code {code}."),
    }
}

/// Known facts, one line each.
fn rows(card: &Card) -> String {
    let field = |field: CustomerField| card.fields.get(&field).map(|text| one_line(text)).unwrap_or_default();
    let list = |names: &[CustomerField]| {
        let parts: Vec<String> = names.iter().map(|name| field(*name)).filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    };
    let family: Vec<String> =
        card.family.iter().map(|one| format!("{} ({})", one_line(&one.name), text::quote(&one.reference))).collect();
    let likes: Vec<String> =
        card.preferences.iter().map(|(key, value)| format!("{} {}", one_line(key), one_line(value))).collect();
    let tags: Vec<String> = card.tags.iter().map(|tag| one_line(tag)).collect();
    let address = list(&ADDRESS);
    let returned = card.returned_mail.as_ref().map(|one| match one.campaign.as_str() {
        "" => format!("undeliverable address since {}: no post until there is another", one.on),
        campaign => format!(
            "the letter of {} came back on {}: no post until there is another address",
            text::quote(campaign),
            one.on
        ),
    });
    let opt_out = |channel: ConsentChannel| {
        let about = ConsentSubject::Consent(channel);
        let said = card.wishes.iter().find(|said| said.about == about && said.state == Consent::No);
        let since = said.map(|said| format!(", since {} ({})", said.on, one_line(&said.source)));
        format!("opted out of {channel}{}", since.unwrap_or_default())
    };
    let post = match card.post_consent {
        _ if card.moved => "moved away: no post until there is a new street".to_owned(),
        Consent::No => opt_out(ConsentChannel::Post),
        Consent::Yes | Consent::Unknown => returned.unwrap_or_default(),
    };
    let email = match (&card.suppressed, card.email_consent) {
        (Some(one), _) => {
            // A mail server's text about a mailbox is long.
            let is_told = one.reason == Suppression::OptedOut && !one.source.is_empty();
            let source = is_told.then(|| one_line(&one.source));
            let source = source.map(|source| format!(" ({source})")).unwrap_or_default();
            format!("no email is sent: {}, {}{source}", one.reason.in_words(), one.on)
        }
        (None, Consent::Yes) => "may be emailed".to_owned(),
        (None, Consent::No) => opt_out(ConsentChannel::Email),
        (None, Consent::Unknown) => String::new(),
    };
    let wishes: Vec<String> = [post, email].into_iter().filter(|wish| !wish.is_empty()).collect();
    let mut text = String::new();
    for (label, value) in [
        ("Spouse", field(CustomerField::Spouse)),
        ("Household", text::list(&family)),
        ("Birthday", field(CustomerField::Birthday)),
        ("Taste", likes.join("; ")),
        ("Worth knowing", field(CustomerField::Notes)),
        ("Tags", tags.join(", ")),
        ("Address", address),
        ("Reached by", list(&[CustomerField::Phone, CustomerField::Email])),
        ("Wishes", wishes.join("; ")),
        ("Also known as", card.old_refs.join(", ")),
    ] {
        if !value.is_empty() {
            text.push_str(&format!("  {label:<14} {value}\n"));
        }
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn heard(note: &Note, country: &str) -> String {
    let minutes = if note.minutes > 0 {
        format!(", {}", text::count(usize::try_from(note.minutes).unwrap_or(0), "minute"))
    } else {
        String::new()
    };
    let right = note.resolved_on.map_or(String::new(), |day| format!(" (resolved {})", long_date(day, country)));
    format!("  {:<18}  {}{minutes}: {}{right}\n", long_date(note.on, country), note.kind, one_line(&note.text))
}
