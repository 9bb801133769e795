//! An address is one thing: what becomes of that on a card when a list or another card has one too.

use super::customer::CustomerField;
use crate::domain::folded;

/// The parts of an address.
pub(crate) const ADDRESS: [CustomerField; 6] = [
    CustomerField::Street,
    CustomerField::Street2,
    CustomerField::City,
    CustomerField::State,
    CustomerField::Postcode,
    CustomerField::Country,
];

/// What another address does to that of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressChange {
    /// It is the same or says nothing: what it has counts, what it lacks stays.
    Complete,
    /// It is another: it takes the place of all of the old one.
    Replace,
    /// It is a part of another one, which nobody can put together: the old one stays.
    Unclear,
}

/// Compares the address of a card with a new one.
pub(crate) fn address_change<'o, 'n>(
    old: impl Fn(CustomerField) -> &'o str,
    new: impl Fn(CustomerField) -> &'n str,
) -> AddressChange {
    let agree = |field: CustomerField| {
        let [old, new] = [folded(old(field)), folded(new(field))];
        let is_longer_zip = field == CustomerField::Postcode && (old.starts_with(&new) || new.starts_with(&old));
        old.is_empty() || new.is_empty() || old == new || is_longer_zip
    };
    let town = [CustomerField::City, CustomerField::State, CustomerField::Postcode, CustomerField::Country];
    let same_street = agree(CustomerField::Street);
    let has_town = !new(CustomerField::City).is_empty() || !new(CustomerField::Postcode).is_empty();
    match new(CustomerField::Street).is_empty() {
        _ if same_street && town.into_iter().all(agree) => AddressChange::Complete,
        false if has_town => AddressChange::Replace,
        true if old(CustomerField::Street).is_empty() => AddressChange::Complete,
        _ => AddressChange::Unclear,
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
}
