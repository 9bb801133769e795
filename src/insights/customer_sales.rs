//! The sales of each customer, from one pass over all purchases, and details of those that are named.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::day_span::DaySpan;
use crate::clock;
use crate::customers::name_of;
use crate::domain::{CustomerId, NoteKind};
use crate::error::Result;
use crate::money::Money;
use crate::store::{self, Read, params};

/// The figures of one customer for the worksheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CustomerSales {
    pub(crate) id: CustomerId,
    /// The rank of the reference among all references, byte by byte: for ties.
    pub(crate) place: usize,
    /// Purchases and returns in the window.
    pub(crate) receipts: usize,
    /// Purchases alone.
    pub(crate) visits: usize,
    /// The sum of the purchases.
    pub(crate) bought: Money,
    /// The sum of the returns; not negative.
    pub(crate) returned: Money,
    /// The day of the last purchase in the window.
    pub(crate) last: Option<NaiveDate>,
    /// The day of the last purchase ever.
    pub(crate) latest: Option<NaiveDate>,
    /// The day of the first receipt ever.
    pub(crate) since: NaiveDate,
    /// Sales of the last twelve months.
    pub(crate) this_year: Money,
    /// Sales of the twelve months before.
    pub(crate) year_before: Money,
}

impl CustomerSales {
    fn new(id: CustomerId, since: NaiveDate) -> Self {
        Self {
            id,
            place: 0,
            receipts: 0,
            visits: 0,
            bought: Money(0),
            returned: Money(0),
            last: None,
            latest: None,
            since,
            this_year: Money(0),
            year_before: Money(0),
        }
    }

    /// Purchases minus returns.
    pub(super) fn takings(&self) -> Money {
        Money(self.bought.0.saturating_sub(self.returned.0))
    }
}

/// Everyone who ever bought up to the last day of the window, in order of ID: one pass over the index of purchases,
/// from which every window is filled.
pub(super) fn entries(read: &Read<'_>, window: DaySpan) -> Result<Vec<CustomerSales>> {
    let sql = "SELECT customer_id, day, amount_minor FROM purchase WHERE customer_id IS NOT NULL AND day <= ?1 \
               ORDER BY customer_id, day";
    let (a_year_ago, two_years_ago) = (clock::months_before(window.as_of, 12), clock::months_before(window.as_of, 24));
    let mut entries: Vec<CustomerSales> = Vec::new();
    read.each(sql, params![window.as_of], |row| {
        let (id, day, amount): (CustomerId, NaiveDate, Money) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // A book may have amounts from before there was a limit.
        if !amount.is_within_limit() {
            return Err(store::too_large_a_sum());
        }
        if entries.last().is_none_or(|entry| entry.id != id) {
            entries.push(CustomerSales::new(id, day));
        }
        let Some(entry) = entries.last_mut() else { return Ok(()) };
        if window.from.is_none_or(|from| day >= from) {
            entry.receipts += 1;
            if amount.0 < 0 {
                entry.returned = Money(entry.returned.0.saturating_sub(amount.0));
            } else {
                entry.visits += 1;
                entry.bought = entry.bought.plus(amount);
                entry.last = Some(day);
            }
        }
        if amount.0 >= 0 {
            entry.latest = Some(day);
        }
        if day > a_year_ago {
            entry.this_year = entry.this_year.plus(amount);
        } else if day > two_years_ago {
            entry.year_before = entry.year_before.plus(amount);
        }
        Ok(())
    })?;
    let mut place = 0;
    read.each("SELECT id FROM customer ORDER BY ref", params![], |row| {
        place += 1;
        let id: CustomerId = row.get(0)?;
        if let Ok(index) = entries.binary_search_by_key(&id, |entry| entry.id) {
            entries[index].place = place;
        }
        Ok(())
    })?;
    Ok(entries)
}

/// Sales of the window without a customer: their number and sum.
pub(super) fn unlinked(read: &Read<'_>, window: DaySpan) -> Result<(usize, Money)> {
    let from = window.from.unwrap_or(NaiveDate::MIN);
    let sql = "SELECT count(*), COALESCE(sum(amount_minor), 0) FROM purchase WHERE customer_id IS NULL AND day BETWEEN ?1 AND ?2";
    let found = read.first(sql, params![from, window.as_of], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.unwrap_or_default())
}

/// A customer as the worksheet names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CustomerName {
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) city: String,
}

pub(super) fn named(read: &Read<'_>, id: CustomerId) -> Result<CustomerName> {
    let sql = "SELECT ref, first_name, last_name, full_name, suffix, company, city FROM customer WHERE id = ?1";
    let found = read.first(sql, params![id], |row| {
        let (reference, text) = (row.get::<String>(0)?, |index: usize| row.get::<String>(index));
        let name = name_of([&text(1)?, &text(2)?, &text(3)?, &text(4)?, &text(5)?]);
        Ok(CustomerName { name: if name.is_empty() { reference.clone() } else { name }, reference, city: text(6)? })
    })?;
    Ok(found.unwrap_or_else(|| CustomerName { reference: String::new(), name: String::new(), city: String::new() }))
}

/// The different items that a customer bought in the window, without returns.
pub(super) fn items(read: &Read<'_>, id: CustomerId, window: DaySpan) -> Result<Vec<String>> {
    let from = window.from.unwrap_or(NaiveDate::MIN);
    let sql = "SELECT DISTINCT i.item FROM purchase p JOIN purchase_item i ON i.purchase_id = p.id \
               WHERE p.customer_id = ?1 AND p.day BETWEEN ?2 AND ?3 AND i.item <> '' AND i.amount_minor >= 0";
    read.all(sql, params![id, from, window.as_of], |row| row.get(0))
}

/// The minutes noted for each customer in the window, by ID; customers without any are absent.
pub(super) fn minutes(read: &Read<'_>, window: DaySpan) -> Result<HashMap<CustomerId, i64>> {
    let from = window.from.unwrap_or(NaiveDate::MIN);
    let sql = "SELECT customer_id, sum(minutes) FROM contact_note WHERE minutes > 0 AND on_day BETWEEN ?1 AND ?2 \
               GROUP BY customer_id";
    Ok(read.all(sql, params![from, window.as_of], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// A complaint that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(crate) customer_id: CustomerId,
    pub(crate) on: NaiveDate,
    pub(crate) text: String,
}

/// The open complaints, the oldest first; except those followed by a call since `rests_since`.
pub(super) fn complaints(read: &Read<'_>, today: NaiveDate, rests_since: NaiveDate) -> Result<Vec<Complaint>> {
    let sql = "SELECT n.customer_id, n.on_day, n.text FROM contact_note n \
               WHERE n.kind = ?3 AND n.resolved_on IS NULL AND n.on_day <= ?1 AND NOT EXISTS ( \
                 SELECT 1 FROM contact_note later WHERE later.customer_id = n.customer_id AND later.kind <> ?3 \
                 AND later.on_day BETWEEN ?2 AND ?1 \
                 AND (later.on_day > n.on_day OR (later.on_day = n.on_day AND later.id > n.id))) \
               ORDER BY n.on_day, n.id";
    read.all(sql, params![today, rests_since, NoteKind::Complaint], |row| {
        Ok(Complaint { customer_id: row.get(0)?, on: row.get(1)?, text: row.get(2)? })
    })
}

/// Those who have died, by id.
pub(super) fn deceased(read: &Read<'_>) -> Result<HashSet<CustomerId>> {
    Ok(read.all("SELECT id FROM customer WHERE deceased <> 0", params![], |row| row.get(0))?.into_iter().collect())
}

/// The day of the last contact with each customer, by ID.
pub(super) fn last_spoken(read: &Read<'_>, today: NaiveDate) -> Result<HashMap<CustomerId, NaiveDate>> {
    let sql = "SELECT customer_id, max(on_day) FROM contact_note WHERE on_day <= ?1 GROUP BY customer_id";
    Ok(read.all(sql, params![today], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

/// Customers with a receipt in the window by sales, the best first; ties by reference, byte by byte.
pub(super) fn rank(everybody: &[CustomerSales]) -> Vec<CustomerSales> {
    let mut ranked: Vec<CustomerSales> = everybody.iter().filter(|entry| entry.receipts > 0).copied().collect();
    ranked.sort_unstable_by_key(|entry| (Reverse(entry.takings()), entry.place));
    ranked
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A customer with one purchase of this amount.
    pub(crate) fn entry(id: usize, bought: i64) -> CustomerSales {
        let day = NaiveDate::from_ymd_opt(1989, 3, 1).expect("day");
        CustomerSales {
            id: CustomerId(i64::try_from(id).expect("small")),
            place: id,
            receipts: 1,
            visits: 1,
            bought: Money(bought),
            returned: Money(0),
            last: Some(day),
            latest: Some(day),
            since: day,
            this_year: Money(bought),
            year_before: Money(0),
        }
    }

    #[test]
    fn ties_are_broken_by_reference_and_who_has_no_receipt_is_not_counted() {
        let everybody = [entry(3, 50), entry(2, 50), CustomerSales { receipts: 0, ..entry(4, 0) }, entry(1, 90)];
        let ranked: Vec<i64> = rank(&everybody).iter().map(|entry| entry.id.0).collect();
        assert_eq!(ranked, [1, 2, 3]);
    }
}
