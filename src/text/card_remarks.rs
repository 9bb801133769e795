//! Remarks and tags on a card that matter for mail: someone has died, is no longer there, or wants no mail.
//! card_remarks.tsv has the phrases.
//!
//! A remark is read part by part. A phrase for someone who has died may be at the end of a part; all others begin it,
//! and may be followed by when, where to or how.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{WordLists, plain_key};

/// The phrases of a kind by their first words.
struct RemarkPhrases(HashMap<&'static str, Vec<Vec<&'static str>>>);

struct RemarkLists {
    died: RemarkPhrases,
    begins: RemarkPhrases,
    before: HashSet<&'static str>,
    after: HashSet<&'static str>,
    taste: HashSet<&'static str>,
}

static LISTS: LazyLock<RemarkLists> = LazyLock::new(|| {
    let lists = WordLists::of(include_str!("card_remarks.tsv"));
    let of = |kind: &str| lists.words(kind).iter().copied();
    RemarkLists {
        died: RemarkPhrases::of(of("died")),
        begins: RemarkPhrases::of(["died", "left", "unwanted"].into_iter().flat_map(of)),
        before: of("before").collect(),
        after: of("after").collect(),
        taste: of("taste").collect(),
    }
});

impl RemarkPhrases {
    fn of(phrases: impl Iterator<Item = &'static str>) -> Self {
        let mut by_first: HashMap<&'static str, Vec<Vec<&'static str>>> = HashMap::new();
        for phrase in phrases {
            let words: Vec<&str> = phrase.split(' ').collect();
            by_first.entry(words[0]).or_default().push(words);
        }
        for phrases in by_first.values_mut() {
            phrases.sort_by_key(|words| std::cmp::Reverse(words.len()));
        }
        Self(by_first)
    }

    /// The rest after the longest phrase at the beginning.
    fn rest<'w, 'k>(&self, words: &'w [&'k str]) -> Option<&'w [&'k str]> {
        let phrases = self.0.get(words.first()?)?;
        phrases.iter().find_map(|phrase| words.strip_prefix(phrase.as_slice()))
    }
}

/// The part of a text with such a phrase, if there is one.
pub(crate) fn card_remark(text: &str) -> Option<&str> {
    let is_between =
        |c: char| matches!(c, ';' | ',' | '|' | '\n' | '\r' | '(' | ')' | '[' | ']' | ':' | '!' | '–' | '—' | '/');
    let parts = text.split(is_between).flat_map(|part| part.split(". ")).flat_map(|part| part.split(" - "));
    parts.map(str::trim).find(|part| !part.is_empty() && is_remark(part))
}

fn is_remark(part: &str) -> bool {
    let lists = &*LISTS;
    let key = plain_key(part);
    let words: Vec<&str> = key.split(' ').filter(|word| !word.is_empty()).collect();
    if part.contains(['†', '✝']) {
        return true;
    }
    // Most remarks are about something else.
    if !words.iter().any(|word| lists.begins.0.contains_key(word)) {
        return false;
    }
    let begin = words.iter().take_while(|word| lists.before.contains(*word) || is_number(word)).count();
    let begins = (0..=begin).any(|at| lists.begins.rest(&words[at..]).is_some_and(goes_on));
    let is_of_taste = |word: &&str| lists.taste.contains(word) && !lists.before.contains(word);
    let last = words.iter().position(is_of_taste).unwrap_or(words.len() - 1);
    begins || (1..=last).any(|at| lists.died.rest(&words[at..]).is_some_and(goes_on))
}

/// Whether words after a phrase belong to such a remark.
fn goes_on(rest: &[&str]) -> bool {
    rest.first().is_none_or(|word| is_number(word) || LISTS.after.contains(word))
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_that_stops_a_letter_is_told_from_taste() {
        for text in [
            "DECEASED",
            "deceased 2023",
            "Customer deceased",
            "Mr. Bee deceased",
            "VIP; died in May",
            "RIP",
            "R.I.P.",
            "† 2020",
            "verstorben",
            "leider verstorben am 3.5.2023",
            "décédée en 2022",
            "Fallecido",
            "deceduto nel 2021",
            "overleden",
            "passed away last spring",
            "moved to Boston 2024",
            "Moved",
            "2024: moved away",
            "has moved, new address unknown",
            "gone away",
            "returned mail",
            "mail returned 3/2023",
            "Return to sender",
            "NPAI",
            "N.P.A.I.",
            "unbekannt verzogen",
            "umgezogen nach Köln",
            "Déménagé à Lyon",
            "se mudó a Madrid",
            "trasferita a Roma",
            "verhuisd naar Gent",
            "do not contact",
            "Please do not mail any more",
            "vip, keine Werbung",
            "ne plus contacter",
            "likes grey (moved to Bath)",
        ] {
            assert!(card_remark(text).is_some(), "{text}");
        }
        for text in [
            "",
            "likes grey",
            "likes the Deceased (book)",
            "fan of Rip Torn",
            "Rip Torn",
            "Dead Sea salts",
            "loves Dead Can Dance",
            "was moved by our card",
            "moved by the music",
            "moved her wedding",
            "asked for the moved chairs",
            "do not call before nine",
            "no mailbox key",
            "not deceased",
            "reads Dead Souls",
            "collects returned books",
            "came back twice",
            "new address since May",
            "mort subite beer",
            "Via Morto 3",
            "post office worker",
            "size 42, likes no polyester",
            "prefers post",
        ] {
            assert_eq!(card_remark(text), None, "{text}");
        }
        assert_eq!(card_remark("tall, moved to Bath 2024; vip"), Some("moved to Bath 2024"));
    }
}
