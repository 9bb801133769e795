//! The syntax tree of a text, before any name in it is looked up.

use super::lexer::SourceSpan;

/// A part of the text, not yet looked up in any list of fields.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ast {
    pub(super) node: Form,
    pub(super) span: SourceSpan,
    /// The height of its tree.
    pub(super) height: usize,
}

/// The kind of a part, by its syntax alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Name(String),
    Call(String, Vec<Ast>),
    Text(String),
    Number(String),
    YesNo(bool),
    Negate(Box<Ast>),
    Not(Box<Ast>),
    All(Vec<Ast>),
    Any(Vec<Ast>),
    /// `+` `-` `*` `/`.
    Arithmetic(char, Box<Ast>, Box<Ast>),
    Compare(Comparison, Box<Ast>, Box<Ast>),
    Between(Box<Ast>, Box<Ast>, Box<Ast>),
    In(Box<Ast>, Vec<Ast>),
    Like(Box<Ast>, Box<Ast>),
    IsNull(Box<Ast>),
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unlike,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unlike => "<>",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// The same from the other side: `a < b` is `b > a`.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            Self::Equal | Self::Unlike => self,
        }
    }

    pub(super) fn of(sign: &str) -> Option<Self> {
        let all = [Self::Equal, Self::Unlike, Self::Less, Self::AtMost, Self::More, Self::AtLeast];
        all.into_iter().find(|one| one.sign() == sign)
    }
}
