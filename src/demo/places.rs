//! Where the invented customers live: the towns around Palo Alto with their ZIP codes, and invented house numbers.

use std::sync::LazyLock;

use super::dice::{self, Dice};

/// A town, its ZIP codes, and the area code of its phones.
pub(super) struct Town {
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    zips: &'static str,
    pub(super) country: &'static str,
    pub(super) area: &'static str,
}

/// An address as the clerk wrote it.
pub(super) struct InventedAddress {
    pub(super) street: String,
    pub(super) zip: &'static str,
    pub(super) town: &'static Town,
}

/// The towns, with how many of a thousand customers each has.
static TOWNS: LazyLock<Vec<(i64, Town)>> = LazyLock::new(|| {
    let rows = dice::weighted_rows(include_str!("towns.tsv"));
    rows.map(|(weight, [city, state, zips, country, area])| (weight, Town { city, state, zips, country, area }))
        .collect()
});

/// An address somewhere around the shop.
pub(super) fn address(dice: &mut Dice) -> Option<InventedAddress> {
    let town = dice.weighted(&TOWNS)?;
    let number = if dice.chance(300) { dice.between(1000, 2990) } else { dice.between(101, 998) };
    let street = dice.word(dice::words("streets"));
    let street = match dice.between(1, 100) {
        1..=7 => format!("{number} {street}, Apt. {}", dice.between(1, 24)),
        8..=9 => format!("{number} {street} #{}", dice.between(101, 412)),
        10 => format!("P.O. Box {}", dice.between(110, 9899)),
        _ => format!("{number} {street}"),
    };
    Some(InventedAddress { street, zip: dice.word(town.zips), town })
}
