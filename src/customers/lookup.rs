//! Cards by reference and by ID, and the rows that belong to them.

use std::collections::{BTreeMap, HashMap};

use super::customer::{COLUMNS, Customer, name_in};
use crate::domain::{CustomerId, HouseholdId};
use crate::error::{Error, Result};
use crate::store::{Read, params};
use crate::text;

/// How many customers the book has.
pub(crate) fn count(read: &Read<'_>) -> Result<usize> {
    read.value("SELECT count(*) FROM customer", params![])
}

/// The customer of a reference; a merged reference leads to the remaining card.
///
/// # Errors
/// When there is none; the hint names similar references.
pub(crate) fn by_ref(read: &Read<'_>, reference: &str) -> Result<Customer> {
    if let Some(id) = resolve_ref(read, reference.trim())? {
        return by_id(read, id);
    }
    let error = Error::new(format!("there is no customer {}", text::quote(reference)));
    Err(match similar_refs(read, reference)? {
        near if near.is_empty() => {
            error.hint("references are as in your export; `regulars customer find WORDS` finds them by name")
        }
        near => error.hint(format!("did you mean {}?", text::alternatives(&near))),
    })
}

/// The ID of the card that a reference means: its own, or the one it was merged into.
pub(crate) fn resolve_ref(read: &Read<'_>, reference: &str) -> Result<Option<CustomerId>> {
    let sql = "SELECT id FROM customer WHERE ref = ?1 UNION ALL SELECT customer_id FROM customer_alias WHERE ref = ?1";
    read.first(sql, params![reference], |row| row.get(0))
}

/// References that look like this one.
pub(crate) fn similar_refs(read: &Read<'_>, reference: &str) -> Result<Vec<String>> {
    let mut near = Vec::new();
    read.each("SELECT ref FROM customer", params![], |row| {
        let known: String = row.get(0)?;
        let distance = strsim::damerau_levenshtein(&known.to_lowercase(), &reference.trim().to_lowercase());
        if distance <= 1 {
            near.push((distance, known));
        }
        Ok(())
    })?;
    near.sort();
    Ok(near.into_iter().take(3).map(|(_, known)| text::quote(&known)).collect())
}

pub(crate) fn by_id(read: &Read<'_>, id: CustomerId) -> Result<Customer> {
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE id = ?1");
    let found = read.first(&sql, params![id], Customer::from_row)?;
    found.ok_or_else(|| Error::new("a customer is gone from the book").hint("run `regulars doctor`"))
}

/// The names of some customers; the reference if they have no name.
pub(crate) fn names(read: &Read<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, String>> {
    let mut names = HashMap::with_capacity(ids.len());
    let sql = "SELECT id, ref, first_name, last_name, full_name, suffix, company FROM customer WHERE id IN";
    read.each_among(sql, params![], ids, |row| {
        let name = name_in(row, 2)?;
        names.insert(row.get(0)?, if name.is_empty() { row.get(1)? } else { name });
        Ok(())
    })?;
    Ok(names)
}

/// The households of some customers.
pub(crate) fn households(read: &Read<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, HouseholdId>> {
    let mut households = HashMap::with_capacity(ids.len());
    read.each_among("SELECT id, household_id FROM customer WHERE id IN", params![], ids, |row| {
        households.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(households)
}

/// Every member of a household, in order of reference.
pub(crate) fn members(read: &Read<'_>, household_id: HouseholdId) -> Result<Vec<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE household_id = ?1 ORDER BY ref");
    read.all(&sql, params![household_id], Customer::from_row)
}

pub(crate) fn tags(read: &Read<'_>, id: CustomerId) -> Result<Vec<String>> {
    read.all("SELECT tag FROM customer_tag WHERE customer_id = ?1 ORDER BY tag", params![id], |row| row.get(0))
}

pub(crate) fn preferences(read: &Read<'_>, id: CustomerId) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT key, value FROM preference WHERE customer_id = ?1";
    Ok(read.all(sql, params![id], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// The ID of every reference, merged ones included.
pub(crate) fn ids(read: &Read<'_>) -> Result<HashMap<String, CustomerId>> {
    let mut ids = HashMap::with_capacity(count(read)?);
    let sql = "SELECT ref, customer_id FROM customer_alias UNION ALL SELECT ref, id FROM customer";
    read.each(sql, params![], |row| {
        ids.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(ids)
}
