//! Segments: who is meant, in a small language of the shop's own words. Text becomes a checked expression, then SQL.
//!
//! ```text
//! spend_12m >= 500 AND last_purchase >= months_ago(18) AND NOT has_tag('wholesale')
//! ```
//! The language is two-valued: whatever matches X does not match NOT X, and everyone matches one of them. Absent text is
//! `''`, sums and counts of someone who never bought are 0, and an absent date is neither before nor after any other.

mod calls;
mod check;
mod country;
mod expr;
mod fields;
mod figures;
mod fold;
mod habits;
mod kinds;
mod lexer;
mod parser;
mod pass;
mod ranking;
mod resolve;
mod search;
mod segment_text;
mod sql;
mod terms;
#[cfg(test)]
mod tests;
mod tree;
mod unknown;
mod why;

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::money::Currency;
use crate::shop::Settings;
use crate::store::Read;

pub(crate) use figures::{AskedColumns, Figure, asked_columns, spent_in_a_year};
use search::Search;
pub(crate) use terms::terms;
pub(crate) use unknown::unknown_values;
pub(crate) use why::{Explanation, FailingPart, explain};

/// The context of a segment: the day of evaluation, and the names it may use besides the fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// Nothing after this day counts.
    pub(crate) as_of: NaiveDate,
    /// The currency of numbers used as money.
    pub(crate) currency: Currency,
    /// The shop's country, which is also that of customers without one.
    pub(crate) home: &'a str,
    /// The campaign that this one follows, by its file's name.
    pub(crate) follows: Option<&'a str>,
    /// All campaigns that `response('…')` may name.
    pub(crate) campaigns: &'a [String],
    /// The named segments of shop.toml.
    pub(crate) named: &'a BTreeMap<String, String>,
}

impl<'a> Scope<'a> {
    /// The scope of a shop.
    pub(crate) fn of(
        settings: &'a Settings,
        follows: Option<&'a str>,
        campaigns: &'a [String],
        as_of: NaiveDate,
    ) -> Self {
        let (currency, home, named) = (settings.currency, settings.country.as_str(), &settings.segments);
        Self { as_of, currency, home, follows, campaigns, named }
    }
}

/// A checked condition: every customer either matches or does not.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    root: expr::Expr,
    as_of: NaiveDate,
    currency: Currency,
}

/// The ranking.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    keys: Vec<(expr::Expr, bool)>,
}

/// The named segments of shop.toml as conditions, without those that have errors.
pub(crate) fn named_conditions<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = (&'s str, Condition)> {
    let read = |(name, text): (&'s String, &String)| Some((name.as_str(), condition(text, scope).ok()?));
    scope.named.iter().filter_map(read)
}

/// The fields, and the functions with example arguments; each with its kind.
pub(crate) fn words() -> impl Iterator<Item = (&'static str, impl std::fmt::Display)> {
    let fields = fields::FIELDS.iter().map(|field| (field.name, field.kind));
    fields.chain(fields::FUNCTIONS.iter().map(|function| (function.shape, function.kind)))
}

/// One customer who matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: CustomerId,
    pub(crate) reference: String,
}

/// Parses and checks a condition.
///
/// # Errors
/// When the text is not a condition; the place is `LINE:COLUMN` within it.
pub(crate) fn condition(text: &str, scope: &Scope<'_>) -> Result<Condition> {
    let root = check::condition(text, scope)?;
    Ok(Condition { root, as_of: scope.as_of, currency: scope.currency })
}

/// Parses and checks a list to order by: `spend_12m DESC, last_purchase DESC`.
///
/// # Errors
/// When the text is not such a list; the place is `LINE:COLUMN` within it.
pub(crate) fn order(text: &str, scope: &Scope<'_>) -> Result<Order> {
    Ok(Order { keys: check::order(text, scope)? })
}

/// Checks the named segments of shop.toml, all errors at once, each at `NAME:LINE:COLUMN`.
///
/// # Errors
/// When a name or its text cannot be used.
pub(crate) fn check_named(scope: &Scope<'_>) -> Result<()> {
    let faults = scope.named.iter().filter_map(|(name, text)| {
        let fault = if lexer::is_name(name) && !habits::is_keyword(name) {
            match (fields::field(name), fields::function(name)) {
                (None, None) => check::named(name, text, scope).err()?,
                _ => Error::new("a field or function has this name already").hint("choose another name"),
            }
        } else {
            Error::new("this cannot be the name of a segment")
                .hint("a name is letters, digits and `_`, beginning with a letter, and no word like AND")
        };
        Some(fault.at(name))
    });
    Error::all(faults.collect()).map_or(Ok(()), Err)
}

/// Those who match, the best first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranking {
    /// How many there are, before the limit.
    pub(crate) matched: usize,
    /// Those within the limit.
    pub(crate) found: Vec<Found>,
}

/// Every customer who matches, the best first, at most `limit`. Without an order they are sorted by reference.
pub(crate) fn find(
    read: &Read<'_>,
    condition: &Condition,
    order: Option<&Order>,
    limit: Option<&dyn Fn(usize) -> usize>,
) -> Result<Ranking> {
    let root = resolve::resolved(read, &condition.root)?;
    let (keys, down) = order.map(|order| order.resolved(read)).transpose()?.unwrap_or_default();
    let matches = Search::of(read, &root, keys.iter().collect())?.run(read)?;
    let matched = matches.ids.len();
    let found = ranking::ranked(read, matches, &down, limit.map(|limit| limit(matched)))?;
    Ok(Ranking { matched, found })
}

impl Order {
    /// Its keys, and whether each goes down.
    fn resolved(&self, read: &Read<'_>) -> Result<(Vec<expr::Expr>, Vec<bool>)> {
        let keys = self.keys.iter().map(|(key, down)| Ok((resolve::resolved(read, key)?, *down)));
        Ok(keys.collect::<Result<Vec<_>>>()?.into_iter().unzip())
    }
}

/// The IDs of every customer who matches, in no order.
pub(crate) fn matching(read: &Read<'_>, condition: &Condition) -> Result<HashSet<CustomerId>> {
    let root = resolve::resolved(read, &condition.root)?;
    Ok(Search::of(read, &root, Vec::new())?.run(read)?.ids.into_iter().collect())
}
