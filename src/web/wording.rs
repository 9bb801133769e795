//! The wording of the pages: times in words where that helps, gifts by their noun, people as they are greeted.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::campaign::Recipient;
use crate::customers::{Customer, TillChange};
use crate::domain::{NoteKind, RecipientId, TillChangeKind};
use crate::redemption::Offer;
use crate::text::{self, writes_month_first};

/// `2:32 pm`, or `14:32` in countries with a 24-hour clock.
pub(super) fn time(at: NaiveDateTime, country: &str) -> String {
    at.format(if writes_month_first(country) { "%-I:%M %P" } else { "%H:%M" }).to_string()
}

/// The name of a customer, if there is one.
pub(super) fn name_or_nobody(name: String) -> String {
    if name.is_empty() { "Unknown".to_owned() } else { name }
}

/// What a till changed on a card.
pub(super) fn till_change(change: &TillChange) -> &'static str {
    match (change.kind, change.about) {
        (TillChangeKind::Address, _) => "Another address.",
        (TillChangeKind::Card, _) => "A new customer.",
        (TillChangeKind::Note, Some(NoteKind::Complaint)) => "A complaint.",
        (TillChangeKind::Note, Some(NoteKind::Praise)) => "Praise.",
        (TillChangeKind::Note, Some(NoteKind::Idea)) => "An idea.",
        (TillChangeKind::Note, Some(NoteKind::Call | NoteKind::Visit) | None) => "A note.",
    }
}

/// `Saturday 31 January`, with the year if it is not this year.
pub(super) fn day(day: NaiveDate, today: NaiveDate, country: &str) -> String {
    let comma = if writes_month_first(country) { "," } else { "" };
    format!("{}{comma} {}", day.format("%A"), date(day, today, country))
}

/// `31 January`, with the year if it is not this year.
pub(super) fn date(day: NaiveDate, today: NaiveDate, country: &str) -> String {
    let form = if writes_month_first(country) { "%B %-d" } else { "%-d %B" };
    let year = match (day.year() == today.year(), writes_month_first(country)) {
        (true, _) => String::new(),
        (false, true) => format!(", {}", day.year()),
        (false, false) => format!(" {}", day.year()),
    };
    format!("{}{year}", day.format(form))
}

/// `Last here eleven months ago, in March.`
pub(super) fn last_here(last: Option<NaiveDate>, today: NaiveDate) -> String {
    let Some(last) = last else { return "Not here before, as far as we know.".to_owned() };
    let ago = match text::ago(last, today) {
        now if now == "today" => return "Here earlier today.".to_owned(),
        ago => ago,
    };
    let month = last.format("%B");
    let months = if ago.ends_with("months ago") { format!(", in {month}") } else { String::new() };
    format!("Last here {ago}{months}.")
}

/// `Palo Alto, last here eleven months ago`.
pub(super) fn town_and_last(city: &str, last: Option<NaiveDate>, today: NaiveDate) -> String {
    let last = last.map_or("not here before".to_owned(), |last| format!("last here {}", text::ago(last, today)));
    if city.is_empty() { last } else { format!("{city}, {last}") }
}

/// `1st`, `22nd`, `213th`.
pub(super) fn ordinal(n: usize) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// Time and till, as in a postmark: `JAN 31, 1990`.
#[derive(serde::Serialize)]
pub(super) struct Postmark {
    day: String,
    time: String,
    till: String,
}

impl Postmark {
    pub(super) fn of(at: NaiveDateTime, till: &str, country: &str) -> Self {
        let till: String = till.chars().take(14).collect::<String>().to_uppercase();
        let form = if writes_month_first(country) { "%b %-d, %Y" } else { "%-d %b %Y" };
        Self { day: at.format(form).to_string().to_uppercase(), time: time(at, country).to_uppercase(), till }
    }
}

/// The wording of a gift.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct GiftWords {
    /// As in the campaign: `a bottle of Sauvignon blanc`.
    pub(super) whole: String,
    /// `a bottle`.
    pub(super) one: String,
    /// `bottle`.
    pub(super) noun: String,
    /// Whether to draw a bottle.
    pub(super) is_bottle: bool,
}

impl GiftWords {
    /// From its name in the campaign; "gift" when that does not begin with an article.
    pub(super) fn of(name: &str) -> Self {
        let one = [" of ", " for ", " from ", " with ", ", "]
            .iter()
            .filter_map(|end| name.find(end))
            .min()
            .map_or(name, |end| &name[..end]);
        let noun = ["a ", "an ", "one ", "the ", "your "].iter().find_map(|article| {
            let start = one.get(..article.len())?;
            start.eq_ignore_ascii_case(article).then(|| one[article.len()..].trim())
        });
        let (one, noun) = match noun {
            Some(noun) if noun.chars().count() <= 24 && !noun.is_empty() => (one, noun),
            _ => ("a gift", "gift"),
        };
        let is_bottle = ["bottle", "wine", "champagne"].iter().any(|word| noun.to_lowercase().contains(word));
        Self { whole: name.to_owned(), one: one.to_owned(), noun: noun.to_owned(), is_bottle }
    }
}

/// A gift that waits, and the address for handing it over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct WaitingGift {
    letter: RecipientId,
    campaign: String,
    code: String,
    gift: GiftWords,
}

impl WaitingGift {
    pub(super) fn of(offer: &Offer) -> Self {
        let gift = GiftWords::of(&offer.planned.gift_name);
        let (letter, code) = (offer.recipient.id, offer.recipient.code_text().to_owned());
        Self { letter, campaign: offer.planned.name.clone(), code, gift }
    }
}

/// `Mr. and Mrs. Smith`: the people in a greeting line. Without a surname it does not identify anyone: then it is
/// `name`.
pub(super) fn greeted(greeting: &str, surname: &str, name: &str) -> String {
    let who = greeting.strip_prefix("Dear ").unwrap_or(greeting).trim_end_matches(',').trim();
    let is_known = !surname.is_empty() && who.contains(surname) && !who.starts_with("friend");
    if is_known { who.to_owned() } else { name.to_owned() }
}

/// How the recipient of a letter is greeted.
pub(super) fn recipient(recipient: &Recipient) -> String {
    let field = |name: &str| recipient.fields.get(name).unwrap_or_default();
    greeted(field("greeting"), field("customer.last_name"), &recipient.name)
}

/// How a customer and their household are greeted, by their greeting line.
pub(super) fn customer(greeting: &str, customer: &Customer) -> String {
    greeted(greeting, &customer.last_name, &customer.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn gifts_go_by_their_own_noun() {
        for (name, one, noun) in [
            ("a bottle of Sauvignon blanc", "a bottle", "bottle"),
            ("an umbrella", "an umbrella", "umbrella"),
            ("Two tickets for the ball", "a gift", "gift"),
            ("the scarf, in blue", "the scarf", "scarf"),
            ("", "a gift", "gift"),
        ] {
            let gift = GiftWords::of(name);
            assert_eq!((gift.one.as_str(), gift.noun.as_str()), (one, noun), "{name}");
        }
        assert!(GiftWords::of("a bottle of Sauvignon blanc").is_bottle && !GiftWords::of("a scarf").is_bottle);
    }

    #[test]
    fn time_is_told_as_it_is_felt() {
        let today = date("1990-02-12");
        assert_eq!(last_here(Some(date("1989-03-08")), today), "Last here eleven months ago, in March.");
        assert_eq!(last_here(Some(today), today), "Here earlier today.");
        assert_eq!(last_here(Some(date("1990-02-03")), today), "Last here nine days ago.");
        assert_eq!(last_here(None, today), "Not here before, as far as we know.");
        assert_eq!(day(date("1990-01-31"), today, "GB"), "Wednesday 31 January");
        assert_eq!(day(date("1989-01-31"), today, "US"), "Tuesday, January 31, 1989");
        assert_eq!([1, 2, 3, 11, 112, 213].map(ordinal), ["1st", "2nd", "3rd", "11th", "112th", "213th"]);
        assert_eq!(greeted("Dear Mr. and Mrs. Smith,", "Smith", "x"), "Mr. and Mrs. Smith");
        assert_eq!(greeted("Dear friends at Acme Ltd,", "", "Acme Ltd"), "Acme Ltd");
        assert_eq!(greeted("Dear Ann and Ben,", "Smith", "Ann and Ben Smith"), "Ann and Ben Smith");
    }
}
