//! Customers who get no letter because another card of the same name and address has opted out. For forgotten people a
//! hash of both is stored, among the suppressed addresses.

use std::collections::{HashMap, HashSet};

use super::customer::{Customer, name_in};
use super::suppression::{self, AddressKey};
use crate::domain::{Consent, CustomerId};
use crate::error::Result;
use crate::store::{Read, params};
use crate::text::plain_key;

/// The names of those who have opted out of post, by address hash.
#[derive(Debug, Default)]
pub(crate) struct PostOptOuts {
    by_home: HashMap<i64, Vec<OptedOutName>>,
    /// Only in a shop that has forgotten such people.
    forgotten: Option<(AddressKey, HashSet<Vec<u8>>)>,
}

#[derive(Debug, PartialEq, Eq)]
struct OptedOutName {
    whole: String,
    first: String,
}

impl PostOptOuts {
    /// As the book has them now.
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let mut all: HashMap<i64, Vec<OptedOutName>> = HashMap::new();
        let sql = "SELECT home, first_name, last_name, full_name, suffix, company FROM post_opt_out ORDER BY id";
        read.each(sql, params![], |row| {
            let (whole, first) = (plain_key(&name_in(row, 1)?), plain_key(&row.get::<String>(1)?));
            if !whole.is_empty() {
                all.entry(row.get(0)?).or_default().push(OptedOutName { whole, first });
            }
            Ok(())
        })?;
        let kept = suppression::opt_out_hashes(read)?;
        let forgotten = if kept.is_empty() { None } else { Some((AddressKey::of(read)?, kept)) };
        Ok(Self { by_home: all, forgotten })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_home.is_empty() && self.forgotten.is_none()
    }

    /// Whether anyone at an address may have opted out.
    pub(crate) fn is_at(&self, home: i64) -> bool {
        home != 0 && (self.forgotten.is_some() || self.by_home.contains_key(&home))
    }

    /// Whether someone of this name at this address has opted out.
    pub(crate) fn has(&self, home: i64, name: &str) -> bool {
        let name = plain_key(name);
        let is_known = self.by_home.get(&home).is_some_and(|known| known.iter().any(|one| one.whole == name));
        let forgotten = self.forgotten.as_ref().filter(|_| home != 0 && !name.is_empty());
        is_known || forgotten.is_some_and(|(key, kept)| kept.contains(&key.hash(&at_home(home, &name))))
    }

    /// Customers who have not opted out on their own card, but on another.
    pub(crate) fn others(&self, read: &Read<'_>) -> Result<HashSet<CustomerId>> {
        let mut others = HashSet::new();
        if self.is_empty() {
            return Ok(others);
        }
        let at_theirs = if self.forgotten.is_some() { "" } else { "AND home IN (SELECT home FROM post_opt_out) " };
        let sql = format!(
            "SELECT id, home, first_name, last_name, full_name, suffix, company FROM customer \
             WHERE home <> 0 {at_theirs}AND post_consent <> ?1"
        );
        read.each(&sql, params![Consent::No], |row| {
            if self.has(row.get(1)?, &name_in(row, 2)?) {
                others.insert(row.get(0)?);
            }
            Ok(())
        })?;
        Ok(others)
    }

    /// Whether a card belongs to someone who has opted out on another.
    pub(crate) fn has_card(&self, card: &Customer) -> bool {
        // Most shops have few, and computing an address hash costs time.
        !self.is_empty() && self.has(card.address().hash(), &card.known_name())
    }

    /// Whether the spouse named on a card has opted out.
    pub(crate) fn has_spouse(&self, card: &Customer) -> bool {
        if self.is_empty() || card.spouse.is_empty() {
            return false;
        }
        let spouse = plain_key(&card.spouse);
        let is_named = |one: &OptedOutName| {
            let with_surname = format!("{} {}", one.first, plain_key(&card.last_name));
            [&one.whole, &one.first, &with_surname]
                .into_iter()
                .any(|name| !name.trim().is_empty() && ends_with(&spouse, name))
        };
        self.by_home.get(&card.address().hash()).is_some_and(|known| known.iter().any(is_named))
    }
}

/// The input of a hash; no email address has this form.
fn at_home(home: i64, name: &str) -> String {
    format!("post {home} {name}")
}

/// The stored form of a forgotten person's opt-out; none without a name and an address.
pub(super) fn kept_form(card: &Customer) -> Option<String> {
    let (home, name) = (card.address().hash(), plain_key(&card.known_name()));
    (home != 0 && !name.is_empty()).then(|| at_home(home, &name))
}

/// Whether a name equals another, with or without a title in front.
fn ends_with(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(' '))
}
