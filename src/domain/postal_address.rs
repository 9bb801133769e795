//! An address that a letter can go to, and when two are the same.

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

/// Between the parts of an identity.
const BETWEEN: &str = " | ";

impl PostalAddress<'_> {
    /// Whether a letter can go there: a street, and a city or a postcode.
    pub(crate) fn is_deliverable(&self) -> bool {
        !self.street.is_empty() && (!self.city.is_empty() || !self.postcode.is_empty())
    }

    /// What is the same for the same address: street, city, postcode and country, without capitals and spaces that do not
    /// matter.
    pub(crate) fn identity(&self) -> String {
        [self.door(), folded(self.postcode), folded(self.country)].join(BETWEEN)
    }

    /// Whether an identity that was stored is this address. A postcode or a country that is not known on one side is no
    /// difference: a card that is completed keeps its address. Older databases have the street and the city alone.
    pub(crate) fn has_identity(&self, stored: &str) -> bool {
        let door = self.door();
        let Some(rest) = stored.strip_prefix(&door) else { return false };
        let mut parts = rest.strip_prefix(BETWEEN).unwrap_or_default().split(BETWEEN);
        let mut is_same = |own: &str| {
            let (stored, own) = (parts.next().unwrap_or_default(), folded(own));
            stored.is_empty() || own.is_empty() || stored == own
        };
        (rest.is_empty() || rest.starts_with(BETWEEN)) && is_same(self.postcode) && is_same(self.country)
    }

    /// The identity as a number, the same in every version of the program; 0 without a street.
    pub(crate) fn hash(&self) -> i64 {
        if self.street.is_empty() {
            return 0;
        }
        let parts = [self.street, self.street2, self.city, self.postcode, self.country];
        let parts: String = parts.into_iter().flat_map(|part| [folded(part), "\u{1f}".to_owned()]).collect();
        i64::from_le_bytes(text::fnv1a(parts.bytes()).to_le_bytes()).max(i64::MIN + 1)
    }

    fn door(&self) -> String {
        folded(&format!("{} {} / {}", self.street, self.street2, self.city))
    }
}

/// Lower case, one space between words: how names and addresses are compared.
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
        assert_eq!(main.hash(), address(["1  MAIN st", "springfield", "62701", "us"]).hash());
        assert_ne!(main.hash(), address(["1 Main St", "Springfield", "", ""]).hash());
        assert_eq!(address(["", "Springfield", "62701", "US"]).hash(), 0);
    }
}
