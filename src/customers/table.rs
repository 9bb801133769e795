//! The book's own questions to the database.

use std::collections::{BTreeMap, HashMap};

use super::customer::{COLUMNS, Customer};
use super::suppression::Suppressions;
use crate::domain::Suppression;
use crate::error::{Error, Result};
use crate::store::Read;
use crate::store::params;
use crate::text;

/// How many customers the book has.
pub(crate) fn count(read: &Read<'_>) -> Result<usize> {
    read.value("SELECT count(*) FROM customer", params![])
}

/// The customer of a reference; one that was merged into another card still means that card.
///
/// # Errors
/// When there is none; the hint names similar references.
pub(crate) fn by_ref(read: &Read<'_>, reference: &str) -> Result<Customer> {
    if let Some(id) = resolve_ref(read, reference.trim())? {
        return by_id(read, id);
    }
    let error = Error::new(format!("there is no customer {}", text::quote(reference)));
    Err(match similar_refs(read, reference)? {
        near if near.is_empty() => error.hint("references are written as in your export"),
        near => error.hint(format!("did you mean {}?", text::alternatives(&near))),
    })
}

/// The id of the card that a reference means: its own, or the one it was merged into.
pub(crate) fn resolve_ref(read: &Read<'_>, reference: &str) -> Result<Option<i64>> {
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

/// The customer of an id.
///
/// # Errors
/// When there is none, which is a fault of the program.
pub(crate) fn by_id(read: &Read<'_>, id: i64) -> Result<Customer> {
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE id = ?1");
    let found = read.first(&sql, params![id], Customer::from_row)?;
    found.ok_or_else(|| Error::new("a customer is gone from the book").hint("run `regulars doctor`"))
}

/// Everybody of a household, in order of reference.
pub(crate) fn members(read: &Read<'_>, household_id: i64) -> Result<Vec<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE household_id = ?1 ORDER BY ref");
    read.all(&sql, params![household_id], Customer::from_row)
}

/// Somebody's tags.
pub(crate) fn tags(read: &Read<'_>, id: i64) -> Result<Vec<String>> {
    read.all("SELECT tag FROM customer_tag WHERE customer_id = ?1 ORDER BY tag", params![id], |row| row.get(0))
}

/// Somebody's preferences.
pub(crate) fn preferences(read: &Read<'_>, id: i64) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT key, value FROM preference WHERE customer_id = ?1";
    Ok(read.all(sql, params![id], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// How somebody can be written to, and with whom they live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) reference: String,
    pub(crate) household_id: i64,
    pub(crate) has_address: bool,
    pub(crate) wants_no_post: bool,
    pub(crate) has_email: bool,
    pub(crate) email_consent: bool,
    /// Why the address gets no email, whatever they said.
    pub(crate) suppressed: Option<Suppression>,
    pub(crate) deceased: bool,
    /// The address on the card is one that they have left.
    pub(crate) has_moved: bool,
}

/// Whether a text can be an email address: one `@` between two parts, the second with a dot, nothing that ends a word.
fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"');
    match text.split_once('@') {
        Some((name, domain)) => {
            let dots =
                domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
            !name.is_empty() && dots && !domain.contains('@') && !text.contains(odd)
        }
        None => false,
    }
}

/// How everybody can be written to, by id.
pub(crate) fn reach(read: &Read<'_>) -> Result<HashMap<i64, Reach>> {
    let mut all = HashMap::with_capacity(count(read)?);
    let suppressions = Suppressions::of(read)?;
    let sql = "SELECT id, ref, household_id, street, city, postcode, email, post_consent, email_consent, deceased, \
               moved_from, street2 FROM customer";
    read.each(sql, params![], |row| {
        let (street, street2, moved_from) = (row.get(3)?, row.get(11)?, row.get(10)?);
        let (city, postcode) = (row.get(4)?, row.get(5)?);
        let card = Customer { street, street2, city, postcode, moved_from, ..Customer::default() };
        let email: String = row.get(6)?;
        let reach = Reach {
            reference: row.get(1)?,
            household_id: row.get(2)?,
            has_address: card.has_address(),
            wants_no_post: row.get::<String>(7)? == "no",
            has_email: is_email(&email),
            email_consent: row.get::<String>(8)? == "yes",
            suppressed: suppressions.reason(&email),
            deceased: row.get(9)?,
            has_moved: card.has_moved(),
        };
        all.insert(row.get(0)?, reach);
        Ok(())
    })?;
    Ok(all)
}

/// The id behind every reference, those that were merged as well.
pub(crate) fn ids(read: &Read<'_>) -> Result<HashMap<String, i64>> {
    let mut ids = HashMap::with_capacity(count(read)?);
    let sql = "SELECT ref, customer_id FROM customer_alias UNION ALL SELECT ref, id FROM customer";
    read.each(sql, params![], |row| {
        ids.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(ids)
}
