//! A card that is made at the till, with a reference of its own series; and who may be that customer already.

use chrono::NaiveDate;

use super::alike::{ComparedCard, WORTH_A_LOOK, compare};
use super::card_writer::add_bare_card;
use super::change;
use super::customer::{COLUMNS, Customer};
use super::find::find;
use super::identity::{RefStatus, References};
use super::lookup;
use super::vocabulary::Vocabulary;
use crate::domain::{CustomerId, ImportId};
use crate::error::Result;
use crate::store::{Read, Write, params};

/// With it begins the reference of a customer who was added at a till; no export has such ones.
const PREFIX: &str = "TILL-";

/// So many of those whom a search finds are compared.
const MOST: usize = 40;

/// Cards that may be the same customer's: the same email or phone number, or the same name and address.
pub(crate) fn possible_duplicates(
    read: &Read<'_>,
    vocabulary: &Vocabulary,
    draft: &Customer,
    today: NaiveDate,
) -> Result<Vec<Customer>> {
    let new = ComparedCard::of(draft);
    let mut people = at_address(read, draft)?;
    for words in [draft.name(), draft.email.clone(), draft.phone.clone()] {
        if words.trim().is_empty() {
            continue;
        }
        for hit in find(read, vocabulary, &words, today, MOST)?.1 {
            people.push(lookup::by_id(read, hit.id)?);
        }
    }
    let mut known: Vec<Customer> = Vec::new();
    let same = |one: &str, other: &str| !one.is_empty() && one == other;
    for card in people {
        let old = ComparedCard::of(&card);
        let is_same = same(&new.email, &old.email)
            || same(&new.phone, &old.phone)
            || compare(&new, &old, false).0 >= WORTH_A_LOOK;
        if is_same && known.iter().all(|other| other.id != card.id) {
            known.push(card);
        }
    }
    Ok(known)
}

/// Who lives at the address of a card that is not in the book yet.
fn at_address(read: &Read<'_>, draft: &Customer) -> Result<Vec<Customer>> {
    let home = draft.address().hash();
    if home == 0 {
        return Ok(Vec::new());
    }
    read.all(
        &format!("SELECT {COLUMNS} FROM customer WHERE home = ?1 AND home <> 0 ORDER BY ref"),
        params![home],
        Customer::from_row,
    )
}

/// Makes a card of what is said in `assignments`, as [`set`](change::set) has them.
///
/// # Errors
/// With every assignment that is not one.
pub(crate) fn add_till_card(
    write: &Write<'_>,
    assignments: &[String],
    on: NaiveDate,
    source: &str,
) -> Result<CustomerId> {
    let id = add_bare_card(write, &next_reference(write)?, "", ImportId(0))?;
    change::set(write, &lookup::by_id(write, id)?, assignments, on, source)?;
    Ok(id)
}

/// The next of the series that means nobody and nobody who was forgotten.
fn next_reference(read: &Read<'_>) -> Result<String> {
    let mut last = 0;
    let sql = "SELECT ref FROM customer WHERE ref LIKE ?1 UNION ALL SELECT ref FROM customer_alias WHERE ref LIKE ?1";
    read.each(sql, params![format!("{PREFIX}%")], |row| {
        let number = row.get::<String>(0)?.strip_prefix(PREFIX).and_then(|number| number.parse::<u32>().ok());
        last = last.max(number.unwrap_or(0));
        Ok(())
    })?;
    let references = References::of(read)?;
    let mut numbers = (last.saturating_add(1)..).map(|number| format!("{PREFIX}{number:04}"));
    let free = numbers.find(|reference| references.status(reference) == RefStatus::Own);
    Ok(free.unwrap_or_default())
}
