//! Headings written out in full: `Cust #` is `Customer Number`, `Kd.-Nr.` is `Kundennummer`, `Betrag (€)` is `Betrag`.
//!
//! The words are in heading_words.tsv. A heading is read so only where no heading of the file is the field as it stands.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::{WordLists, heading_key};

static WORDS: LazyLock<HeadingWords> = LazyLock::new(|| {
    let mut words = HeadingWords::default();
    for (kind, shorts) in WordLists::of(include_str!("heading_words.tsv")).into_kinds() {
        if kind == "aside" {
            words.asides = shorts.into_iter().map(aside_key).collect();
        } else {
            words.full.extend(shorts.into_iter().map(|short| (word_key(short), kind)));
        }
    }
    words
});

#[derive(Default)]
struct HeadingWords {
    /// The word for each that stands for it.
    full: HashMap<String, &'static str>,
    asides: HashSet<String>,
}

/// The key of a heading with its words written out, and without brackets that add nothing.
pub(super) fn full_key(heading: &str) -> String {
    let heading = without_aside(heading.trim());
    let is_numbered = heading.contains(['#', '№']);
    if let Some(full) = WORDS.full.get(&heading_key(heading)).filter(|_| !is_numbered) {
        return (*full).to_owned();
    }
    words(heading).map(|word| WORDS.full.get(&word).map_or(word, |full| (*full).to_owned())).collect()
}

fn without_aside(heading: &str) -> &str {
    let brackets = [('(', ')'), ('[', ']')];
    let found = brackets.iter().find_map(|(open, close)| heading.strip_suffix(*close)?.rsplit_once(*open));
    match found {
        Some((rest, aside)) if WORDS.asides.contains(&aside_key(aside)) => rest,
        _ => heading,
    }
}

fn aside_key(aside: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || "€$£¥".contains(c);
    let words = aside.split(|c: char| !is_part(c)).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// `#` is a word, though it has no letter.
fn word_key(word: &str) -> String {
    if is_number_symbol(word) { word.to_owned() } else { heading_key(word) }
}

fn is_number_symbol(word: &str) -> bool {
    matches!(word, "#" | "№")
}

/// The words of a heading, as keys: parted by what is no letter, and where a capital or a number begins.
fn words(heading: &str) -> impl Iterator<Item = String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before: Option<char> = None;
    let mut rest = heading.chars().peekable();
    while let Some(c) = rest.next() {
        let is_symbol = is_number_symbol(c.encode_utf8(&mut [0; 4]));
        let begins = match before {
            Some(before) if before.is_alphabetic() && c.is_alphabetic() => {
                let ends_capitals = before.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase());
                c.is_uppercase() && (before.is_lowercase() || ends_capitals)
            }
            Some(before) => {
                before.is_alphanumeric() != c.is_alphanumeric() || before.is_alphabetic() != c.is_alphabetic()
            }
            None => false,
        };
        if begins || is_symbol {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric() || is_symbol) {
            word.push(c);
        }
        before = Some(c);
    }
    words.into_iter().filter(|word| !word.is_empty()).map(|word| word_key(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_headings_are_written_out() {
        for (heading, key) in [
            ("Cust #", "customernumber"),
            ("CUST_NO", "customernumber"),
            ("CustNo", "customernumber"),
            ("Addr Ln 1", "addressline1"),
            ("AddrLn1", "addressline1"),
            ("Acct. No.", "accountnumber"),
            ("Tkt#", "ticketnumber"),
            ("Tran Date", "transactiondate"),
            ("TranDt", "transactiondate"),
            ("Kd.-Nr.", "kundennummer"),
            ("KdNr", "kundennummer"),
            ("Strasse u. Hausnr.", "strasseundhausnummer"),
            ("Straße u. Hausnr.", "strasseundhausnummer"),
            ("Geb.-Datum", "geburtsdatum"),
            ("Rg.-Nr.", "rechnungsnummer"),
            ("Betrag (€)", "betrag"),
            ("Betrag (EUR)", "betrag"),
            ("Total ($)", "total"),
            ("Name (Last, First)", "name"),
            ("Birthday [MM/DD/YYYY]", "birthday"),
            ("Telephone No", "telefonnumber"),
            ("BDay", "birthday"),
            ("PLZ", "plz"),
            ("E-mail", "email"),
            // Brackets with a meaning stay.
            ("Betrag (MwSt)", "betragmwst"),
            ("Total (tax)", "totaltax"),
            ("Phone (work)", "phonework"),
            ("(€)", ""),
        ] {
            assert_eq!(full_key(heading), key, "{heading}");
        }
    }
}
