//! Identifies people in a list without numbers, emails and phones: the reference is made of the name and the address.
//!
//! `L-` and the first eight characters, in Crockford's alphabet, of SHA-256 over the folded name, the street with St =
//! Street, and the postcode, as first imported. A second person with the same name and address gets `-2` and so on.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::customers::{CustomerField, LIST_PREFIX, name_of};
use crate::domain::{PostalAddress, crockford, folded, postcode_key};
use crate::text;

/// The reference of a person without a number; empty if there is no name or no street.
pub(super) fn list_reference<'f>(field: impl Fn(CustomerField) -> &'f str) -> String {
    use CustomerField::{Company, FirstName, FullName, LastName, Postcode, Street};
    let name = name_of([field(FirstName), field(LastName), field(FullName), "", field(Company)]);
    if name.is_empty() || field(Street).is_empty() {
        return String::new();
    }
    let street = PostalAddress { street: field(Street), street2: "", city: "", postcode: "", country: "" }.street_key();
    let parts = [text::name_key(&name), street, postcode_key(field(Postcode))];
    let hash = Sha256::digest(parts.join("\u{1f}"));
    let bits = hash.iter().take(5).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let characters = (0..8).rev().map(|at| crockford(bits >> (5 * at)));
    format!("{LIST_PREFIX}{}", characters.collect::<String>())
}

/// The reference of the n-th person with the same name, street and postcode.
pub(super) fn numbered(base: &str, n: usize) -> String {
    if n == 1 { base.to_owned() } else { format!("{base}-{n}") }
}

/// What distinguishes people who share a name and a street: flat, town, Jr., birthday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traits([String; 4]);

impl Traits {
    pub(super) fn of<'f>(field: impl Fn(CustomerField) -> &'f str) -> Self {
        use CustomerField::{Birthday, City, Street2, Suffix};
        Self([Street2, City, Suffix, Birthday].map(|known| folded(field(known))))
    }

    /// Whether it may be one person: a missing value is not a difference.
    pub(super) fn agree(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(one, other)| one.is_empty() || other.is_empty() || one == other)
    }
}

/// The people of a file who are known by name and address.
#[derive(Debug, Default)]
pub(super) struct ListedPeople {
    /// By their reference without a number.
    rows: HashMap<String, Vec<(String, Traits)>>,
    /// How many rows repeat a person of the file.
    pub(super) repeated: usize,
}

/// What the book has about a reference.
pub(super) enum KnownReference {
    Unknown,
    /// The card cannot be compared: merged or forgotten.
    Gone,
    /// A card, and whether its name and address are still those that the reference was made of.
    Card(Traits, bool),
}

impl ListedPeople {
    /// The reference of a row; `book` looks up a reference.
    pub(super) fn reference<E>(
        &mut self,
        base: &str,
        traits: Traits,
        book: impl Fn(&str) -> Result<KnownReference, E>,
    ) -> Result<String, E> {
        let rows = self.rows.entry(base.to_owned()).or_default();
        if let Some((reference, _)) = rows.iter().find(|(_, known)| known.agree(&traits)) {
            self.repeated += 1;
            return Ok(reference.clone());
        }
        let mut n = 1;
        let reference = loop {
            let reference = numbered(base, n);
            n += 1;
            if rows.iter().any(|(known, _)| *known == reference) {
                continue;
            }
            match book(&reference)? {
                KnownReference::Card(known, true) if !known.agree(&traits) => {}
                KnownReference::Unknown | KnownReference::Gone | KnownReference::Card(..) => break reference,
            }
        };
        rows.push((reference.clone(), traits));
        Ok(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(texts: [&'static str; 6]) -> impl Fn(CustomerField) -> &'static str {
        use CustomerField::{Birthday, City, FirstName, LastName, Postcode, Street};
        move |field| {
            let fields = [FirstName, LastName, Street, City, Postcode, Birthday];
            fields.iter().position(|known| *known == field).map_or("", |at| texts[at])
        }
    }

    #[test]
    fn a_reference_is_made_of_name_street_and_postcode() {
        let moss = list_reference(card(["Ann", "Moss", "1 A St", "Boston", "02108", ""]));
        assert!(moss.len() == 10 && moss.starts_with("L-"), "{moss}");
        for (texts, is_same) in [
            (["ANN", "Moss", "1 A Street", "BOSTON", "02108-1234", "1 May"], true),
            (["Ann", "Móss", "1 a st.", "", "02108", ""], true),
            (["Ann", "Moss", "2 A St", "Boston", "02108", ""], false),
            (["Ann", "Moss", "1 A St", "Boston", "02109", ""], false),
            (["Anne", "Moss", "1 A St", "Boston", "02108", ""], false),
        ] {
            assert_eq!(list_reference(card(texts)) == moss, is_same, "{texts:?}");
        }
        assert_eq!(list_reference(card(["Ann", "Moss", "", "Boston", "02108", ""])), "");
        assert_eq!(list_reference(card(["", "", "1 A St", "Boston", "02108", ""])), "");
    }

    #[test]
    fn equal_rows_are_one_person_and_namesakes_are_numbered() {
        let mut people = ListedPeople::default();
        let traits = |birthday: &'static str| Traits::of(card(["", "", "", "", "", birthday]));
        let known = |reference: &str| -> Result<KnownReference, ()> {
            Ok(match reference {
                "L-A" => KnownReference::Card(traits("1950"), true),
                "L-B" => KnownReference::Card(traits("1950"), false),
                _ => KnownReference::Unknown,
            })
        };
        for (base, birthday, reference) in [
            ("L-A", "1950", "L-A"),
            ("L-A", "1950", "L-A"),
            ("L-A", "1980", "L-A-2"),
            ("L-A", "", "L-A"),
            ("L-B", "1980", "L-B"),
            ("L-C", "1980", "L-C"),
        ] {
            assert_eq!(people.reference(base, traits(birthday), known).as_deref(), Ok(reference), "{base} {birthday}");
        }
        assert_eq!(people.repeated, 2);
    }
}
