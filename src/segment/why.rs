//! `why`: whether a condition is true for one customer, part by part, with the values that decided it.

use chrono::NaiveDate;

use super::Condition;
use super::expr::{Expr, Node};
use super::fields::Kind;
use super::figures::figure;
use super::resolve::{TopCut, resolved};
use super::sql::Sql;
use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::store::{Read, Value, params};
use crate::text;

/// One part of a condition, evaluated for one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub(crate) text: String,
    /// Whether it is true.
    pub(crate) holds: bool,
    /// The deciding values: `spend_12m is $120.00`; empty if the parts are enough.
    pub(crate) because: String,
    /// What it is compared with, where the text does not say it as plainly: `months_ago(18) is 2022-07-01`.
    pub(crate) beside: String,
    /// How the parts make the whole.
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

    /// The first part that keeps the whole from holding, with both of its values.
    #[must_use]
    pub(crate) fn first_failing(&self) -> Option<FailingPart> {
        if self.holds {
            return None;
        }
        let failing = self.parts.iter().find(|part| !part.holds);
        match (self.shape, failing) {
            (Shape::All | Shape::Named, Some(part)) => part.first_failing(),
            (Shape::Any | Shape::Not, _) => Some(self.failing(&self.parts)),
            _ => Some(self.failing(std::slice::from_ref(self))),
        }
    }

    /// This part with what is known of its own parts.
    fn failing(&self, of: &[Explanation]) -> FailingPart {
        let mut known = Vec::new();
        for part in of {
            part.values(&mut known);
        }
        FailingPart { line: one_line(&self.text), values: known }
    }

    fn values(&self, known: &mut Vec<String>) {
        let own = [&self.because, &self.beside].into_iter().filter(|text| !text.is_empty());
        for text in own {
            if !known.contains(text) {
                known.push(text.clone());
            }
        }
        self.parts.iter().for_each(|part| part.values(known));
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
        let text = one_line(text);
        lines.push(format!("{}{mark}  {text}{because}", "    ".repeat(depth)));
        for part in &self.parts {
            part.write(depth + 1, lines);
        }
    }
}

/// What keeps a condition from holding.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct FailingPart {
    /// As it is written.
    pub(crate) line: String,
    /// What is known of the person, and what it is compared with.
    pub(crate) values: Vec<String>,
}

impl FailingPart {
    /// `spend_12m >= 500 (spend_12m is $120.00; 500 is $500.00)`.
    pub(crate) fn in_words(&self) -> String {
        let values = if self.values.is_empty() { String::new() } else { format!(" ({})", self.values.join("; ")) };
        format!("{}{values}", text::quote(&self.line))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
        Ok(Explanation { text: expr.text.clone(), holds, because: String::new(), beside: String::new(), shape, parts })
    }

    fn leaf(&self, expr: &Expr) -> Result<Explanation> {
        let mut facts = Vec::new();
        expr.facts(&mut facts);
        facts.retain(|fact| fact.text != expr.text);
        let mut seen = Vec::new();
        facts.retain(|fact| !seen.contains(&fact.text) && (seen.push(fact.text.clone()), true).1);
        let others = compared(expr).into_iter().filter(|side| !facts.iter().any(|fact| fact.text == side.text));
        let others: Vec<&Expr> = others.collect();
        let asked = resolved(self.read, expr)?;
        let mut sql = Sql::for_one(self.read, &asked)?;
        let all = std::iter::once(&asked).chain(facts.iter().chain(&others).copied());
        let columns: Vec<String> = all.map(|e| sql.expr(e)).collect();
        let id = sql.bind(Value::Int(self.customer_id.0));
        let text = format!("SELECT {} FROM customer c WHERE c.id = {id}", columns.join(", "));
        let found = self.read.first(&text, &sql.params, |row| {
            let value = |(at, part): (usize, &&Expr)| Ok(self.value(part, &row.get(at + 1)?));
            let known = facts.iter().enumerate().map(value).collect::<Result<Vec<_>>>()?;
            let beside = (facts.len()..).zip(&others).map(value).collect::<Result<Vec<_>>>()?;
            Ok((row.get::<bool>(0)?, known, beside))
        })?;
        let (holds, mut known, mut beside) = found.unwrap_or_default();
        beside.retain(|value| !value.is_empty());
        match &expr.node {
            Node::Tag(_) => known.push(self.tags()?),
            Node::BirthdayWithin(..) => known.push(self.birthday()?),
            Node::Top(limit, figure) => known.push(self.cut(&TopCut::of(self.read, *limit, figure)?, figure)),
            Node::Came(campaign) => known.push(self.who_came(campaign)?),
            _ => {}
        }
        Ok(Explanation {
            text: expr.text.clone(),
            holds,
            because: text::list(&known),
            beside: beside.join("; "),
            shape: Shape::Leaf,
            parts: Vec::new(),
        })
    }

    /// `spend_12m is $120.00`; nothing of what is written as it is shown.
    fn value(&self, part: &Expr, cell: &Value<'_>) -> String {
        let shown = self.shown(part, cell);
        if shown == part.text { String::new() } else { format!("{} is {shown}", one_line(&part.text)) }
    }

    fn shown(&self, part: &Expr, cell: &Value<'_>) -> String {
        figure(cell, part.kind).shown(self.condition.currency, self.condition.as_of)
    }

    fn cut(&self, cut: &TopCut, by: &Expr) -> String {
        let (places, buyers) = (text::thousands(cut.places), text::thousands(cut.buyers));
        let least = cut.least().map(|value| format!(", down to {}", self.shown(by, value))).unwrap_or_default();
        format!("{places} of {buyers} who bought are on top{least}")
    }

    /// Who of the household came to a campaign.
    fn who_came(&self, campaign: &str) -> Result<String> {
        let sql = "SELECT h.ref, r.redeemed_on FROM response r JOIN customer h ON h.id = r.customer_id \
                   JOIN customer c ON c.id = ?2 AND c.household_id = h.household_id \
                   WHERE r.campaign = ?1 AND r.redeemed_on IS NOT NULL ORDER BY r.redeemed_on, h.ref";
        let came = self.read.first(sql, params![campaign, self.customer_id], |row| {
            Ok((row.get::<String>(0)?, row.get::<NaiveDate>(1)?))
        })?;
        Ok(match came {
            Some((reference, on)) => format!("the letter to {} was redeemed on {on}", text::quote(&reference)),
            None => "no one of the household came".to_owned(),
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
}

/// An average has fractions of the minor unit; it is displayed rounded.
fn compared(expr: &Expr) -> Vec<&Expr> {
    let sides: Vec<&Expr> = match &expr.node {
        Node::Compare(_, a, b) => vec![a, b],
        Node::Between(a, low, high) => vec![a, low, high],
        _ => Vec::new(),
    };
    sides.into_iter().filter(|side| !matches!(side.kind, Kind::Text | Kind::YesNo)).collect()
}
