//! Everyone who matches, with what they are ranked by: one statement, of a large book in halves that are read side by side.

use std::thread;

use super::expr::{Expr, Node};
use super::pass::BuyerPass;
use super::sql::{Counting, Sql};
use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::store::{Read, StoreReader, ToValue, Value, params};

/// From how many customers on a book is read in halves: below, the second connection costs more than it saves.
const IN_HALVES_FROM: i64 = 50_000;

/// Everyone who matches, in no order.
#[derive(Debug, Default)]
pub(super) struct Matches {
    pub(super) ids: Vec<CustomerId>,
    /// As many for each person as there are keys.
    pub(super) keys: Vec<Value<'static>>,
    /// In the order of `ids`, where the statement has read the cards.
    pub(super) refs: Option<Vec<String>>,
}

/// What is searched: a condition, resolved, and what people are ranked by.
#[derive(Debug)]
pub(super) struct Search<'e> {
    keys: Vec<&'e Expr>,
    /// The parts that all must hold, but for those of the pass.
    terms: Vec<&'e Expr>,
    pass: Option<BuyerPass<'e>>,
    /// Without the countries of the book, which are read once.
    empty: Sql,
}

impl<'e> Search<'e> {
    pub(super) fn of(read: &Read<'_>, root: &'e Expr, keys: Vec<&'e Expr>) -> Result<Self> {
        let mut search = Self::plain(read, root, keys)?;
        search.pass = BuyerPass::of(read, &search.terms)?;
        if let Some(pass) = &search.pass {
            search.terms.retain(|term| !pass.terms.iter().any(|known| std::ptr::eq(*known, *term)));
        }
        Ok(search)
    }

    /// The same with a look-up for everything that is counted.
    pub(super) fn plain(read: &Read<'_>, root: &'e Expr, keys: Vec<&'e Expr>) -> Result<Self> {
        let mut terms = Vec::new();
        root.terms(&mut terms);
        let empty = Sql::for_all(read, terms.iter().chain(&keys).copied())?;
        Ok(Self { keys, terms, pass: None, empty })
    }

    /// Everyone who matches.
    pub(super) fn run(&self, read: &Read<'_>) -> Result<Matches> {
        let last: i64 = read.value("SELECT COALESCE(MAX(id), 0) FROM customer", params![])?;
        let beside = if last >= IN_HALVES_FROM { read.second_view() } else { None };
        match beside {
            Some(beside) => self.in_halves(read, beside, last / 2),
            None => self.part(read, None),
        }
    }

    /// Those up to an id by one connection, and all others by the second in a thread of its own.
    pub(super) fn in_halves(&self, read: &Read<'_>, beside: StoreReader, middle: i64) -> Result<Matches> {
        thread::scope(|scope| {
            let second = scope.spawn(move || self.part(&beside.read(), Some((middle + 1, i64::MAX))));
            let first = self.part(read, Some((i64::MIN, middle)));
            let second =
                second.join().unwrap_or_else(|_| Err(Error::new("the second half of the book could not be read")));
            Ok(first?.and(second?))
        })
    }

    /// The matching customers of the whole book, or of a range of IDs.
    fn part(&self, read: &Read<'_>, range: Option<(i64, i64)>) -> Result<Matches> {
        let (text, sql) = self.statement(range);
        let reads_cards = self.reads_cards();
        let mut found = Matches { refs: reads_cards.then(Vec::new), ..Matches::default() };
        let width = self.keys.len();
        read.each(&text, &sql.params, |row| {
            found.ids.push(row.get(0)?);
            for at in 1..=width {
                found.keys.push(row.get(at)?);
            }
            if let Some(refs) = &mut found.refs {
                refs.push(row.get(width + 1)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// What is looked up, but for the conditions of the pass.
    fn asked(&self) -> impl Iterator<Item = &'e Expr> {
        self.terms.iter().chain(&self.keys).copied()
    }

    /// Whether only those who bought are asked about.
    #[cfg(test)]
    pub(super) fn is_narrowed(&self) -> bool {
        self.pass.is_some()
    }

    fn reads_cards(&self) -> bool {
        self.pass.is_none() || self.asked().any(Expr::is_on_card)
    }

    /// Columns `id`, the keys, and `ref` where cards are read.
    pub(super) fn statement(&self, range: Option<(i64, i64)>) -> (String, Sql) {
        let mut sql = self.empty.clone();
        let reads_cards = self.reads_cards();
        let (mut from, mut terms) = ("FROM customer c".to_owned(), Vec::new());
        if let Some(pass) = &self.pass {
            let columns = pass.columns(self.asked());
            let grouped = pass.sql(&mut sql, &columns, range);
            // What has only the ids to do with people takes the groups for the people.
            let name = if reads_cards { "g" } else { "c" };
            from = format!("{grouped} {name}");
            if reads_cards {
                from.push_str(" CROSS JOIN customer c");
                terms.push("c.id = g.id".to_owned());
            }
            let named = columns.into_iter().enumerate().map(|(nth, counted)| (counted, format!("{name}.m{nth}")));
            sql.counting = Counting::Columns(named.collect());
        } else if let Some((first, last)) = range {
            let [first, last] = [first, last].map(|id| sql.bind(id.to_value().into_owned()));
            terms.push(format!("c.id BETWEEN {first} AND {last}"));
        }
        terms.extend(self.terms.iter().map(|term| sql.expr(term)));
        let matches = if terms.is_empty() { "TRUE".to_owned() } else { terms.join(" AND ") };
        let mut columns = vec!["c.id".to_owned()];
        columns.extend(self.keys.iter().map(|key| sql.expr(key)));
        columns.extend(reads_cards.then(|| "c.ref".to_owned()));
        (format!("SELECT {} {from} WHERE {matches}", columns.join(", ")), sql)
    }
}

impl Matches {
    fn and(mut self, other: Self) -> Self {
        self.ids.extend(other.ids);
        self.keys.extend(other.keys);
        self.refs = self.refs.zip(other.refs).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        self
    }
}

impl Expr {
    /// Whether anything in it is on the customer's card, and not in another table.
    fn is_on_card(&self) -> bool {
        let mut facts = Vec::new();
        self.facts(&mut facts);
        facts.iter().any(|fact| {
            matches!(fact.node, Node::Customer(_) | Node::Country(_) | Node::BirthdayWithin(..) | Node::Came(_))
        })
    }
}
