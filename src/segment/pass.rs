//! One pass over all purchases, instead of a look-up for each customer.
//!
//! A condition that cannot hold without purchases in its days is evaluated for buyers only: grouped by customer in the
//! order of the index, which reads each purchase once. All else is looked up only for those who are left.

use super::expr::{Counted, Days, Expr, Node};
use super::sql::{Counting, Sql};
use crate::error::Result;
use crate::store::{Read, ToValue};

/// Purchases of some days, grouped by person, with the conditions that the groups must meet.
#[derive(Debug)]
pub(super) struct BuyerPass<'e> {
    days: Days,
    pub(super) terms: Vec<&'e Expr>,
}

impl<'e> BuyerPass<'e> {
    /// The cheapest pass that a condition allows, of the parts that all must hold: that over the fewest days.
    pub(super) fn of(read: &Read<'_>, terms: &[&'e Expr]) -> Result<Option<Self>> {
        let mut cheapest: Option<Self> = None;
        for term in terms {
            let Some(days) = term.days_of_purchases() else { continue };
            if holds_without_purchases(read, term)? {
                continue;
            }
            match &mut cheapest {
                Some(pass) if pass.days == days => pass.terms.push(term),
                Some(pass) if pass.days.length() <= days.length() => {}
                _ => cheapest = Some(Self { days, terms: vec![term] }),
            }
        }
        Ok(cheapest)
    }

    /// The requested figures that the pass returns for each customer.
    pub(super) fn columns<'a>(&self, asked: impl Iterator<Item = &'a Expr>) -> Vec<Counted> {
        let mut facts = Vec::new();
        asked.for_each(|expr| expr.facts(&mut facts));
        let mut columns = Vec::new();
        for fact in facts {
            match fact.node {
                Node::Purchases(counted) if counted.days.are_among(self.days) && !columns.contains(&counted) => {
                    columns.push(counted);
                }
                _ => {}
            }
        }
        columns
    }

    /// `FROM` the pass: `id`, and the columns as `m0`, `m1` …; of those from one id to another where that is asked.
    pub(super) fn sql(&self, sql: &mut Sql, columns: &[Counted], range: Option<(i64, i64)>) -> String {
        let before = std::mem::replace(&mut sql.counting, Counting::Grouped(self.days));
        let figures =
            columns.iter().enumerate().map(|(nth, counted)| format!(", {} AS m{nth}", sql.expr(&counted.expr())));
        let figures: String = figures.collect();
        let having: Vec<String> = self.terms.iter().map(|term| sql.expr(term)).collect();
        sql.counting = before;
        let within = sql.within_days("p.day", self.days);
        let who = match range {
            None => "p.customer_id IS NOT NULL".to_owned(),
            Some((first, last)) => {
                let [first, last] = [first, last].map(|id| sql.bind(id.to_value().into_owned()));
                format!("p.customer_id BETWEEN {first} AND {last}")
            }
        };
        format!(
            "FROM (SELECT p.customer_id AS id{figures} FROM purchase p WHERE {who} AND {within} GROUP BY p.customer_id HAVING {})",
            having.join(" AND ")
        )
    }
}

/// Whether a condition about purchases holds for a customer without any. The database is asked: it has the last word on
/// its own arithmetic.
pub(super) fn holds_without_purchases(read: &Read<'_>, term: &Expr) -> Result<bool> {
    let mut sql = Sql::counting(Counting::Nothing);
    let asked = format!("SELECT CASE WHEN {} THEN 1 ELSE 0 END", sql.expr(term));
    read.value(&asked, &sql.params)
}
