//! What the book must be asked before a condition can be: where the cut of a `top(…)` lies; and days that narrow a condition.

use chrono::{Days as DayCount, NaiveDate};

use super::expr::{Counted, Days, Expr, Node, TopLimit};
use super::fields::{Kind, Measure, REF};
use super::ranking::{in_order, refs_of};
use super::sql::{Counting, Sql};
use super::tree::Comparison;
use crate::domain::CustomerId;
use crate::error::Result;
use crate::store::{Read, Value};

/// The cut of a `top(…)`: who is above it, and who stands on it.
#[derive(Debug)]
pub(super) struct TopCut {
    /// How many bought in its days.
    pub(super) buyers: usize,
    /// How many of them are on top.
    pub(super) places: usize,
    /// The figure of the last of them, and their reference; none if all are on top.
    last: Option<(Value<'static>, String)>,
}

impl TopCut {
    pub(super) fn of(read: &Read<'_>, limit: TopLimit, figure: &Expr) -> Result<Self> {
        let Some(days) = figure.days_of_purchases() else { return Ok(Self { buyers: 0, places: 0, last: None }) };
        let mut sql = Sql::counting(Counting::Grouped(days));
        let (value, bought) = (sql.expr(figure), sql.expr(&bought_in(days)));
        let within = sql.within_days("p.day", days);
        let text = format!(
            "SELECT {value}, p.customer_id FROM purchase p WHERE p.customer_id IS NOT NULL AND {within} \
             GROUP BY p.customer_id HAVING {bought}"
        );
        let mut buyers: Vec<(Value<'static>, CustomerId)> =
            read.all(&text, &sql.params, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let count = buyers.len();
        let places = match limit {
            TopLimit::Count(n) => n.min(count),
            TopLimit::Share(share) => share.of_rounded_up(count),
        };
        let mut cut = Self { buyers: count, places, last: None };
        if places == 0 || places == count {
            return Ok(cut);
        }
        let (above, (value, _), _) = buyers.select_nth_unstable_by(places - 1, |a, b| in_order(&a.0, &b.0, true));
        let value = value.clone();
        let higher = above.iter().filter(|(other, _)| in_order(other, &value, true).is_lt()).count();
        let equal = buyers.iter().filter(|(other, _)| in_order(other, &value, true).is_eq());
        let equal: Vec<CustomerId> = equal.map(|(_, id)| *id).collect();
        let mut refs: Vec<String> = refs_of(read, &equal)?.into_values().collect();
        refs.sort_unstable();
        cut.last = refs.into_iter().nth(places - higher - 1).map(|reference| (value, reference));
        Ok(cut)
    }

    /// Whether a customer is on top, as a condition about that customer alone.
    fn condition(self, figure: &Expr) -> Node {
        let Some(days) = figure.days_of_purchases().filter(|_| self.places > 0) else { return Node::YesNo(false) };
        let Some((value, reference)) = self.last else { return bought_in(days).node };
        let last = || Box::new(figure.like(Node::Value(value.clone()), figure.kind));
        let compare = |comparison, a: &Expr, b| yes_no(Node::Compare(comparison, Box::new(a.clone()), b));
        let own = figure.like(Node::Customer(REF), Kind::Text);
        let reference = Box::new(figure.like(Node::Text(reference), Kind::Text));
        Node::All(vec![
            bought_in(days),
            compare(Comparison::AtLeast, figure, last()),
            yes_no(Node::Any(vec![
                compare(Comparison::More, figure, last()),
                compare(Comparison::AtMost, &own, reference),
            ])),
        ])
    }

    /// The figure of the last who is on top.
    pub(super) fn least(&self) -> Option<&Value<'static>> {
        self.last.as_ref().map(|(value, _)| value)
    }
}

impl Expr {
    /// Another part in its place.
    fn like(&self, node: Node, kind: Kind) -> Expr {
        Expr { node, kind, absent: false, text: self.text.clone() }
    }
}

fn yes_no(node: Node) -> Expr {
    Expr { node, kind: Kind::YesNo, absent: false, text: String::new() }
}

/// Whether a customer bought within some days.
fn bought_in(days: Days) -> Expr {
    let visits = Counted { measure: Measure::Visits, days }.expr();
    let none = Expr { node: Node::Whole(0), ..Counted { measure: Measure::Visits, days }.expr() };
    yes_no(Node::Compare(Comparison::More, Box::new(visits), Box::new(none)))
}

/// A condition that asks the book nothing more, and as few days as it can.
pub(super) fn resolved(read: &Read<'_>, expr: &Expr) -> Result<Expr> {
    let all = |parts: &[Expr]| parts.iter().map(|part| resolved(read, part)).collect::<Result<Vec<_>>>();
    let boxed = |part: &Expr| resolved(read, part).map(Box::new);
    let node = match &expr.node {
        Node::Top(limit, figure) => TopCut::of(read, *limit, figure)?.condition(figure),
        Node::Compare(comparison, a, b) => match in_fewer_days(*comparison, a, b) {
            Some(node) => node,
            None => Node::Compare(*comparison, boxed(a)?, boxed(b)?),
        },
        Node::Fold(case, a) => Node::Fold(*case, boxed(a)?),
        Node::Named(a) => Node::Named(boxed(a)?),
        Node::Negate(a) => Node::Negate(boxed(a)?),
        Node::Like(a, like) => Node::Like(boxed(a)?, like.clone()),
        Node::IsNull(a) => Node::IsNull(boxed(a)?),
        Node::Not(a) => Node::Not(boxed(a)?),
        Node::Arithmetic(sign, a, b) => Node::Arithmetic(*sign, boxed(a)?, boxed(b)?),
        Node::Between(a, low, high) => Node::Between(boxed(a)?, boxed(low)?, boxed(high)?),
        Node::In(a, items) => Node::In(boxed(a)?, all(items)?),
        Node::All(parts) => Node::All(all(parts)?),
        Node::Any(parts) => Node::Any(all(parts)?),
        other => other.clone(),
    };
    Ok(Expr { node, kind: expr.kind, absent: expr.absent, text: expr.text.clone() })
}

/// Whether the first or last purchase is on one side of a day that is the same for everyone, as whether there was any there.
fn in_fewer_days(comparison: Comparison, a: &Expr, b: &Expr) -> Option<Node> {
    let (comparison, counted, day) = match (&a.node, &b.node) {
        (Node::Purchases(counted), Node::Day(day)) => (comparison, *counted, *day),
        (Node::Day(day), Node::Purchases(counted)) => (comparison.mirrored(), *counted, *day),
        _ => return None,
    };
    let next = |day: NaiveDate| day.checked_add_days(DayCount::new(1));
    let before = |day: NaiveDate| day.checked_sub_days(DayCount::new(1));
    let Days { from, to } = counted.days;
    let days = match (counted.measure, comparison) {
        (Measure::Last, Comparison::AtLeast) => Days { from: from.max(Some(day)), to },
        (Measure::Last, Comparison::More) => Days { from: from.max(Some(next(day)?)), to },
        (Measure::First, Comparison::AtMost) => Days { from, to: to.min(day) },
        (Measure::First, Comparison::Less) => Days { from, to: to.min(before(day)?) },
        _ => return None,
    };
    if days.from.is_some_and(|from| from > days.to) {
        return Some(Node::YesNo(false));
    }
    Some(bought_in(days).node)
}
