//! The names in the invented customer book. They belong to no real person; each name is two draws from a list.

use std::sync::LazyLock;

use super::dice::{self, Dice};

/// First names and surnames that belong together, each list written `a|b|c`.
pub(super) struct Origin {
    women: &'static str,
    men: &'static str,
    pub(super) surnames: &'static str,
}

/// The origins of names around Palo Alto, with how many of a thousand customers each has.
pub(super) static ORIGINS: LazyLock<Vec<(i64, Origin)>> = LazyLock::new(|| {
    let rows = dice::weighted_rows(include_str!("names.tsv"));
    rows.map(|(weight, [women, men, surnames])| (weight, Origin { women, men, surnames })).collect()
});

/// People who write their names in another alphabet: whether a woman, first name, surname.
pub(super) const OTHER_ALPHABETS: &[(bool, &str, &str)] = &[
    (true, "Ελένη", "Παπαδοπούλου"),
    (false, "Γιώργος", "Μυλωνάκης"),
    (true, "Ольга", "Соколова"),
    (false, "Михаил", "Черновский"),
];

/// A first name from the lists of an origin; if it has none, from those of the first.
pub(super) fn first(dice: &mut Dice, origin: &Origin, woman: bool) -> &'static str {
    let names = |origin: &Origin| if woman { origin.women } else { origin.men };
    dice.word(Some(names(origin)).filter(|own| !own.is_empty()).unwrap_or_else(|| names(&ORIGINS[0].1)))
}
