//! Which way text runs: that of the letter's language, and of the text itself.

use parley::BaseDirection;

use crate::merge::Block;
use crate::text::is_rtl;

/// The direction of a paragraph. Where letters of both directions stand in it, that of the letter's language; in a letter
/// from right to left, text without a letter of that direction (a street abroad, a phone number) runs as it is written.
pub(crate) fn of(text: &str, language: &str) -> BaseDirection {
    let has_ltr = || text.chars().any(|c| c.is_alphabetic() && !is_rtl_letter(c));
    if !is_rtl(language) {
        return if has_ltr() { BaseDirection::Ltr } else { BaseDirection::Auto };
    }
    let is_ltr = !text.chars().any(is_rtl_letter) && (has_ltr() || has_groups_of_digits(text));
    if is_ltr { BaseDirection::Ltr } else { BaseDirection::Rtl }
}

/// Whether all letters of a block run from right to left.
pub(crate) fn is_rtl_block(block: &Block) -> bool {
    let mut has_letter = false;
    let has_no_other = all(block, &mut |c| {
        let is_rtl = is_rtl_letter(c);
        has_letter |= is_rtl;
        is_rtl || !c.is_alphabetic()
    });
    has_letter && has_no_other
}

/// Whether all characters of a block are so; stops at the first that is not.
fn all(block: &Block, is_so: &mut impl FnMut(char) -> bool) -> bool {
    match block {
        Block::Paragraph(spans) | Block::Heading(_, spans) => {
            spans.iter().flat_map(|span| span.text.chars()).all(is_so)
        }
        Block::List(_, items) => items.iter().flatten().all(|inner| all(inner, is_so)),
        Block::Quote(blocks) | Block::Coupon(blocks) => blocks.iter().all(|inner| all(inner, is_so)),
        Block::Table(table) => table.rows.iter().flatten().flatten().all(|inner| all(inner, is_so)),
        _ => true,
    }
}

/// Whether a letter is of a script that runs to the left; figures are none.
pub(crate) fn is_rtl_letter(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x65f | 0x66a..=0x6ef | 0x6fa..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff | 0x1_0800..=0x1_0fff | 0x1_e800..=0x1_efff)
}

/// `054 123 456`: the groups would change places in text from right to left.
fn has_groups_of_digits(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_digits = |word: &str| word.chars().any(char::is_numeric);
    words.any(is_digits) && words.any(is_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_decides_and_then_the_text() {
        for (text, language, expected) in [
            ("Dear Ana", "en", BaseDirection::Ltr),
            ("שלום", "en", BaseDirection::Auto),
            ("Dear שלום", "en", BaseDirection::Ltr),
            ("שלום Dear", "he-IL", BaseDirection::Rtl),
            ("Dear שלום", "ar", BaseDirection::Rtl),
            ("12 Main St.", "he", BaseDirection::Ltr),
            ("+972 54 123", "he", BaseDirection::Ltr),
            ("1.", "fa", BaseDirection::Rtl),
            ("شارع 12", "ur", BaseDirection::Rtl),
            ("salam", "az-Arab", BaseDirection::Ltr),
            ("…", "az-Arab", BaseDirection::Rtl),
            ("…", "he-Latn", BaseDirection::Auto),
        ] {
            assert_eq!(of(text, language), expected, "{text} in {language}");
        }
    }
}
