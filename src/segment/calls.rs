//! The functions: the number and kind of their arguments, and their meaning.

use chrono::{Datelike, Days, NaiveDate};

use super::expr::{self, Case, Counted, Expr, Node, TopLimit};
use super::fields::{self, Answer, Kind, Measure, SegmentFunction, Source};
use super::habits::instead;
use super::segment_text::SegmentText;
use super::tree::Ast;
use crate::clock::{days_before, months_before};
use crate::error::{Error, Result};
use crate::money::Share;
use crate::text;

/// How far back `days_ago` and the like may go, so that a typing error is noticed.
const YEARS_BACK: i64 = 200;

/// A function with its arguments; `value` evaluates each.
pub(super) fn call(
    at: SegmentText<'_>,
    ast: &Ast,
    name: &str,
    items: &[Ast],
    value: &dyn Fn(&Ast) -> Result<Expr>,
) -> Result<Expr> {
    let Some(function) = fields::function(name) else { return Err(unknown(at, ast, name)) };
    let call = Call { at, ast, function, value };
    let to = at.scope.as_of;
    match function.name {
        "today" => call.none(items).map(|()| call.gives(Node::Day(to))),
        "days_ago" | "months_ago" | "years_ago" => call.ago(items),
        "date" => call.date(items),
        "has_tag" => {
            let tag = call.text(call.one(items)?)?;
            Ok(call.gives(Node::Tag(tag)))
        }
        "preference" => {
            let key = call.text(call.one(items)?)?;
            Ok(call.gives(Node::Preference(key)))
        }
        "birthday_within" => call.birthday(items),
        "bought" => {
            let words = call.words(call.one(items)?)?;
            Ok(call.gives(Node::Bought(words, expr::Days { from: None, to })))
        }
        "bought_since" => {
            let [text, day] = call.two(items)?;
            let words = call.words(text)?;
            Ok(call.gives(Node::Bought(words, expr::Days { from: Some(call.day(day)?), to })))
        }
        "spend_between" => call.counted(Measure::Spend, items),
        "visits_between" => call.counted(Measure::Visits, items),
        "top" => call.top(items),
        "came" => Ok(call.gives(Node::Came(call.campaign(items)?))),
        "response" => Ok(call.gives(Node::Answer(Answer::Text, call.campaign(items)?))),
        "invited" => Ok(call.gives(Node::Answer(Answer::Invited, call.campaign(items)?))),
        "lower" => call.fold(Case::Lower, items),
        _ => call.fold(Case::Upper, items),
    }
}

fn unknown(at: SegmentText<'_>, ast: &Ast, name: &str) -> Error {
    if fields::field(name).is_some() || at.scope.named.contains_key(name) {
        let message = format!("{} is written without parentheses", text::quote(name));
        let is_followed = fields::field(name).is_some_and(|field| matches!(field.source, Source::Followed(_)));
        return at.fault(ast, message).hint(if is_followed {
            format!("write `{name}` with `follows`; of a campaign by its name ask came('…') or response('…')")
        } else {
            format!("write `{name}`")
        });
    }
    let error = at.fault(ast, format!("no function {}", text::quote(name)));
    match instead(name) {
        Some(hint) => error.hint(hint),
        None => {
            let known: Vec<&str> = fields::FUNCTIONS.iter().map(|f| f.name).collect();
            error.hint(text::did_you_mean(name, &known))
        }
    }
}

struct Call<'c, 'a> {
    at: SegmentText<'a>,
    ast: &'c Ast,
    function: &'static SegmentFunction,
    value: &'c dyn Fn(&Ast) -> Result<Expr>,
}

impl Call<'_, '_> {
    fn gives(&self, node: Node) -> Expr {
        self.at.expr(self.ast, node, self.function.kind, false)
    }

    fn wrong(&self, at: &Ast, wants: &str) -> Error {
        let message = format!("`{}` {wants}", self.function.name);
        self.at.fault(at, message).hint(format!("for example {}", self.function.shape))
    }

    fn none(&self, items: &[Ast]) -> Result<()> {
        match items {
            [] => Ok(()),
            [first, ..] => Err(self.wrong(first, "takes nothing in its parentheses")),
        }
    }

    fn one<'i>(&self, items: &'i [Ast]) -> Result<&'i Ast> {
        match items {
            [one] => Ok(one),
            [_, second, ..] => Err(self.wrong(second, "takes one value")),
            [] => Err(self.wrong(self.ast, "needs one value")),
        }
    }

    fn two<'i>(&self, items: &'i [Ast]) -> Result<[&'i Ast; 2]> {
        match items {
            [first, second] => Ok([first, second]),
            [_, _, third, ..] => Err(self.wrong(third, "takes two values")),
            _ => Err(self.wrong(self.ast, "needs two values")),
        }
    }

    /// A constant text in quotes.
    fn text(&self, ast: &Ast) -> Result<String> {
        if self.at.is_unknown(ast) {
            return Err(self.at.bare(ast));
        }
        match (self.value)(ast)?.node {
            Node::Text(text) if text.trim().is_empty() => Err(self.wrong(ast, "needs some text")),
            Node::Text(text) => Ok(text),
            _ => Err(self.wrong(ast, "needs text in single quotes")),
        }
    }

    fn words(&self, ast: &Ast) -> Result<Vec<String>> {
        Ok(self.text(ast)?.split_whitespace().map(str::to_owned).collect())
    }

    /// A day that is the same for all customers.
    fn day(&self, ast: &Ast) -> Result<NaiveDate> {
        let value = (self.value)(ast)?;
        match (value.node, value.kind) {
            (Node::Day(day), _) => Ok(day),
            (_, Kind::Date) => Err(self.wrong(ast, "needs a day that is the same for everyone")),
            (Node::Text(text), _) if text.parse::<NaiveDate>().is_ok() => {
                Err(self.at.fault(ast, format!("write a day as date('{text}')")))
            }
            (_, kind) => Err(self.wrong(ast, &format!("needs a date, but {} is {kind}", self.at.shown(ast)))),
        }
    }

    /// Two days, both included, never after the day of evaluation.
    fn days(&self, items: &[Ast]) -> Result<expr::Days> {
        let [first, last] = self.two(items)?;
        let (from, to) = (self.day(first)?, self.day(last)?);
        if from > to {
            let message = format!("there is no day between {} and {}", self.at.shown(first), self.at.shown(last));
            return Err(self.at.fault(first, message).hint("write the earlier day first"));
        }
        Ok(expr::Days { from: Some(from), to: to.min(self.at.scope.as_of) })
    }

    fn counted(&self, measure: Measure, items: &[Ast]) -> Result<Expr> {
        Ok(self.gives(Node::Purchases(Counted { measure, days: self.days(items)? })))
    }

    /// How many, and by which figure.
    fn top(&self, items: &[Ast]) -> Result<Expr> {
        let [most, by] = match items {
            [most, by] => [most, by],
            [_, _, third, ..] => return Err(self.wrong(third, "takes two values")),
            _ => return Err(self.wrong(self.ast, "needs two values, how many and by what")),
        };
        let limit = match (self.value)(most)?.node {
            Node::Whole(n) => usize::try_from(n).ok().filter(|n| *n > 0).map(TopLimit::Count),
            Node::Text(typed) => typed.parse().ok().filter(|share: &Share| !share.is_zero()).map(TopLimit::Share),
            _ => None,
        };
        let Some(limit) = limit else {
            let wants = format!("needs a share such as '20%' or a number of customers, not {}", self.at.shown(most));
            return Err(self.wrong(most, &wants));
        };
        let figure = (self.value)(by)?;
        let is_figure = !matches!(figure.kind, Kind::Text | Kind::YesNo) && figure.days_of_purchases().is_some();
        if !is_figure {
            return Err(self.wrong(by, &format!("ranks by a figure of purchases, which {} is not", self.at.shown(by))));
        }
        if figure.absent && !matches!(figure.node, Node::Purchases(_)) {
            return Err(self.wrong(by, &format!("ranks by what all buyers have, which {} is not", self.at.shown(by))));
        }
        Ok(self.gives(Node::Top(limit, Box::new(figure))))
    }

    fn campaign(&self, items: &[Ast]) -> Result<String> {
        let ast = self.one(items)?;
        let name = self.text(ast)?;
        let known = self.at.scope.campaigns;
        if known.contains(&name) || self.at.scope.follows == Some(name.as_str()) {
            return Ok(name);
        }
        let error = self.at.fault(ast, format!("no campaign {}", text::quote(&name)));
        if known.is_empty() {
            return Err(error.hint("there is no campaign yet"));
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        Err(error.hint(text::did_you_mean(&name, &known)))
    }

    fn ago(&self, items: &[Ast]) -> Result<Expr> {
        let ast = self.one(items)?;
        let Node::Whole(n) = (self.value)(ast)?.node else {
            return Err(self.wrong(ast, "needs a whole number"));
        };
        let as_of = self.at.scope.as_of;
        let (most, back): (i64, fn(NaiveDate, u32) -> NaiveDate) = match self.function.name {
            "days_ago" => (YEARS_BACK * 366, |day, n| days_before(day, u64::from(n))),
            "months_ago" => (YEARS_BACK * 12, months_before),
            _ => (YEARS_BACK, |day, n| months_before(day, n * 12)),
        };
        match u32::try_from(n) {
            Ok(back_by) if n <= most => Ok(self.gives(Node::Day(back(as_of, back_by)))),
            _ => Err(self.wrong(ast, &format!("reaches back {YEARS_BACK} years at most"))),
        }
    }

    /// From the day itself, this many days on, both included; a birthday on February 29 counts as the 28th in other
    /// years.
    fn birthday(&self, items: &[Ast]) -> Result<Expr> {
        let ast = self.one(items)?;
        let Node::Whole(n) = (self.value)(ast)?.node else {
            return Err(self.wrong(ast, "needs a whole number of days"));
        };
        let from = self.at.scope.as_of;
        let month_and_day = |day: NaiveDate| day.format("%m-%d").to_string();
        match u64::try_from(n) {
            Ok(days @ 0..365) => {
                let to = from.checked_add_days(Days::new(days)).unwrap_or(from);
                let is_last = (to.month(), to.day()) == (2, 28) && !to.leap_year();
                let to = if is_last { "02-29".to_owned() } else { month_and_day(to) };
                Ok(self.gives(Node::BirthdayWithin(month_and_day(from), to)))
            }
            Ok(365 | 366) => Ok(self.gives(Node::BirthdayWithin("01-01".to_owned(), "12-31".to_owned()))),
            _ => Err(self.wrong(ast, "reaches a year ahead at most")),
        }
    }

    fn date(&self, items: &[Ast]) -> Result<Expr> {
        let ast = self.one(items)?;
        let typed = self.text(ast)?;
        let iso = typed.len() == 10 && typed.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        match typed.parse::<NaiveDate>() {
            Ok(day) if iso => Ok(self.gives(Node::Day(day))),
            _ => Err(self
                .at
                .fault(ast, format!("{} is not a day of the calendar", text::quote(&typed)))
                .hint("write year, month and day: date('2025-03-31')")),
        }
    }

    fn fold(&self, case: Case, items: &[Ast]) -> Result<Expr> {
        let ast = self.one(items)?;
        if self.at.is_unknown(ast) {
            return Err(self.at.bare(ast));
        }
        let value = (self.value)(ast)?;
        match value.node {
            Node::Text(text) => {
                let text = if case == Case::Lower { text.to_lowercase() } else { text.to_uppercase() };
                Ok(self.gives(Node::Text(text)))
            }
            _ if value.kind != Kind::Text => {
                Err(self.wrong(ast, &format!("needs text, but {} is {}", self.at.shown(ast), value.kind)))
            }
            _ => Ok(self.gives(Node::Fold(case, Box::new(value)))),
        }
    }
}
