//! What a customer bought: their last purchase, and sums over days.

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::{CustomerId, HouseholdId};
use crate::error::Result;
use crate::money::Money;
use crate::store::{Read, params};

/// A purchase as letters mention it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LastPurchase {
    pub(crate) on: NaiveDate,
    /// The most expensive item of the receipt; empty when the export had no items.
    pub(crate) item: String,
    /// The whole receipt.
    #[serde(rename = "amount_minor")]
    pub(crate) amount: Money,
}

/// The newest purchases of a customer up to a day, newest first, without returns.
pub(crate) fn last_purchases(
    read: &Read<'_>,
    customer_id: CustomerId,
    as_of: NaiveDate,
    most: usize,
) -> Result<Vec<LastPurchase>> {
    let sql = "SELECT p.day, p.amount_minor, COALESCE((SELECT i.item FROM purchase_item i WHERE i.purchase_id = p.id \
               AND i.item <> '' ORDER BY i.amount_minor DESC, i.line LIMIT 1), '') FROM purchase p \
               WHERE p.customer_id = ?1 AND p.day <= ?2 AND p.amount_minor >= 0 \
               ORDER BY p.day DESC, p.amount_minor DESC, p.id LIMIT ?3";
    read.all(sql, params![customer_id, as_of, most], |row| {
        Ok(LastPurchase { on: row.get(0)?, amount: row.get(1)?, item: row.get(2)? })
    })
}

/// How many purchases a customer made, returns included.
pub(crate) fn count_purchases(read: &Read<'_>, customer_id: CustomerId) -> Result<usize> {
    read.value("SELECT count(*) FROM purchase WHERE customer_id = ?1", params![customer_id])
}

/// What a customer spent in a span of days, both ends included, minus returns.
pub(crate) fn spent_between(read: &Read<'_>, customer_id: CustomerId, from: NaiveDate, to: NaiveDate) -> Result<Money> {
    let sql = "SELECT COALESCE(sum(amount_minor), 0) FROM purchase WHERE customer_id = ?1 AND day BETWEEN ?2 AND ?3";
    read.value(sql, params![customer_id, from, to])
}

/// How many purchases a customer made in a span of days, both ends included, without returns.
pub(crate) fn visits_between(
    read: &Read<'_>,
    customer_id: CustomerId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<usize> {
    let sql = "SELECT count(*) FROM purchase WHERE customer_id = ?1 AND day BETWEEN ?2 AND ?3 AND amount_minor >= 0";
    read.value(sql, params![customer_id, from, to])
}

/// Which sales of a span of days, both ends included, are in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SalesInBook {
    /// None at all.
    None,
    /// Some, but none that belongs to a customer.
    OfNobody,
    /// Some that belong to customers; any after this day are missing.
    UpTo(NaiveDate),
}

/// Whether the sales of a span of days, both ends included, are in the book.
pub(crate) fn sales_in_book(read: &Read<'_>, from: NaiveDate, to: NaiveDate) -> Result<SalesInBook> {
    let is_there = |which: &str| -> Result<bool> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM purchase WHERE day BETWEEN ?1 AND ?2{which})");
        read.value(&sql, params![from, to])
    };
    if is_there(" AND customer_id IS NOT NULL")? {
        // A later sale is found quickly if there is one; the last one is searched only if there is none.
        let goes_on: bool = read.value("SELECT EXISTS (SELECT 1 FROM purchase WHERE day >= ?1)", params![to])?;
        let last = "SELECT max(day) FROM purchase WHERE day <= ?1";
        return Ok(SalesInBook::UpTo(if goes_on { to } else { read.value(last, params![to])? }));
    }
    Ok(if is_there("")? { SalesInBook::OfNobody } else { SalesInBook::None })
}

/// The first purchases above the largest amount, as an older version imported them: customer, day, amount.
pub(crate) fn oversized_purchases(read: &Read<'_>, most: usize) -> Result<Vec<(String, NaiveDate, Money)>> {
    let sql = "SELECT COALESCE(c.ref, p.ref), p.day, p.amount_minor FROM purchase p \
               LEFT JOIN customer c ON c.id = p.customer_id WHERE p.amount_minor NOT BETWEEN -?1 AND ?1 \
               ORDER BY 1, p.day, p.id LIMIT ?2";
    read.all(sql, params![Money::MOST, most], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// The largest purchase ever made by a member of a household.
pub(crate) fn largest_purchase(read: &Read<'_>, household_id: HouseholdId) -> Result<Option<Money>> {
    let sql =
        "SELECT max(p.amount_minor) FROM purchase p JOIN customer c ON c.id = p.customer_id WHERE c.household_id = ?1";
    read.value(sql, params![household_id])
}
