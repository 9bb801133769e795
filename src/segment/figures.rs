//! What a question speaks of, person by person: its fields and figures as columns.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};

use super::expr::{Counted, Days, Expr, Node};
use super::fields::{Kind, Measure, REF};
use super::resolve::resolved;
use super::sql::Sql;
use super::{Condition, Order};
use crate::clock::months_before;
use crate::domain::CustomerId;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::store::{Read, Value};
use crate::text::ago;

/// The columns of a question, each a field or a call as it is written there.
#[derive(Debug, Clone)]
pub(crate) struct AskedColumns {
    exprs: Vec<Expr>,
    as_of: NaiveDate,
    currency: Currency,
}

/// A customer's value in a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Figure {
    Absent,
    YesNo(bool),
    Text(String),
    Day(NaiveDate),
    Money(Money),
    Whole(i64),
    Number(f64),
}

/// What a condition and an order speak of, each thing once, without the reference and what is the same for everyone.
pub(crate) fn asked_columns(condition: &Condition, order: Option<&Order>) -> AskedColumns {
    let mut facts = Vec::new();
    condition.root.facts(&mut facts);
    order.iter().flat_map(|order| &order.keys).for_each(|(key, _)| key.facts(&mut facts));
    let mut exprs: Vec<Expr> = Vec::new();
    for fact in facts.into_iter().filter(|fact| !matches!(fact.node, Node::Customer(REF))) {
        if !exprs.iter().any(|known| key_of(known) == key_of(fact)) {
            exprs.push(fact.clone());
        }
    }
    AskedColumns { exprs, as_of: condition.as_of, currency: condition.currency }
}

/// The name of a column as a key of JSON: `spend_12m_minor`, `has_tag_vip`.
fn key_of(expr: &Expr) -> String {
    let words = expr.text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let mut key = words.collect::<Vec<_>>().join("_").to_lowercase();
    if expr.kind == Kind::Money {
        key.push_str("_minor");
    }
    key
}

impl AskedColumns {
    /// The keys of the columns.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.exprs.iter().map(key_of).collect()
    }

    /// The columns as they are written in the question.
    pub(crate) fn labels(&self) -> Vec<&str> {
        self.exprs.iter().map(|expr| expr.text.as_str()).collect()
    }

    /// What some people have in each column.
    pub(crate) fn of(&self, read: &Read<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Figure>>> {
        let mut figures = HashMap::with_capacity(ids.len());
        if self.exprs.is_empty() {
            return Ok(figures);
        }
        let exprs = self.exprs.iter().map(|expr| resolved(read, expr)).collect::<Result<Vec<_>>>()?;
        let mut sql = Sql::for_all(read, &exprs)?;
        let columns: Vec<String> = exprs.iter().map(|expr| sql.expr(expr)).collect();
        let text = format!("SELECT c.id, {} FROM customer c WHERE c.id IN", columns.join(", "));
        read.each_among(&text, &sql.params, ids, |row| {
            let of_row = exprs.iter().enumerate().map(|(at, expr)| Ok(figure(&row.get(at + 1)?, expr.kind)));
            figures.insert(row.get(0)?, of_row.collect::<Result<_>>()?);
            Ok(())
        })?;
        Ok(figures)
    }

    /// A figure for a table: `$120.00`, `2024-01-05`; nothing where there is none.
    pub(crate) fn in_table(&self, figure: &Figure) -> String {
        match figure {
            Figure::Money(amount) => self.currency.show(*amount),
            other => self.plain(other),
        }
    }

    /// A figure for a spreadsheet: `120.00`, `2024-01-05`.
    pub(crate) fn plain(&self, figure: &Figure) -> String {
        match figure {
            Figure::Absent => String::new(),
            Figure::Money(amount) => self.currency.plain(*amount),
            Figure::Text(text) => text.clone(),
            Figure::Day(day) => day.to_string(),
            other => other.shown(self.currency, self.as_of),
        }
    }
}

impl Figure {
    /// An amount is minor units, a day is ISO text.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Absent => serde_json::Value::Null,
            Self::YesNo(yes) => (*yes).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Day(day) => day.to_string().into(),
            Self::Money(amount) => amount.0.into(),
            Self::Whole(n) => (*n).into(),
            Self::Number(n) => (*n).into(),
        }
    }

    pub(super) fn shown(&self, currency: Currency, as_of: NaiveDate) -> String {
        match self {
            Self::Absent => "absent".to_owned(),
            Self::YesNo(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
            Self::Text(text) if text.is_empty() => "empty".to_owned(),
            Self::Text(text) => format!("'{text}'"),
            Self::Day(day) => format!("{day}, {}", ago(*day, as_of)),
            Self::Money(amount) => currency.show(*amount),
            Self::Whole(n) => n.to_string(),
            Self::Number(n) => n.to_string(),
        }
    }
}

/// A cell as what it is. An average has a fraction of the smallest coin; people see it rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a display, rounded before")]
pub(super) fn figure(cell: &Value<'_>, kind: Kind) -> Figure {
    match (cell, kind) {
        (Value::Int(n), Kind::YesNo) => Figure::YesNo(*n != 0),
        (Value::Int(n), Kind::Date) => {
            let day = TimeDelta::try_days(*n).and_then(|days| NaiveDate::default().checked_add_signed(days));
            day.map_or(Figure::Absent, Figure::Day)
        }
        (Value::Int(n), Kind::Money) => Figure::Money(Money(*n)),
        (Value::Real(n), Kind::Money) => Figure::Money(Money(n.round() as i64)),
        (Value::Int(n), Kind::Number) => Figure::Number(*n as f64),
        (Value::Int(n), _) => Figure::Whole(*n),
        (Value::Real(n), _) => Figure::Number(*n),
        (Value::Text(text), _) => Figure::Text(text.clone().into_owned()),
        (Value::Null | Value::Blob(_), _) => Figure::Absent,
    }
}

/// What some people spent in the twelve months up to a day.
pub(crate) fn spent_in_a_year(read: &Read<'_>, as_of: NaiveDate, ids: &[CustomerId]) -> Result<Money> {
    let days = Days { from: months_before(as_of, 12).succ_opt(), to: as_of };
    let mut sql = Sql::default();
    let spent = sql.expr(&Counted { measure: Measure::Spend, days }.expr());
    let text = format!("SELECT COALESCE(SUM({spent}), 0) FROM customer c WHERE c.id IN");
    let mut sum = 0_i64;
    read.each_among(&text, &sql.params, ids, |row| {
        sum = sum.saturating_add(row.get(0)?);
        Ok(())
    })?;
    Ok(Money(sum))
}
