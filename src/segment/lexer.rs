//! Splits the text into tokens, each with its position; frequent typing errors are reported here.

use crate::error::{Error, Result};
use crate::text;

use super::habits;

/// A position in the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SourceSpan {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl SourceSpan {
    pub(super) fn to(self, other: SourceSpan) -> SourceSpan {
        SourceSpan { start: self.start, end: other.end }
    }

    pub(super) fn of(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }
}

/// One word, number, text or symbol.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'t> {
    /// A name or a keyword, as typed.
    Word(&'t str),
    /// Digits, with a decimal point or without.
    Number(&'t str),
    /// The text between single quotes, with `''` as one.
    Text(String),
    /// `=` `<>` `<` `<=` `>` `>=` `+` `-` `*` `/` `(` `)` `,`; `!=` is read as `<>`.
    Sign(&'static str),
    /// After the last token.
    End,
}

const SIGNS: [&str; 14] = ["<>", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "(", ")", ","];

/// An error at a position of the text.
pub(super) fn fault(source: &str, at: usize, message: impl Into<String>) -> Error {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Error::new(message).at(format!("{line}:{column}"))
}

/// All tokens of a text, [`Token::End`] last.
pub(super) fn tokens(source: &str) -> Result<Vec<(Token<'_>, SourceSpan)>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut last = 0;
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        if c.is_whitespace() || c == '\u{feff}' {
            at += c.len_utf8();
            continue;
        }
        if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (token, length) = token(source, at, c)?;
        found.push((token, SourceSpan { start: at, end: at + length }));
        at += length;
        last = at;
    }
    found.push((Token::End, SourceSpan { start: last, end: last }));
    Ok(found)
}

fn token(source: &str, at: usize, c: char) -> Result<(Token<'_>, usize)> {
    let rest = &source[at..];
    let next_is_digit = rest[c.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if c == '\'' {
        return text(source, at);
    }
    if c.is_ascii_digit() || (c == '.' && next_is_digit) {
        return number(source, at);
    }
    if c.is_alphabetic() || c == '_' {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return Ok((Token::Word(&rest[..length]), length));
    }
    if let Some((typed, hint)) = habits::sign_elsewhere(rest).filter(|_| !rest.starts_with("!=")) {
        return Err(fault(source, at, format!("{} is not part of this language", text::quote(typed))).hint(hint));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(if *sign == "!=" { "<>" } else { sign }), sign.len()));
    }
    Err(match c {
        '"' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' => {
            let quoted = rest[c.len_utf8()..].split(['"', '“', '”', '‘', '’', '«', '»', '\n']).next();
            fault(source, at, format!("write text in single quotes: {}", in_quotes(quoted.unwrap_or_default())))
        }
        '≥' | '≤' | '≠' | '−' | '–' => {
            let plain = match c {
                '≥' => ">=",
                '≤' => "<=",
                '≠' => "<>",
                _ => "-",
            };
            fault(source, at, format!("`{c}` is not part of this language")).hint(format!("write `{plain}`"))
        }
        '$' | '€' | '£' | '¥' => fault(source, at, format!("`{c}` is not part of this language"))
            .hint("write an amount without the currency symbol: spend_12m >= 500"),
        other => fault(source, at, format!("{} is not part of this language", text::quote(&other.to_string()))),
    })
}

/// Whether a text is one name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// `'Springfield'`, as it has to be typed.
pub(super) fn in_quotes(text: &str) -> String {
    format!("'{}'", text.trim().replace('\'', "''"))
}

fn text(source: &str, at: usize) -> Result<(Token<'_>, usize)> {
    let mut found = String::new();
    let mut chars = source[at + 1..].char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        match c {
            '\'' if chars.next_if(|(_, next)| *next == '\'').is_some() => found.push('\''),
            '\'' => return Ok((Token::Text(found), i + 2)),
            '\0' => return Err(fault(source, at + 1 + i, "a text cannot contain the character NUL")),
            c => found.push(c),
        }
    }
    Err(fault(source, at, "the text that begins here has no end")
        .hint("close it with a single quote; a quote inside it is written twice: 'O''Hara'"))
}

fn number(source: &str, at: usize) -> Result<(Token<'_>, usize)> {
    let rest = &source[at..];
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
    let typed = &rest[..length];
    let (whole, part) = typed.split_once('.').unwrap_or((typed, "0"));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.is_empty() {
        return Err(fault(source, at, format!("{} is neither a number nor a name", text::quote(typed)))
            .hint("write a number with digits and at most one point: 500 or 500.50"));
    }
    Ok((Token::Number(typed), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_tokens() {
        let found: Vec<Token<'_>> = tokens("City != 'O''Hara' -- who\n AND .5>=x_1")
            .expect("tokens")
            .into_iter()
            .map(|(token, _)| token)
            .collect();
        let wanted = [
            Token::Word("City"),
            Token::Sign("<>"),
            Token::Text("O'Hara".to_owned()),
            Token::Word("AND"),
            Token::Number(".5"),
            Token::Sign(">="),
            Token::Word("x_1"),
            Token::End,
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_place_counts_lines_and_letters() {
        let error = tokens("city = 'Zürich'\n  AND é # 1").expect_err("a sign");
        assert_eq!(error.place(), Some("2:9"));
    }
}
