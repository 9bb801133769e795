//! Names in capitals or in lowercase, and their usual form: ROBERT MCDONALD JR is Robert McDonald Jr.
//!
//! Only a name entirely in capitals or entirely in lowercase is changed. Possible initials, numerals and companies stay
//! unchanged.

use crate::text::names::{is_short_before_a_name, is_small, written_suffix};

/// Which part of a name it is: this decides what two letters or "van" mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// First names.
    First,
    /// A surname.
    Last,
    /// Both, in this order, possibly after a title.
    Whole,
}

/// First names of two letters that end in a consonant; others are initials.
const SHORT: &[&str] = &["AL", "ED", "AB", "AN", "OZ", "IB", "EL", "UR"];
/// Names in which Mac is followed by a capital; in most others it is not: Mack, Macy, Machado.
const MAC: &[&str] = &[
    "ALISTER", "ALLISTER", "ARTHUR", "AULAY", "CALLUM", "CORMACK", "DONALD", "DONNELL", "DOUGALL", "FARLANE", "GREGOR",
    "INNES", "INTOSH", "INTYRE", "IVER", "KENZIE", "KINNON", "LACHLAN", "LAREN", "LEAN", "LEOD", "MILLAN", "NAUGHTON",
    "NEIL", "NEILL", "PHERSON", "QUEEN", "RAE", "TAVISH",
];
/// Prefixes of several letters before an apostrophe that are followed by a capital.
const ELIDED: &[&str] = &["DELL", "DALL", "NELL", "SANT", "MC"];
/// The usual form of a name that is entirely in capitals or lowercase, if it can be determined.
pub(super) fn repaired(name: &str, part: Part) -> Option<String> {
    // Georgian has no capitals in names.
    let is_small = !name.chars().any(|c| c.is_uppercase() || ('\u{10d0}'..='\u{10ff}').contains(&c))
        && name.chars().filter(|c| c.is_lowercase()).count() > 1;
    if is_small {
        return in_capitals(&shouted(name), part);
    }
    in_capitals(name, part)
}

/// A name in capitals; a letter without a capital form is unchanged, such as ß.
fn shouted(name: &str) -> String {
    let capital = |c: char| {
        let mut capitals = c.to_uppercase();
        capitals.next().filter(|_| capitals.next().is_none()).unwrap_or(c)
    };
    name.chars().map(capital).collect()
}

fn in_capitals(name: &str, part: Part) -> Option<String> {
    let is_small_letter = |c: char| c.is_lowercase() && c.to_uppercase().count() == 1;
    if name.chars().any(is_small_letter) || name.chars().filter(|c| c.is_uppercase()).count() < 2 {
        return None;
    }
    let words: Vec<&str> = name.split(' ').collect();
    let mut written: Vec<String> = Vec::with_capacity(words.len());
    let suffix = |word: &str, at: usize| if at > 0 { written_suffix(word) } else { None };
    // The last word that is a name, and where first names begin.
    let last = (0..words.len()).rev().find(|at| suffix(words[*at], *at).is_none() && !bare(words[*at]).is_empty())?;
    let first = (0..last).find(|at| !is_short_before_a_name(words[*at])).unwrap_or(last);
    for (at, word) in words.iter().enumerate() {
        let of_surname = part == Part::Last || part == Part::Whole && at == last && last > first;
        let after_first = part == Part::Last || at > first;
        written.push(if let Some(suffix) = suffix(word, at) {
            word.replacen(bare(word), suffix, 1)
        } else if at < last && after_first && is_small(word, written.last().map(String::as_str)) {
            word.to_lowercase()
        } else if may_be_initials(bare(word), of_surname) {
            (*word).to_owned()
        } else {
            capitalised(word)
        });
    }
    let written = written.join(" ");
    (written != name).then_some(written)
}

/// A word without surrounding punctuation.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether letters may be initials: JT and AJ, but not NG as a surname, nor AL.
fn may_be_initials(word: &str, of_surname: bool) -> bool {
    if of_surname || is_short_before_a_name(word) || !word.is_ascii() {
        return false;
    }
    let is_vowel = |c: char| "AEIOUY".contains(c);
    match word.len() {
        2 => !word.ends_with(is_vowel) && !SHORT.contains(&word),
        3 => !word.contains(is_vowel),
        _ => false,
    }
}

/// A word with a capital at the start of each part: after hyphens and periods always, after apostrophes where that is
/// usual.
fn capitalised(word: &str) -> String {
    let mut written = String::with_capacity(word.len());
    let mut piece = String::new();
    let mut before: Option<(char, String)> = None;
    for c in word.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_alphanumeric() || is_mark(c) => piece.push(c),
            end => {
                written.push_str(&cased(&piece, before.as_ref()));
                before = end.map(|sign| (sign, std::mem::take(&mut piece)));
                written.extend(end);
            }
        }
    }
    written
}

/// A combining mark.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// A part of a word, given the separator and the part before it.
fn cased(piece: &str, before: Option<&(char, String)>) -> String {
    let single = piece.chars().count() == 1;
    if let Some(('\'' | '’' | '`', earlier)) = before {
        let follows_capital = earlier.chars().count() == 1 || ELIDED.contains(&earlier.as_str());
        // 't Hooft, James's, Ka'ahumanu.
        if single || !follows_capital {
            return lower(piece);
        }
    }
    if let Some(rest) = piece.strip_prefix("MC").filter(|rest| rest.chars().count() >= 3) {
        return format!("Mc{}", title(rest));
    }
    if let Some(rest) = piece.strip_prefix("MAC").filter(|rest| MAC.contains(rest)) {
        return format!("Mac{}", title(rest));
    }
    title(piece)
}

fn title(piece: &str) -> String {
    let Some(first) = piece.chars().next() else { return String::new() };
    // Lowercased as a whole, so that a final sigma is correct.
    let all = lower(piece);
    let start = lower(&first.to_string()).len();
    format!("{first}{}", &all[start..])
}

/// Lowercase; the Turkish dotted capital becomes one letter.
fn lower(text: &str) -> String {
    text.to_lowercase().replace("i\u{307}", "i")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_become_names() {
        for (part, name, written) in [
            (Part::Last, "O'BRIEN", "O'Brien"),
            (Part::Last, "O’NEILL-SMITH", "O’Neill-Smith"),
            (Part::Last, "MCDONALD", "McDonald"),
            (Part::Last, "MACDONALD", "MacDonald"),
            (Part::Last, "MACHADO", "Machado"),
            (Part::Last, "VAN DER BERG", "van der Berg"),
            (Part::Last, "DE LA CRUZ", "de la Cruz"),
            (Part::Last, "VON DER LEYEN", "von der Leyen"),
            (Part::Last, "LA RUE", "La Rue"),
            (Part::Last, "D'ANGELO", "D'Angelo"),
            (Part::Last, "'T HOOFT", "'t Hooft"),
            (Part::Last, "KA'AHUMANU", "Ka'ahumanu"),
            (Part::Last, "NG", "Ng"),
            (Part::Last, "ST. JOHN", "St. John"),
            (Part::Last, "SMITH III", "Smith III"),
            (Part::Last, "ÖZTÜRK", "Öztürk"),
            (Part::Last, "ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδοπουλος"),
            (Part::Last, "ДЕМ'ЯНЕНКО", "Дем'яненко"),
            (Part::First, "HENRY", "Henry"),
            (Part::First, "MARY-ANN", "Mary-Ann"),
            (Part::First, "AL", "Al"),
            (Part::First, "VAN", "Van"),
            (Part::First, "J.R. ROBERT", "J.R. Robert"),
            (Part::Whole, "ROBERT MCDONALD JR.", "Robert McDonald Jr."),
            (Part::Whole, "DR JT VAN DER BERG", "Dr JT van der Berg"),
            (Part::Whole, "WEI NG", "Wei Ng"),
            (Part::Whole, "VAN NGUYEN", "Van Nguyen"),
            (Part::Whole, "JOHN & MARY SMITH", "John & Mary Smith"),
            (Part::Last, "smith", "Smith"),
            (Part::Last, "o'brien", "O'Brien"),
            (Part::Last, "weiß", "Weiß"),
            (Part::Last, "van der berg", "van der Berg"),
            (Part::First, "anna maria", "Anna Maria"),
            (Part::Whole, "dr. ana de los santos", "Dr. Ana de los Santos"),
            (Part::Whole, "ANA DE LOS SANTOS PHD", "Ana de los Santos PhD"),
        ] {
            assert_eq!(repaired(name, part).as_deref(), Some(written), "{part:?}");
        }
    }

    #[test]
    fn what_may_be_meant_so_stays() {
        for (part, name) in [
            (Part::First, "JT"),
            (Part::First, "AJ"),
            (Part::First, "J."),
            (Part::First, "Li"),
            (Part::Last, "O'Brien"),
            (Part::Last, "SMITH-Jones"),
            (Part::Last, "X"),
            (Part::Last, "田中"),
            (Part::First, "გიორგი"),
            (Part::Whole, "Robert SMITH"),
        ] {
            assert_eq!(repaired(name, part), None, "{name}");
        }
    }
}
