//! Where words may be divided, by the language of the letter.

use std::ops::Range;

use hypher::Lang;

/// The fewest letters of a word that is divided, of one with a capital, and of the two parts.
const WORD: usize = 6;
const CAPITAL: usize = 8;
const LEFT: usize = 2;
const RIGHT: usize = 3;

/// The places within a range of the text at which a hyphen may stand: those of the language's patterns, in words that
/// are no names as far as a capital shows, and those of soft hyphens. What begins a sentence is a name or none; it counts as
/// none if `first_words` is set.
pub(crate) fn places(text: &str, range: Range<usize>, language: &str, soft: &[usize], first_words: bool) -> Vec<usize> {
    let mut found: Vec<usize> = soft.iter().copied().filter(|place| range.contains(place)).collect();
    let part = text.get(range.clone()).unwrap_or_default();
    // Web addresses, amounts and “wouldn’t” stay whole.
    let inside = part.trim_matches(|c: char| !c.is_alphanumeric());
    let is_plain =
        part.len() >= WORD && inside.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '‐' | '–' | '—'));
    let Some(known) = patterns(language).filter(|_| is_plain) else { return found };
    let (left, right) = known.bounds();
    let mut at = range.start;
    for word in part.split_inclusive(|c: char| !c.is_alphabetic()) {
        let letters = word.trim_end_matches(|c: char| !c.is_alphabetic());
        if may_be_divided(letters, known) || (first_words && is_first_word(text, at, letters)) {
            let mut end = at;
            for syllable in hypher::hyphenate_bounded(letters, known, left.max(LEFT), right.max(RIGHT)) {
                end += syllable.len();
                found.push(end);
            }
            found.pop();
        }
        at += word.len();
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The patterns of a language.
fn patterns(language: &str) -> Option<Lang> {
    let code: [u8; 2] = language.split('-').next()?.as_bytes().try_into().ok()?;
    Lang::from_iso(code.map(|letter| letter.to_ascii_lowercase()))
}

/// A word in capitals, or with one, may be a name; German writes its nouns so.
fn may_be_divided(word: &str, language: Lang) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(|first| first.is_lowercase() || language == Lang::German);
    first && letters.all(char::is_lowercase) && word.chars().count() >= WORD
}

/// A long word with a capital that begins a sentence.
fn is_first_word(text: &str, at: usize, word: &str) -> bool {
    let before = text[..at].trim_end_matches([' ', '“', '„', '‘', '"', '«', '(']);
    let begins = before.is_empty() || before.ends_with(['.', '!', '?', '…', '\n']);
    begins && word.chars().count() >= CAPITAL && word.chars().skip(1).all(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(text: &str, language: &str) -> String {
        let mut out = String::new();
        for piece in text.split_inclusive(' ') {
            let mut start = 0;
            for place in places(piece, 0..piece.len(), language, &[], false) {
                out = out + &piece[start..place] + "-";
                start = place;
            }
            out += &piece[start..];
        }
        out
    }

    #[test]
    fn words_are_divided_by_their_language_and_names_are_not() {
        assert_eq!(divided("a wonderful celebration.", "en-US"), "a won-der-ful cel-e-bra-tion.");
        assert_eq!(divided("Weihnachtsgeschenk", "de"), "Weih-nachts-ge-schenk");
        assert_eq!(divided("Featherstonehaugh COMMUNICATION", "en"), "Featherstonehaugh COMMUNICATION");
        assert_eq!(divided("wouldn’t wiedemans.example", "en"), "wouldn’t wiedemans.example");
        assert_eq!(divided("wonderful", "xx"), "wonderful");
        assert_eq!(places("abc def", 0..7, "xx", &[2, 9], false), [2]);
    }

    #[test]
    fn a_capital_that_begins_a_sentence_tells_nothing() {
        let text = "Conversation. Interesting Featherstone! “Remember";
        let count = |word: &str, first_words| {
            let start = text.find(word).unwrap_or_default();
            places(text, start..start + word.len(), "en", &[], first_words).len()
        };
        for (word, divided) in [("Conversation", 3), ("Interesting", 3), ("Featherstone", 0), ("Remember", 2)] {
            assert_eq!((count(word, false), count(word, true)), (0, divided), "{word}");
        }
    }
}
