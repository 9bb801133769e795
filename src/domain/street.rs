//! Streets in a form for comparison: `12 Main St., Apt. 2` is `12 MAIN STREET #2`, `Hauptstr. 5 a` is `Hauptstraße 5a`.
//!
//! street_words.tsv has the words that are written in several ways: one form, and its variants. A form that begins with
//! `-` is the end of a longer word; `+` joins words that are one form together. `#` and `unit` are before a number and
//! are dropped, `~` is dropped anywhere.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::{plain_key, table_rows, without_umlauts};

/// A street and the unit in the house, both in the form for comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StreetKey {
    /// `12 main st`.
    pub(crate) house: String,
    /// `2` of `Apt. 2`; empty if no word shows that it is an apartment.
    pub(crate) unit: String,
}

struct StreetWords {
    /// The form of each variant.
    whole: HashMap<String, &'static str>,
    forms: HashSet<&'static str>,
    /// Phrases that are one form, longest first: `P.O. Box`.
    phrases: Vec<(Vec<&'static str>, &'static str)>,
    /// Endings of longer words: `straße` of `Hauptstraße`.
    endings: Vec<(String, &'static str)>,
}

/// Before the number of a house: `No.`
const NUMBER: &str = "#";
/// Before the number of an apartment.
const UNIT: &str = "unit";
/// Dropped words: `ul.` of `ul. Długa`.
const NOTHING: &str = "~";

static WORDS: LazyLock<StreetWords> = LazyLock::new(|| {
    let (mut whole, mut phrases, mut endings) = (HashMap::new(), Vec::new(), Vec::new());
    for mut row in table_rows(include_str!("street_words.tsv")) {
        let (form, written) = (row.next().unwrap_or_default(), row.next().unwrap_or_default());
        whole.insert(form.to_owned(), form);
        for word in written.split(' ').filter(|word| !word.is_empty()) {
            match form.strip_prefix('-') {
                Some(form) => endings.push((plain_key(word), form)),
                None if word.contains('+') => phrases.push((word.split('+').collect::<Vec<_>>(), form)),
                None => drop(whole.insert(plain_key(word), form)),
            }
        }
    }
    phrases.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    let forms = whole.values().copied().collect();
    StreetWords { whole, forms, phrases, endings }
});

impl StreetKey {
    /// The key of both lines of a street; an apartment may be in either.
    pub(crate) fn of(street: &str, street2: &str) -> Self {
        let (mut house, mut unit): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for part in [street, street2].into_iter().flat_map(|line| line.split([',', ';', '/', '\n'])) {
            let mut of_house = Vec::new();
            let mut words = words_of(part).into_iter().peekable();
            while let Some(word) = words.next() {
                match form_of(&word) {
                    Some(UNIT) if words.peek().is_some_and(|next| is_number(next)) => {
                        unit.extend(words.next());
                        // "2 B".
                        unit.extend(words.next_if(|next| next.chars().count() == 1));
                    }
                    Some(NOTHING) => {}
                    Some(NUMBER) if words.peek().is_none_or(|next| is_number(next)) => {}
                    Some(form) => of_house.push(form.to_owned()),
                    None => of_house.extend(split(&word)),
                }
            }
            house.extend(with_letter(of_house));
        }
        Self { house: house.join(" "), unit: with_letter(unit).join(" ") }
    }

    /// The name in [`Self::house`]: `main` of `12 main st`.
    pub(crate) fn name(house: &str) -> String {
        let is_name = |word: &&str| !WORDS.forms.contains(word) && !word.contains(|c: char| c.is_ascii_digit());
        house.split(' ').filter(is_name).collect::<Vec<_>>().join(" ")
    }

    /// House and apartment in one, whether or not a word shows which number is which.
    pub(crate) fn whole(&self) -> String {
        format!("{} {}", self.house, self.unit).trim().to_owned()
    }
}

/// The name of a place in the form for comparison: `St. Louis` is `Saint Louis`, `Köln` is `Koeln`.
pub(crate) fn place_key(place: &str) -> String {
    words_of(place).iter().map(|word| form_of(word).map_or_else(|| without_umlauts(word), str::to_owned)).collect()
}

/// The plain words of a part of an address; phrases for a mailbox count as one.
fn words_of(part: &str) -> Vec<String> {
    let spaced = if part.contains(['.', '-', '#', '°', 'º', 'ª']) {
        let spaced = part.replace(['.', '-'], " ").replace('#', " no ");
        let spaced = ["nº", "n°", "Nº", "N°"].into_iter().fold(spaced, |text, number| text.replace(number, " no "));
        Cow::Owned(spaced.replace(['°', 'º', 'ª'], " "))
    } else {
        Cow::Borrowed(part)
    };
    let mut words: Vec<String> = Vec::new();
    for word in plain_key(&spaced).split(' ').map(str::to_owned) {
        // `Apt2`.
        let letters = word.find(|c: char| c.is_ascii_digit()).map_or("", |at| &word[..at]);
        if matches!(form_of(letters), Some(UNIT | NUMBER)) {
            words.push(letters.to_owned());
            words.push(word[letters.len()..].to_owned());
        } else if !word.is_empty() {
            words.push(word);
        }
    }
    for (phrase, form) in &WORDS.phrases {
        while let Some(at) = words.windows(phrase.len()).position(|some| some.iter().eq(phrase.iter())) {
            words.splice(at..at + phrase.len(), [(*form).to_owned()]);
        }
    }
    // "12 bis".
    while let Some(at) =
        words.windows(2).position(|pair| pair[1] == "bis" && pair[0].bytes().all(|b| b.is_ascii_digit()))
    {
        words[at].push_str("bis");
        words.remove(at + 1);
    }
    words
}

fn form_of(word: &str) -> Option<&'static str> {
    WORDS.whole.get(word).copied()
}

/// `haupt` and `st` of `hauptstrasse`; umlauts written as two letters become one.
fn split(word: &str) -> Vec<String> {
    let found = WORDS.endings.iter().find_map(|(end, form)| Some((word.strip_suffix(end.as_str())?, form)));
    match found.filter(|(stem, _)| stem.chars().count() > 2) {
        Some((stem, form)) => vec![without_umlauts(stem), (*form).to_owned()],
        None => vec![without_umlauts(word)],
    }
}

/// A possible number of a house or an apartment: `12`, `2b`, `B`.
fn is_number(word: &str) -> bool {
    word.chars().count() == 1 || word.contains(|c: char| c.is_numeric())
}

/// `5a` of `5 a` at the end of a part.
fn with_letter(mut words: Vec<String>) -> Vec<String> {
    if let [.., number, letter] = words.as_mut_slice()
        && number.ends_with(|c: char| c.is_ascii_digit())
        && number.starts_with(|c: char| c.is_ascii_digit())
        && letter.chars().count() == 1
        && letter.chars().all(char::is_alphabetic)
    {
        number.push_str(letter);
        words.pop();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_street_however_it_is_written() {
        for [one, other] in [
            ["12 Main St.", "12 main  STREET"],
            ["14 Main St, Apt 2", "14 Main St #2"],
            ["14 Main St Unit 2-B", "14 Main Street, Apt. 2 B"],
            ["Apt. 7, 9 Elm Rd", "9 Elm Road, Apartment 7"],
            ["100 N. Fifth Ave", "100 North 5th Avenue"],
            ["P.O. Box 12", "PO BOX 12"],
            ["Post Office Box 12", "POB 12"],
            ["Hauptstr. 5 a", "Hauptstraße 5a"],
            ["Hauptstr.5", "HAUPTSTRASSE 5"],
            ["Martin-Luther-Str. 8", "Martin-Luther-Straße 8"],
            ["Müllerweg 3", "Muellerweg 3"],
            ["Schlosspl. 1", "Schloßplatz 1"],
            ["12 av. de la République", "12 Avenue de la Republique"],
            ["12 r. de Metz", "12 rue de Metz"],
            ["3 bd Voltaire", "3 Boulevard Voltaire"],
            ["C/ Mayor, nº 5", "Calle Mayor 5"],
            ["Avda. de América 4", "Avenida de America 4"],
            ["Kerkstr. 9", "Kerkstraat 9"],
            ["1 Rue de Cafe\u{301}", "1 rue de Café"],
            ["12 Đường Lê Lợi", "12 đường le loi"],
            ["Suite 5, 2 Rose Ct", "2 Rose Court Ste 5"],
            ["12 Main St #", "12 Main St"],
            ["12 N.W. Oak St", "12 Northwest Oak Street"],
            ["12 bis rue de Metz", "12bis r. de Metz"],
            ["C/ Mayor, 12, 3º B", "Calle Mayor 12 3 B"],
            ["P.zza Roma 12", "Piazza Roma 12"],
            ["ul. Długa 12", "Dluga 12"],
            ["Flat 3 12 Rose Rd", "12 Rose Road, Flat 3"],
            ["Rural Route 2 Box 15", "RR 2 Box 15"],
        ] {
            assert_eq!(StreetKey::of(one, "").whole(), StreetKey::of(other, "").whole(), "{one}");
        }
        assert_eq!(StreetKey::of("14 Main St", "Apt 2"), StreetKey::of("14 Main Street Apt. 2", ""));
        assert_eq!(StreetKey::of("Apt 2", "14 Main St"), StreetKey::of("14 Main Street", "Apt. 2"));
    }

    #[test]
    fn neighbours_have_streets_of_their_own() {
        for [one, other] in [
            ["17 Main St Apt 2", "17 Main St Apt 3"],
            ["17 Main St", "17 Main Ave"],
            ["17 Main St", "18 Main St"],
            ["Hauptstr. 5", "Hauptstr. 5a"],
            ["12 Route 66", "12 Route 6 Apt 6"],
            ["1 N Main St", "1 S Main St"],
            ["Feldweg 1", "Feldstr. 1"],
        ] {
            assert_ne!(StreetKey::of(one, "").whole(), StreetKey::of(other, "").whole(), "{one}");
        }
        assert_eq!((place_key("St. Louis"), place_key("KÖLN")), (place_key("Saint Louis"), place_key("Koeln")));
    }
}
