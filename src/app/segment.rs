//! Tries a query on the book: who matches, in which order, and how they can be reached; or why one customer matches or
//! not.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign;
use crate::customers::{self, Reach};
use crate::domain::OnePer;
use crate::error::{Error, Result};
use crate::money::Share;
use crate::segment::{self, Condition, Explanation, Order, Scope};
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

/// A query as typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) condition: &'q str,
    pub(crate) order_by: Option<&'q str>,
    /// A number, or a share such as `20%`.
    pub(crate) limit: Option<&'q str>,
    pub(crate) one_per: OnePer,
    pub(crate) as_of: NaiveDate,
}

#[derive(Debug)]
pub(crate) struct SegmentPreview {
    /// Before the limit.
    pub(crate) matched: usize,
    /// In the whole book.
    pub(crate) in_book: usize,
    /// How many of those within the limit.
    pub(crate) by_post: usize,
    pub(crate) by_email: usize,
    /// Those within the limit, in order.
    pub(crate) customers: Vec<Matching>,
    /// Values in the query that no customer has.
    pub(crate) warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Matching {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
}

/// Why a customer matches or not.
#[derive(Debug)]
pub(crate) struct MatchVerdict {
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) why: Explanation,
}

pub(crate) fn preview(shop: &Shop, query: &Query<'_>) -> Result<SegmentPreview> {
    preview_in(&shop.store()?.read(), shop, query)
}

/// The same in a database that is open.
pub(crate) fn preview_in(read: &Read<'_>, shop: &Shop, query: &Query<'_>) -> Result<SegmentPreview> {
    let (condition, order) = checked(read, shop, query)?;
    let limit = query.limit.map(limit).transpose()?;
    let reach = customers::reach(read)?;
    let mut found = segment::find(read, &condition, order.as_ref(), None)?;
    if query.one_per == OnePer::Household {
        let mut homes = HashSet::new();
        found.retain(|one| reach.get(&one.id).is_none_or(|person| homes.insert(person.household_id)));
    }
    let matched = found.len();
    if let Some(limit) = limit {
        found.truncate(limit(matched));
    }
    let people: Vec<&Reach> = found.iter().filter_map(|one| reach.get(&one.id)).collect();
    let by_post = people.iter().filter(|p| p.takes_letters()).count();
    let by_email = people.iter().filter(|p| p.has_email && p.email_consent && p.suppressed.is_none()).count();
    let named = found
        .into_iter()
        .map(|one| Ok(Matching { name: customers::by_id(read, one.id)?.name(), reference: one.reference }));
    let customers = named.collect::<Result<_>>()?;
    let warnings = segment::unknown_values(read, &condition)?;
    Ok(SegmentPreview { matched, in_book: customers::count(read)?, by_post, by_email, customers, warnings })
}

/// Explains the match of one customer; order and limit are checked but not applied.
pub(crate) fn why(shop: &Shop, query: &Query<'_>, reference: &str) -> Result<MatchVerdict> {
    let store = shop.store()?;
    let read = store.read();
    let (condition, _) = checked(&read, shop, query)?;
    let customer = customers::by_ref(&read, reference)?;
    let why = segment::explain(&read, &condition, customer.id)?;
    Ok(MatchVerdict { name: customer.name(), reference: customer.reference, why })
}

fn checked(read: &Read<'_>, shop: &Shop, query: &Query<'_>) -> Result<(Condition, Option<Order>)> {
    let campaigns = campaign::slugs(read)?;
    let scope = Scope::of(&shop.settings, None, &campaigns, query.as_of);
    let condition = segment::condition(query.condition, &scope)?;
    let order = query.order_by.map(|text| segment::order(text, &scope)).transpose();
    Ok((condition, order.map_err(|e| e.at("--order-by"))?))
}

/// A limit as a function of the number of matches.
fn limit(text: &str) -> Result<impl Fn(usize) -> usize> {
    let count: Option<usize> = text.trim().parse().ok().filter(|n| *n > 0);
    let share: Option<Share> = text.parse().ok();
    if count.is_none() && share.is_none() {
        return Err(Error::new(format!("{} is not a limit", text::quote(text)))
            .hint("write a number such as 600, or a share such as 20%"));
    }
    Ok(move |n: usize| count.or_else(|| share.map(|share| share.of_rounded_up(n))).unwrap_or(n))
}
