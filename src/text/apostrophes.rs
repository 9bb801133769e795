//! Apostrophes as they are printed: ’ for the one of typewriters, in names and words.

use std::borrow::Cow;

/// The characters typed for an apostrophe.
const TYPED: [char; 3] = ['\'', '´', '`'];

/// The text with typographic apostrophes; feet and minutes, quotation marks, and web and email addresses are not changed.
pub(crate) fn with_apostrophes(text: &str) -> Cow<'_, str> {
    if !text.contains(TYPED) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 4);
    let mut behind = text;
    // After an opening quotation mark, the next one at the end of a word closes it.
    let mut is_alone = false;
    for word in text.split_inclusive(char::is_whitespace) {
        let is_address = word.contains('@') || word.contains("://") || word.starts_with("www.");
        let mut before = None;
        for character in word.chars() {
            behind = &behind[character.len_utf8()..];
            let is_typed = TYPED.contains(&character) && !is_address;
            out.push(if is_typed { printed(character, before, behind, is_alone) } else { character });
            is_alone |= character == '\'' && out.ends_with(character) && before.is_none_or(|c| !c.is_alphanumeric());
            before = Some(character);
        }
    }
    Cow::Owned(out)
}

/// The printed form of a character that may be an apostrophe, by what precedes it in its word and follows it in the text.
fn printed(character: char, before: Option<char>, behind: &str, is_alone: bool) -> char {
    let next = behind.chars().next().filter(|c| c.is_alphanumeric());
    match before.filter(|c| c.is_alphanumeric()) {
        // O'Neil, 1980's.
        Some(before) if next.is_some_and(char::is_alphabetic) && (before.is_alphabetic() || character == '\'') => '’',
        // The Joneses'; an accent behind a word is something else, and 6' are feet.
        Some(before) if before.is_alphabetic() && character == '\'' && !is_alone && ends_word(behind) => '’',
        None if next.is_some() && character == '\'' && !is_quotation(behind) => '’',
        _ => character,
    }
}

/// Whether only punctuation is left of a word.
fn ends_word(behind: &str) -> bool {
    let rest = behind.split(char::is_whitespace).next().unwrap_or_default();
    rest.chars().all(|c| matches!(c, ',' | '.' | ';' | ':' | '?' | '!'))
}

/// Whether a word further on ends in one: 't Hooft and '90s have none, and that of rock 'n' roll is too near.
fn is_quotation(behind: &str) -> bool {
    let mut before = [' '; 2];
    let mut rest = behind.chars().peekable();
    while let Some(character) = rest.next() {
        let ends = before.iter().all(|c| c.is_alphanumeric()) && rest.peek().is_none_or(|next| !next.is_alphanumeric());
        if character == '\'' && ends {
            return true;
        }
        before = [before[1], character];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apostrophes_are_typographic_and_other_signs_stay() {
        for (typed, set) in [
            ("O'Neil", "O’Neil"),
            ("Côte d'Or", "Côte d’Or"),
            ("Gerard 't Hooft of 's-Gravenhage", "Gerard ’t Hooft of ’s-Gravenhage"),
            ("Dar'ya D´Angelo M`Bala", "Dar’ya D’Angelo M’Bala"),
            ("the Joneses' dog, Hess'", "the Joneses’ dog, Hess’"),
            ("1980's, '90s and rock 'n' roll", "1980’s, ’90s and rock ’n’ roll"),
            ("the 'Grand Hotel' mug, 'Blue'", "the 'Grand Hotel' mug, 'Blue'"),
            ("alert('x1')", "alert('x1')"),
            ("a 6' by 4'6\" board", "a 6' by 4'6\" board"),
            ("write to o'neil@d'or.example", "write to o'neil@d'or.example"),
            ("https://shop.example/o'neil", "https://shop.example/o'neil"),
            ("O’Neil", "O’Neil"),
            ("caffe` e te´", "caffe` e te´"),
            ("' x `", "' x `"),
            ("Robert'); DROP", "Robert'); DROP"),
            ("=2+5+cmd|' /C calc'!A0", "=2+5+cmd|' /C calc'!A0"),
        ] {
            assert_eq!(with_apostrophes(typed), set);
        }
    }
}
