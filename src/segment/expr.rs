//! A checked expression: every name is known, every kind fits, every day is fixed. It can no longer fail.

use chrono::NaiveDate;

use super::fields::{Answer, Contact, Kind, Measure, REF};
use super::tree::Comparison;
use crate::money::Share;
use crate::store::Value;

/// A checked part of a segment.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) node: Node,
    pub(super) kind: Kind,
    /// Whether it can be absent: a missing date, a division by zero.
    pub(super) absent: bool,
    /// As the owner wrote it.
    pub(super) text: String,
}

/// From a day to a day, both included; without a first day from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: Option<NaiveDate>,
    pub(super) to: NaiveDate,
}

/// A figure over purchases, and the days of which it counts those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) measure: Measure,
    pub(super) days: Days,
}

impl Counted {
    /// The figure as a part of an expression.
    pub(super) fn expr(self) -> Expr {
        let (kind, absent) = match self.measure {
            Measure::Spend | Measure::Average => (Kind::Money, false),
            Measure::Visits | Measure::Returns => (Kind::Whole, false),
            Measure::First | Measure::Last => (Kind::Date, true),
        };
        Expr { node: Node::Purchases(self), kind, absent, text: String::new() }
    }
}

impl Days {
    /// From the first day of both to the last day of both.
    pub(super) fn with(self, other: Days) -> Days {
        Days { from: self.from.zip(other.from).map(|(a, b)| a.min(b)), to: self.to.max(other.to) }
    }

    /// Whether all of them are among `others`.
    pub(super) fn are_among(self, others: Days) -> bool {
        self.with(others) == others
    }

    /// How many days they are.
    pub(super) fn length(self) -> i64 {
        self.from.map_or(i64::MAX, |from| (self.to - from).num_days())
    }
}

/// How many are on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TopLimit {
    Count(usize),
    Share(Share),
}

/// The kind of a checked part.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Text(String),
    Whole(i64),
    /// `digits / 10^scale`.
    Decimal(i64, u32),
    /// Minor units.
    Money(i64),
    Day(NaiveDate),
    YesNo(bool),
    /// An expression over the customer's own row.
    Customer(&'static str),
    /// The country as typed, with the shop's country.
    Country(String),
    /// A value of the book's own, such as the figure at which a cut is made.
    Value(Value<'static>),
    Purchases(Counted),
    Contacts(Contact, Days),
    /// The response to a campaign, by its file's name.
    Answer(Answer, String),
    /// Whether they, or a member of their household, came to a campaign.
    Came(String),
    /// Whether they are among so many, by a figure over purchases, of all who bought in its days.
    Top(TopLimit, Box<Expr>),
    Tag(String),
    /// An item whose text contains all the words, bought within the days.
    Bought(Vec<String>, Days),
    Preference(String),
    /// A birthday in any year, from one month and day to another, possibly across the turn of the year: `11-05`.
    BirthdayWithin(String, String),
    Fold(Case, Box<Expr>),
    /// A named segment of shop.toml, expanded.
    Named(Box<Expr>),
    Negate(Box<Expr>),
    Arithmetic(char, Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    Like(Box<Expr>, String),
    IsNull(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
}

/// Lowercase or uppercase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

impl Expr {
    /// The parts that are stored facts of a customer, rather than computed from others.
    pub(super) fn facts<'e>(&'e self, found: &mut Vec<&'e Expr>) {
        match &self.node {
            Node::Customer(_)
            | Node::Country(_)
            | Node::Purchases(..)
            | Node::Contacts(..)
            | Node::Answer(..)
            | Node::Came(_)
            | Node::Tag(_)
            | Node::Bought(..)
            | Node::Preference(_)
            | Node::BirthdayWithin(..) => found.push(self),
            Node::Text(_)
            | Node::Whole(_)
            | Node::Decimal(..)
            | Node::Money(_)
            | Node::Day(_)
            | Node::YesNo(_)
            | Node::Value(_) => {}
            Node::Top(_, a)
            | Node::Fold(_, a)
            | Node::Named(a)
            | Node::Negate(a)
            | Node::Like(a, _)
            | Node::IsNull(a)
            | Node::Not(a) => {
                a.facts(found);
            }
            Node::Arithmetic(_, a, b) | Node::Compare(_, a, b) => {
                a.facts(found);
                b.facts(found);
            }
            Node::Between(a, low, high) => {
                for part in [a, low, high] {
                    part.facts(found);
                }
            }
            Node::In(a, items) => {
                a.facts(found);
                for item in items {
                    item.facts(found);
                }
            }
            Node::All(parts) | Node::Any(parts) => {
                for part in parts {
                    part.facts(found);
                }
            }
        }
    }

    /// The days of all purchases that it asks about, where it asks about nothing else.
    pub(super) fn days_of_purchases(&self) -> Option<Days> {
        let mut facts = Vec::new();
        self.facts(&mut facts);
        let days = facts.into_iter().map(|fact| match fact.node {
            Node::Purchases(counted) => Some(counted.days),
            _ => None,
        });
        days.reduce(|all, days| Some(all?.with(days?))).flatten()
    }

    /// The parts that must all hold, named segments written out.
    pub(super) fn terms<'e>(&'e self, found: &mut Vec<&'e Expr>) {
        match &self.node {
            Node::All(parts) => parts.iter().for_each(|part| part.terms(found)),
            Node::Named(inside) => inside.terms(found),
            _ => found.push(self),
        }
    }

    /// The argument of `lower(…)` and `upper(…)`.
    pub(super) fn unfolded(&self) -> &Expr {
        match &self.node {
            Node::Fold(_, inside) => inside.unfolded(),
            _ => self,
        }
    }

    /// Whether it is text that is compared exactly: a reference, or a response.
    pub(super) fn is_exact(&self) -> bool {
        matches!(self.node, Node::Customer(REF) | Node::Answer(..))
    }

    /// Whether it is the same for all customers.
    pub(super) fn is_constant(&self) -> bool {
        let mut facts = Vec::new();
        self.facts(&mut facts);
        facts.is_empty()
    }
}
