//! Titles before a name: which words are one, their order, and their spelling.

use crate::text;
use crate::text::names::{
    bare, is_academic_title, is_after_title, is_before_title, is_english_title, is_social_title, is_title, may_be_title,
};

/// How many words at the beginning are titles. What may be a first name as well is one with a point, or before a whole name:
/// `Dean John Cole`, but not `Dean Cole`.
pub(super) fn title_words(words: &[&str], is_french: bool) -> usize {
    let mut titles = 0;
    while let Some(word) = words.get(titles) {
        let behind = &words[titles + 1..];
        let is_initial = |word: &&str| word.trim_end_matches('.').chars().count() < 2;
        let is_whole = behind.len() > 1 && behind.first().is_some_and(|word| !is_initial(word));
        let is_monsieur = is_french && bare(word) == "m" && !behind.is_empty();
        let is_more = titles > 0 && word.ends_with('.') && is_after_title(word);
        // "De heer".
        let is_article = bare(word) == "de" && behind.first().is_some_and(|next| bare(next) == "heer");
        let is_prefix = is_before_title(word)
            && behind.first().is_some_and(|next| is_title(next) || may_be_title(next))
            && behind.len() > 1;
        if is_title(word)
            || is_prefix
            || may_be_title(word) && (word.ends_with('.') || is_whole)
            || is_monsieur
            || is_more
            || is_article
        {
            titles += 1;
        } else {
            break;
        }
    }
    titles
}

/// `Frau Dr.` of `Dr. Frau`, `heer` of `De heer`, `Dr.` of `Mr. Dr.`, `Dr.` of `Dr. med. univ.`, each once.
pub(super) fn ordered_title<'t>(title: &'t str) -> String {
    let mut words: Vec<&str> = Vec::new();
    // "Mr.Dr."
    let parted = |word: &'t str| match word.find('.').map(|at| word.split_at(at + 1)) {
        Some((one, other)) if is_title(one) && is_title(other) => vec![one, other],
        _ => vec![word],
    };
    for word in title.split_whitespace().map(|word| word.trim_end_matches(',')).flat_map(parted) {
        let is_more = !words.is_empty() && word.ends_with('.') && is_after_title(word) && !is_title(word);
        if !is_more && bare(word) != "de" && !words.iter().any(|known| bare(known) == bare(word)) {
            words.push(word);
        }
    }
    let has_degree = words.iter().any(|word| is_academic_title(word));
    words.retain(|word| !(has_degree && is_english_title(word)));
    words.sort_by_key(|word| !is_social_title(word));
    words.join(" ")
}

/// A title as it is written: a known one with its capital, whatever the export did; others as they are.
pub(super) fn written_title(title: &str) -> String {
    let word = |word: &str| {
        // The spoken form, not the one on an envelope.
        let word = if word == "Herrn" { "Herr" } else { word };
        let is_shouted = word.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) && word.len() > 2;
        let is_small = word.chars().all(|c| !c.is_uppercase());
        if is_title(word) && (is_shouted || is_small) {
            text::capitalised(&word.to_lowercase())
        } else {
            word.to_owned()
        }
    };
    ordered_title(title).split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}
