//! The similarity of names, numbers and addresses, for people who cannot spell them.

use std::sync::LazyLock;

use super::edit_distance::{Spelling, most_edits};
use crate::text;

/// The digits of a phone number.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A phone number as a reference: its digits, with the `+` if there is one.
pub(crate) fn dialled(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return String::new();
    }
    if text.trim_start().starts_with('+') { format!("+{digits}") } else { digits }
}

/// The similarity of two plain names, from 0 to 1, in any order of words.
pub(super) fn likeness(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let turned = sorted(one);
    strsim::jaro_winkler(one, other).max(strsim::jaro_winkler(&turned, &sorted(other)))
}

/// The words of a plain text, sorted.
pub(super) fn sorted(plain: &str) -> String {
    let mut words: Vec<&str> = plain.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

/// Whether a word may be another with a typing error.
fn mistyped(typed: &str, word: &str) -> bool {
    let allowed = most_edits(typed.chars().count());
    allowed > 0 && Spelling::of(typed).is_some_and(|typed| typed.edit_distance(word) <= allowed)
}

/// How a plain word sounds, roughly: Soundex for Latin letters, the first characters for others.
pub(super) fn sound(word: &str) -> String {
    let Some(first) = word.chars().next().filter(char::is_ascii_lowercase) else {
        return word.chars().take(3).collect();
    };
    let class = |c: char| match c {
        'b' | 'f' | 'p' | 'v' => '1',
        'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
        'd' | 't' => '3',
        'l' => '4',
        'm' | 'n' => '5',
        'r' => '6',
        'h' | 'w' => '-',
        _ => '0',
    };
    let mut code = String::from(first);
    let mut before = class(first);
    for now in word.chars().skip(1).map(class).filter(|now| *now != '-') {
        if now != '0' && now != before {
            code.push(now);
        }
        before = now;
    }
    code.truncate(4);
    code
}

/// First names that the same person may use: the rows of nicknames.tsv.
static NICKNAMES: LazyLock<Vec<Vec<&'static str>>> =
    LazyLock::new(|| text::table_rows(include_str!("nicknames.tsv")).map(Iterator::collect).collect());

/// Whether two plain first names may be the same person's: equal, a short form, an initial, or a typing error.
pub(super) fn same_first_name(one: &str, other: &str) -> bool {
    let (one, other) = (first_word(one), first_word(other));
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    one == other
        || initial(one, other)
        || initial(other, one)
        || mistyped(one, other)
        || NICKNAMES.iter().any(|names| names.contains(&one) && names.contains(&other))
}

fn first_word(plain: &str) -> &str {
    plain.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_left_of_a_number() {
        assert_eq!(digits("+1 (650) 555-0123"), "16505550123");
    }

    #[test]
    fn slips_sounds_and_short_forms_are_known() {
        for (typed, word, same) in
            [("smyth", "smith", true), ("thmopson", "thompson", true), ("ann", "anm", false), ("berg", "burgh", false)]
        {
            assert_eq!(mistyped(typed, word), same, "{typed} {word}");
        }
        for (one, other) in [("smith", "smyth"), ("meyer", "maier"), ("robert", "rupert")] {
            assert_eq!(sound(one), sound(other));
        }
        for (one, other, same) in [
            ("bob", "robert", true),
            ("j", "john", true),
            ("john", "jane", false),
            ("mary ann", "mary", true),
            ("eleanor", "robert", false),
        ] {
            assert_eq!(same_first_name(one, other), same, "{one} {other}");
        }
        assert!((likeness("smith john", "john smith") - 1.0).abs() < f64::EPSILON);
    }
}
