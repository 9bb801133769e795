//! Which people form a household: by the owner's decision, or by an address and a surname or a spouse.

use std::collections::HashMap;

use crate::domain::{CustomerId, HouseholdId};
use crate::error::Result;
use crate::store::Row;
use crate::text::names::{is_numeral, is_post_nominal, is_title};
use crate::text::{plain_key, without_umlauts};

/// What decides about households.
pub(super) struct Resident {
    pub(super) id: CustomerId,
    pub(super) household_id: HouseholdId,
    first_name: String,
    last_name: String,
    full_name: String,
    /// Normalized, as neighbors are compared.
    surname: String,
    spouse: String,
    pub(super) address_hash: i64,
    pub(super) manual_household: String,
}

/// The key of a manual household with one member, whatever the address.
pub(super) const ALONE: &str = "alone";

/// The household of each of these people, who share none with anyone else.
pub(super) fn grouped(residents: &[Resident]) -> Vec<HouseholdId> {
    let mut parents: Vec<usize> = (0..residents.len()).collect();
    let mut by_hand: HashMap<&str, usize> = HashMap::new();
    let mut by_home: HashMap<i64, Vec<usize>> = HashMap::new();
    for (index, resident) in residents.iter().enumerate() {
        if resident.manual_household == ALONE {
            continue;
        }
        if resident.address_hash != 0 {
            by_home.entry(resident.address_hash).or_default().push(index);
        }
        if !resident.manual_household.is_empty() {
            let first = *by_hand.entry(&resident.manual_household).or_insert(index);
            join(&mut parents, first, index);
        }
    }
    for neighbours in by_home.values() {
        let mut by_surname: HashMap<&str, usize> = HashMap::new();
        for &one in neighbours.iter().filter(|one| !residents[**one].surname.is_empty()) {
            let first = *by_surname.entry(&residents[one].surname).or_insert(one);
            join(&mut parents, first, one);
        }
        // Few people have a spouse, so that a house of a thousand flats is not a million pairs.
        for &one in neighbours.iter().filter(|one| !residents[**one].spouse.is_empty()) {
            for &other in neighbours.iter().filter(|other| **other != one) {
                if are_a_couple(&residents[one], &residents[other]) {
                    join(&mut parents, one, other);
                }
            }
        }
    }
    let mut smallest: HashMap<usize, CustomerId> = HashMap::new();
    for (index, resident) in residents.iter().enumerate() {
        let (root, id) = (root(&mut parents, index), resident.id);
        smallest.entry(root).and_modify(|least| *least = id.min(*least)).or_insert(id);
    }
    (0..residents.len()).map(|index| HouseholdId(smallest[&root(&mut parents, index)].0)).collect()
}

/// The columns that [`Resident::from_row`] reads.
pub(super) const RESIDENT: &str = "id, household_id, first_name, last_name, full_name, spouse, home, put_together";

impl Resident {
    pub(super) fn from_row(row: &Row<'_>) -> Result<Self> {
        let (last_name, full_name): (String, String) = (row.get(3)?, row.get(4)?);
        Ok(Self {
            id: row.get(0)?,
            household_id: row.get(1)?,
            first_name: row.get(2)?,
            surname: spelling(&surname(&last_name, &full_name)),
            last_name,
            full_name,
            spouse: row.get(5)?,
            address_hash: row.get(6)?,
            manual_household: row.get(7)?,
        })
    }
}

/// The surname of a card, without `Jr.` and `PhD`; of a whole name its last word, or what is before the comma.
fn surname(last_name: &str, full_name: &str) -> String {
    let are_letters = |text: &str| text.split([' ', ',']).all(|word| word.is_empty() || is_letters(word));
    let (name, is_whole) = match full_name.split_once(',') {
        _ if !last_name.is_empty() => (last_name, false),
        Some((before, after)) if !are_letters(after) => (before, false),
        Some((before, _)) => (before, true),
        None => (full_name, true),
    };
    let mut words: Vec<&str> = name.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_letters(word)) {
        words.pop();
    }
    if is_whole { words.pop().unwrap_or_default().to_owned() } else { words.join(" ") }
}

fn is_letters(word: &str) -> bool {
    is_numeral(word) || is_post_nominal(word, false)
}

/// A name as neighbors are compared: `Müller` is `MUELLER`, `Núñez` is `Nunez`.
fn spelling(name: &str) -> String {
    without_umlauts(&plain_key(name))
}

/// The words of a name without titles and initials: `Mr. David M. Chan` is `Chan, David`.
fn in_any_order(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().filter(|word| !is_title(word)).collect();
    let spelled = spelling(&words.join(" "));
    let long: Vec<&str> = spelled.split(' ').filter(|word| word.len() > 1).collect();
    let mut words = if long.is_empty() { spelled.split(' ').collect() } else { long };
    words.sort_unstable();
    words.join(" ")
}

/// Whether one of them has the other as the spouse, and the other has no one else.
fn are_a_couple(one: &Resident, other: &Resident) -> bool {
    (names(one, other) && (other.spouse.is_empty() || names(other, one)))
        || (names(other, one) && one.spouse.is_empty())
}

/// Whether `one` has `other` as the spouse.
fn names(one: &Resident, other: &Resident) -> bool {
    let spouse = in_any_order(&one.spouse);
    let whole = format!("{} {}", other.first_name, other.last_name);
    !spouse.is_empty()
        && [&other.first_name, &whole, &other.full_name].into_iter().any(|name| in_any_order(name) == spouse)
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}

fn join(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other)] = one.min(other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_are_without_letters_behind_them() {
        for (last, full, is) in [
            ("Quill Jr.", "", "Quill"),
            ("van der Berg", "", "van der Berg"),
            ("", "Tom Quill Jr.", "Quill"),
            ("", "Tom Quill, PhD", "Quill"),
            ("", "Quill, Tom", "Quill"),
            ("", "van der Berg, Jan", "van der Berg"),
            ("", "Tom", "Tom"),
            ("", "", ""),
        ] {
            assert_eq!(surname(last, full), is, "{last} {full}");
        }
    }
}
