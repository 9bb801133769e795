//! A card created at the till, with a reference of its own series; and possible duplicates.

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

/// The prefix of references for customers added at a till; no export uses it.
const PREFIX: &str = "TILL-";

/// At most this many search results are compared.
const MOST: usize = 40;

/// Cards that may be the same customer: the same email or phone number, or the same name and address.
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

/// Customers at the address of a card that is not in the book yet.
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

/// Creates a card from `assignments`, in the form of [`set`](change::set).
///
/// # Errors
/// With every invalid assignment.
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

/// The next reference of the series that is unused, also by forgotten people.
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
