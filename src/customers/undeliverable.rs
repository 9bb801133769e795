//! Postal addresses from which a letter came back: no letters are sent there, until the card has another address.
//!
//! An address is stored as its hash, which does not depend on spelling, and not as text. The rows belong to no card, so
//! they outlive each.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::customer::Customer;
use crate::error::Result;
use crate::store::{Read, Write, params};

/// For the customer `c`.
pub(crate) const IS_UNDELIVERABLE: &str = "EXISTS (SELECT 1 FROM undeliverable_address u WHERE u.home = c.home AND \
                                           c.home <> 0 AND u.lifted_on IS NULL)";

/// A letter that came back from an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ReturnedMail {
    /// Empty when the owner has marked the address as wrong.
    pub(crate) campaign: String,
    pub(crate) on: NaiveDate,
}

/// All such addresses, as hashes.
#[derive(Debug)]
pub(crate) struct UndeliverableAddresses(HashSet<i64>);

impl UndeliverableAddresses {
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        let sql = "SELECT home FROM undeliverable_address WHERE lifted_on IS NULL AND home <> 0";
        Ok(Self(read.all(sql, params![], |row| row.get(0))?.into_iter().collect()))
    }

    pub(crate) fn has(&self, home: i64) -> bool {
        self.0.contains(&home)
    }
}

/// Records that a letter of a campaign came back from an address.
pub(crate) fn record_returned_mail(write: &Write<'_>, home: i64, campaign: &str, on: NaiveDate) -> Result<()> {
    let sql = "INSERT INTO undeliverable_address (home, campaign, on_day) SELECT ?1, ?2, ?3 WHERE ?1 <> 0 AND \
               NOT EXISTS (SELECT 1 FROM undeliverable_address u WHERE u.home = ?1 AND u.campaign = ?2 AND u.lifted_on IS NULL)";
    write.run(sql, params![home, campaign, on]).map(|_| ())
}

/// Records that the owner marks the address on a card as wrong.
pub(super) fn mark(write: &Write<'_>, card: &Customer, on: NaiveDate, source: &str) -> Result<()> {
    let sql = "INSERT INTO undeliverable_address (home, on_day, source) SELECT ?1, ?2, ?3 WHERE ?1 <> 0";
    write.run(sql, params![card.address().hash(), on, source]).map(|_| ())
}

/// Records that the owner confirms the address on a card.
pub(super) fn lift(write: &Write<'_>, card: &Customer, on: NaiveDate, source: &str) -> Result<()> {
    let sql = "UPDATE undeliverable_address SET lifted_on = ?2, lifted_by = ?3 WHERE home = ?1 AND lifted_on IS NULL";
    write.run(sql, params![card.address().hash(), on, source]).map(|_| ())
}

/// Withdraws the record that a letter of a campaign came back from an address.
pub(crate) fn take_back_returned_mail(write: &Write<'_>, home: i64, campaign: &str, on: NaiveDate) -> Result<()> {
    let sql = "UPDATE undeliverable_address SET lifted_on = ?3 WHERE home = ?1 AND campaign = ?2 AND lifted_on IS NULL";
    write.run(sql, params![home, campaign, on]).map(|_| ())
}

/// The last letter that came back from an address, if it still counts.
pub(crate) fn returned_mail(read: &Read<'_>, home: i64) -> Result<Option<ReturnedMail>> {
    let sql = "SELECT campaign, on_day FROM undeliverable_address WHERE home = ?1 AND home <> 0 AND lifted_on IS NULL \
               ORDER BY on_day DESC, id DESC LIMIT 1";
    read.first(sql, params![home], |row| Ok(ReturnedMail { campaign: row.get(0)?, on: row.get(1)? }))
}

/// Copies the records of an address when a missing postcode or country is added to it.
pub(crate) fn carry_over(write: &Write<'_>, from: i64, to: i64) -> Result<()> {
    let sql = "INSERT INTO undeliverable_address (home, campaign, on_day, source) \
               SELECT ?2, o.campaign, o.on_day, o.source FROM undeliverable_address o WHERE o.home = ?1 AND o.lifted_on \
               IS NULL AND NOT EXISTS (SELECT 1 FROM undeliverable_address u WHERE u.home = ?2 AND u.lifted_on IS NULL)";
    write.run(sql, params![from, to]).map(|_| ())
}

/// Replaces the records of an older version about a card's address with its hash.
pub(super) fn place(write: &Write<'_>) -> Result<()> {
    let sql = "UPDATE undeliverable_address SET home = COALESCE((SELECT c.home FROM customer c WHERE \
               c.id = undeliverable_address.customer_id AND c.street = undeliverable_address.street), 0), \
               customer_id = NULL, street = '' WHERE customer_id IS NOT NULL";
    write.run(sql, params![]).map(|_| ())
}

/// Keeps only the hashes of addresses that are no longer in the book.
pub(super) fn keep_only_numbers(write: &Write<'_>) -> Result<()> {
    let sql = "UPDATE undeliverable_address SET source = '', lifted_by = '', customer_id = NULL, street = '' WHERE \
               (source <> '' OR lifted_by <> '' OR street <> '') AND NOT EXISTS (SELECT 1 FROM customer c WHERE \
               (c.home = undeliverable_address.home AND c.home <> 0) OR c.id = undeliverable_address.customer_id)";
    write.run(sql, params![]).map(|_| ())
}
