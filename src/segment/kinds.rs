//! Which kinds can be combined: arithmetic, numbers used as money, and the errors when two do not fit.

use super::expr::{Expr, Node};
use super::fields::Kind;
use super::lexer::in_quotes;
use super::segment_text::SegmentText;
use super::tree::{Ast, Form};
use crate::error::{Error, Result};
use crate::text;

pub(super) fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Whole | Kind::Number)
}

/// `2025-03-31` typed without quotes.
pub(super) fn like_a_day(typed: &str) -> Option<String> {
    let parts: Vec<&str> = typed.split('-').map(str::trim).collect();
    let digits =
        |text: &str, most: usize| !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    match parts[..] {
        [year, month, day] if year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2) => {
            Some(format!("{year}-{month:0>2}-{day:0>2}"))
        }
        _ => None,
    }
}

pub(super) fn negate(at: SegmentText<'_>, ast: &Ast, inside: &Ast, value: Expr) -> Result<Expr> {
    if !is_number(value.kind) && value.kind != Kind::Money {
        return Err(at.fault(ast, format!("{} is {}, which has no negative", at.shown(inside), value.kind)));
    }
    let (kind, absent) = (value.kind, value.absent);
    Ok(at.expr(ast, Node::Negate(Box::new(value)), kind, absent))
}

pub(super) fn arithmetic(
    at: SegmentText<'_>,
    ast: &Ast,
    sign: char,
    left: (&Ast, Expr),
    right: (&Ast, Expr),
) -> Result<Expr> {
    let ((left, mut a), (right, mut b)) = (left, right);
    for (value, side) in [(&a, left), (&b, right)] {
        if !is_number(value.kind) && value.kind != Kind::Money {
            let message = format!("{} is {}, which `{sign}` cannot be used with", at.shown(side), value.kind);
            let error = at.fault(side, message);
            return Err(match value.kind {
                Kind::Date => error.hint("use days_ago(30), months_ago(6), years_ago(1) or date('2025-03-31')"),
                _ => error.hint("`+ - * /` are for numbers and money"),
            });
        }
    }
    let (money_a, money_b) = (a.kind == Kind::Money, b.kind == Kind::Money);
    let kind = match (sign, money_a, money_b) {
        ('*', true, true) => {
            return Err(at.fault(ast, "money times money is nothing a shop can count").hint("multiply by a number"));
        }
        ('/', false, true) => {
            return Err(at
                .fault(ast, "a number divided by money is nothing a shop can count")
                .hint("divide money by a number, or money by money"));
        }
        (_, false, false) if sign != '/' && a.kind == Kind::Whole && b.kind == Kind::Whole => Kind::Whole,
        ('/', true, true) | (_, false, false) => Kind::Number,
        _ => Kind::Money,
    };
    if matches!(sign, '+' | '-') && kind == Kind::Money {
        a = if money_a { a } else { to_money(at, left, a)? };
        b = if money_b { b } else { to_money(at, right, b)? };
    }
    let mut absent = a.absent || b.absent;
    if sign == '/' {
        match b.node {
            Node::Whole(0) => return Err(at.fault(right, "nothing can be divided by 0")),
            Node::Whole(_) | Node::Decimal(..) => {}
            _ => absent = true,
        }
    }
    Ok(at.expr(ast, Node::Arithmetic(sign, Box::new(a), Box::new(b)), kind, absent))
}

/// A number used as money: `500` is 500.00 in the shop's currency.
pub(super) fn to_money(at: SegmentText<'_>, ast: &Ast, value: Expr) -> Result<Expr> {
    let currency = at.scope.currency;
    let unit = 10_i64.pow(currency.digits);
    let too_large = || at.fault(ast, format!("{} is too large a number", text::quote(&value.text)));
    let node = match value.node {
        Node::Whole(n) => Node::Money(n.checked_mul(unit).ok_or_else(too_large)?),
        Node::Decimal(digits, scale) => {
            let part = 10_i128.pow(scale);
            let minor = i128::from(digits) * i128::from(unit);
            if minor % part != 0 {
                let most = text::count(currency.digits as usize, "digit");
                let message = format!("{} has a fraction of the smallest coin", text::quote(&value.text));
                let hint = format!("{} has {most} after the point", currency.code);
                return Err(at.fault(ast, message).hint(hint));
            }
            Node::Money(i64::try_from(minor / part).map_err(|_| too_large())?)
        }
        Node::Negate(inside) => Node::Negate(Box::new(to_money(at, ast, *inside)?)),
        node => {
            let number = Expr { node, kind: value.kind, absent: value.absent, text: value.text.clone() };
            let unit = Expr { node: Node::Whole(unit), kind: Kind::Whole, absent: false, text: String::new() };
            Node::Arithmetic('*', Box::new(number), Box::new(unit))
        }
    };
    Ok(Expr { node, kind: Kind::Money, absent: value.absent, text: value.text })
}

/// Whether two constants are in the wrong order.
pub(super) fn is_reversed(low: &Expr, high: &Expr) -> bool {
    match (&low.node, &high.node) {
        (Node::Whole(a), Node::Whole(b)) | (Node::Money(a), Node::Money(b)) => a > b,
        (Node::Day(a), Node::Day(b)) => a > b,
        _ => false,
    }
}

/// The error for two sides of a comparison that do not fit.
pub(super) fn mismatch(at: SegmentText<'_>, left: (&Ast, &Expr), right: (&Ast, &Expr)) -> Error {
    let ((first, a), (second, b)) = (left, right);
    let source = at.source;
    if (a.kind == Kind::Date || b.kind == Kind::Date)
        && let Some((ast, day)) = [first, second].into_iter().find_map(|ast| {
            let typed = match &ast.node {
                Form::Text(text) => text.as_str(),
                _ => ast.span.of(source),
            };
            like_a_day(typed).map(|day| (ast, day))
        })
    {
        return at.fault(ast, format!("write a day as date('{day}')"));
    }
    let kind = |e: &Expr| if matches!(e.node, Node::Money(_)) { Kind::Number } else { e.kind };
    let message = format!("{} is {} but {} is {}", at.shown(first), kind(a), at.shown(second), kind(b));
    let error = at.fault(second, message);
    let (constant, other) = if b.is_constant() { (b, a) } else { (a, b) };
    match (other.kind, constant.kind) {
        (Kind::Text, Kind::Whole | Kind::Number | Kind::Money) if constant.is_constant() => {
            error.hint(format!("{} is text: write {}", text::quote(&other.text), in_quotes(&constant.text)))
        }
        (Kind::Date, _) => error.hint("compare a date with date('2025-03-31'), months_ago(12) or today()"),
        (Kind::Money | Kind::Whole | Kind::Number, Kind::Text) => error.hint("write numbers without quotes: 500"),
        (Kind::YesNo, _) => {
            let text = text::quote(&other.text);
            error.hint(format!("write {text} or {}", text.replacen('`', "`NOT ", 1)))
        }
        _ => error,
    }
}
