//! Consent in the words of exports: each line of consent.tsv has a state and its other names.

use std::str::FromStr as _;

use crate::domain::Consent;
use crate::text;

/// The consent in a cell; none if it is empty.
pub(super) fn consent_of(text: &str) -> std::result::Result<Option<Consent>, String> {
    let word = text.to_lowercase();
    if word.is_empty() {
        return Ok(None);
    }
    let mut states = text::table_rows(include_str!("consent.tsv"));
    let state = states.find(|words| words.clone().any(|known| known == word)).and_then(|mut words| words.next());
    match state.and_then(|state| Consent::from_str(state).ok()) {
        Some(consent) => Ok(Some(consent)),
        None => Err(format!("{} is not yes, no or unknown", text::quote(text))),
    }
}

/// Whether a cell means yes: a word, a mark or a day, and not "no" or `0000-00-00`.
pub(super) fn holds(cell: &str) -> bool {
    cell.contains(|c: char| !matches!(c, '0' | '-' | '.' | '/' | ':' | ' '))
        && !matches!(consent_of(cell), Ok(Some(Consent::No | Consent::Unknown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_state() {
        for (word, consent) in [
            ("Subscribed", Consent::Yes),
            ("SÍ", Consent::Yes),
            ("cleaned", Consent::No),
            ("?", Consent::Unknown),
            ("Afgemeld", Consent::No),
            ("DÉSABONNÉ", Consent::No),
            ("withdrawn", Consent::No),
            ("unconfirmed", Consent::Unknown),
        ] {
            assert_eq!(consent_of(word), Ok(Some(consent)), "{word}");
        }
        assert_eq!(consent_of(""), Ok(None));
        assert!(consent_of("perhaps").is_err());
        for line in include_str!("consent.tsv").lines() {
            let state = line.split('\t').next().unwrap_or_default();
            assert!(Consent::from_str(state).is_ok(), "{line}");
        }
    }
}
