//! Addresses are compared and replaced as a whole: what happens when a list or another card has a different one.

use super::customer::CustomerField;
use crate::domain::{StreetKey, folded, place_key, postcode_key};

/// The parts of an address.
pub(crate) const ADDRESS: [CustomerField; 6] = [
    CustomerField::Street,
    CustomerField::Street2,
    CustomerField::City,
    CustomerField::State,
    CustomerField::Postcode,
    CustomerField::Country,
];

/// The effect of a new address on that of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressChange {
    /// It is the same or empty: new parts are used, missing parts stay.
    Complete,
    /// It is different: it replaces the old one completely.
    Replace,
    /// It is a part of a different one, which cannot be completed: the old one stays.
    Unclear,
}

/// Compares the address of a card with a new one.
pub(crate) fn address_change<'o, 'n>(
    old: impl Fn(CustomerField) -> &'o str,
    new: impl Fn(CustomerField) -> &'n str,
) -> AddressChange {
    let street = |of: [&str; 2]| StreetKey::of(of[0], of[1]);
    let [before, after] = [street(STREET.map(&old)), street(STREET.map(&new))];
    let is_same = |key: fn(&str) -> String, field| agree(&key(old(field)), &key(new(field)));
    let same_town = is_same(place_key, CustomerField::City)
        && is_same(folded, CustomerField::State)
        && is_same(postcode_key, CustomerField::Postcode)
        && is_same(folded, CustomerField::Country);
    let same_street =
        before.whole() == after.whole() || agree(&before.house, &after.house) && agree(&before.unit, &after.unit);
    let has_town = !new(CustomerField::City).is_empty() || !new(CustomerField::Postcode).is_empty();
    match after.house.is_empty() {
        _ if same_town && same_street => AddressChange::Complete,
        false if has_town => AddressChange::Replace,
        true if before.house.is_empty() => AddressChange::Complete,
        _ => AddressChange::Unclear,
    }
}

const STREET: [CustomerField; 2] = [CustomerField::Street, CustomerField::Street2];

/// A part that only one side has is not a difference.
fn agree(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one == other
}

impl AddressChange {
    /// A part of the resulting address.
    pub(crate) fn part<'t>(
        self,
        field: CustomerField,
        old: impl Fn(CustomerField) -> &'t str,
        new: impl Fn(CustomerField) -> &'t str,
    ) -> &'t str {
        match self {
            Self::Unclear => old(field),
            Self::Replace => new(field),
            // The apartment may now be in the street line.
            Self::Complete if field == CustomerField::Street2 && !StreetKey::of(new(STREET[0]), "").unit.is_empty() => {
                new(field)
            }
            Self::Complete => Some(new(field)).filter(|new| !new.is_empty()).unwrap_or_else(|| old(field)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed_or_replaced_and_never_mixed() {
        use AddressChange::{Complete, Replace, Unclear};
        let home = ["1 A St", "Apt 4", "Boston", "MA", "02108", ""];
        for (old, new, change) in [
            (home, ["2 B Rd", "", "Chicago", "IL", "60601", ""], Replace),
            (home, ["2 B Rd", "", "Chicago", "", "", ""], Replace),
            (home, ["", "", "", "", "", ""], Complete),
            (home, ["1 a st", "", "Boston", "", "02108-1234", "US"], Complete),
            (home, ["1 A St", "", "Salem", "OR", "97301", ""], Replace),
            (home, ["2 B Rd", "", "", "", "", ""], Unclear),
            (home, ["1 A Street #4", "", "Boston", "", "", ""], Complete),
            (home, ["1 A St Apt 5", "", "Boston", "MA", "02108", ""], Replace),
            (home, ["", "", "Chicago", "IL", "60601", ""], Unclear),
            (home, ["", "Apt 4", "Boston", "MA", "02108", "US"], Complete),
            (["", "", "", "", "", ""], ["2 B Rd", "", "", "", "", ""], Complete),
            (["", "", "Boston", "", "", ""], ["", "", "Chicago", "", "", ""], Complete),
            (["", "", "Boston", "", "", ""], ["2 B Rd", "", "Chicago", "", "", ""], Replace),
            (["Weg 1", "", "Berlin", "", "10115", "Germany"], ["3 C Rd", "", "Chicago", "IL", "60601", ""], Replace),
        ] {
            let part = |of: [&'static str; 6]| {
                move |field: CustomerField| ADDRESS.iter().position(|known| *known == field).map_or("", |at| of[at])
            };
            assert_eq!(address_change(part(old), part(new)), change, "{new:?}");
        }
    }

    #[test]
    fn an_apartment_stands_in_one_line() {
        let part = |of: [&'static str; 2]| {
            move |field: CustomerField| STREET.iter().position(|known| *known == field).map_or("", |at| of[at])
        };
        for (old, new, after) in [
            (["1 A St", "Apt 4"], ["1 A Street Apt 4", ""], ["1 A Street Apt 4", ""]),
            (["1 A St Apt 4", ""], ["1 A St", "Apt 4"], ["1 A St", "Apt 4"]),
            (["1 A St", "Apt 4"], ["1 A St", ""], ["1 A St", "Apt 4"]),
        ] {
            let change = address_change(part(old), part(new));
            assert_eq!(STREET.map(|field| change.part(field, part(old), part(new))), after, "{new:?}");
        }
    }
}
