//! Purchases and the customers they belong to: by reference, and by email where an export has nothing else.

use std::collections::HashMap;

use super::identity::{self, RefStatus, References};
use super::{lookup, suppression};
use crate::domain::{CustomerId, EmailAddress, ImportId, email_key};
use crate::error::Result;
use crate::store::{Read, Write, params};

/// The customer of each email, in lowercase; emails shared by several customers have none.
pub(crate) fn lone_emails(read: &Read<'_>) -> Result<HashMap<String, CustomerId>> {
    let mut all: HashMap<String, Option<CustomerId>> = HashMap::new();
    read.each("SELECT id, email FROM customer WHERE email <> ''", params![], |row| {
        if let Some(email) = EmailAddress::parse(&row.get::<String>(1)?) {
            all.entry(email.key()).and_modify(|owner| *owner = None).or_insert(Some(row.get(0)?));
        }
        Ok(())
    })?;
    Ok(all.into_iter().filter_map(|(email, owner)| Some((email, owner?))).collect())
}

/// Links purchases that were imported before their customer. Those of forgotten people stay unlinked.
pub(crate) fn link_purchases(write: &Write<'_>, import: ImportId) -> Result<()> {
    let references = References::of(write)?;
    let is_forgotten = |reference: &str| references.status(reference) == RefStatus::Forgotten;
    let link =
        "UPDATE purchase SET customer_id = ?2, linked_by = ?3 WHERE customer_id IS NULL AND ref <> '' AND ref = ?1";
    let sql = "SELECT c.ref, c.id FROM (SELECT ref, id FROM customer UNION ALL SELECT ref, customer_id FROM customer_alias) c \
               WHERE c.ref IN (SELECT ref FROM purchase WHERE customer_id IS NULL AND ref <> '')";
    let found: Vec<(String, CustomerId)> = write.all(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (reference, id) in found.iter().filter(|(reference, _)| !is_forgotten(reference)) {
        write.run(link, params![reference, id, import])?;
    }
    let sql = "SELECT DISTINCT ref FROM purchase WHERE customer_id IS NULL AND INSTR(ref, '@') > 0";
    let lost: Vec<String> = write.all(sql, params![], |row| row.get(0))?;
    if lost.is_empty() {
        return Ok(());
    }
    let emails = lone_emails(write)?;
    for reference in lost.iter().filter(|reference| !is_forgotten(reference)) {
        if let Some(id) = emails.get(&email_key(reference)) {
            write.run(link, params![reference, id, import])?;
        }
    }
    Ok(())
}

/// Links purchases without a customer to a card that has changed, by its references, and by its email if no one else
/// has it; returns their numbers. Those of forgotten people stay unlinked.
pub(super) fn link_card(write: &Write<'_>, id: CustomerId) -> Result<Vec<i64>> {
    let mut linked = Vec::new();
    let sql = "UPDATE purchase SET customer_id = ?2, linked_by = 0 \
               WHERE customer_id IS NULL AND ref <> '' AND ref = ?1 RETURNING id";
    for reference in identity::references(write, id)? {
        linked.extend(write.all(sql, params![reference, id], |row| row.get::<i64>(0))?);
    }
    let email = lookup::by_id(write, id)?.email;
    let Some(key) = EmailAddress::parse(&email).map(|email| email.key()) else { return Ok(linked) };
    let such = "WHERE customer_id IS NULL AND INSTR(ref, '@') > 0 AND LOWER(ref) = LOWER(?1)";
    let waiting: i64 = write.value(&format!("SELECT count(*) FROM purchase {such}"), params![key])?;
    if waiting > 0 && !identity::is_forgotten(write, &key)? && suppression::holders(write, &key)?.len() == 1 {
        let sql = format!("UPDATE purchase SET customer_id = ?2, linked_by = 0 {such} RETURNING id");
        linked.extend(write.all(&sql, params![key, id], |row| row.get::<i64>(0))?);
    }
    Ok(linked)
}

/// The email of a card was changed manually: purchases are linked to it, and to the only card that still has the old
/// email.
pub(super) fn link_email(write: &Write<'_>, id: CustomerId, before: &str) -> Result<()> {
    link_card(write, id)?;
    if let ([(alone, _)], false) = (suppression::holders(write, before)?.as_slice(), before.is_empty()) {
        link_card(write, *alone)?;
    }
    Ok(())
}

/// The last purchase in the book.
pub(super) fn last_purchase(read: &Read<'_>) -> Result<i64> {
    read.value("SELECT COALESCE(max(id), 0) FROM purchase", params![])
}

/// Unlinks from two cards what was linked only because their email belonged to one card while merged: the purchases
/// that the merge linked, and those after the purchase `since`.
pub(super) fn unlink(write: &Write<'_>, cards: [CustomerId; 2], linked: &[i64], since: Option<i64>) -> Result<()> {
    let [gone, stays] = cards;
    let sql = "UPDATE purchase SET customer_id = NULL WHERE id = ?1 AND customer_id IN (?2, ?3)";
    for purchase in linked {
        write.run(sql, params![*purchase, gone, stays])?;
    }
    let [one, other] =
        [lookup::by_id(write, gone)?.email, lookup::by_id(write, stays)?.email].map(|email| email_key(&email));
    if let (Some(since), true) = (since, one == other && !one.is_empty()) {
        let sql = "UPDATE purchase SET customer_id = NULL WHERE customer_id IN (?1, ?2) AND id > ?3 AND LOWER(ref) = LOWER(?4)";
        write.run(sql, params![gone, stays, since, one])?;
    }
    cards.into_iter().try_for_each(|card| link_card(write, card).map(|_| ()))
}
