//! Merges two cards of one person, and undoes that.
//!
//! The removed card is stored in the event, with everything that moved, so that an undo restores it exactly. Its
//! reference then means the remaining card, wherever a reference is accepted.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use super::address_change::{ADDRESS, AddressChange, address_change};
use super::customer::{Customer, CustomerField};
use super::index::Words;
use super::table_owner::{Given, MergeRecord, MergedCards, TableOwner};
use super::{consent, household, links, lookup, tags};
use crate::domain::{Column, Consent, ConsentChannel, CustomerId, ImportId, folded};
use crate::error::{Error, Result};
use crate::store::{Read, ToValue, Write, params};
use crate::text;

/// What a merge, or its undo, did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Merged {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) into: String,
    pub(crate) into_name: String,
    pub(crate) purchases: usize,
    pub(crate) notes: usize,
    /// Fields of the remaining card that are different now.
    pub(crate) fields: Vec<String>,
}

/// Columns of a card, besides its texts, that a merge stores and may change.
const COLUMNS: [&str; 4] = ["post_consent", "email_consent", "put_together", "moved_from"];

/// Merges the card of `reference` into the card of `into`.
///
/// # Errors
/// When they are already one card, or one of them does not exist.
pub(crate) fn merge(
    write: &Write<'_>,
    owners: &[&TableOwner],
    reference: &str,
    into: &str,
    now: NaiveDateTime,
) -> Result<Merged> {
    let (old, stays) = (lookup::by_ref(write, reference)?, lookup::by_ref(write, into)?);
    if old.id == stays.id {
        return Err(Error::new(format!("{} and {} are already one card", text::quote(reference), text::quote(into)))
            .hint(format!("`regulars customer show {}` shows it", stays.reference)));
    }
    let mut words = Words::default();
    words.take_out(old.id, |field| old.field(field));
    words.take_out(stays.id, |field| stays.field(field));
    let mut record = recorded(write, &old)?;
    record.given = give(write, &old, &stays, &record)?;
    record.opt_outs = keep_opt_outs(write, &old, &stays, now.date())?;
    let cards = MergedCards { gone: old.id, stays: stays.id };
    owners.iter().try_for_each(|owner| (owner.merge)(write, &cards, &mut record))?;
    write.run("UPDATE customer_alias SET customer_id = ?2 WHERE customer_id = ?1", params![old.id, stays.id])?;
    write.run("DELETE FROM customer WHERE id = ?1", params![old.id])?;
    let sql = "INSERT INTO customer_alias (ref, customer_id) VALUES (?1, ?2) \
               ON CONFLICT (ref) DO UPDATE SET customer_id = excluded.customer_id";
    write.run(sql, params![old.reference, stays.id])?;
    record.last_purchase = Some(links::last_purchase(write)?);
    record.linked = links::link_card(write, stays.id)?;
    let event = serde_json::to_string(&record).map_err(unreadable)?;
    let sql =
        "INSERT INTO customer_merge (ref, into_ref, customer_id, at, kept, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    write.run(sql, params![old.reference, stays.reference, stays.id, now, event, record.import])?;
    let now = lookup::by_id(write, stays.id)?;
    words.put_in(now.id, |field| now.field(field));
    words.write(write)?;
    household::settle(write, &[stays.id], &[old.household_id, stays.household_id])?;
    let merged = outcome(&old, &stays, &record);
    Ok(Merged { purchases: merged.purchases + record.linked.len(), ..merged })
}

/// Undoes the last merge of `reference`.
///
/// # Errors
/// When it was not merged, or the card it was merged into has itself been merged since.
pub(crate) fn unmerge(
    write: &Write<'_>,
    owners: &[&TableOwner],
    reference: &str,
    now: NaiveDateTime,
) -> Result<Merged> {
    let reference = reference.trim();
    let sql = "SELECT id, into_ref, customer_id, kept FROM customer_merge WHERE ref = ?1 AND undone_at IS NULL \
               ORDER BY id DESC LIMIT 1";
    let found = write.first(sql, params![reference], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<CustomerId>(2)?, row.get::<String>(3)?))
    })?;
    let Some((event, into, holder, kept)) = found else {
        return Err(nothing_to_undo(write, reference)?);
    };
    let stays = lookup::by_id(write, holder)?;
    if stays.reference != into {
        let error = Error::new(format!(
            "{} was merged into {}, which was merged into {}",
            text::quote(reference),
            text::quote(&into),
            text::quote(&stays.reference)
        ));
        return Err(error.hint(format!("separate that first: `regulars customer unmerge {into}`")));
    }
    let again: i64 = write.value("SELECT count(*) FROM customer WHERE ref = ?1", params![reference])?;
    if again > 0 {
        return Err(Error::new(format!("there is already a new card {}", text::quote(reference)))
            .hint(format!("merge that one too: `regulars customer merge {reference} {into}`")));
    }
    let mut record: MergeRecord = serde_json::from_str(&kept).map_err(unreadable)?;
    write.run("DELETE FROM customer_alias WHERE ref = ?1", params![reference])?;
    let id = put_back(write, reference, &record)?;
    // Purchases under the old references since then also belong to it.
    let mut sold: Vec<i64> = Vec::new();
    for old in record.aliases.iter().map(String::as_str).chain([reference]) {
        let since = "SELECT id FROM purchase WHERE customer_id = ?1 AND ref = ?2";
        sold.extend(write.all(since, params![stays.id, old], |row| row.get::<i64>(0))?);
    }
    let purchases = record.moved.entry("purchase".to_owned()).or_default();
    purchases.extend(sold);
    purchases.sort_unstable();
    purchases.dedup();
    let cards = MergedCards { gone: id, stays: stays.id };
    owners.iter().try_for_each(|owner| (owner.unmerge)(write, &cards, &record))?;
    for alias in &record.aliases {
        let sql = "UPDATE customer_alias SET customer_id = ?3 WHERE ref = ?1 AND customer_id = ?2";
        write.run(sql, params![alias, stays.id, id])?;
    }
    let mut words = Words::default();
    words.take_out(stays.id, |field| stays.field(field));
    take_back(write, &stays, &record.given)?;
    for statement in &record.opt_outs {
        write.run("DELETE FROM consent WHERE id = ?1", params![*statement])?;
    }
    for card in [lookup::by_id(write, id)?, lookup::by_id(write, stays.id)?] {
        words.put_in(card.id, |field| card.field(field));
    }
    words.write(write)?;
    links::unlink(write, [id, stays.id], &record.linked, record.last_purchase)?;
    let sql = "UPDATE customer_merge SET undone_at = ?2, kept = '' WHERE id = ?1";
    write.run(sql, params![event, now])?;
    household::settle(write, &[id, stays.id], &[stays.household_id])?;
    Ok(outcome(&lookup::by_id(write, id)?, &lookup::by_id(write, stays.id)?, &record))
}

fn outcome(old: &Customer, stays: &Customer, record: &MergeRecord) -> Merged {
    let count = |name: &str| record.moved.get(name).map_or(0, Vec::len);
    Merged {
        reference: old.reference.clone(),
        name: old.name(),
        into: stays.reference.clone(),
        into_name: stays.name(),
        purchases: count("purchase"),
        notes: count("contact_note"),
        fields: record.given.columns.iter().map(|(column, _, _)| column.clone()).collect(),
    }
}

fn nothing_to_undo(read: &Read<'_>, reference: &str) -> Result<Error> {
    let error = Error::new(format!("{} was not merged into another card", text::quote(reference)));
    let sql = "SELECT ref FROM customer_merge WHERE into_ref = ?1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1";
    Ok(match read.first(sql, params![reference], |row| row.get::<String>(0))? {
        Some(old) => error.hint(format!("{} was merged into it: `regulars customer unmerge {old}`", text::quote(&old))),
        None => error.hint("give the old reference, the one that was merged"),
    })
}

fn unreadable(source: serde_json::Error) -> Error {
    Error::new("what a merge kept cannot be read").hint("restore a backup").because(source)
}

/// Everything on the removed card; the owners of tables record their rows.
fn recorded(read: &Read<'_>, old: &Customer) -> Result<MergeRecord> {
    let aliases = "SELECT ref FROM customer_alias WHERE customer_id = ?1 ORDER BY ref";
    let tag_imports = "SELECT tag, import_id FROM customer_tag WHERE customer_id = ?1 ORDER BY tag";
    let replaced =
        "SELECT field, import_id, before, after FROM replaced_field WHERE customer_id = ?1 ORDER BY field, import_id";
    Ok(MergeRecord {
        id: old.id,
        deceased: old.deceased,
        import: read.value("SELECT import_id FROM customer WHERE id = ?1", params![old.id])?,
        edited: read.value("SELECT edited FROM customer WHERE id = ?1", params![old.id])?,
        replaced: read
            .all(replaced, params![old.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?,
        columns: columns(old),
        tags: lookup::tags(read, old.id)?,
        tag_imports: read
            .all(tag_imports, params![old.id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .into_iter()
            .collect(),
        preferences: lookup::preferences(read, old.id)?,
        aliases: read.all(aliases, params![old.id], |row| row.get(0))?,
        ..MergeRecord::default()
    })
}

fn columns(card: &Customer) -> BTreeMap<String, String> {
    let others = [
        card.post_consent.to_string(),
        card.email_consent.to_string(),
        card.manual_household.clone(),
        card.moved_from.clone(),
    ];
    let texts = CustomerField::ALL.iter().map(|field| (field.to_string(), card.field(*field).to_owned()));
    texts.chain(COLUMNS.into_iter().map(str::to_owned).zip(others)).collect()
}

/// Fills empty fields of the remaining card; of two consents an opt-out wins.
fn give(write: &Write<'_>, old: &Customer, stays: &Customer, record: &MergeRecord) -> Result<Given> {
    let before = columns(stays);
    let mut after = before.clone();
    let mut set = |column: &str, value: &str| after.insert(column.to_owned(), value.to_owned());
    let unnamed = stays.first_name.is_empty() && stays.last_name.is_empty() && stays.full_name.is_empty();
    let same = |field| folded(stays.field(field)) == folded(old.field(field));
    // An address is copied as a whole or completed, never mixed from two.
    let has_address = ADDRESS.into_iter().any(|field| !stays.field(field).is_empty());
    let fits_address =
        !has_address || address_change(|field| stays.field(field), |field| old.field(field)) == AddressChange::Complete;
    for field in CustomerField::ALL.iter().copied() {
        let fits = match field {
            CustomerField::Notes => false,
            CustomerField::FullName => unnamed,
            CustomerField::FirstName | CustomerField::LastName | CustomerField::Suffix => stays.full_name.is_empty(),
            _ => !ADDRESS.contains(&field) || fits_address,
        };
        if fits && stays.field(field).is_empty() && !old.field(field).is_empty() {
            set(field.as_str(), old.field(field));
        }
    }
    // The remarks of both cards are kept.
    let notes: Vec<&str> =
        [&stays.notes, &old.notes].into_iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
    if !stays.notes.contains(&old.notes) {
        set("notes", &notes.join("; "));
    }
    let takes_address = fits_address && !old.street.is_empty() || stays.address().has_identity(&old.moved_from);
    if takes_address && !stays.has_moved() && !old.moved_from.is_empty() {
        set("moved_from", &old.moved_from);
    }
    if before["put_together"].is_empty() {
        set("put_together", &record.columns["put_together"]);
    }
    set("post_consent", joined(old.post_consent, stays.post_consent, true).as_str());
    // Consent to email was given for an address: it counts only if that address is kept.
    let same_email = stays.email.is_empty() || same(CustomerField::Email);
    set("email_consent", joined(old.email_consent, stays.email_consent, same_email).as_str());
    let mut given = Given { became_deceased: old.deceased && !stays.deceased, ..Given::default() };
    for (column, value) in after {
        if value != before[&column] {
            write_column(write, stays.id, &column, &value)?;
            given.columns.push((column.clone(), before[&column].clone(), value));
        }
    }
    if given.became_deceased {
        write.run("UPDATE customer SET deceased = 1 WHERE id = ?1", params![stays.id])?;
    }
    for tag in &record.tags {
        if tags::add_tag(write, stays.id, tag, ImportId::default())? {
            given.tags.push(tag.clone());
        }
    }
    for (key, value) in &record.preferences {
        let sql = "INSERT INTO preference (customer_id, key, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        if write.run(sql, params![stays.id, key, value])? > 0 {
            given.preferences.push(key.clone());
        }
    }
    Ok(given)
}

/// An opt-out of either card is recorded on the remaining card as the last statement to the shop; returns the numbers
/// of the statements.
fn keep_opt_outs(write: &Write<'_>, old: &Customer, stays: &Customer, today: NaiveDate) -> Result<Vec<i64>> {
    let channels = [
        (ConsentChannel::Post, old.post_consent, stays.post_consent),
        (ConsentChannel::Email, old.email_consent, stays.email_consent),
    ];
    let mut numbers = Vec::new();
    for (channel, of_old, of_stays) in channels {
        let from = match (of_old, of_stays) {
            (_, Consent::No) => stays,
            (Consent::No, _) => old,
            _ => continue,
        };
        numbers.push(consent::hand_on_opt_out(write, (from.id, &from.reference), stays.id, channel, today)?);
    }
    Ok(numbers)
}

/// Combines two consents: an opt-out wins; consent counts if it may be carried over.
fn joined(old: Consent, stays: Consent, yes_carries: bool) -> Consent {
    match (old, stays) {
        (Consent::No, _) | (_, Consent::No) => Consent::No,
        (Consent::Yes, Consent::Unknown) if yes_carries => Consent::Yes,
        _ => stays,
    }
}

/// Removes from the remaining card what the merge added, unless the owner has changed it since.
fn take_back(write: &Write<'_>, stays: &Customer, given: &Given) -> Result<()> {
    let now = columns(stays);
    for (column, before, after) in &given.columns {
        if now.get(column) == Some(after) {
            write_column(write, stays.id, column, before)?;
        }
    }
    if given.became_deceased {
        write.run("UPDATE customer SET deceased = 0 WHERE id = ?1", params![stays.id])?;
    }
    for tag in &given.tags {
        write.run("DELETE FROM customer_tag WHERE customer_id = ?1 AND tag = ?2", params![stays.id, tag])?;
    }
    for key in &given.preferences {
        write.run("DELETE FROM preference WHERE customer_id = ?1 AND key = ?2", params![stays.id, key])?;
    }
    Ok(())
}

/// Restores the removed card, under its own number if that is still free.
fn put_back(write: &Write<'_>, reference: &str, record: &MergeRecord) -> Result<CustomerId> {
    let taken: i64 = write.value("SELECT count(*) FROM customer WHERE id = ?1", params![record.id])?;
    let number = (taken == 0).then_some(record.id);
    let sql = "INSERT INTO customer (id, ref, deceased, import_id, edited) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
    let values = params![number, reference, record.deceased, record.import, record.edited];
    let id: CustomerId = write.value(sql, values)?;
    for (field, import, before, after) in &record.replaced {
        let sql =
            "INSERT INTO replaced_field (customer_id, field, import_id, before, after) VALUES (?1, ?2, ?3, ?4, ?5)";
        write.run(sql, params![id, field, *import, before, after])?;
    }
    write.run("UPDATE customer SET household_id = ?1 WHERE id = ?1", params![id])?;
    for (column, value) in &record.columns {
        write_column(write, id, column, value)?;
    }
    for tag in &record.tags {
        let import = record.tag_imports.get(tag).copied().unwrap_or_default();
        let sql = "INSERT INTO customer_tag (customer_id, tag, import_id) VALUES (?1, ?2, ?3)";
        write.run(sql, params![id, tag, import])?;
    }
    for (key, value) in &record.preferences {
        write.run("INSERT INTO preference (customer_id, key, value) VALUES (?1, ?2, ?3)", params![id, key, value])?;
    }
    Ok(id)
}

/// Only known columns are written.
fn write_column(write: &Write<'_>, id: CustomerId, column: &str, value: &str) -> Result<()> {
    if CustomerField::from_form(column).is_none() && !COLUMNS.contains(&column) {
        return Ok(());
    }
    let sql = format!("UPDATE customer SET {column} = ?2 WHERE id = ?1");
    write.run(&sql, &[id.to_value(), value.to_value()]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_consents_a_no_wins() {
        use Consent::{No, Unknown, Yes};
        for (old, stays, carries, one) in [
            (No, Yes, true, No),
            (Yes, No, true, No),
            (Yes, Unknown, true, Yes),
            (Yes, Unknown, false, Unknown),
            (Unknown, Yes, true, Yes),
            (Unknown, Unknown, true, Unknown),
        ] {
            assert_eq!(joined(old, stays, carries), one, "{old} {stays}");
        }
    }
}
