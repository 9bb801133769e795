//! Text in a name cell that is not a name: words for an empty cell, remarks, email addresses, `Current Resident`.

use super::names::{bare, has_shape, is_family, is_in, is_title, is_written_as_name};
use super::{name_key, plain_key};

/// A name without other text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CleanName {
    pub(crate) name: String,
    /// `c/o Tom Roe`: for the envelope, not for the greeting.
    pub(crate) care_of: String,
    /// What the owner should check before sending a letter: `do not mail`, `ann@example.com`.
    pub(crate) remarks: Vec<String>,
}

/// Whether a program filled a cell because it had no value: `NULL`, `N/A`, `-`. Some of these words are names next to
/// another name: Mary None, Nan Reed.
pub(crate) fn is_placeholder(cell: &str, is_first_name: bool, beside_a_name: bool) -> bool {
    let cell = cell.trim();
    // "{{first_name}}" was never filled in.
    let is_merge_field = !cell.starts_with(char::is_alphanumeric)
        && [("{{", "}}"), ("*|", "|*"), ("[[", "]]"), ("<<", ">>"), ("${", "}"), ("%%", "%%")]
            .iter()
            .any(|(start, end)| cell.starts_with(start) && cell.ends_with(end));
    if !cell.chars().any(char::is_alphanumeric) || is_merge_field {
        return true;
    }
    if !has_shape("never a name", cell) {
        return false;
    }
    let raw = bare(cell);
    // "N/A" has its own form; "Value" is a name, "#VALUE!" is not.
    let is_known = is_in("never a name", &raw) && !cell.starts_with('#')
        || cell.starts_with('#') && cell.ends_with(['!', '?', 'A', 'a'])
        || cell.contains(['(', '[', '<', ' ']) && is_in("never a name", &plain_key(cell));
    let beside = if is_first_name { "also a first name" } else { "beside a first name" };
    is_known && !(beside_a_name && is_written_as_name(cell) && is_in(beside, &raw))
}

/// Whether a cell of any kind only means that it is empty: `NULL`, `N/A`; not possible names of places.
pub(crate) fn is_empty_word(cell: &str) -> bool {
    // The longest of them is "undefined"; an import calls this for every cell.
    if cell.len() > 12 || cell.bytes().any(|b| b.is_ascii_digit()) || !has_shape("in a whole name", cell.trim()) {
        return false;
    }
    !cell.chars().any(char::is_alphanumeric)
        || is_in("in a whole name", &bare(cell)) && is_placeholder(cell, false, false)
}

/// `Brown` of `NULL Brown`, `Mary` of `Mary Unknown`.
pub(crate) fn without_placeholders(full: &str) -> String {
    let is_name = |word: &&str| {
        let key = bare(word);
        !is_in("no word of a name", &key) && (is_written_as_name(word) || !is_in("in a whole name", &key))
    };
    let words: Vec<&str> = full.split_whitespace().filter(is_name).collect();
    // "Mr and Mrs" is not a name.
    let is_no_name = |word: &&str| is_title(word) || matches!(bare(word).as_str(), "and" | "und" | "et" | "y" | "");
    if words.iter().all(is_no_name) { String::new() } else { words.join(" ") }
}

/// Whether it addresses any resident: `Current Resident`, `An alle Haushalte`.
pub(crate) fn is_nobody(name: &str) -> bool {
    let key = plain_key(name);
    let mut words = key.split(' ').filter(|word| !word.is_empty()).peekable();
    let mut names_nobody = false;
    words.peek().is_some()
        && words.all(|word| {
            let is_noun = is_in("nobody", word);
            names_nobody |= is_noun;
            is_noun || is_in("with nobody", word)
        })
        && names_nobody
}

/// Whether a cell for the spouse only means that there is one, or none: `yes`, `single`.
pub(crate) fn is_no_spouse(cell: &str) -> bool {
    is_placeholder(cell, false, false) || is_in("no spouse", &bare(cell))
}

/// Whether a title means that someone has died: `Late`.
pub(crate) fn is_late(title: &str) -> bool {
    is_in("late", &bare(title))
}

/// Whether it is an estate: `Estate of Mary Jones`.
pub(crate) fn is_estate(name: &str) -> bool {
    let key = plain_key(name);
    let words: Vec<&str> = key.split(' ').collect();
    let words = words.strip_prefix(&["the"]).unwrap_or(&words);
    words.len() > 1 && words.first().is_some_and(|word| is_in("estate", word))
        || words.len() > 2 && is_in("estate", &words[..2].join(" "))
        || words.last().is_some_and(|word| *word == "estate" && words.len() > 1)
}

/// A name without remarks, nicknames in brackets or quotes, and other text.
pub(crate) fn clean(text: &str) -> CleanName {
    let mut clean = CleanName::default();
    let is_remark = |part: &str| ["wish", "dead"].into_iter().any(|list| is_in(list, &bare(part)));
    let parted = if text.split('/').any(is_remark) { text.replace('/', " ") } else { text.to_owned() };
    let (outside, asides) = without_asides(&parted);
    let outside = outside.trim();
    let mut words: Vec<&str> = outside.split_whitespace().collect();
    if outside.contains(['†', '✝']) {
        clean.remarks.push("†".to_owned());
        words.retain(|word| !word.contains(['†', '✝']));
    }
    for aside in asides.iter().filter(|aside| is_worth_saying(aside)) {
        clean.remarks.push(aside.clone());
    }
    if let Some(at) = words.iter().position(|word| is_in("care of", &word.to_lowercase())).filter(|at| *at > 0) {
        clean.care_of = words.split_off(at).join(" ");
    }
    let is_attention =
        |word: &str| is_in("attention", &bare(word.trim_end_matches(':'))) || word.eq_ignore_ascii_case("to:");
    // William 'Bill' Reed.
    let is_nickname = |word: &str| word.len() > 3 && word.starts_with(['\'', '‘']) && word.ends_with(['\'', '’']);
    if words.iter().any(|word| !is_nickname(word)) {
        words.retain(|word| !is_nickname(word));
    }
    if words.len() > 1 && is_in("care of", &words[0].to_lowercase()) {
        words.remove(0);
    }
    if words.first().is_some_and(|word| is_attention(word) && (words.len() > 1 || word.ends_with(':'))) {
        words.remove(0);
    }
    // "An Herrn Holm", "An die Familie Holm".
    let to = usize::from(words.first().is_some_and(|word| *word == "An"));
    let the = to + usize::from(to > 0 && words.get(1).is_some_and(|word| *word == "die"));
    if to > 0 && words.len() > the + 1 && (is_title(words[the]) || is_family(words[the])) {
        words.drain(..the);
    }
    words.retain(|word| {
        let is_name = !is_address_or_number(word);
        if !is_name {
            clean.remarks.push((*word).to_owned());
        }
        is_name
    });
    for list in ["wish", "dead", "remark"] {
        while let Some((start, end)) = found(&words, list) {
            let remark = words.drain(start..end).collect::<Vec<_>>().join(" ");
            if list != "remark" {
                clean.remarks.push(trimmed(&remark).to_owned());
            }
        }
    }
    clean.name = trimmed(&words.join(" ")).to_owned();
    if clean.name.is_empty() && clean.remarks.is_empty() {
        // "(Ann)".
        clean.name = asides.into_iter().find(|aside| !is_placeholder(aside, false, false)).unwrap_or_default();
    }
    clean
}

/// Where a phrase of a list is among words.
fn found(words: &[&str], list: &str) -> Option<(usize, usize)> {
    let key = |word: &&str| if matches!(*word, "&" | "+") { "and".to_owned() } else { name_key(&plain_key(word)) };
    let keys: Vec<String> = words.iter().map(key).collect();
    let mut best: Option<(usize, usize)> = None;
    for start in 0..keys.len() {
        for end in (start + 1..=keys.len().min(start + 6)).rev() {
            let phrase = keys[start..end].iter().filter(|key| !key.is_empty()).map(String::as_str).collect::<Vec<_>>();
            if is_in(list, &phrase.join(" ")) && best.is_none_or(|(s, e)| end - start > e - s) {
                best = Some((start, end));
            }
        }
    }
    best
}

/// Whether a remark in brackets is more than a nickname.
fn is_worth_saying(aside: &str) -> bool {
    let words: Vec<&str> = aside.split_whitespace().collect();
    is_address_or_number(aside)
        || is_in("dead in brackets", &bare(aside))
        || ["wish", "dead"].into_iter().any(|list| found(&words, list).is_some())
}

/// `ann@example.com`, `www.example.com`, `555-0142`.
fn is_address_or_number(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    word.contains('@') && word.len() > 2
        || word.contains("://")
        || word.to_lowercase().starts_with("www.")
        || digits > 2 && !word.chars().any(char::is_alphabetic)
}

/// The text outside of brackets, quotes and asterisks, and the text inside.
fn without_asides(text: &str) -> (String, Vec<String>) {
    const PAIRS: [(char, char); 10] = [
        ('(', ')'),
        ('（', '）'),
        ('[', ']'),
        ('{', '}'),
        ('<', '>'),
        ('"', '"'),
        ('“', '”'),
        ('„', '“'),
        ('«', '»'),
        ('*', '*'),
    ];
    let (mut outside, mut asides) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some((at, open)) = rest.char_indices().find(|(_, c)| PAIRS.iter().any(|(open, _)| open == c)) {
        let close = PAIRS.iter().find(|(known, _)| *known == open).map_or(open, |(_, close)| *close);
        let inside = &rest[at + open.len_utf8()..];
        outside.push_str(&rest[..at]);
        let Some(end) = inside.find(close).or_else(|| (open != close).then_some(inside.len())) else {
            // A single quotation mark is part of the word.
            outside.push(open);
            rest = inside;
            continue;
        };
        outside.push(' ');
        asides.push(inside[..end].trim().to_owned());
        rest = inside.get(end + close.len_utf8()..).unwrap_or_default();
    }
    outside.push_str(rest);
    asides.retain(|aside| !aside.is_empty());
    (outside, asides)
}

/// A text without the characters that separated it from a remark.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '-' | '–' | '—' | ',' | ';' | ':' | '|' | '*' | '#' | '!' | '/' | '?' | '+' | '&')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_an_empty_cell_are_no_names() {
        for cell in [
            "NULL",
            "null",
            "N/A",
            "n.a.",
            "none",
            "(blank)",
            "-",
            ".",
            "?",
            "unknown",
            "test",
            "xxx",
            "No Name",
            "Not provided",
            "undefined",
            "nil",
            "#N/A",
            "#REF!",
            "keine Angabe",
            "k.A.",
            "inconnu",
            "Desconocido",
            "[null]",
            "onbekend",
            "{{first_name}}",
            "*|FNAME|*",
            "[object Object]",
        ] {
            assert!(is_placeholder(cell, false, false), "{cell}");
            assert!(is_placeholder(cell, true, true), "{cell}");
        }
        for (cell, is_first) in
            [("None", false), ("Null", false), ("Test", false), ("Nan", true), ("Blank", false), ("Na", false)]
        {
            assert!(!is_placeholder(cell, is_first, true), "{cell}");
        }
        for cell in ["NULL", "none", "Unknown", "None"] {
            assert!(is_placeholder(cell, true, true), "{cell}");
        }
        for cell in ["Ann", "Value", "Ref", "Nell", "Noname-Smith", "山田"] {
            assert!(!is_placeholder(cell, false, false), "{cell}");
        }
    }

    #[test]
    fn remarks_are_taken_off_and_told() {
        for (text, name, remarks) in [
            ("Star (do not mail)", "Star", "do not mail"),
            ("Star - moved", "Star", "moved"),
            ("Mary Jones DECEASED", "Mary Jones", "DECEASED"),
            ("Mary Jones (deceased)", "Mary Jones", "deceased"),
            ("the late Mary Jones", "Mary Jones", "the late"),
            ("Hans Holm, unbekannt verzogen", "Hans Holm", "unbekannt verzogen"),
            ("Paul Petit † 2020", "Paul Petit", "† 2020"),
            ("Paul Petit, décédé", "Paul Petit", "décédé"),
            ("*VIP* Ann Star", "Ann Star", ""),
            ("Robert (Bob)", "Robert", ""),
            ("William \"Bill\" Reed", "William Reed", ""),
            ("(Ann)", "Ann", ""),
            ("ATTN: Ann Star", "Ann Star", ""),
            ("ann@example.com", "", "ann@example.com"),
            ("Ann 555-0142", "Ann", "555-0142"),
            ("Ann Star or Current Resident", "Ann Star", ""),
            ("Ann Star & Guest", "Ann Star", ""),
            ("An Herrn Hans Holm", "Herrn Hans Holm", ""),
            ("An die Familie Holm", "Familie Holm", ""),
            ("An Nguyen", "An Nguyen", ""),
            ("To: Ann Star", "Ann Star", ""),
            ("Val Guest", "Val Guest", ""),
            ("William 'Bill' Reed", "William Reed", ""),
            ("Reed/deceased", "Reed", "deceased"),
            ("c/o Ann Star", "Ann Star", ""),
            ("Star (returned 2023)", "Star", "returned 2023"),
            ("Dec Donnelly", "Dec Donnelly", ""),
            ("Anna-Lena Berg", "Anna-Lena Berg", ""),
        ] {
            let clean = clean(text);
            assert_eq!((clean.name.as_str(), clean.remarks.join(" ").as_str()), (name, remarks), "{text}");
        }
        let clean = clean("Ann Star c/o Tom Roe");
        assert_eq!((clean.name.as_str(), clean.care_of.as_str()), ("Ann Star", "c/o Tom Roe"));
    }

    #[test]
    fn nobody_and_what_they_left() {
        for name in [
            "Current Resident",
            "Occupant",
            "To the householder",
            "An alle Haushalte",
            "Valued Customer",
            "Our Neighbor",
        ] {
            assert!(is_nobody(name), "{name}");
        }
        for name in ["Ann Resident-Smith", "Alle Berg", "The Smiths", "Al Home", "Dear Jones"] {
            assert!(!is_nobody(name), "{name}");
        }
        for name in ["Estate of Mary Jones", "The Estate of Tom Roe", "Nachlass Holm", "Erbengemeinschaft Holm"] {
            assert!(is_estate(name), "{name}");
        }
        assert!(!is_estate("Ann Estate-Moore") && !is_estate("Estate"));
    }
}
