//! Possible duplicates: pairs of cards with the reasons, most likely first.
//!
//! Only people who share something are compared: an email, a phone number, an address, a name as it sounds. In a large
//! group that shares the same thing (a shop's own number, a frequent name) each is compared with its alphabetical
//! neighbors only, so that a million customers take seconds.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use chrono::NaiveDate;
use serde::Serialize;

use super::alike::{ComparedCard, WORTH_A_LOOK, compare};
use super::customer::{COLUMNS, Customer};
use super::likeness::{sorted, sound};
use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::store::{Read, Write, params};
use crate::text;

/// Two cards that may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Pair {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) other_ref: String,
    pub(crate) other_name: String,
    /// The certainty, out of 100.
    pub(crate) score: u32,
    /// The reasons.
    pub(crate) why: Vec<String>,
}

/// In a group up to this size every pair is compared.
const SMALL: usize = 40;
/// In a larger group each is compared with this many neighbors.
const NEIGHBOURS: usize = 12;

/// Every pair worth a look, most likely first. Different people of one household are not a pair.
pub(crate) fn duplicates(read: &Read<'_>) -> Result<Vec<Pair>> {
    let mut people = Vec::new();
    read.each(&format!("SELECT {COLUMNS} FROM customer ORDER BY ref"), params![], |row| {
        people.push(ComparedCard::of(&Customer::from_row(row)?));
        Ok(())
    })?;
    let mut named: HashMap<&str, usize> = HashMap::new();
    for person in people.iter().filter(|person| person.whole.contains(' ')) {
        *named.entry(&person.whole).or_default() += 1;
    }
    // The owner has recorded that they are two people.
    let mut seen = two_people(read, &people)?;
    let mut pairs = Vec::new();
    for group in groups(&people) {
        let reach = if group.len() <= SMALL { group.len() } else { NEIGHBOURS };
        for (at, &one) in group.iter().enumerate() {
            for &other in group[at + 1..].iter().take(reach) {
                let (one, other) = (one.min(other), one.max(other));
                if !seen.insert((one, other)) {
                    continue;
                }
                let (a, b) = (&people[one as usize], &people[other as usize]);
                let rare = named.get(a.whole.as_str()) == Some(&2);
                let (score, why) = compare(a, b, rare);
                if score >= WORTH_A_LOOK {
                    pairs.push(a.pair(b, score, &why));
                }
            }
        }
    }
    pairs.sort_by(|a, b| {
        b.score.cmp(&a.score).then_with(|| a.reference.cmp(&b.reference)).then_with(|| a.other_ref.cmp(&b.other_ref))
    });
    Ok(pairs)
}

/// Records that two cards are two people, or withdraws it; returns whether that is a change.
///
/// # Errors
/// When they are the same card.
pub(crate) fn tell_apart(
    write: &Write<'_>,
    one: &Customer,
    other: &Customer,
    apart: bool,
    on: NaiveDate,
) -> Result<bool> {
    if one.id == other.id {
        return Err(Error::new(format!("{} is a single card", text::quote(&one.reference)))
            .hint("if it was merged from two, `regulars customer unmerge REF` separates them"));
    }
    let (low, high) = (one.id.min(other.id), one.id.max(other.id));
    let sql = if apart {
        "INSERT INTO not_the_same (customer_id, other_id, on_day) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM not_the_same WHERE customer_id = ?1 AND other_id = ?2 AND ?3 > 0"
    };
    Ok(write.run(sql, params![low, high, on])? > 0)
}

/// The pairs recorded as two people, as indexes into the list.
fn two_people(read: &Read<'_>, people: &[ComparedCard]) -> Result<HashSet<(u32, u32)>> {
    let sql = "SELECT customer_id, other_id FROM not_the_same";
    let told: Vec<(CustomerId, CustomerId)> = read.all(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if told.is_empty() {
        return Ok(HashSet::new());
    }
    let places: HashMap<CustomerId, u32> = people.iter().map(|person| person.id).zip(0..).collect();
    let place = |id| places.get(&id).copied().unwrap_or_default();
    Ok(told.into_iter().map(|(a, b)| (place(a), place(b))).map(|(a, b)| (a.min(b), a.max(b))).collect())
}

impl ComparedCard {
    /// The hashed properties that possible duplicates share: a book of a million has six million of these, and a hash
    /// collision only costs a comparison.
    fn keys(&self) -> Vec<u64> {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let mut keys = Vec::with_capacity(8);
        let mut add = |kind: char, parts: &[&str]| {
            if parts.iter().all(|part| !part.is_empty()) {
                keys.push(hasher.hash_one((kind, parts)));
            }
        };
        add('e', &[&self.email]);
        add('p', &[&self.phone]);
        add('a', &[&self.street, &self.place]);
        if self.whole.contains(' ') {
            add('w', &[&sorted(&self.whole)]);
        }
        add('s', &[&sound(&self.last), &self.place]);
        add('m', &[&sound(&self.last), &self.spouse]);
        if self.whole.is_empty() {
            add('c', &[&self.company]);
        }
        keys
    }

    fn pair(&self, other: &Self, score: i32, why: &[&str]) -> Pair {
        Pair {
            reference: self.reference.clone(),
            name: self.name.clone(),
            other_ref: other.reference.clone(),
            other_name: other.name.clone(),
            score: u32::try_from(score.clamp(0, 100)).unwrap_or(0),
            why: why.iter().map(|reason| (*reason).to_owned()).collect(),
        }
    }
}

/// People who share something, in the order of their names.
fn groups(people: &[ComparedCard]) -> Vec<Vec<u32>> {
    let mut keys: Vec<(u64, u32)> = Vec::with_capacity(people.len() * 5);
    for (index, person) in (0_u32..).zip(people) {
        keys.extend(person.keys().into_iter().map(|key| (key, index)));
    }
    keys.sort_unstable();
    let shared = keys.chunk_by(|one, other| one.0 == other.0).filter(|group| group.len() > 1);
    let mut groups: Vec<Vec<u32>> = shared.map(|group| group.iter().map(|(_, index)| *index).collect()).collect();
    for group in groups.iter_mut().filter(|group| group.len() > SMALL) {
        group.sort_by(|a, b| {
            let key = |index: &u32| (&people[*index as usize].whole, people[*index as usize].id);
            key(a).cmp(&key(b))
        });
    }
    groups
}
