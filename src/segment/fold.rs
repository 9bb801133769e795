//! LIKE patterns, for the database and for comparisons here.

use crate::text::case_folded;

/// A pattern for LIKE with `ESCAPE '\'`: this language has no escape, so a backslash is a backslash.
pub(super) fn pattern(text: &str) -> String {
    case_folded(text).replace('\\', "\\\\")
}

/// A pattern that finds the word anywhere.
pub(super) fn holding(word: &str) -> String {
    let word = pattern(word).replace('%', "\\%").replace('_', "\\_");
    format!("%{word}%")
}

/// Whether a text matches a pattern, in which `%` means any text and `_` one letter.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = case_folded(text).chars().collect();
    let pattern = case_folded(pattern);
    // Which prefixes of the text match the pattern so far, by their length.
    let mut alike = vec![false; text.len() + 1];
    alike[0] = true;
    for sign in pattern.chars() {
        if sign == '%' {
            let first = alike.iter().position(|like| *like).unwrap_or(alike.len());
            alike[first..].fill(true);
            continue;
        }
        for end in (1..=text.len()).rev() {
            alike[end] = alike[end - 1] && (sign == '_' || sign == text[end - 1]);
        }
        alike[0] = false;
    }
    alike[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_folded_and_quoted() {
        assert_eq!(pattern("ZÜRICH\\%"), "zürich\\\\%");
        assert_eq!(holding("50%_\\"), "%50\\%\\_\\\\%");
    }

    #[test]
    fn a_pattern_is_the_whole_text() {
        for (text, pattern, like) in [
            ("Germany", "ger%", true),
            ("Germany", "%MANY", true),
            ("Germany", "%erm%", true),
            ("Germany", "G_rman_", true),
            ("Germany", "German", false),
            ("Germany", "_ermany_", false),
            ("", "", true),
            ("", "%", true),
            ("", "_", false),
            ("Île", "île", true),
            ("aXbXc", "a%b%c", true),
            ("aXbX", "a%b%c", false),
        ] {
            assert_eq!(is_like(text, pattern), like, "{text} {pattern}");
        }
    }
}
