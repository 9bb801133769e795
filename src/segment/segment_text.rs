//! The text of a segment with its scope: its parts as typed, and errors about them.

use super::Scope;
use super::expr::{Expr, Node};
use super::fields::{self, Kind};
use super::lexer::{fault, in_quotes};
use super::tree::{Ast, Form};
use crate::error::Error;
use crate::text;

/// One text with its scope.
#[derive(Clone, Copy)]
pub(super) struct SegmentText<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) source: &'a str,
}

impl SegmentText<'_> {
    pub(super) fn fault(&self, at: &Ast, message: impl Into<String>) -> Error {
        fault(self.source, at.span.start, message)
    }

    pub(super) fn shown(&self, ast: &Ast) -> String {
        text::quote(ast.span.of(self.source))
    }

    /// A part with the text of `ast`.
    pub(super) fn expr(&self, ast: &Ast, node: Node, kind: Kind, absent: bool) -> Expr {
        Expr { node, kind, absent, text: ast.span.of(self.source).to_owned() }
    }

    pub(super) fn is_unknown(&self, ast: &Ast) -> bool {
        let known = |name: &str| {
            fields::field(name).is_some() || fields::function(name).is_some() || self.scope.named.contains_key(name)
        };
        matches!(&ast.node, Form::Name(name) if !known(name))
    }

    /// The error for text without its quotes.
    pub(super) fn bare(&self, ast: &Ast) -> Error {
        let typed = ast.span.of(self.source);
        let error = self.fault(ast, format!("write text in single quotes: {}", in_quotes(typed)));
        match text::nearest(typed, fields::FIELDS.iter().map(|f| f.name)) {
            Some(near) => error.hint(format!("or did you mean the field `{near}`?")),
            None => error,
        }
    }
}
