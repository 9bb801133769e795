//! Addresses that are incomplete or not in the format of their country, and those shared by several households.

use std::collections::BTreeMap;

use super::people::RecipientCards;
use super::problem::{ProofProblem, ProofProblemKind};
use crate::customers::Customer;
use crate::domain::{Channel, PostcodeForms, StreetKey, country_code, country_name, postcode_key, postcodes_of};
use crate::import::whole_postcode;
use crate::text;

/// Addresses without postcode or town, and postcodes that cannot be correct.
pub(super) fn problems(people: &[RecipientCards<'_>], home: &str) -> Vec<ProofProblem> {
    let mut found = Vec::new();
    for person in people.iter().filter(|person| person.recipient.goes_by() == Some(Channel::Letter)) {
        let (recipient, reference) = (person.recipient, text::argument(&person.recipient.reference));
        let country = person.best().map(|card| card.country.trim()).filter(|c| !c.is_empty()).unwrap_or(home);
        let code = country_code(country);
        let forms = postcodes_of(code).filter(|forms| !forms.example.is_empty());
        let postcode = recipient.postcode.trim();
        let mut say = |message: String, hint: String| {
            found.push(ProofProblem::at(ProofProblemKind::Address, recipient, message, hint));
        };
        if recipient.fields.to_read().get("customer.city").is_none() {
            say("no town".to_owned(), format!("regulars customer set {reference} city=…"));
        }
        match forms {
            Some(_) if postcode.is_empty() => {
                say("no postcode".to_owned(), format!("regulars customer set {reference} postcode=…"));
            }
            Some(forms) if !fits(postcode, forms) => {
                let (typed, place) = (text::quote(postcode), country_name(country, "US"));
                let message = format!("{typed} is not a postcode ({place}: {})", forms.example);
                let state = person.best().map(|card| card.state.as_str()).unwrap_or_default();
                let whole = whole_postcode(postcode, state, code);
                let right = if whole == postcode { "…" } else { &whole };
                say(message, format!("regulars customer set {reference} postcode={right}"));
            }
            _ => {}
        }
    }
    found
}

/// Recipients at one address who are not one household; and those with one surname whose addresses are nearly the same.
pub(super) fn shared(people: &[RecipientCards<'_>]) -> Vec<ProofProblem> {
    let letters = people.iter().filter(|person| person.recipient.goes_by() == Some(Channel::Letter));
    let mut homes: BTreeMap<i64, Vec<&RecipientCards<'_>>> = BTreeMap::new();
    let mut doors: BTreeMap<(String, String), Vec<Door<'_>>> = BTreeMap::new();
    for (person, card) in letters.filter_map(|person| Some((person, person.best()?))) {
        homes.entry(card.address().hash()).or_default().push(person);
        let door = Door::of(person, card);
        if let Some(key) = door.key().filter(|_| card.manual_household.is_empty()) {
            doors.entry(key).or_default().push(door);
        }
    }
    let mut found = Vec::new();
    for neighbours in homes.into_values() {
        let household = |person: &RecipientCards<'_>| person.best().map(|card| card.household_id);
        let [first, others @ ..] = neighbours.as_slice() else { continue };
        let Some(other) = others.iter().find(|other| household(other) != household(first)) else { continue };
        let names: Vec<String> = neighbours.iter().map(|one| one.said()).collect();
        let letters = Channel::Letter.count(neighbours.len());
        let message = format!("{letters} to {}: {}", place(first), text::first_few(&names, 4));
        found.push(ProofProblem::one_household(
            ProofProblemKind::SharedAddress,
            first.recipient,
            other.recipient,
            message,
        ));
    }
    for doors in doors.into_values() {
        for (at, one) in doors.iter().enumerate() {
            for other in doors[at + 1..].iter().filter(|other| one.is_near(other)) {
                let said = |door: &Door<'_>| format!("{} at {}", door.person.said(), place(door.person));
                let message = format!("2 letters to what may be one address: {} and {}", said(one), said(other));
                found.push(ProofProblem::one_household(
                    ProofProblemKind::SharedAddress,
                    one.person.recipient,
                    other.person.recipient,
                    message,
                ));
            }
        }
    }
    found.sort_by(|a, b| a.reference.cmp(&b.reference));
    found
}

/// The lines of an address without its names.
fn place(person: &RecipientCards<'_>) -> String {
    let fields = person.recipient.fields.to_read();
    let names = fields.get("household.names").unwrap_or_default().to_owned();
    let firm = person.best().map_or("", |card| card.company.trim());
    let lines = fields.get_list("address_lines");
    lines.into_iter().filter(|line| *line != names && (line != firm || firm.is_empty())).collect::<Vec<_>>().join(", ")
}

/// The destination of a letter, in the parts that are compared.
struct Door<'p> {
    person: &'p RecipientCards<'p>,
    surname: String,
    street: StreetKey,
    city: String,
    postcode: String,
    hash: i64,
}

impl<'p> Door<'p> {
    fn of(person: &'p RecipientCards<'p>, card: &Customer) -> Self {
        let surname = match card.last_name.trim() {
            "" => card.full_name.trim().rsplit(' ').next().unwrap_or_default(),
            last => last,
        };
        Self {
            person,
            surname: text::without_umlauts(&text::plain_key(surname)),
            street: StreetKey::of(&card.street, &card.street2),
            city: text::without_umlauts(&text::plain_key(&card.city)),
            postcode: postcode_key(&card.postcode),
            hash: card.address().hash(),
        }
    }

    /// Surname and house number, which two nearly equal addresses share.
    fn key(&self) -> Option<(String, String)> {
        let number = self.street.house.split(' ').find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        (!self.surname.is_empty()).then(|| (self.surname.clone(), number.to_owned()))
    }

    /// Whether another address may be the same with a typing error, a missing part, or another word for the street.
    fn is_near(&self, other: &Self) -> bool {
        let is_one_place = if self.postcode.is_empty() || other.postcode.is_empty() || self.city == other.city {
            self.city == other.city
                && (self.postcode.is_empty() || other.postcode.is_empty() || is_slip(&self.postcode, &other.postcode))
        } else {
            self.postcode == other.postcode
        };
        let (one, two) = (self.street.whole(), other.street.whole());
        let starts = |long: &str, short: &str| {
            long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let (one_name, two_name) = (StreetKey::name(&self.street.house), StreetKey::name(&other.street.house));
        let are_neighbours =
            self.street.unit != other.street.unit && !self.street.unit.is_empty() && !other.street.unit.is_empty();
        let is_one_house = starts(&one, &two)
            || starts(&two, &one)
            || numbers(&one).eq(numbers(&two))
                && (one_name == two_name && !one_name.is_empty()
                    || is_slip(&one_name, &two_name)
                    || is_shortened(&one_name, &two_name)
                    || is_shortened(&two_name, &one_name));
        self.hash != other.hash
            && self.person.best().map(|card| card.household_id) != other.person.best().map(|card| card.household_id)
            && is_one_place
            && is_one_house
            && !are_neighbours
            && (directions(&one).eq(directions(&two)) || directions(&one).next().xor(directions(&two).next()).is_some())
    }
}

/// The words of a street for compass directions.
fn directions(street: &str) -> impl Iterator<Item = &str> {
    street.split(' ').filter(|word| ["n", "e", "s", "w", "ne", "nw", "se", "sw"].contains(word))
}

/// The words of a street that contain a number.
fn numbers(street: &str) -> impl Iterator<Item = &str> {
    street.split(' ').filter(|word| word.contains(|c: char| c.is_ascii_digit()))
}

/// Whether a street name is a shortened form of another: `Storg.` of `Storgatan`.
fn is_shortened(short: &str, long: &str) -> bool {
    short.chars().count() > 3 && short != long && long.starts_with(short)
}

/// Whether the texts differ by a typing error; short ones must be equal.
fn is_slip(one: &str, other: &str) -> bool {
    let length = one.chars().count().min(other.chars().count());
    one == other || length > 3 && strsim::damerau_levenshtein(one, other) <= length.div_ceil(8).min(2)
}

/// Whether a postcode has a format of its country; a country prefix before digits is ignored.
fn fits(postcode: &str, forms: &PostcodeForms) -> bool {
    let is_prefix = |before: &str| (1..=2).contains(&before.len()) && before.bytes().all(|b| b.is_ascii_alphabetic());
    let rest = postcode.split_once('-').filter(|(before, _)| forms.are_digits() && is_prefix(before));
    forms.written(rest.map_or(postcode, |(_, rest)| rest)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_has_the_form_of_its_country() {
        for (country, postcode, good) in [
            ("US", "01040", true),
            ("US", "97301-1234", true),
            ("US", "1040", false),
            ("GB", "sw1a 1aa", true),
            ("GB", "SW1A 1A", false),
            ("DE", "D-10115", true),
            ("DE", "1011", false),
            ("NL", "1012AB", true),
            ("CA", "K1A0B1", true),
            ("PL", "00-001", true),
            ("CH", "CH-8001", true),
        ] {
            let forms = postcodes_of(country).expect("known");
            assert_eq!(fits(postcode, forms), good, "{country} {postcode}");
        }
    }
}
