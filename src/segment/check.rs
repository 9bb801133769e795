//! Checks the tree: every name is known, every kind fits, every day is resolved.

use std::cell::Cell;

use super::calls;
use super::expr::{Counted, Days, Expr, Node};
use super::fields::{self, Answer, BIRTH_MONTH, Kind, SegmentField, Source};
use super::habits::instead;
use super::parser::{self, HIGHEST};
use super::segment_text::SegmentText;
use super::tree::{Ast, Comparison, Form};
use super::{Scope, kinds};
use crate::clock::months_before;
use crate::domain::{Column, Response};
use crate::error::{Error, Result};
use crate::text;

/// The longest segment, with its named segments expanded.
const LONGEST_WRITTEN_OUT: usize = 10 * parser::LONGEST;

/// How much was checked so far, named segments included.
#[derive(Default)]
struct Spent {
    signs: Cell<usize>,
    height: Cell<usize>,
}

/// One text to check.
struct Check<'a> {
    at: SegmentText<'a>,
    /// The named segments being expanded, the outermost first.
    chain: Vec<&'a str>,
    spent: &'a Spent,
}

/// A condition: the text must be true or false.
pub(super) fn condition(source: &str, scope: &Scope<'_>) -> Result<Expr> {
    Check { at: SegmentText { scope, source }, chain: Vec::new(), spent: &Spent::default() }.whole()
}

/// One named segment by itself.
pub(super) fn named(name: &str, source: &str, scope: &Scope<'_>) -> Result<Expr> {
    Check { at: SegmentText { scope, source }, chain: vec![name], spent: &Spent::default() }.whole()
}

/// A list to order by, each with whether it is descending.
pub(super) fn order(source: &str, scope: &Scope<'_>) -> Result<Vec<(Expr, bool)>> {
    let check = Check { at: SegmentText { scope, source }, chain: Vec::new(), spent: &Spent::default() };
    let mut keys = Vec::new();
    for (tree, down) in parser::parse_order(source)? {
        let key = check.expr(&tree)?;
        if key.is_constant() {
            let message = format!("{} is the same for everyone", check.at.shown(&tree));
            return Err(check.at.fault(&tree, message).hint("order by a field: spend_12m DESC"));
        }
        keys.push((key, down));
    }
    Ok(keys)
}

impl<'a> Check<'a> {
    fn whole(&self) -> Result<Expr> {
        let tree = parser::parse(self.at.source)?;
        let root = self.expr(&tree)?;
        if root.kind == Kind::YesNo {
            return Ok(root);
        }
        let message = format!("the whole is {}, but a segment must be a condition", root.kind);
        Err(self.at.fault(&tree, message).hint(compare_it(&root)))
    }

    /// Any part of the tree.
    fn expr(&self, ast: &Ast) -> Result<Expr> {
        let height = self.spent.height.get();
        if height > HIGHEST {
            return Err(self.at.fault(ast, "the named segments are nested too deeply"));
        }
        self.spent.height.set(height + 1);
        let found = self.part(ast);
        self.spent.height.set(height);
        found
    }

    fn part(&self, ast: &Ast) -> Result<Expr> {
        let yes_no = |node| Ok(self.at.expr(ast, node, Kind::YesNo, false));
        match &ast.node {
            Form::Text(text) => Ok(self.at.expr(ast, Node::Text(text.clone()), Kind::Text, false)),
            Form::Number(typed) => self.number(ast, typed),
            Form::YesNo(yes) => yes_no(Node::YesNo(*yes)),
            Form::Name(name) => self.name(ast, name),
            Form::Call(name, items) => calls::call(self.at, ast, name, items, &|item| self.expr(item)),
            Form::Negate(inside) => kinds::negate(self.at, ast, inside, self.expr(inside)?),
            Form::Arithmetic(sign, a, b) => {
                kinds::arithmetic(self.at, ast, *sign, (a, self.expr(a)?), (b, self.expr(b)?))
            }
            Form::Not(inside) => yes_no(Node::Not(Box::new(self.yes_no(inside)?))),
            Form::All(parts) => yes_no(Node::All(self.all_yes_no(parts)?)),
            Form::Any(parts) => yes_no(Node::Any(self.all_yes_no(parts)?)),
            Form::Compare(comparison, a, b) => {
                let [a, b] = self.alike([a, b], matches!(comparison, Comparison::Equal | Comparison::Unlike))?;
                yes_no(Node::Compare(*comparison, Box::new(a), Box::new(b)))
            }
            Form::Between(a, low, high) => {
                let [a, least, most] = self.alike([a, low, high], false)?;
                if kinds::is_reversed(&least, &most) {
                    let message = format!("nothing is between {} and {}", self.at.shown(low), self.at.shown(high));
                    return Err(self.at.fault(low, message).hint("write the smaller one first"));
                }
                yes_no(Node::Between(Box::new(a), Box::new(least), Box::new(most)))
            }
            Form::In(a, items) => {
                let asts: Vec<&Ast> = std::iter::once(&**a).chain(items).collect();
                let mut exprs = self.all_alike(&asts, false)?;
                let items = exprs.split_off(1);
                exprs.pop().map_or_else(|| yes_no(Node::YesNo(false)), |a| yes_no(Node::In(Box::new(a), items)))
            }
            Form::Like(a, pattern) => self.like(ast, a, pattern),
            Form::IsNull(a) => {
                let value = self.expr(a)?;
                if !value.absent && value.kind != Kind::Text {
                    let message = format!("{} is never absent", self.at.shown(a));
                    return Err(self.at.fault(a, message).hint(compare_it(&value)));
                }
                yes_no(Node::IsNull(Box::new(value)))
            }
        }
    }

    fn number(&self, ast: &Ast, typed: &str) -> Result<Expr> {
        let too_large = || self.at.fault(ast, format!("{} is too large a number", text::quote(typed)));
        let (whole, part) = typed.split_once('.').unwrap_or((typed, ""));
        let part = part.trim_end_matches('0');
        let digits = format!("{whole}{part}");
        let digits: i64 = digits.parse().map_err(|_| too_large())?;
        let scale = u32::try_from(part.len()).map_err(|_| too_large())?;
        if scale == 0 {
            return Ok(self.at.expr(ast, Node::Whole(digits), Kind::Whole, false));
        }
        if scale > 9 {
            return Err(self.at.fault(ast, format!("{} has too many digits after the point", text::quote(typed))));
        }
        Ok(self.at.expr(ast, Node::Decimal(digits, scale), Kind::Number, false))
    }

    fn name(&self, ast: &Ast, name: &str) -> Result<Expr> {
        if let Some(field) = fields::field(name) {
            return self.field(ast, field);
        }
        match self.at.scope.named.get_key_value(name) {
            Some((name, text)) => self.named(ast, name, text),
            None => Err(self.unknown(ast, name)),
        }
    }

    fn field(&self, ast: &Ast, field: &SegmentField) -> Result<Expr> {
        let absent = field.kind == Kind::Date || field.source == Source::Customer(BIRTH_MONTH);
        let node = match field.source {
            Source::Customer(sql) => Node::Customer(sql),
            Source::Country => Node::Country(self.at.scope.home.to_owned()),
            Source::Purchases(measure, months) => Node::Purchases(Counted { measure, days: self.last(months) }),
            Source::Contacts(contact, months) => Node::Contacts(contact, self.last(months)),
            Source::Followed(answer) => match self.at.scope.follows {
                Some(campaign) => Node::Answer(answer, campaign.to_owned()),
                None => {
                    let message =
                        format!("{} is about the campaign that this one follows; there is none", self.at.shown(ast));
                    let hint = "add `follows = \"…\"` to the campaign file, or write response('…') = 'redeemed'";
                    return Err(self.at.fault(ast, message).hint(hint));
                }
            },
            Source::Tags => {
                return Err(self.at.fault(ast, "a person can have several tags").hint("write has_tag('vip')"));
            }
        };
        Ok(self.at.expr(ast, node, field.kind, absent))
    }

    /// The last months: from the day after the same day, to the day itself.
    fn last(&self, months: Option<u32>) -> Days {
        let to = self.at.scope.as_of;
        Days { from: months.and_then(|months| months_before(to, months).succ_opt()), to }
    }

    fn named(&self, ast: &Ast, name: &'a str, text: &'a str) -> Result<Expr> {
        if let Some(first) = self.chain.iter().position(|one| *one == name) {
            let round: Vec<String> =
                self.chain[first..].iter().chain([&name]).map(|name| format!("`{name}`")).collect();
            let message = format!("the segment `{name}` refers to itself: {}", round.join(" → "));
            return Err(self.at.fault(ast, message).hint("remove the name from one of them, in shop.toml"));
        }
        let signs = self.spent.signs.get() + text.len();
        if signs > LONGEST_WRITTEN_OUT {
            return Err(self.at.fault(ast, "this is too long when the named segments are expanded"));
        }
        self.spent.signs.set(signs);
        let chain = self.chain.iter().copied().chain([name]).collect();
        let inside = Check { at: SegmentText { source: text, ..self.at }, chain, spent: self.spent }.whole().map_err(
            |error| {
                let place = error.place().unwrap_or_default();
                let message = format!("{} (in the segment `{name}` of shop.toml, {place})", error.message());
                let outer = self.at.fault(ast, message);
                match error.what_next() {
                    Some(hint) => outer.hint(hint),
                    None => outer,
                }
            },
        )?;
        Ok(self.at.expr(ast, Node::Named(Box::new(inside)), Kind::YesNo, false))
    }

    fn unknown(&self, ast: &Ast, name: &str) -> Error {
        if let Some(function) = fields::function(name) {
            let message = format!("{} is a function", text::quote(name));
            return self.at.fault(ast, message).hint(format!("write `{}`", function.shape));
        }
        let error = self.at.fault(ast, format!("no field {}", text::quote(name)));
        if let Some(hint) = instead(name) {
            return error.hint(hint);
        }
        let known: Vec<&str> =
            fields::FIELDS.iter().map(|f| f.name).chain(self.at.scope.named.keys().map(String::as_str)).collect();
        match text::nearest(name, known.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("put text into single quotes; the fields are {}", text::list(&known))),
        }
    }

    fn yes_no(&self, ast: &Ast) -> Result<Expr> {
        let value = self.expr(ast)?;
        if value.kind == Kind::YesNo {
            return Ok(value);
        }
        let message = format!("{} is {}, where a condition is needed", self.at.shown(ast), value.kind);
        Err(self.at.fault(ast, message).hint(compare_it(&value)))
    }

    fn all_yes_no(&self, parts: &[Ast]) -> Result<Vec<Expr>> {
        parts.iter().map(|part| self.yes_no(part)).collect()
    }

    fn like(&self, ast: &Ast, a: &Ast, pattern: &Ast) -> Result<Expr> {
        let value = self.expr(a)?;
        if value.kind != Kind::Text {
            let message = format!("{} is {}, but LIKE compares text", self.at.shown(a), value.kind);
            return Err(self.at.fault(a, message).hint(compare_it(&value)));
        }
        if self.at.is_unknown(pattern) {
            return Err(self.at.bare(pattern));
        }
        match self.expr(pattern)?.node {
            Node::Text(text) => Ok(self.at.expr(ast, Node::Like(Box::new(value), text), Kind::YesNo, false)),
            _ => Err(self
                .at
                .fault(pattern, "the pattern of a LIKE must be text in single quotes")
                .hint("% stands for anything and _ for one letter: city LIKE 'San %'")),
        }
    }

    fn alike<const N: usize>(&self, asts: [&Ast; N], equality: bool) -> Result<[Expr; N]> {
        let exprs = self.all_alike(&asts, equality)?;
        exprs.try_into().map_err(|_| Error::new("a comparison lost one of its sides"))
    }

    /// Values that are compared with the first one: of one kind, with numbers converted to money next to money.
    fn all_alike(&self, asts: &[&Ast], equality: bool) -> Result<Vec<Expr>> {
        let mut exprs = Vec::with_capacity(asts.len());
        let is_text =
            |ast: &Ast| self.expr(ast).is_ok_and(|e| e.kind == Kind::Text && !matches!(e.node, Node::Text(_)));
        for (i, ast) in asts.iter().enumerate() {
            if self.at.is_unknown(ast) {
                let beside_text = match exprs.first() {
                    Some(Expr { kind, .. }) => *kind == Kind::Text,
                    None => asts.iter().skip(1).any(|other| is_text(other)),
                };
                if beside_text {
                    return Err(self.at.bare(ast));
                }
            }
            exprs.push(self.expr(ast).map_err(|error| if i == 0 { error } else { self.not_a_date(ast, error) })?);
        }
        if exprs.iter().any(|e| e.kind == Kind::Money) {
            exprs = exprs
                .into_iter()
                .zip(asts)
                .map(|(e, ast)| if kinds::is_number(e.kind) { kinds::to_money(self.at, ast, e) } else { Ok(e) })
                .collect::<Result<_>>()?;
        }
        let Some((first, others)) = exprs.split_first() else { return Ok(exprs) };
        for (other, ast) in others.iter().zip(&asts[1..]) {
            let fits = first.kind == other.kind || (kinds::is_number(first.kind) && kinds::is_number(other.kind));
            if !fits {
                return Err(kinds::mismatch(self.at, (asts[0], first), (ast, other)));
            }
        }
        if first.kind == Kind::YesNo && !equality {
            let message = format!("{} is a condition, which is only compared with = and <>", self.at.shown(asts[0]));
            return Err(self.at.fault(asts[0], message).hint("join conditions with AND, OR and NOT"));
        }
        self.known_answers(&exprs, asts)?;
        Ok(exprs)
    }

    /// `2025-03-31` without quotes can fail in several ways; show the one hint that helps.
    fn not_a_date(&self, ast: &Ast, error: Error) -> Error {
        match kinds::like_a_day(ast.span.of(self.at.source)) {
            Some(day) => self.at.fault(ast, format!("write a day as date('{day}')")),
            None => error,
        }
    }

    /// A response that does not exist is a typing error.
    fn known_answers(&self, exprs: &[Expr], asts: &[&Ast]) -> Result<()> {
        let asked = |e: &Expr| match &e.node {
            Node::Answer(Answer::Text, _) => true,
            Node::Fold(_, inside) => matches!(inside.node, Node::Answer(Answer::Text, _)),
            _ => false,
        };
        if !exprs.iter().any(asked) {
            return Ok(());
        }
        for (e, ast) in exprs.iter().zip(asts) {
            if let Node::Text(text) = &e.node
                && Response::from_form(text).is_none()
            {
                let known: Vec<&str> = Response::ALL.iter().map(|response| response.as_str()).collect();
                let message = format!("{} is not a response", self.at.shown(ast));
                return Err(self.at.fault(ast, message).hint(text::did_you_mean(text, &known)));
            }
        }
        Ok(())
    }
}

/// How to turn a value of this kind into a condition.
fn compare_it(value: &Expr) -> String {
    let text = text::quote(&value.text);
    let text = text.trim_matches('`');
    match value.kind {
        Kind::Money | Kind::Whole | Kind::Number => format!("compare it, e.g. `{text} > 0`"),
        Kind::Date => format!("compare it, e.g. `{text} >= months_ago(12)`"),
        Kind::Text if matches!(value.node, Node::Text(_)) => format!("compare it with a field, e.g. `city = {text}`"),
        Kind::Text => format!("compare it, e.g. `{text} = 'Springfield'`"),
        Kind::YesNo => format!("write `{text}` or `NOT {text}`"),
    }
}
