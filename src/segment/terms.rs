//! The parts of a condition joined by AND, and which of them stay true for the same people from year to year.

use super::Scope;
use super::fields::{self, Source};
use super::lexer::{self, SourceSpan, Token};
use super::parser;
use super::tree::{Ast, Form};
use crate::error::Result;

/// One of the parts joined by AND.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// As typed, in one line; in parentheses if another AND would need them.
    pub(crate) text: String,
    /// It does not depend on spending, visits, purchases or campaigns, which differ a year later.
    pub(crate) lasts: bool,
}

/// The parts of a condition that are joined by AND, in order.
///
/// # Errors
/// When the text is not a condition.
pub(crate) fn terms(text: &str, scope: &Scope<'_>) -> Result<Vec<Term>> {
    let tree = parser::parse(text)?;
    let mut parts = Vec::new();
    flatten(&tree, &mut parts);
    parts.into_iter().map(|part| Ok(Term { text: one_line(text, part)?, lasts: lasts(part, scope, 0) })).collect()
}

fn flatten<'t>(ast: &'t Ast, parts: &mut Vec<&'t Ast>) {
    match &ast.node {
        Form::All(inside) => inside.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(ast),
    }
}

/// A part without line breaks and comments, otherwise as typed.
fn one_line(source: &str, ast: &Ast) -> Result<String> {
    let SourceSpan { start, end } = enclosed(source, ast)?;
    let mut text = String::new();
    let mut last = start;
    for (token, span) in lexer::tokens(source)? {
        if token == Token::End || span.start < start || span.end > end {
            continue;
        }
        if span.start > last {
            text.push(' ');
        }
        text.push_str(span.of(source));
        last = span.end;
    }
    Ok(if matches!(ast.node, Form::Any(_)) { format!("({text})") } else { text })
}

/// The position of a part, with parentheses that its first and last word are in but its span does not include: `(a) =
/// b`.
fn enclosed(source: &str, ast: &Ast) -> Result<SourceSpan> {
    let tokens = lexer::tokens(source)?;
    let (mut start, mut end) = (ast.span.start, ast.span.end);
    loop {
        let inside = tokens.iter().filter(|(_, span)| span.start >= start && span.end <= end);
        let (mut depth, mut lowest) = (0_i32, 0_i32);
        for (token, _) in inside {
            match token {
                Token::Sign("(") => depth += 1,
                Token::Sign(")") => depth -= 1,
                _ => {}
            }
            lowest = lowest.min(depth);
        }
        let before = tokens.iter().rev().find(|(_, span)| span.end <= start).map(|(_, span)| span.start);
        let after =
            tokens.iter().find(|(token, span)| span.start >= end && *token != Token::End).map(|(_, span)| span.end);
        match (lowest < 0, depth - lowest > 0, before, after) {
            (true, _, Some(before), _) => start = before,
            (false, true, _, Some(after)) => end = after,
            _ => return Ok(SourceSpan { start, end }),
        }
    }
}

/// Whether nothing in it depends on purchases or a campaign; also inside named segments.
fn lasts(ast: &Ast, scope: &Scope<'_>, depth: usize) -> bool {
    let all = |parts: &[Ast]| parts.iter().all(|part| lasts(part, scope, depth));
    match &ast.node {
        Form::Name(name) => match (fields::field(name), scope.named.get(name)) {
            (Some(field), _) => !matches!(field.source, Source::Purchases(..) | Source::Followed(_)),
            // A segment that refers to itself is not a condition.
            (None, Some(text)) if depth < 40 => parser::parse(text).is_ok_and(|tree| lasts(&tree, scope, depth + 1)),
            _ => false,
        },
        Form::Call(name, items) => {
            let is_of_year = matches!(
                name.as_str(),
                "bought"
                    | "bought_since"
                    | "spend_between"
                    | "visits_between"
                    | "response"
                    | "invited"
                    | "came"
                    | "top"
            );
            !is_of_year && all(items)
        }
        Form::Text(_) | Form::Number(_) | Form::YesNo(_) => true,
        Form::Negate(a) | Form::Not(a) | Form::IsNull(a) => lasts(a, scope, depth),
        Form::All(parts) | Form::Any(parts) => all(parts),
        Form::Arithmetic(_, a, b) | Form::Compare(_, a, b) | Form::Like(a, b) => {
            lasts(a, scope, depth) && lasts(b, scope, depth)
        }
        Form::Between(a, low, high) => [a, low, high].into_iter().all(|part| lasts(part, scope, depth)),
        Form::In(a, items) => lasts(a, scope, depth) && all(items),
    }
}
