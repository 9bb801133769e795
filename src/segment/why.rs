//! `why`: whether a condition is true for one customer, part by part, with the values that decided it.

use chrono::NaiveDate;

use super::Condition;
use super::expr::{Expr, Node};
use super::fields::Kind;
use super::sql::Sql;
use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::store::{Read, Row, Value, params};
use crate::text;
use crate::text::ago;

/// One part of a condition, evaluated for one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub(crate) text: String,
    /// Whether it is true.
    pub(crate) holds: bool,
    /// The deciding values: `spend_12m is $120.00`; empty if the parts are enough.
    pub(crate) because: String,
    pub(crate) shape: Shape,
    pub(crate) parts: Vec<Explanation>,
}

/// How the parts of an explanation are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// None: a single comparison.
    Leaf,
    /// All must be true.
    All,
    /// One must be true.
    Any,
    /// The one part must be false.
    Not,
    /// A named segment of shop.toml, whose text is the one part.
    Named,
}

impl Explanation {
    /// One line per part, with nested parts indented: `no   spend_12m >= 500   (spend_12m is $120.00)`.
    #[must_use]
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.write(0, &mut lines);
        lines
    }

    fn write(&self, depth: usize, lines: &mut Vec<String>) {
        let mark = if self.holds { "yes" } else { "no " };
        let text = match self.shape {
            Shape::All => "all of",
            Shape::Any => "one of",
            Shape::Not => "not",
            Shape::Leaf | Shape::Named => self.text.as_str(),
        };
        let because = if self.because.is_empty() { String::new() } else { format!("   ({})", self.because) };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.push(format!("{}{mark}  {text}{because}", "    ".repeat(depth)));
        for part in &self.parts {
            part.write(depth + 1, lines);
        }
    }
}

/// Whether the condition is true for one customer, and why.
///
/// # Errors
/// When there is no such customer.
pub(crate) fn explain(read: &Read<'_>, condition: &Condition, customer_id: CustomerId) -> Result<Explanation> {
    let known = read.first("SELECT c.id FROM customer c WHERE c.id = ?1", params![customer_id], |_| Ok(()))?;
    if known.is_none() {
        return Err(Error::new("this customer is no longer in the book"));
    }
    Asked { read, condition, customer_id }.part(&condition.root)
}

struct Asked<'a> {
    read: &'a Read<'a>,
    condition: &'a Condition,
    customer_id: CustomerId,
}

impl Asked<'_> {
    fn part(&self, expr: &Expr) -> Result<Explanation> {
        let (shape, parts): (Shape, Vec<&Expr>) = match &expr.node {
            Node::All(parts) => (Shape::All, parts.iter().collect()),
            Node::Any(parts) => (Shape::Any, parts.iter().collect()),
            Node::Not(inside) => (Shape::Not, vec![inside]),
            Node::Named(inside) => (Shape::Named, vec![inside]),
            _ => return self.leaf(expr),
        };
        let parts = parts.into_iter().map(|part| self.part(part)).collect::<Result<Vec<_>>>()?;
        let holds = match shape {
            Shape::Any => parts.iter().any(|part| part.holds),
            Shape::Not => parts.iter().all(|part| !part.holds),
            _ => parts.iter().all(|part| part.holds),
        };
        Ok(Explanation { text: expr.text.clone(), holds, because: String::new(), shape, parts })
    }

    fn leaf(&self, expr: &Expr) -> Result<Explanation> {
        let mut facts = Vec::new();
        expr.facts(&mut facts);
        facts.retain(|fact| fact.text != expr.text);
        let mut seen = Vec::new();
        facts.retain(|fact| !seen.contains(&fact.text) && (seen.push(fact.text.clone()), true).1);
        let mut sql = Sql::for_one(self.read, expr)?;
        let columns: Vec<String> = std::iter::once(expr).chain(facts.iter().copied()).map(|e| sql.expr(e)).collect();
        let id = sql.bind(Value::Int(self.customer_id.0));
        let text = format!("SELECT {} FROM customer c WHERE c.id = {id}", columns.join(", "));
        let found = self.read.first(&text, &sql.params, |row| {
            let mut known = Vec::new();
            for (i, fact) in facts.iter().enumerate() {
                known.push(format!("{} is {}", fact.text, self.shown(row, i + 1, fact.kind)?));
            }
            Ok((row.get::<bool>(0)?, known))
        })?;
        let (holds, mut known) = found.unwrap_or_default();
        match expr.node {
            Node::Tag(_) => known.push(self.tags()?),
            Node::BirthdayWithin(..) => known.push(self.birthday()?),
            _ => {}
        }
        Ok(Explanation {
            text: expr.text.clone(),
            holds,
            because: text::list(&known),
            shape: Shape::Leaf,
            parts: Vec::new(),
        })
    }

    fn birthday(&self) -> Result<String> {
        let sql = "SELECT birthday FROM customer WHERE id = ?1";
        let birthday: String = self.read.value(sql, params![self.customer_id])?;
        Ok(if birthday.is_empty() { "no birthday".to_owned() } else { format!("birthday is {birthday}") })
    }

    fn tags(&self) -> Result<String> {
        let sql = "SELECT tag FROM customer_tag WHERE customer_id = ?1 ORDER BY tag";
        let tags = self.read.all(sql, params![self.customer_id], |row| row.get::<String>(0))?;
        let tags: Vec<String> = tags.iter().map(|tag| text::quote(tag)).collect();
        Ok(if tags.is_empty() { "no tags".to_owned() } else { format!("tags: {}", text::first_few(&tags, 8)) })
    }

    fn shown(&self, row: &Row<'_>, at: usize, kind: Kind) -> Result<String> {
        Ok(match kind {
            Kind::YesNo => (if row.get(at)? { "yes" } else { "no" }).to_owned(),
            Kind::Text => match row.get::<String>(at)? {
                text if text.is_empty() => "empty".to_owned(),
                text => format!("'{text}'"),
            },
            Kind::Date => match row.get::<Option<NaiveDate>>(at)? {
                None => "absent".to_owned(),
                Some(day) => format!("{day}, {}", ago(day, self.condition.as_of)),
            },
            Kind::Money => money(row.get(at)?, self.condition.currency),
            Kind::Whole => row.get::<Option<i64>>(at)?.map_or_else(|| "absent".to_owned(), |n| n.to_string()),
            Kind::Number => row.get::<f64>(at)?.to_string(),
        })
    }
}

/// An average has fractions of the minor unit; it is displayed rounded.
#[expect(clippy::cast_possible_truncation, reason = "a display, rounded before")]
fn money(minor: f64, currency: Currency) -> String {
    currency.show(Money(minor.round() as i64))
}
