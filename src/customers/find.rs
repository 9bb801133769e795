//! Finds a customer by what they say at the counter: a name, a town, an email, the end of a phone number.
//!
//! For each typed word the index gives possible matches with points; customers who match all words are ranked by their
//! sum, and only the best are read from the book.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::customer::{COLUMNS, Customer};
use super::index::{self, NAME, PHONE, TOWN};
use super::likeness::digits;
use super::purchase;
use super::vocabulary::Vocabulary;
use crate::domain::CustomerId;
use crate::error::Result;
use crate::store::{Read, Value, params};
use crate::text::name_key;

/// A possible match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Hit {
    #[serde(skip)]
    pub(crate) id: CustomerId,
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) city: String,
    /// The day of the last purchase.
    pub(crate) last_visit: Option<NaiveDate>,
}

/// The customers who match all words, best first, and their number. The book must have its [index](index::complete).
pub(crate) fn find(
    read: &Read<'_>,
    vocabulary: &Vocabulary,
    words: &str,
    today: NaiveDate,
    most: usize,
) -> Result<(usize, Vec<Hit>)> {
    let last: Option<i64> = read.value("SELECT max(id) FROM customer", params![])?;
    let size = usize::try_from(last.unwrap_or(0)).unwrap_or(0) + 1;
    let mut sums: Option<Points> = None;
    for asked in asked(words) {
        let points = asked.points(read, vocabulary, size)?;
        sums = Some(match sums {
            None => points,
            Some(sums) => sums.both(&points, u8::saturating_add),
        });
    }
    let Some(sums) = sums else { return Ok((0, Vec::new())) };
    let mut found = Vec::new();
    for (points, id) in sums.best(most.max(MOST_DATED)) {
        let sql = format!("SELECT {COLUMNS} FROM customer WHERE id = ?1");
        if let Some(card) = read.first(&sql, params![id], Customer::from_row)? {
            let last = purchase::last_purchases(read, card.id, today, 1)?.first().map(|last| last.on);
            found.push((points, last, card));
        }
    }
    found.sort_by(|(one, a, x), (other, b, y)| {
        other.cmp(one).then_with(|| b.cmp(a)).then_with(|| x.reference.cmp(&y.reference))
    });
    let hit = |(_, last_visit, card): (u8, Option<NaiveDate>, Customer)| Hit {
        id: card.id,
        name: card.name(),
        reference: card.reference,
        city: card.city,
        last_visit,
    };
    Ok((sums.who.len(), found.into_iter().take(most).map(hit).collect()))
}

/// Among this many of the best, the last visit decides the order.
const MOST_DATED: usize = 60;

/// At most this many references or emails with the typed prefix are considered: more are no useful answer.
const MOST_BEGINNING: i64 = 1_000;

/// The points of each customer, by ID (0: no match), and the IDs that match.
struct Points {
    of: Vec<u8>,
    who: Vec<u32>,
}

impl Points {
    fn none(size: usize) -> Self {
        Self { of: vec![0; size], who: Vec::new() }
    }

    fn give(&mut self, ids: impl IntoIterator<Item = u32>, points: u8) {
        for id in ids {
            let Some(known) = self.of.get_mut(id as usize) else { continue };
            if *known == 0 {
                self.who.push(id);
            }
            *known = (*known).max(points);
        }
    }

    /// The customers in both.
    fn both(mut self, other: &Self, sum: impl Fn(u8, u8) -> u8) -> Self {
        let of = &mut self.of;
        self.who.retain(|id| {
            let (one, other) = (&mut of[*id as usize], other.of[*id as usize]);
            *one = if other == 0 { 0 } else { sum(*one, other) };
            other > 0
        });
        self
    }

    /// The `most` IDs with the most points.
    fn best(&self, most: usize) -> Vec<(u8, u32)> {
        let mut best: Vec<(u8, u32)> = self.who.iter().map(|id| (self.of[*id as usize], *id)).collect();
        let order = |(one, a): &(u8, u32), (other, b): &(u8, u32)| other.cmp(one).then_with(|| a.cmp(b));
        if best.len() > most {
            best.select_nth_unstable_by(most, order);
            best.truncate(most);
        }
        best.sort_unstable_by(order);
        best
    }
}

/// One word of the query.
struct SearchWord {
    /// As typed: for references and emails.
    typed: String,
    /// "O'Neil-Strauss" is two.
    plain: Vec<String>,
    /// Filled when it may be a part of a phone number.
    digits: String,
}

/// The words; a phone number typed with spaces is one word.
fn asked(words: &str) -> Vec<SearchWord> {
    let words = words.trim();
    let is_number = |text: &str| {
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '/' | '(' | ')' | '.'))
            && digits(text).len() >= 3
    };
    let parts: Vec<&str> = if is_number(words) { vec![words] } else { words.split_whitespace().collect() };
    parts
        .into_iter()
        .map(|part| SearchWord {
            typed: part.to_owned(),
            plain: name_key(part).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            digits: if is_number(part) { digits(part) } else { String::new() },
        })
        .collect()
}

impl SearchWord {
    /// The customers that it may mean, with points.
    fn points(&self, read: &Read<'_>, vocabulary: &Vocabulary, size: usize) -> Result<Points> {
        let mut points: Option<Points> = None;
        for word in &self.plain {
            let named = named(read, vocabulary, word, size)?;
            points = Some(match points {
                None => named,
                Some(before) => before.both(&named, u8::min),
            });
        }
        let mut points = points.unwrap_or_else(|| Points::none(size));
        self.by_phone(read, &mut points)?;
        self.by_reference(read, &mut points)?;
        self.by_email(read, &mut points)?;
        Ok(points)
    }

    fn by_phone(&self, read: &Read<'_>, points: &mut Points) -> Result<()> {
        let digits = &self.digits;
        if digits.len() == 3 {
            return index::beginning(read, &format!("{PHONE}{digits}"), |_, ids| points.give(ids, 25));
        }
        let (Some(first), Some(last)) = (digits.get(..4), digits.get(digits.len().saturating_sub(4)..)) else {
            return Ok(());
        };
        let ends = index::customers(read, &format!("{PHONE}{last}"))?;
        let begins = if first == last { ends.clone() } else { index::customers(read, &format!("{PHONE}{first}"))? };
        for id in ends.into_iter().filter(|id| begins.binary_search(id).is_ok()) {
            let phone = read.first("SELECT phone FROM customer WHERE id = ?1", params![id], |row| row.get(0))?;
            let phone = self::digits(&phone.unwrap_or_else(String::new));
            if phone.ends_with(digits) {
                points.give([id], 40);
            } else if phone.contains(digits) {
                points.give([id], 25);
            }
        }
        Ok(())
    }

    fn by_reference(&self, read: &Read<'_>, points: &mut Points) -> Result<()> {
        // References are case-sensitive in the book; people type them in any case.
        let ways = [self.typed.clone(), self.typed.to_uppercase(), self.typed.to_lowercase()];
        for typed in BTreeSet::from(ways) {
            let exact =
                ["SELECT id FROM customer WHERE ref = ?1", "SELECT customer_id FROM customer_alias WHERE ref = ?1"];
            for sql in exact {
                points.give(read.all(sql, params![typed], |row| row.get(0))?, 100);
            }
            let begins = [
                "SELECT id FROM customer WHERE ref >= ?1 AND ref < ?2 LIMIT ?3",
                "SELECT customer_id FROM customer_alias WHERE ref >= ?1 AND ref < ?2 LIMIT ?3",
            ];
            for sql in begins.iter().filter(|_| typed.chars().count() > 1) {
                let [from, to] = until(&typed);
                points.give(read.all(sql, params![from, to, MOST_BEGINNING], |row| row.get(0))?, 25);
            }
        }
        Ok(())
    }

    fn by_email(&self, read: &Read<'_>, points: &mut Points) -> Result<()> {
        let typed = self.typed.to_lowercase();
        if typed.chars().count() < 3 {
            return Ok(());
        }
        let sql = format!(
            "SELECT id FROM customer WHERE email <> '' AND LOWER(email) >= ?1 AND LOWER(email) < ?2 LIMIT {MOST_BEGINNING}"
        );
        points.give(read.all(&sql, &until(&typed), |row| row.get(0))?, 20);
        let sql = "SELECT id FROM customer WHERE email <> '' AND LOWER(email) = ?1";
        points.give(read.all(sql, params![typed], |row| row.get(0))?, 60);
        Ok(())
    }
}

/// The range of all texts with a prefix.
fn until(start: &str) -> [Value<'static>; 2] {
    [Value::Text(start.to_owned().into()), Value::Text(format!("{start}\u{10ffff}").into())]
}

/// Customers whose name or town is this word, begins with it, or is close to it.
fn named(read: &Read<'_>, vocabulary: &Vocabulary, word: &str, size: usize) -> Result<Points> {
    let mut points = Points::none(size);
    let is_long = word.chars().count() >= 3;
    for (kind, exact, begins, slip) in [(NAME, 40, 30, 15), (TOWN, 20, 12, 8)] {
        if kind == NAME || is_long {
            index::beginning(read, &format!("{kind}{word}"), |known, ids| {
                points.give(ids, if known == word { exact } else { begins });
            })?;
        }
        for near in vocabulary.near(word, kind) {
            points.give(index::customers(read, &format!("{kind}{near}"))?, slip);
        }
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_card_is_found_by_what_people_say() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let made = store.write(|write| {
            let sql = "INSERT INTO customer (id, ref, first_name, last_name, spouse, city, email, phone) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let [mail, phone] = ["Zoe.T@example.com", "+1 (650) 555-0123"];
            write.run(sql, params![7_i64, "C-0017", "Zoë", "Thompson-O'Neil", "Hal", "Palo Alto", mail, phone])?;
            write.run(sql, params![9_i64, "C-0020", "Zora", "Smith", "", "Oslo", "", "650 555 0124"])?;
            write.run("INSERT INTO customer_alias (ref, customer_id) VALUES ('OLD-3', 7)", params![])?;
            index::complete(write)
        });
        made.expect("two cards");
        let read = store.read();
        let vocabulary = Vocabulary::of(&read).expect("words");
        let today = NaiveDate::from_ymd_opt(2024, 3, 1).expect("day");
        for (words, fits) in [
            ("zoe", "C-0017"),
            ("Thmopson", "C-0017"),
            ("thom palo", "C-0017"),
            ("thompson-oneil", "C-0017"),
            ("hal alto", "C-0017"),
            ("c-0017", "C-0017"),
            ("C-00", "C-0017 C-0020"),
            ("C-9", ""),
            ("old-3", "C-0017"),
            ("0123", "C-0017"),
            ("123", "C-0017"),
            ("650 555", "C-0017 C-0020"),
            ("(650) 555-0123", "C-0017"),
            ("556", ""),
            ("zoe.t@example.com", "C-0017"),
            ("ZOE.T", "C-0017"),
            ("smyth", "C-0020"),
            ("zo", "C-0017 C-0020"),
            ("zoe chicago", ""),
            ("...", ""),
            ("", ""),
        ] {
            let (all, found) = find(&read, &vocabulary, words, today, 20).expect(words);
            let found: Vec<&str> = found.iter().map(|hit| hit.reference.as_str()).collect();
            assert_eq!((found.join(" ").as_str(), all), (fits, found.len()), "{words}");
        }
    }
}
