//! Tries a query on the book: who matches, in which order, and how they can be reached; or why one customer matches or
//! not.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::{self, LastMailing};
use crate::customers::{self, Reach};
use crate::domain::{CustomerId, OnePer};
use crate::error::{Error, Result};
use crate::money::{Money, Share};
use crate::segment::{self, AskedColumns, Condition, Explanation, Figure, Found, Order, Ranking, Scope};
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
    pub(crate) summary: SegmentSummary,
    /// Those within the limit, in order: as many as were asked for.
    pub(crate) customers: Vec<Matching>,
    /// The figures that the query uses.
    pub(crate) columns: AskedColumns,
    /// Values in the query that no customer has.
    pub(crate) warnings: Vec<String>,
}

/// Those within the limit, together.
#[derive(Debug, Serialize)]
pub(crate) struct SegmentSummary {
    pub(crate) customers: usize,
    /// What they spent in the twelve months up to the day.
    pub(crate) sales_minor: Money,
    pub(crate) by_post: usize,
    pub(crate) by_email: usize,
    /// The campaign that was mailed last; the two below are against it.
    pub(crate) against: Option<String>,
    /// The matching customers who were not its recipients.
    pub(crate) new: Option<usize>,
    /// Its recipients with no one on the list.
    pub(crate) gone: Option<usize>,
}

#[derive(Debug)]
pub(crate) struct Matching {
    pub(crate) reference: String,
    pub(crate) name: String,
    /// One for each column.
    pub(crate) figures: Vec<Figure>,
}

/// Why a customer matches or not, and whether they are on the list.
#[derive(Debug)]
pub(crate) struct MatchVerdict {
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) why: Explanation,
    /// Where they stand, when they match.
    pub(crate) standing: Option<Standing>,
}

/// The place of a customer among those who match.
#[derive(Debug)]
pub(crate) struct Standing {
    /// The member of their household who ranks higher, where only the best of each counts.
    pub(crate) instead: Option<(String, String)>,
    /// From 1, among those who count.
    pub(crate) place: Option<usize>,
    /// How many count.
    pub(crate) of: usize,
    /// How many places there are.
    pub(crate) places: usize,
}

impl Standing {
    /// Whether they are on the list.
    pub(crate) fn is_within(&self) -> bool {
        self.place.is_some_and(|place| place <= self.places)
    }
}

/// Finds who matches; at most `listed` of them are named.
pub(crate) fn preview(shop: &Shop, query: &Query<'_>, listed: usize) -> Result<SegmentPreview> {
    preview_in(&shop.store()?.read(), shop, query, listed)
}

/// The same in a database that is open.
pub(crate) fn preview_in(read: &Read<'_>, shop: &Shop, query: &Query<'_>, listed: usize) -> Result<SegmentPreview> {
    let (condition, order) = checked(read, shop, query)?;
    let limit = query.limit.map(limit).transpose()?;
    let Ranking { matched, found } = match (query.one_per, &limit) {
        (OnePer::Household, _) => {
            let mut found = segment::find(read, &condition, order.as_ref(), None)?.found;
            one_of_each(read, &mut found)?;
            let matched = found.len();
            found.truncate(limit.map_or(matched, |limit| limit(matched)));
            Ranking { matched, found }
        }
        (OnePer::Customer, Some(limit)) => segment::find(read, &condition, order.as_ref(), Some(limit))?,
        (OnePer::Customer, None) => segment::find(read, &condition, order.as_ref(), None)?,
    };
    let ids: Vec<CustomerId> = found.iter().map(|one| one.id).collect();
    let summary = summary(read, query, &ids)?;
    let columns = segment::asked_columns(&condition, order.as_ref());
    let wanted = &ids[..listed.min(ids.len())];
    let (mut names, mut figures) = (customers::names(read, wanted)?, columns.of(read, wanted)?);
    let one = |Found { id, reference }| Matching {
        name: names.remove(&id).unwrap_or_else(|| String::clone(&reference)),
        figures: figures.remove(&id).unwrap_or_default(),
        reference,
    };
    let customers = found.into_iter().take(listed).map(one).collect();
    let warnings = segment::unknown_values(read, &condition)?;
    Ok(SegmentPreview { matched, in_book: customers::count(read)?, summary, customers, columns, warnings })
}

/// Keeps the best-ranked of each household.
fn one_of_each(read: &Read<'_>, found: &mut Vec<Found>) -> Result<()> {
    let ids: Vec<CustomerId> = found.iter().map(|one| one.id).collect();
    let (households, mut seen) = (customers::households(read, &ids)?, HashSet::new());
    found.retain(|one| households.get(&one.id).is_none_or(|household| seen.insert(*household)));
    Ok(())
}

fn summary(read: &Read<'_>, query: &Query<'_>, ids: &[CustomerId]) -> Result<SegmentSummary> {
    // Of most of the book, it is faster to go through all of it.
    let is_most = ids.len() > customers::count(read)? / 4;
    let reach = if is_most { customers::reach(read)? } else { customers::reach_of(read, ids)? };
    let people: Vec<&Reach> = ids.iter().filter_map(|id| reach.get(id)).collect();
    let last = campaign::last_mailing(read, query.as_of)?;
    let listed: HashSet<CustomerId> = ids.iter().copied().collect();
    Ok(SegmentSummary {
        customers: ids.len(),
        sales_minor: segment::spent_in_a_year(read, query.as_of, ids)?,
        by_post: people.iter().filter(|p| p.takes_letters()).count(),
        by_email: people.iter().filter(|p| p.has_email && p.email_consent && p.suppressed.is_none()).count(),
        new: last.as_ref().map(|last| last.not_among(&listed)),
        gone: last.as_ref().map(|last| last.gone_from(&listed)),
        against: last.map(|LastMailing { slug, .. }| slug),
    })
}

/// Explains the match of one customer.
pub(crate) fn why(shop: &Shop, query: &Query<'_>, reference: &str) -> Result<MatchVerdict> {
    let store = shop.store()?;
    let read = store.read();
    let (condition, order) = checked(&read, shop, query)?;
    let limit = query.limit.map(limit).transpose()?;
    let customer = customers::by_ref(&read, reference)?;
    let why = segment::explain(&read, &condition, customer.id)?;
    let standing = if why.holds {
        let mut found = segment::find(&read, &condition, order.as_ref(), None)?.found;
        let mut instead = None;
        if query.one_per == OnePer::Household {
            let all = found.clone();
            one_of_each(&read, &mut found)?;
            let ids: Vec<CustomerId> = all.iter().map(|one| one.id).collect();
            let households = customers::households(&read, &ids)?;
            let home = |one: &&Found| households.get(&one.id) == Some(&customer.household_id);
            let best = all.iter().find(home).filter(|best| best.id != customer.id);
            let named = best.map(|best| Ok((best.reference.clone(), customers::by_id(&read, best.id)?.name())));
            instead = named.transpose()?;
        }
        let place = found.iter().position(|one| one.id == customer.id).map(|at| at + 1);
        let of = found.len();
        Some(Standing { instead, place, of, places: limit.map_or(of, |limit| limit(of).min(of)) })
    } else {
        None
    };
    Ok(MatchVerdict { name: customer.name(), reference: customer.reference, why, standing })
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
