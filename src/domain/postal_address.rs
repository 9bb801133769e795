//! A postal address, and when two are the same.

use super::street::{StreetKey, place_key};
use crate::text;

/// A postal address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PostalAddress<'a> {
    pub(crate) street: &'a str,
    pub(crate) street2: &'a str,
    pub(crate) city: &'a str,
    pub(crate) postcode: &'a str,
    pub(crate) country: &'a str,
}

/// The separator between parts of an identity.
const BETWEEN: &str = " | ";
/// The separator between street and city in it.
const DOOR: &str = " / ";

impl PostalAddress<'_> {
    /// Whether there is a street, or a mailbox in the line below it.
    pub(crate) fn has_street(&self) -> bool {
        !self.street.is_empty() || !self.street2.is_empty()
    }

    /// Whether a letter can be sent there: a street, and a city or a postcode.
    pub(crate) fn is_deliverable(&self) -> bool {
        self.has_street() && (!self.city.is_empty() || !self.postcode.is_empty())
    }

    /// The stored form of an address that someone has left: street, city, postcode and country, as written.
    pub(crate) fn identity(&self) -> String {
        [self.door(), folded(self.postcode), folded(self.country)].join(BETWEEN)
    }

    /// Whether a stored identity is this address, in any spelling. A missing postcode or country makes no difference: a
    /// completed card keeps its address. Older databases have only the street and the city.
    pub(crate) fn has_identity(&self, stored: &str) -> bool {
        let own = self.door();
        let as_typed = stored.strip_prefix(&own).filter(|rest| rest.is_empty() || rest.starts_with(BETWEEN));
        let rest = as_typed.or_else(|| {
            let door = stored.split(BETWEEN).next().unwrap_or_default();
            let (street, city) = door.rsplit_once(DOOR).unwrap_or((door.trim_end_matches(" /"), ""));
            let is_same =
                self.street_key() == StreetKey::of(street, "").whole() && place_key(self.city) == place_key(city);
            is_same.then(|| &stored[door.len()..])
        });
        let Some(rest) = rest else { return false };
        let mut parts = rest.strip_prefix(BETWEEN).unwrap_or_default().split(BETWEEN);
        let mut is_same = |own: &str, key: fn(&str) -> String| {
            let (stored, own) = (key(parts.next().unwrap_or_default()), key(own));
            stored.is_empty() || own.is_empty() || stored == own
        };
        is_same(self.postcode, postcode_key) && is_same(self.country, folded)
    }

    /// A hash that is equal for equal addresses, and the same in every version of the program; 0 without a street. `12
    /// Main St` and `12 MAIN STREET` are equal, and so are a ZIP and its ZIP+4. The country counts only without a
    /// postcode: exports write it in many ways, or not at all.
    pub(crate) fn hash(&self) -> i64 {
        if !self.has_street() {
            return 0;
        }
        let (postcode, country) = (postcode_key(self.postcode), folded(self.country));
        let country = if postcode.is_empty() { country } else { String::new() };
        let parts = [self.street_key(), place_key(self.city), postcode, country].join("\u{1f}");
        i64::from_le_bytes(text::fnv1a(parts.bytes()).to_le_bytes()).max(i64::MIN + 1)
    }

    /// Both lines of the street in the form for comparison: `St` is `Street`, `#2` is `Apt. 2`.
    pub(crate) fn street_key(&self) -> String {
        StreetKey::of(self.street, self.street2).whole()
    }

    fn door(&self) -> String {
        folded(&format!("{} {}{DOOR}{}", self.street, self.street2, self.city))
    }
}

/// A postcode in the form for comparison: letters and digits, without a country prefix, and of a ZIP+4 only the ZIP.
pub(crate) fn postcode_key(postcode: &str) -> String {
    let code = match postcode.split_once('-') {
        Some((country, code))
            if country.trim().len() < 3 && country.trim().bytes().all(|b| b.is_ascii_alphabetic()) =>
        {
            code
        }
        _ => postcode,
    };
    let mut key: String = code.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if key.len() == 9 && key.bytes().all(|b| b.is_ascii_digit()) {
        key.truncate(5);
    }
    key
}

/// Lowercase, one space between words: for comparing names and addresses.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address([street, city, postcode, country]: [&str; 4]) -> PostalAddress<'_> {
        PostalAddress { street, street2: "", city, postcode, country }
    }

    #[test]
    fn a_completed_address_is_the_same_and_another_town_of_the_name_is_not() {
        let main = address(["1 Main St", "Springfield", "62701", "US"]);
        for (other, is_same) in [
            (["1  MAIN st", "springfield", "62701", "us"], true),
            (["1 Main Street", "Springfield", "62701-1234", "US"], true),
            (["1 Main St.", "SPRINGFIELD", "62701", ""], true),
            (["1 Main St", "Springfield", "", ""], true),
            (["1 Main St", "Springfield", "62701", ""], true),
            (["1 Main St", "Springfield", "01101", "US"], false),
            (["1 Main St", "Springfield", "62701", "CA"], false),
            (["2 Main St", "Springfield", "62701", "US"], false),
            (["1 Main St", "Springfield Gardens", "62701", "US"], false),
        ] {
            assert_eq!(main.has_identity(&address(other).identity()), is_same, "{other:?}");
            assert_eq!(address(other).has_identity(&main.identity()), is_same, "{other:?}");
        }
        assert!(main.has_identity("1 main st / springfield") && !main.has_identity("1 main st / spring"));
        for same in [
            ["1  MAIN st", "springfield", "62701", "us"],
            ["1 Main Street", "Springfield", "62701-1234", "USA"],
            ["1, Main St.", "Springfield", "US-62701", ""],
        ] {
            assert_eq!(main.hash(), address(same).hash(), "{same:?}");
        }
        for other in [
            ["1 Main St", "Springfield", "", ""],
            ["1 Main St", "Shelbyville", "62701", "US"],
            ["1 Main St Apt 2", "Springfield", "62701", "US"],
        ] {
            assert_ne!(main.hash(), address(other).hash(), "{other:?}");
        }
        assert_eq!(address(["", "Springfield", "62701", "US"]).hash(), 0);
        let in_second = PostalAddress { street: "", street2: "PO Box 12", ..main };
        assert!(in_second.is_deliverable());
        assert_eq!(in_second.hash(), PostalAddress { street: "P.O. Box 12", ..main }.hash());
    }
}
