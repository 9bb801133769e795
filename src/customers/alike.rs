//! Whether two cards may be the same person: what is compared, and how it is scored.

use super::customer::Customer;
use super::likeness::{digits, likeness, same_first_name, sorted};
use crate::domain::{Birthday, CustomerId, EmailAddress, postcode_key};
use crate::text::name_key;

/// The prefix of references for people known by name and address alone.
pub(crate) const LIST_PREFIX: &str = "L-";

/// From this score on a pair is worth a look.
pub(super) const WORTH_A_LOOK: i32 = 60;

/// The compared parts of a card.
pub(super) struct ComparedCard {
    pub(super) id: CustomerId,
    pub(super) reference: String,
    pub(super) name: String,
    pub(super) whole: String,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) suffix: String,
    pub(super) spouse: String,
    pub(super) company: String,
    pub(super) street: String,
    pub(super) place: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) birthday: String,
}

impl ComparedCard {
    pub(super) fn of(card: &Customer) -> Self {
        let whole = if card.first_name.is_empty() && card.last_name.is_empty() {
            name_key(&card.full_name)
        } else {
            name_key(&format!("{} {}", card.first_name, card.last_name))
        };
        let (first, last) = match (name_key(&card.first_name), name_key(&card.last_name)) {
            (first, last) if first.is_empty() && last.is_empty() => {
                let (first, last) = whole.rsplit_once(' ').unwrap_or((&whole, ""));
                (first.to_owned(), last.to_owned())
            }
            parts => parts,
        };
        let place = if card.postcode.is_empty() { name_key(&card.city) } else { postcode_key(&card.postcode) };
        Self {
            id: card.id,
            reference: card.reference.clone(),
            name: card.name(),
            first,
            last,
            suffix: name_key(&card.suffix),
            spouse: name_key(&card.spouse),
            company: name_key(&card.company),
            street: card.address().street_key(),
            place,
            email: EmailAddress::parse(&card.email).map(|email| email.key()).unwrap_or_default(),
            phone: number(&card.phone),
            birthday: card.birthday.trim().to_owned(),
            whole,
        }
    }

    fn is_listed(&self) -> bool {
        self.reference.starts_with(LIST_PREFIX)
    }
}

/// The last nine digits of a number, so that the country code does not matter; empty if the number is too short.
fn number(text: &str) -> String {
    let all = digits(text);
    if all.len() < 6 { String::new() } else { all[all.len().saturating_sub(9)..].to_owned() }
}

/// The score of two cards, and the reasons.
pub(super) fn compare(a: &ComparedCard, b: &ComparedCard, rare: bool) -> (i32, Vec<&'static str>) {
    let same = |one: &str, other: &str| !one.is_empty() && one == other;
    let differ = |one: &str, other: &str| !one.is_empty() && !other.is_empty() && one != other;
    let mut why = Vec::new();
    let mut score = names(a, b, &mut why);
    let (same_place, same_street) = (same(&a.place, &b.place), same(&a.street, &b.street));
    for (points, holds, reason) in [
        (40, same(&a.email, &b.email), "same email"),
        (30, same(&a.phone, &b.phone), "same phone"),
        (35, same_place && same_street, "same address"),
        (15, same_place && !same_street && !differ(&a.street, &b.street), "same place"),
        (5, same_place && differ(&a.street, &b.street), "same place"),
        (15, same(&a.spouse, &b.spouse), "same spouse"),
        (20, same(&a.birthday, &b.birthday), "same birthday"),
    ] {
        if holds {
            score += points;
            why.push(reason);
        }
    }
    // In a list without references, a person who moves becomes a new card.
    let listed = a.is_listed() && b.is_listed();
    if rare && a.whole == b.whole && (listed || !differ(&a.place, &b.place)) {
        score += 20;
        why.push("no one else has this name");
    }
    for (points, holds) in [
        (40, differ(&a.suffix, &b.suffix)),
        (10, a.suffix.is_empty() != b.suffix.is_empty()),
        (30, differ(&a.birthday, &b.birthday) && !may_be_one(&a.birthday, &b.birthday)),
        (20, differ(&a.spouse, &b.spouse) && !same_first_name(&a.spouse, &b.spouse)),
        (60, is_spouse(a, b) || is_spouse(b, a)),
    ] {
        if holds {
            score -= points;
        }
    }
    (score.min(99), why)
}

/// Whether two birthdays differ in the year alone, which one of them does not have.
fn may_be_one(a: &str, b: &str) -> bool {
    let [a, b] = [a, b].map(|text| text.parse::<Birthday>().ok());
    a.zip(b).is_some_and(|(a, b)| a == b.without_year() || b == a.without_year())
}

/// Scores the two names.
fn names(a: &ComparedCard, b: &ComparedCard, why: &mut Vec<&'static str>) -> i32 {
    if a.whole.is_empty() && b.whole.is_empty() {
        if !a.company.is_empty() && a.company == b.company {
            why.push("same company");
            return 40;
        }
        return 20;
    }
    if a.whole.is_empty() || b.whole.is_empty() {
        return 10;
    }
    if a.whole == b.whole || sorted(&a.whole) == sorted(&b.whole) {
        why.push("same name");
        return if a.whole.contains(' ') { 45 } else { 25 };
    }
    let surname = likeness(&a.last, &b.last);
    if same_first_name(&a.first, &b.first) && surname > 0.9 {
        why.push(if surname < 1.0 { "nearly the same name" } else { "the same name, written differently" });
        return 35;
    }
    if same_first_name(&a.first, &b.first) && !a.first.is_empty() {
        // Married since, or moved in with someone.
        return if surname < 0.8 { 5 } else { 20 };
    }
    let begins: String = a.first.chars().take(3).collect();
    if surname >= 1.0 && b.first.starts_with(&begins) && likeness(&a.first, &b.first) > 0.84 {
        why.push("nearly the same name");
        return 25;
    }
    // Two people who share a door, a phone or a mailbox.
    -60
}

/// Whether one has the other as the spouse.
fn is_spouse(a: &ComparedCard, b: &ComparedCard) -> bool {
    !a.spouse.is_empty() && (a.spouse == b.first || a.spouse == b.whole) && a.first != b.first
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A card of `field=value; …`.
    fn person(text: &str) -> ComparedCard {
        let get = |field: &str| {
            let found = text.split("; ").find_map(|part| part.strip_prefix(field)?.strip_prefix('='));
            found.unwrap_or_default().to_owned()
        };
        ComparedCard::of(&Customer {
            first_name: get("first"),
            last_name: get("last"),
            full_name: get("full"),
            suffix: get("suffix"),
            spouse: get("spouse"),
            company: get("company"),
            street: get("street"),
            postcode: get("zip"),
            city: get("city"),
            email: get("email"),
            phone: get("phone"),
            birthday: get("born"),
            ..Customer::default()
        })
    }

    #[test]
    fn the_same_person_twice_is_worth_a_look_and_a_couple_is_not() {
        for (one, other, why) in [
            (
                "first=Robert; last=Smith; phone=(650) 555-0123",
                "first=Bob; last=Smith; phone=+1 650 555 0123",
                "the same name, written differently, same phone",
            ),
            (
                "first=Rosa; last=Thompson; email=r@example.com",
                "first=Rosa; last=Thmopson; email=R@example.com",
                "nearly the same name, same email",
            ),
            (
                "first=Ana; last=Núñez; street=1 Main Street; zip=94301",
                "full=Nunez Ana; street=1 Main St.; zip=94301",
                "same name, same address",
            ),
            (
                "first=J.; last=Okafor; street=1 Main St; zip=94301",
                "first=John; last=Okafor; street=1 Main St; zip=94301",
                "the same name, written differently, same address",
            ),
            (
                "first=Ida; last=Vik; spouse=Per; city=Oslo",
                "first=Ida; last=Vik; spouse=Per; city=Oslo",
                "same name, same place, same spouse",
            ),
            (
                "first=Mary; last=Berg; born=1950-01-02; phone=6505550123",
                "first=Mary; last=Berg; born=--01-02; phone=6505550123",
                "same name, same phone",
            ),
            ("company=Acme Ltd; phone=6505550123", "company=ACME Ltd.; phone=6505550123", "same company, same phone"),
        ] {
            let (score, reasons) = compare(&person(one), &person(other), false);
            assert!(score >= WORTH_A_LOOK, "{one} | {other}: {score}");
            assert_eq!(reasons.join(", "), why);
        }
        for (one, other) in [
            (
                "first=Robert; last=Smith; street=1 Main St; zip=94301; phone=6505550123",
                "first=Eleanor; last=Smith; street=1 Main St; zip=94301; phone=6505550123",
            ),
            (
                "first=John; last=Smith; suffix=Jr.; street=1 Main St; zip=94301",
                "first=John; last=Smith; suffix=Sr.; street=1 Main St; zip=94301",
            ),
            (
                "first=Jean; last=Roux; spouse=Jan; street=1 Main St; zip=1; email=a@b",
                "first=Jan; last=Roux; spouse=Jean; street=1 Main St; zip=1; email=a@b",
            ),
            ("first=John; last=Smith; city=Oslo", "first=John; last=Smith; city=Rome"),
            ("first=Mary; last=Berg; born=1950-01-02; city=Oslo", "first=Mary; last=Berg; born=1971-05-09; city=Oslo"),
        ] {
            let (score, _) = compare(&person(one), &person(other), false);
            assert!(score < WORTH_A_LOOK, "{one} | {other}: {score}");
        }
        let [here, there] = ["Oslo", "Rome"].map(|city| person(&format!("first=Quirin; last=Vogelsang; city={city}")));
        assert!(compare(&here, &there, true).0 < WORTH_A_LOOK);
        let [here, there] = [here, there].map(|card| ComparedCard { reference: "L-0".to_owned(), ..card });
        assert!(compare(&here, &there, true).0 >= WORTH_A_LOOK);
        let rare = person("first=Quirin; last=Vogelsang");
        assert!(compare(&rare, &rare, true).0 >= WORTH_A_LOOK);
    }
}
