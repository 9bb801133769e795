//! Apostrophes as they are printed: ’ for the one of typewriters, in names and words.

use std::borrow::Cow;

/// The signs that are typed for an apostrophe.
const TYPED: [char; 3] = ['\'', '´', '`'];

/// The text with typographic apostrophes; feet and minutes, quotation marks and what stands in web and email addresses, stay as they are.
pub(crate) fn with_apostrophes(text: &str) -> Cow<'_, str> {
    if !text.contains(TYPED) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 4);
    let mut behind = text;
    // A sign by itself makes those behind it something else than apostrophes.
    let mut is_alone = false;
    for word in text.split_inclusive(char::is_whitespace) {
        let is_address = word.contains('@') || word.contains("://") || word.starts_with("www.");
        let mut before = None;
        for sign in word.chars() {
            behind = &behind[sign.len_utf8()..];
            let is_typed = TYPED.contains(&sign) && !is_address;
            out.push(if is_typed { printed(sign, before, behind, is_alone) } else { sign });
            is_alone |= sign == '\'' && out.ends_with(sign) && before.is_none_or(|c| !c.is_alphanumeric());
            before = Some(sign);
        }
    }
    Cow::Owned(out)
}

/// How a sign is printed that may be an apostrophe, by what stands before it in its word and behind it in the text.
fn printed(sign: char, before: Option<char>, behind: &str, is_alone: bool) -> char {
    let next = behind.chars().next().filter(|c| c.is_alphanumeric());
    match before.filter(|c| c.is_alphanumeric()) {
        // O'Neil, 1980's.
        Some(before) if next.is_some_and(char::is_alphabetic) && (before.is_alphabetic() || sign == '\'') => '’',
        // The Joneses'; an accent behind a word is something else, and 6' are feet.
        Some(before) if before.is_alphabetic() && sign == '\'' && !is_alone && ends_word(behind) => '’',
        None if next.is_some() && sign == '\'' && !is_quotation(behind) => '’',
        _ => sign,
    }
}

/// Whether nothing of a word but points and commas is left.
fn ends_word(behind: &str) -> bool {
    let rest = behind.split(char::is_whitespace).next().unwrap_or_default();
    rest.chars().all(|c| matches!(c, ',' | '.' | ';' | ':' | '?' | '!'))
}

/// Whether a sign stands behind a word further on: 't Hooft and '90s have none, and that of rock 'n' roll is too near.
fn is_quotation(behind: &str) -> bool {
    let mut before = [' '; 2];
    let mut signs = behind.chars().peekable();
    while let Some(sign) = signs.next() {
        let ends =
            before.iter().all(|c| c.is_alphanumeric()) && signs.peek().is_none_or(|next| !next.is_alphanumeric());
        if sign == '\'' && ends {
            return true;
        }
        before = [before[1], sign];
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
