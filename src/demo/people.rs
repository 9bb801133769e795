//! The customers of the invented shop, as an export of its old card file.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::dice::Dice;
use super::{names, places, remarks};
use crate::domain::Consent;
use crate::text::csv::CsvTable;

/// How many cards the file has.
const CARDS: usize = 2_400;
/// The cards from before the first receipts; the others were added one by one until the end of 1988.
const OLD_CARDS: usize = 2_010;
/// Wholesale buyers, by their index in the file, with the note on their card.
const WHOLESALE: &[(usize, &str)] = &[
    (117, "buys uniforms for a hotel in Burlingame"),
    (342, "buys for a restaurant group, invoice monthly"),
    (598, "resells in Reno"),
    (871, "outfits a choir and two school bands"),
    (1204, "buys for an airline's ground staff"),
    (1466, "country club pro shop"),
    (1913, "resells by mail order"),
    (2251, "theatre costumer, trade terms"),
];
/// What a customer spends in a year, in dollars, at every twentieth of the book from the lowest to the highest.
const YEARLY: &[i64] =
    &[0, 0, 10, 15, 20, 26, 34, 44, 56, 74, 100, 340, 740, 810, 850, 900, 990, 1_240, 1_740, 2_900, 5_600];

/// One card, and what the simulation needs besides it.
#[derive(Default)]
pub(super) struct InventedPerson {
    pub(super) reference: String,
    title: &'static str,
    first: String,
    last: String,
    suffix: &'static str,
    spouse: String,
    street: String,
    city: &'static str,
    state: &'static str,
    zip: &'static str,
    country: &'static str,
    phone: String,
    post_consent: Option<Consent>,
    tags: Vec<&'static str>,
    notes: String,
    pub(super) woman: bool,
    pub(super) wholesale: bool,
    /// What this person spends in a year, in cents.
    pub(super) yearly: i64,
    /// The first day on which they can have bought something.
    pub(super) since: NaiveDate,
}

/// The customer book as CSV, with a header, ready for `import customers`.
pub(crate) fn customers() -> String {
    const HEADER: &str = "Customer ID,Title,First Name,Last Name,Suffix,Spouse,Street Address,City,State,\
                          Postal Code,Country,Email,Phone,Email Consent,Post Consent,Tags,Notes";
    let mut table = CsvTable::new(HEADER.split(','));
    for p in everyone() {
        let tags = p.tags.join(", ");
        let cells = [
            p.reference.as_str(),
            p.title,
            &p.first,
            &p.last,
            p.suffix,
            &p.spouse,
            &p.street,
            p.city,
            p.state,
            p.zip,
            p.country,
            "", // it is 1988: no customer has an email address
            &p.phone,
            "",
            p.post_consent.map_or("", Consent::as_str),
            &tags,
            &p.notes,
        ];
        table.row(cells);
    }
    table.text()
}

/// Every card in order of its number.
pub(super) fn everyone() -> Vec<InventedPerson> {
    let mut people: Vec<InventedPerson> = Vec::with_capacity(CARDS);
    let mut homes = BTreeSet::new();
    let mut spouses = BTreeMap::new();
    for n in 1..=CARDS {
        let reference = format!("C-{n:04}");
        let mut dice = Dice::of(&reference, "card");
        let mut person = match spouses.remove(&n) {
            Some(person) => person,
            None => stranger(&mut dice, n, &mut homes),
        };
        person.reference = reference;
        person.since = opened(n);
        let married = !person.spouse.is_empty() && !person.street.is_empty();
        if n % 40 == 20 && married && !person.wholesale {
            let other = other_half(&mut dice, &mut person);
            spouses.insert(n + 9, other);
        }
        old_till(&mut dice, &mut person);
        people.push(person);
    }
    people
}

/// A person who is not related to anyone else in the book.
fn stranger(dice: &mut Dice, n: usize, homes: &mut BTreeSet<String>) -> InventedPerson {
    let mut person = InventedPerson { woman: dice.chance(440), ..InventedPerson::default() };
    let married = dice.chance(560);
    name(dice, n, married, &mut person);
    person.title = title(dice, person.woman, married);
    while let Some(home) = places::address(dice) {
        // One address, one family: two strangers with the same name at one address would become a household.
        if homes.insert(format!("{} {}", home.street, home.town.city)) {
            (person.city, person.state, person.country) = (home.town.city, home.town.state, home.town.country);
            (person.street, person.zip) = (home.street, home.zip);
            person.phone = phone(dice, n, home.town.area);
            break;
        }
    }
    if dice.chance(40) {
        person.street.clear();
        person.zip = if dice.chance(500) { "" } else { person.zip };
    }
    person.post_consent = match dice.between(1, 100) {
        1..=4 => Some(Consent::No),
        5..=30 => Some(Consent::Yes),
        _ => None,
    };
    person.notes = remarks::remark(dice, person.woman, !person.spouse.is_empty());
    person.yearly = dice.along(YEARLY) * 100;
    if person.yearly > 245_000 && dice.chance(300) {
        // One or two in a hundred spend about twice as much.
        person.yearly = person.yearly * dice.between(150, 260) / 100;
    }
    if person.yearly > 90_000 {
        person.tags.extend(dice.chance(220).then_some("suits"));
        person.tags.extend(dice.chance(120).then_some("tailor"));
    }
    if let Some((_, note)) = WHOLESALE.iter().find(|(place, _)| *place == n) {
        person.wholesale = true;
        person.tags = vec!["wholesale"];
        (*note).clone_into(&mut person.notes);
        person.yearly = dice.between(30_000, 52_000) * 100;
    }
    person
}

/// The name, and the first name of a spouse who lives here too.
fn name(dice: &mut Dice, n: usize, married: bool, person: &mut InventedPerson) {
    if n % 500 == 77 {
        let (woman, first, last) = names::OTHER_ALPHABETS[(n / 500) % names::OTHER_ALPHABETS.len()];
        (person.woman, person.first, person.last) = (woman, first.to_owned(), last.to_owned());
        return;
    }
    let Some(origin) = dice.weighted(&names::ORIGINS) else { return };
    names::first(dice, origin, person.woman).clone_into(&mut person.first);
    dice.word(origin.surnames).clone_into(&mut person.last);
    if married {
        names::first(dice, origin, !person.woman).clone_into(&mut person.spouse);
    }
    if !person.woman {
        person.suffix = match dice.between(1, 1000) {
            1..=14 => "Jr.",
            15..=17 => "III",
            _ => "",
        };
    }
}

fn title(dice: &mut Dice, woman: bool, married: bool) -> &'static str {
    match (dice.between(1, 100), woman, married) {
        (1..=4, ..) => "",
        (5..=11, ..) => "Dr.",
        (12, false, _) => "Rev.",
        (13..=16, false, _) => "Prof.",
        (17, false, _) => "Col.",
        (12..=22, true, true) | (12..=50, true, false) => "Ms.",
        (51..=80, true, false) => "Miss",
        (_, true, _) => "Mrs.",
        (_, false, _) => "Mr.",
    }
}

/// A phone number in the exchange reserved for fiction, different for every card, or none.
fn phone(dice: &mut Dice, n: usize, area: &str) -> String {
    let line = 2_000 + n * 3;
    match dice.between(1, 100) {
        1..=55 => format!("{area}-555-{line}"),
        56..=64 => format!("({area}) 555-{line}"),
        _ => String::new(),
    }
}

/// The husband or wife, who has a card too; each card names the other.
fn other_half(dice: &mut Dice, person: &mut InventedPerson) -> InventedPerson {
    let mut other = InventedPerson {
        title: if person.woman { "Mr." } else { "Mrs." },
        first: person.spouse.clone(),
        last: person.last.clone(),
        spouse: person.first.clone(),
        street: person.street.clone(),
        city: person.city,
        state: person.state,
        zip: person.zip,
        country: person.country,
        woman: !person.woman,
        yearly: dice.between(300, 1_900) * 100,
        ..InventedPerson::default()
    };
    if person.woman {
        person.suffix = "";
    } else if dice.chance(200) {
        // She kept her own name, so each card needs the full name of the other.
        dice.word("Ellsworth|Fontaine|Halloran|Lindqvist|Marquardt|Strand").clone_into(&mut other.last);
        other.title = "Ms.";
        other.spouse = format!("{} {}", person.first, person.last);
        person.spouse = format!("{} {}", other.first, other.last);
    }
    other
}

/// The old till had only capitals, and some cards were never typed again.
fn old_till(dice: &mut Dice, person: &mut InventedPerson) {
    if person.first.is_ascii() && dice.chance(7) {
        person.first = person.first.to_uppercase();
        person.last = person.last.to_uppercase();
    }
}

/// The day on which a card was opened.
fn opened(n: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(1987, 1, 2).unwrap_or_default();
    let later = n.saturating_sub(OLD_CARDS) * 700 / (CARDS - OLD_CARDS);
    first.checked_add_days(Days::new(later as u64)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_is_as_mixed_as_a_real_one() {
        let people = everyone();
        let count = |is: &dyn Fn(&InventedPerson) -> bool| people.iter().filter(|person| is(person)).count();
        for (what, counted, low, high) in [
            ("cards", people.len(), CARDS, CARDS),
            ("wholesale buyers", count(&|p| p.wholesale), 8, 8),
            ("without a street", count(&|p| p.street.is_empty()), 70, 120),
            ("who want no post", count(&|p| p.post_consent == Some(Consent::No)), 50, 100),
            ("with a spouse", count(&|p| !p.spouse.is_empty()), 1_000, 1_600),
            ("in capitals", count(&|p| p.first.len() > 1 && p.first == p.first.to_uppercase()), 8, 30),
            ("Jr. or III", count(&|p| !p.suffix.is_empty()), 10, 40),
            ("beyond ASCII", count(&|p| !p.last.is_ascii()), 150, 500),
        ] {
            assert!((low..=high).contains(&counted), "{counted} {what}");
        }
        assert!(people.iter().all(|person| !person.first.is_empty() && !person.last.is_empty()));
    }

    #[test]
    fn two_cards_at_one_address_are_a_couple() {
        let people = everyone();
        let mut homes: BTreeMap<(&str, &str), Vec<&InventedPerson>> = BTreeMap::new();
        for person in people.iter().filter(|person| !person.street.is_empty()) {
            homes.entry((&person.street, person.city)).or_default().push(person);
        }
        let shared: Vec<_> = homes.values().filter(|home| home.len() > 1).collect();
        assert!((20..=40).contains(&shared.len()), "{} couples", shared.len());
        for home in shared {
            let [one, other] = home[..] else { panic!("{} cards at one address", home.len()) };
            let (one_spouse, other_spouse) = (one.spouse.to_lowercase(), other.spouse.to_lowercase());
            assert!(one_spouse.starts_with(&other.first.to_lowercase()), "{}", one.reference);
            assert!(other_spouse.starts_with(&one.first.to_lowercase()), "{}", other.reference);
        }
    }
}
