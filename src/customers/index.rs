//! The search index: words of names and towns, and digits of phone numbers.
//!
//! It has the IDs of the customers for each word. Code that changes a card removes its words before and adds them
//! after, and [`Words::write`] writes the difference; a book without an index gets it as a whole.

use std::collections::HashMap;

use super::customer::{COLUMNS, Customer, CustomerField};
use super::likeness::digits;
use crate::domain::CustomerId;
use crate::error::Result;
use crate::store::{Read, Write, params};
use crate::text::name_key;

/// Prefixes for words of names, of towns, and four digits of a phone number (or its last three).
pub(crate) const NAME: char = 'n';
pub(crate) const TOWN: char = 'c';
pub(crate) const PHONE: char = 'p';

/// The indexed fields of a card.
const FIELDS: [CustomerField; 7] = [
    CustomerField::FirstName,
    CustomerField::LastName,
    CustomerField::FullName,
    CustomerField::Spouse,
    CustomerField::Company,
    CustomerField::City,
    CustomerField::Phone,
];

/// Words that cards have gained or lost.
#[derive(Debug, Default)]
pub(crate) struct Words {
    gained: HashMap<String, Vec<u32>>,
    lost: HashMap<String, Vec<u32>>,
    scratch: String,
}

impl Words {
    /// Adds the words of a card; `field` returns its fields.
    pub(crate) fn put_in<'f>(&mut self, id: CustomerId, field: impl Fn(CustomerField) -> &'f str) {
        note(&mut self.gained, &mut self.scratch, id, field);
    }

    /// Removes the words of a card.
    pub(crate) fn take_out<'f>(&mut self, id: CustomerId, field: impl Fn(CustomerField) -> &'f str) {
        note(&mut self.lost, &mut self.scratch, id, field);
    }

    /// Writes the difference, if the book already has an index.
    pub(crate) fn write(mut self, write: &Write<'_>) -> Result<()> {
        if !is_complete(write)? {
            return Ok(());
        }
        let mut words: Vec<String> = self.gained.keys().chain(self.lost.keys()).cloned().collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            let (gained, lost) = (self.gained.remove(&word).unwrap_or_default(), self.lost.remove(&word));
            let (mut lost, before) = (lost.unwrap_or_default(), customers(write, &word)?);
            lost.sort_unstable();
            let mut ids: Vec<u32> = before.iter().copied().filter(|id| lost.binary_search(id).is_err()).collect();
            ids.extend(gained);
            ids.sort_unstable();
            ids.dedup();
            if ids != before {
                keep(write, &word, &ids)?;
            }
        }
        Ok(())
    }
}

/// The setting that exists once every card is in the index.
const COMPLETE: &str = "words";

pub(crate) fn is_complete(read: &Read<'_>) -> Result<bool> {
    Ok(read.setting(COMPLETE)?.is_some())
}

/// Removes a customer from every word, whatever their card has: for those who are forgotten.
pub(crate) fn erase(write: &Write<'_>, id: CustomerId) -> Result<()> {
    let Ok(id) = u32::try_from(id.0) else { return Ok(()) };
    let mut theirs = Vec::new();
    write.each("SELECT word, customers FROM customer_word", params![], |row| {
        let ids = unpacked(&row.get::<Vec<u8>>(1)?);
        if ids.binary_search(&id).is_ok() {
            theirs.push((row.get::<String>(0)?, ids));
        }
        Ok(())
    })?;
    for (word, mut ids) in theirs {
        ids.retain(|one| *one != id);
        keep(write, &word, &ids)?;
    }
    Ok(())
}

/// Builds the index of a whole book.
pub(crate) fn complete(write: &Write<'_>) -> Result<()> {
    let mut words = Words::default();
    write.each(&format!("SELECT {COLUMNS} FROM customer ORDER BY id"), params![], |row| {
        let card = Customer::from_row(row)?;
        words.put_in(card.id, |field| card.field(field));
        Ok(())
    })?;
    fill(write, words)
}

/// Stores the index of a book whose cards were all added to `words`, in order of their IDs.
pub(crate) fn fill(write: &Write<'_>, words: Words) -> Result<()> {
    write.run("DELETE FROM customer_word", params![])?;
    let mut all: Vec<(String, Vec<u32>)> = words.gained.into_iter().collect();
    all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let mut insert = write.prepare("INSERT INTO customer_word (word, customers) VALUES (?1, ?2)")?;
    for (word, ids) in all {
        insert.run(params![word, packed(&ids)])?;
    }
    write.set_setting(COMPLETE, &[1])
}

/// Calls `give` with every word with this prefix, after its kind, and the customers who have it.
pub(crate) fn beginning(read: &Read<'_>, start: &str, mut give: impl FnMut(&str, Vec<u32>)) -> Result<()> {
    let sql = "SELECT word, customers FROM customer_word WHERE word >= ?1 AND word < ?2";
    read.each(sql, params![start, format!("{start}\u{10ffff}")], |row| {
        let word: String = row.get(0)?;
        give(word.get(1..).unwrap_or_default(), unpacked(&row.get::<Vec<u8>>(1)?));
        Ok(())
    })
}

/// Every word of a kind.
pub(crate) fn words(read: &Read<'_>, kind: char) -> Result<Vec<String>> {
    let sql = "SELECT word FROM customer_word WHERE word >= ?1 AND word < ?2";
    let mut words = Vec::new();
    read.each(sql, params![kind.to_string(), format!("{kind}\u{10ffff}")], |row| {
        words.push(row.get::<String>(0)?.split_off(1));
        Ok(())
    })?;
    Ok(words)
}

/// The customers who have a word.
pub(crate) fn customers(read: &Read<'_>, word: &str) -> Result<Vec<u32>> {
    let sql = "SELECT customers FROM customer_word WHERE word = ?1";
    Ok(read.first(sql, params![word], |row| row.get::<Vec<u8>>(0))?.map(|packed| unpacked(&packed)).unwrap_or_default())
}

fn keep(write: &Write<'_>, word: &str, ids: &[u32]) -> Result<()> {
    if ids.is_empty() {
        return write.run("DELETE FROM customer_word WHERE word = ?1", params![word]).map(|_| ());
    }
    let sql = "INSERT INTO customer_word (word, customers) VALUES (?1, ?2) \
               ON CONFLICT (word) DO UPDATE SET customers = excluded.customers";
    write.run(sql, params![word, packed(ids)]).map(|_| ())
}

/// Adds an ID to each word of a card.
fn note<'f>(
    notes: &mut HashMap<String, Vec<u32>>,
    scratch: &mut String,
    id: CustomerId,
    field: impl Fn(CustomerField) -> &'f str,
) {
    // An ID beyond this would be the four billionth customer.
    let Ok(id) = u32::try_from(id.0) else { return };
    let mut add = |kind: char, word: &str| {
        scratch.clear();
        scratch.push(kind);
        scratch.push_str(word);
        match notes.get_mut(scratch.as_str()) {
            Some(ids) if ids.last() == Some(&id) => {}
            Some(ids) => ids.push(id),
            None => drop(notes.insert(scratch.clone(), vec![id])),
        }
    };
    for name in FIELDS {
        let text = field(name);
        if text.is_empty() {
            continue;
        }
        if name == CustomerField::Phone {
            let digits = digits(text);
            (4..=digits.len()).for_each(|end| add(PHONE, &digits[end - 4..end]));
            if digits.len() >= 3 {
                add(PHONE, &digits[digits.len() - 3..]);
            }
        } else {
            let kind = if name == CustomerField::City { TOWN } else { NAME };
            name_key(text).split(' ').filter(|word| !word.is_empty()).for_each(|word| add(kind, word));
        }
    }
}

/// Ascending IDs as differences, seven bits per byte, the last byte of each without the eighth bit.
fn packed(ids: &[u32]) -> Vec<u8> {
    let (mut bytes, mut before) = (Vec::with_capacity(ids.len() * 2), 0);
    for id in ids {
        let mut rest = id - before;
        before = *id;
        while rest >= 0x80 {
            bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push((rest & 0x7f) as u8);
    }
    bytes
}

/// The ids of [`packed`].
pub(crate) fn unpacked(bytes: &[u8]) -> Vec<u32> {
    let (mut ids, mut id, mut step, mut shift) = (Vec::with_capacity(bytes.len()), 0_u32, 0_u32, 0);
    for byte in bytes {
        step |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            id = id.wrapping_add(step);
            ids.push(id);
            (step, shift) = (0, 0);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn ids_come_back_as_they_went() {
        for ids in [vec![], vec![0], vec![1, 2, 3], vec![127, 128, 16_384, 4_000_000_000]] {
            assert_eq!(unpacked(&packed(&ids)), ids);
        }
    }

    #[test]
    fn what_a_card_gains_and_loses_is_what_a_new_index_has() {
        let folder = tempfile::tempdir().expect("folder");
        let mut store = Store::create(&folder.path().join("regulars.db")).expect("new");
        let index = |write: &Write<'_>| {
            write.all("SELECT word, customers FROM customer_word", params![], |row| {
                Ok((row.get::<String>(0)?, unpacked(&row.get::<Vec<u8>>(1)?)))
            })
        };
        let card = |id: CustomerId, city: &str, phone: &str| Customer {
            id,
            last_name: "Núñez-Smith".into(),
            city: city.into(),
            phone: phone.into(),
            ..Customer::default()
        };
        let sql = "INSERT INTO customer (id, ref, last_name, city, phone) VALUES (?1, ?1, ?2, ?3, ?4) \
                   ON CONFLICT (id) DO UPDATE SET city = excluded.city, phone = excluded.phone";
        let kept = store.write(|write| {
            complete(write)?;
            for (id, before, after) in [
                (CustomerId(7), ("", ""), ("Palo Alto", "555-0123")),
                (CustomerId(9), ("Oslo", "12"), ("Palo", "0124")),
            ] {
                let (old, new) = (card(id, before.0, before.1), card(id, after.0, after.1));
                for one in [&old, &new] {
                    write.run(sql, params![one.id, one.last_name, one.city, one.phone])?;
                }
                let mut words = Words::default();
                words.put_in(id, |field| old.field(field));
                words.write(write)?;
                let mut words = Words::default();
                words.take_out(id, |field| old.field(field));
                words.put_in(id, |field| new.field(field));
                words.write(write)?;
            }
            let changed = index(write)?;
            complete(write)?;
            Ok((changed, index(write)?))
        });
        let (changed, whole) = kept.expect("indexed");
        assert_eq!(changed, whole);
        assert!(
            whole.contains(&("cpalo".to_owned(), vec![7, 9])) && whole.contains(&("nsmith".to_owned(), vec![7, 9]))
        );
        assert!(!whole.iter().any(|(word, _)| word == "coslo"));
    }
}
