//! What people type out of habit from SQL and other languages, and what to write instead.

use crate::text;

/// Words that cannot be names of fields or segments.
pub(super) const KEYWORDS: [&str; 12] =
    ["AND", "OR", "NOT", "BETWEEN", "IN", "LIKE", "IS", "NULL", "TRUE", "FALSE", "ASC", "DESC"];

/// What to write instead of a word of SQL.
pub(super) fn instead(word: &str) -> Option<&'static str> {
    habits().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, hint)| hint)
}

/// Whether a word is reserved.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word)) || instead(word).is_some()
}

/// The operator of another language at the beginning of a text, and what to write instead.
pub(super) fn sign_elsewhere(text: &str) -> Option<(&'static str, &'static str)> {
    habits().find(|(sign, _)| text.starts_with(sign))
}

/// Words and operators that people type out of habit, each with its hint.
fn habits() -> impl Iterator<Item = (&'static str, &'static str)> {
    text::table_rows(include_str!("habits.tsv")).filter_map(|mut cells| cells.next().zip(cells.next()))
}
