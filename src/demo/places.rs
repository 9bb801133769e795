//! Where the invented customers live: the towns around Palo Alto with their ZIP codes, and made-up house numbers.

use super::dice::Dice;

/// A town, the codes that its letters carry, and the area code of its telephones.
pub(super) struct Town {
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    zips: &'static str,
    pub(super) country: &'static str,
    pub(super) area: &'static str,
}

/// An address as the clerk wrote it down.
pub(super) struct InventedAddress {
    pub(super) street: String,
    pub(super) zip: &'static str,
    pub(super) town: &'static Town,
}

const fn near(city: &'static str, zips: &'static str, area: &'static str) -> Town {
    Town { city, state: "CA", zips, country: "US", area }
}

const fn far(city: &'static str, state: &'static str, zips: &'static str, area: &'static str) -> Town {
    Town { city, state, zips, country: "US", area }
}

/// The towns, with how many of a thousand customers each has.
const TOWNS: &[(i64, Town)] = &[
    (305, near("Palo Alto", "94301|94301|94303|94306", "415")),
    (58, near("Stanford", "94305", "415")),
    (138, near("Menlo Park", "94025", "415")),
    (52, near("Atherton", "94027", "415")),
    (72, near("Los Altos", "94022|94024", "415")),
    (34, near("Los Altos Hills", "94022", "415")),
    (70, near("Mountain View", "94040|94041|94043", "415")),
    (32, near("Portola Valley", "94028", "415")),
    (24, near("Woodside", "94062", "415")),
    (50, near("Redwood City", "94061|94062|94063", "415")),
    (22, near("San Carlos", "94070", "415")),
    (12, near("Belmont", "94002", "415")),
    (16, near("San Mateo", "94402|94403", "415")),
    (10, near("Hillsborough", "94010", "415")),
    (8, near("East Palo Alto", "94303", "415")),
    (34, near("Sunnyvale", "94086|94087", "408")),
    (18, near("Cupertino", "95014", "408")),
    (12, near("Saratoga", "95070", "408")),
    (8, near("Los Gatos", "95030", "408")),
    (10, near("San Jose", "95112|95125", "408")),
    (9, near("San Francisco", "94115|94118|94123", "415")),
    (2, far("Portland", "OR", "97205", "503")),
    (2, far("Scottsdale", "AZ", "85251", "602")),
    (1, far("New York", "NY", "10021", "212")),
    (1, Town { city: "Toronto", state: "ON", zips: "M5R 2E3", country: "CA", area: "416" }),
];

const STREETS: &str = "Acacia Avenue|Alder Lane|Almond Court|Amherst Street|Arbor Road|Arroyo Way|Ash Street|\
    Bay Laurel Drive|Bayberry Lane|Birch Street|Blossom Way|Brook Lane|Cambridge Avenue|Canyon Road|Carob Way|\
    Cedar Street|Cherry Avenue|Chestnut Street|Clover Lane|College Avenue|Cypress Drive|Dartmouth Street|\
    Dogwood Lane|El Camino Real|Elder Court|Elm Street|Eucalyptus Road|Fern Street|Fig Tree Lane|Forest Avenue|\
    Foxglove Way|Fremont Avenue|Grove Street|Harvard Street|Hawthorne Avenue|Hazel Lane|Hickory Court|High Street|\
    Hillside Drive|Juniper Way|Lake Avenue|Laurel Street|Lemon Street|Linden Avenue|Live Oak Avenue|Locust Street|\
    Madrone Road|Magnolia Drive|Manzanita Avenue|Maple Street|Meadow Drive|Mimosa Way|Mission Street|Mulberry Lane|\
    Oak Grove Avenue|Oakdell Drive|Olive Street|Orange Avenue|Orchard Avenue|Oxford Avenue|Palm Drive|Park Avenue|\
    Peach Tree Lane|Pepper Avenue|Pine Street|Pomona Avenue|Poplar Avenue|Princeton Street|Redwood Drive|Ridge Road|\
    Rosemary Lane|Rosewood Drive|Santa Ana Street|Santa Clara Avenue|School Road|Sequoia Avenue|Spruce Avenue|\
    Stanford Avenue|Sycamore Drive|Tulip Lane|University Avenue|Valley View Road|Vine Street|Vista Way|Walnut Street|\
    Willow Road|Wisteria Lane|Yale Street";

/// An address somewhere around the shop.
pub(super) fn address(dice: &mut Dice) -> Option<InventedAddress> {
    let town = dice.weighted(TOWNS)?;
    let number = if dice.chance(300) { dice.between(1000, 2990) } else { dice.between(101, 998) };
    let street = dice.word(STREETS);
    let street = match dice.between(1, 100) {
        1..=7 => format!("{number} {street}, Apt. {}", dice.between(1, 24)),
        8..=9 => format!("{number} {street} #{}", dice.between(101, 412)),
        10 => format!("P.O. Box {}", dice.between(110, 9899)),
        _ => format!("{number} {street}"),
    };
    Some(InventedAddress { street, zip: dice.word(town.zips), town })
}
