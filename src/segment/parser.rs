//! Builds the tree from tokens, by operator precedence; fields are not known here.

use crate::error::{Error, Result};
use crate::text;

use super::habits::{KEYWORDS, instead};
use super::lexer::{SourceSpan, Token, fault, tokens};
use super::tree::{Ast, Comparison, Form};

/// The longest text, in characters.
pub(super) const LONGEST: usize = 4_000;
/// How deep parentheses, NOT and calls may be nested.
const DEEPEST: usize = 40;
/// The highest tree, so that recursion stays within the stack.
pub(super) const HIGHEST: usize = 100;

/// The tree of a condition.
pub(super) fn parse(source: &str) -> Result<Ast> {
    let mut parser = Parser::new(source)?;
    if *parser.peek() == Token::End {
        return Err(fault(source, 0, "there is no condition here").hint("`TRUE` matches everyone"));
    }
    let tree = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(tree),
        _ => Err(parser.unexpected_behind(&tree)),
    }
}

/// The trees of a list to order by, with whether each is descending.
pub(super) fn parse_order(source: &str) -> Result<Vec<(Ast, bool)>> {
    let mut parser = Parser::new(source)?;
    if *parser.peek() == Token::End {
        return Err(fault(source, 0, "there is nothing to order by").hint("for example `spend_12m DESC`"));
    }
    let mut keys = Vec::new();
    loop {
        let tree = parser.expression(0)?;
        let down = parser.take_word("DESC");
        if !down {
            parser.take_word("ASC");
        }
        if parser.is_word("NULLS") {
            return Err(parser.fault("the place of absent dates cannot be chosen").hint("they are always last"));
        }
        keys.push((tree, down));
        if parser.take_sign(",") {
            continue;
        }
        return match parser.peek() {
            Token::End => Ok(keys),
            _ => Err(parser
                .fault(format!("{} is not expected here", parser.shown()))
                .hint("an order is a list with commas, each with DESC or ASC: spend_12m DESC, last_purchase DESC")),
        };
    }
}

/// Precedence levels.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARED: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const SIGNED: u8 = 7;

struct Parser<'t> {
    source: &'t str,
    tokens: Vec<(Token<'t>, SourceSpan)>,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn new(source: &'t str) -> Result<Self> {
        let characters = source.chars().count();
        if characters > LONGEST {
            let message = format!("{} are too many", text::count(characters, "character"));
            let hint =
                format!("a segment has at most {}; give parts of it a name in shop.toml", text::thousands(LONGEST));
            return Err(fault(source, 0, message).hint(hint));
        }
        Ok(Self { source, tokens: tokens(source)?, at: 0, depth: 0 })
    }

    fn peek(&self) -> &Token<'t> {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> SourceSpan {
        let end = self.source.len();
        self.tokens.get(self.at).map_or(SourceSpan { start: end, end }, |(_, span)| *span)
    }

    fn next(&mut self) -> (Token<'t>, SourceSpan) {
        let found = (self.peek().clone(), self.span());
        self.at = (self.at + 1).min(self.tokens.len().saturating_sub(1));
        found
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(typed) if typed.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        if is_next {
            self.next();
        }
        is_next
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.peek(), Token::Sign(typed) if *typed == sign);
        if is_next {
            self.next();
        }
        is_next
    }

    fn shown(&self) -> String {
        text::quote(self.span().of(self.source))
    }

    fn fault(&self, message: impl Into<String>) -> Error {
        fault(self.source, self.span().start, message)
    }

    fn node(&self, node: Form, span: SourceSpan, below: usize) -> Result<Ast> {
        if below >= HIGHEST {
            return Err(self.too_deep(span.start));
        }
        Ok(Ast { node, span, height: below + 1 })
    }

    fn too_deep(&self, at: usize) -> Error {
        fault(self.source, at, "this is nested too deeply")
            .hint("give parts of it a name in shop.toml, under [segments]")
    }

    /// A value and all operators after it with at least this precedence.
    fn expression(&mut self, least: u8) -> Result<Ast> {
        let mut left = self.operand()?;
        while let Some(strength) = self.strength().filter(|strength| *strength >= least) {
            left = match strength {
                OR => self.joined("OR", AND, left, Form::Any)?,
                AND => self.joined("AND", NOT, left, Form::All)?,
                COMPARED => {
                    let compared = self.compared(left)?;
                    if self.strength() == Some(COMPARED) {
                        return Err(self
                            .fault("a comparison cannot be compared again")
                            .hint("join two comparisons with AND: 100 <= spend_12m AND spend_12m <= 500"));
                    }
                    compared
                }
                _ => self.arithmetic(strength, left)?,
            };
        }
        Ok(left)
    }

    fn strength(&self) -> Option<u8> {
        match self.peek() {
            Token::Sign("+" | "-") => Some(SUM),
            Token::Sign("*" | "/") => Some(PRODUCT),
            Token::Sign(sign) => Comparison::of(sign).map(|_| COMPARED),
            Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                "OR" => Some(OR),
                "AND" => Some(AND),
                "NOT" | "BETWEEN" | "IN" | "LIKE" | "IS" => Some(COMPARED),
                _ => None,
            },
            _ => None,
        }
    }

    /// `a AND b AND c` as one list, so that a long list is not a high tree.
    fn joined(&mut self, word: &str, above: u8, first: Ast, form: fn(Vec<Ast>) -> Form) -> Result<Ast> {
        let mut parts = vec![first];
        while self.take_word(word) {
            parts.push(self.expression(above)?);
        }
        let height = parts.iter().map(|part| part.height).max().unwrap_or_default();
        let span = parts[0].span.to(parts[parts.len() - 1].span);
        self.node(form(parts), span, height)
    }

    fn arithmetic(&mut self, strength: u8, left: Ast) -> Result<Ast> {
        let sign = match self.next().0 {
            Token::Sign(sign) => sign.chars().next().unwrap_or('+'),
            _ => '+',
        };
        let right = self.expression(strength + 1)?;
        let (span, height) = (left.span.to(right.span), left.height.max(right.height));
        self.node(Form::Arithmetic(sign, Box::new(left), Box::new(right)), span, height)
    }

    fn compared(&mut self, left: Ast) -> Result<Ast> {
        if let Token::Sign(sign) = *self.peek() {
            let comparison = Comparison::of(sign).unwrap_or(Comparison::Equal);
            self.next();
            let right = self.expression(SUM)?;
            let (span, height) = (left.span.to(right.span), left.height.max(right.height));
            return self.node(Form::Compare(comparison, Box::new(left), Box::new(right)), span, height);
        }
        if self.take_word("IS") {
            let not = self.take_word("NOT");
            let end = self.span();
            if !self.take_word("NULL") {
                return Err(self.fault("only NULL can follow IS").hint("write `=` to compare with a value"));
            }
            let (span, height) = (left.span.to(end), left.height);
            let asked = self.node(Form::IsNull(Box::new(left)), span, height)?;
            return self.turned(not, asked);
        }
        let not = self.take_word("NOT");
        let asked = if self.take_word("BETWEEN") {
            self.between(left)?
        } else if self.take_word("IN") {
            self.within(left)?
        } else if self.take_word("LIKE") {
            let pattern = self.expression(SUM)?;
            let (span, height) = (left.span.to(pattern.span), left.height.max(pattern.height));
            self.node(Form::Like(Box::new(left), Box::new(pattern)), span, height)?
        } else {
            return Err(self
                .fault("after a value, NOT goes with IN, LIKE or BETWEEN")
                .hint("write `<>` for unlike, or put NOT in front"));
        };
        self.turned(not, asked)
    }

    fn turned(&self, not: bool, asked: Ast) -> Result<Ast> {
        if !not {
            return Ok(asked);
        }
        let (span, height) = (asked.span, asked.height);
        self.node(Form::Not(Box::new(asked)), span, height)
    }

    fn between(&mut self, left: Ast) -> Result<Ast> {
        let low = self.expression(SUM)?;
        if !self.take_word("AND") {
            return Err(self
                .fault("BETWEEN needs two values with AND between them")
                .hint("for example spend_12m BETWEEN 100 AND 500"));
        }
        let high = self.expression(SUM)?;
        let (span, height) = (left.span.to(high.span), left.height.max(low.height).max(high.height));
        self.node(Form::Between(Box::new(left), Box::new(low), Box::new(high)), span, height)
    }

    fn within(&mut self, left: Ast) -> Result<Ast> {
        let open = self.span();
        if !self.take_sign("(") {
            return Err(self
                .fault("IN needs a list in parentheses")
                .hint("for example city IN ('Springfield', 'Salem')"));
        }
        let (items, end) = self.listed(open)?;
        if items.is_empty() {
            return Err(fault(self.source, open.start, "the list is empty")
                .hint("for example city IN ('Springfield', 'Salem')"));
        }
        let height = items.iter().map(|item| item.height).max().unwrap_or_default().max(left.height);
        let span = left.span.to(end);
        self.node(Form::In(Box::new(left), items), span, height)
    }

    /// The values up to the closing parenthesis.
    fn listed(&mut self, open: SourceSpan) -> Result<(Vec<Ast>, SourceSpan)> {
        self.deeper(open)?;
        let mut items = Vec::new();
        let mut end = self.span();
        if !self.take_sign(")") {
            loop {
                items.push(self.expression(0)?);
                end = self.span();
                if self.take_sign(")") {
                    break;
                }
                if !self.take_sign(",") {
                    return Err(self.not_closed(open));
                }
            }
        }
        self.depth -= 1;
        Ok((items, end))
    }

    fn deeper(&mut self, at: SourceSpan) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.too_deep(at.start));
        }
        Ok(())
    }

    fn not_closed(&self, open: SourceSpan) -> Error {
        let place = fault(self.source, open.start, "").place().unwrap_or_default().to_owned();
        match self.peek() {
            Token::End => self
                .fault("a closing parenthesis is missing")
                .hint(format!("the one that opens at {place} is never closed")),
            _ => self
                .fault(format!("{} is not expected here", self.shown()))
                .hint(format!("close the parenthesis of {place}, or join conditions with AND or OR")),
        }
    }

    fn operand(&mut self) -> Result<Ast> {
        let (token, span) = self.next();
        match token {
            Token::Number(typed) => self.node(Form::Number(typed.to_owned()), span, 0),
            Token::Text(text) => self.node(Form::Text(text), span, 0),
            Token::Word(word) => self.word(word, span),
            Token::Sign("(") => {
                self.deeper(span)?;
                if self.is_word("SELECT") {
                    return Err(self
                        .fault("a query inside a condition is not possible")
                        .hint(instead("SELECT").unwrap_or_default()));
                }
                let inside = self.expression(0)?;
                if !self.take_sign(")") {
                    return Err(self.not_closed(span));
                }
                self.depth -= 1;
                Ok(inside)
            }
            Token::Sign("-") => {
                self.deeper(span)?;
                let value = self.expression(SIGNED)?;
                self.depth -= 1;
                let (whole, height) = (span.to(value.span), value.height);
                self.node(Form::Negate(Box::new(value)), whole, height)
            }
            Token::Sign("+") => {
                self.deeper(span)?;
                let value = self.expression(SIGNED)?;
                self.depth -= 1;
                Ok(value)
            }
            Token::Sign(sign) => Err(fault(self.source, span.start, format!("a value is needed here, not `{sign}`"))),
            Token::End => Err(fault(self.source, span.start, "the text ends where a value is needed")),
        }
    }

    fn word(&mut self, word: &str, span: SourceSpan) -> Result<Ast> {
        match word.to_ascii_uppercase().as_str() {
            "NOT" => {
                self.deeper(span)?;
                let inside = self.expression(NOT)?;
                self.depth -= 1;
                let (whole, height) = (span.to(inside.span), inside.height);
                self.node(Form::Not(Box::new(inside)), whole, height)
            }
            "TRUE" => self.node(Form::YesNo(true), span, 0),
            "FALSE" => self.node(Form::YesNo(false), span, 0),
            "NULL" => Err(fault(self.source, span.start, "nothing is compared with NULL")
                .hint("write IS NULL or IS NOT NULL after the field: last_purchase IS NULL")),
            upper if KEYWORDS.contains(&upper) => {
                Err(fault(self.source, span.start, format!("a value is needed here, not {}", text::quote(word))))
            }
            upper => {
                if let Some(hint) = instead(upper) {
                    let called = matches!(self.peek(), Token::Sign("("));
                    let always = matches!(upper, "CASE" | "SELECT" | "EXISTS" | "CAST" | "INTERVAL" | "WHERE");
                    if called || always {
                        let message = format!("{} is not a word of this language", text::quote(word));
                        return Err(fault(self.source, span.start, message).hint(hint));
                    }
                }
                let open = self.span();
                if !self.take_sign("(") {
                    return self.node(Form::Name(word.to_owned()), span, 0);
                }
                let (items, end) = self.listed(open)?;
                let height = items.iter().map(|item| item.height).max().unwrap_or_default();
                self.node(Form::Call(word.to_ascii_lowercase(), items), span.to(end), height)
            }
        }
    }

    /// The error when something follows a complete condition.
    fn unexpected_behind(&self, tree: &Ast) -> Error {
        let shown = self.shown();
        let fault = self.fault(format!("{shown} is not expected here"));
        match self.peek() {
            Token::Sign(")") => self.fault("this parenthesis was never opened"),
            Token::Sign(",") if tree.span.of(self.source).ends_with(|c: char| c.is_ascii_digit()) => {
                fault.hint("write a number without commas: 1000")
            }
            Token::Word(word) => match instead(word) {
                Some(hint) => fault.hint(hint),
                None => fault.hint("join conditions with AND or OR, and write text in single quotes"),
            },
            _ => fault.hint("join conditions with AND or OR"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with every pair of parentheses written.
    fn shape(ast: &Ast) -> String {
        let all = |items: &[Ast], between: &str| {
            let parts: Vec<String> = items.iter().map(shape).collect();
            parts.join(between)
        };
        match &ast.node {
            Form::Name(name) => name.clone(),
            Form::Call(name, items) => format!("{name}({})", all(items, ", ")),
            Form::Text(text) => format!("'{text}'"),
            Form::Number(typed) => typed.clone(),
            Form::YesNo(yes) => yes.to_string(),
            Form::Negate(a) => format!("(-{})", shape(a)),
            Form::Not(a) => format!("(not {})", shape(a)),
            Form::All(items) => format!("({})", all(items, " and ")),
            Form::Any(items) => format!("({})", all(items, " or ")),
            Form::Arithmetic(sign, a, b) => format!("({}{sign}{})", shape(a), shape(b)),
            Form::Compare(c, a, b) => format!("({}{}{})", shape(a), c.sign(), shape(b)),
            Form::Between(a, b, c) => format!("({} in {}..{})", shape(a), shape(b), shape(c)),
            Form::In(a, items) => format!("({} in [{}])", shape(a), all(items, ", ")),
            Form::Like(a, b) => format!("({} like {})", shape(a), shape(b)),
            Form::IsNull(a) => format!("({} null)", shape(a)),
        }
    }

    #[test]
    fn operators_bind_as_in_sql() {
        for (text, wanted) in [
            ("a or b and c", "(a or (b and c))"),
            ("a or b or c", "(a or b or c)"),
            ("(a or b) and c", "((a or b) and c)"),
            ("not a and b", "((not a) and b)"),
            ("NOT not a", "(not (not a))"),
            ("not a = b", "(not (a=b))"),
            ("a + b * c - d", "((a+(b*c))-d)"),
            ("-a * 2 < b", "(((-a)*2)<b)"),
            ("a between 1 and 2 and b", "((a in 1..2) and b)"),
            ("a not between 1 and 2", "(not (a in 1..2))"),
            ("a is not null or a is null", "((not (a null)) or (a null))"),
            ("a not in (1, 2) and b like 'x'", "((not (a in [1, 2])) and (b like 'x'))"),
            ("F('x', g())", "f('x', g())"),
        ] {
            assert_eq!(shape(&parse(text).expect(text)), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_endless_is_refused() {
        for text in [
            "(".repeat(100_000),
            "not ".repeat(900),
            "- ".repeat(50) + "1",
            "+ ".repeat(1_900) + "1",
            "1+".repeat(500) + "1",
        ] {
            assert!(parse(&text).is_err());
        }
        assert!(parse(&"(".repeat(3_999)).is_err_and(|e| e.message() == "this is nested too deeply"));
        assert!(parse(&format!("{}a", "a or ".repeat(700))).is_ok());
    }
}
