//! One customer's card: its fields, defined once, and who may be contacted.

use crate::domain::{Consent, CustomerId, HouseholdId, PostalAddress, column_enum};
use crate::error::Result;
use crate::store::{Row, Write, params};

/// Defines [`CustomerField`] and [`Customer`] from one list of text fields. A new field is a line here, a column in a
/// migration, and its headings in the dialects of import.
macro_rules! card {
    ($($(#[$doc:meta])* $value:ident $name:ident = $form:literal,)+) => {
        column_enum! {
            /// A text field of the card; its form is the column.
            pub(crate) enum CustomerField { $($(#[$doc])* $value = $form,)+ }
        }

        /// The card of one customer; unknown fields are empty.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub(crate) struct Customer {
            pub(crate) id: CustomerId,
            pub(crate) reference: String,
            $($(#[$doc])* pub(crate) $name: String,)+
            pub(crate) post_consent: Consent,
            pub(crate) email_consent: Consent,
            pub(crate) household_id: HouseholdId,
            /// Nothing is sent to them any more.
            pub(crate) deceased: bool,
            /// The identity of the address that they have left.
            pub(crate) moved_from: String,
            /// The same key for people that the owner made one household.
            pub(crate) manual_household: String,
        }

        /// The columns that [`Customer::from_row`] reads.
        pub(crate) const COLUMNS: &str = concat!(
            "id, ref, ", $($form, ", ",)+
            "post_consent, email_consent, household_id, deceased, moved_from, put_together"
        );

        impl Customer {
            pub(crate) fn from_row(row: &Row<'_>) -> Result<Self> {
                let mut columns = 0..;
                let mut next = || columns.next().unwrap_or_default();
                Ok(Self {
                    id: row.get(next())?,
                    reference: row.get(next())?,
                    $($name: row.get(next())?,)+
                    post_consent: row.get(next())?,
                    email_consent: row.get(next())?,
                    household_id: row.get(next())?,
                    deceased: row.get(next())?,
                    moved_from: row.get(next())?,
                    manual_household: row.get(next())?,
                })
            }

            pub(crate) fn field(&self, field: CustomerField) -> &str {
                match field { $(CustomerField::$value => &self.$name,)+ }
            }
        }
    };
}

card! {
    Title title = "title",
    FirstName first_name = "first_name",
    LastName last_name = "last_name",
    /// Used when first and last name are not known separately.
    FullName full_name = "full_name",
    Suffix suffix = "suffix",
    Spouse spouse = "spouse",
    Company company = "company",
    Street street = "street",
    Street2 street2 = "street2",
    City city = "city",
    State state = "state",
    Postcode postcode = "postcode",
    Country country = "country",
    Email email = "email",
    Phone phone = "phone",
    Birthday birthday = "birthday",
    Notes notes = "notes",
}

impl CustomerField {
    /// Whether it is part of the address, and so decides about households.
    pub(crate) fn is_of_address(self) -> bool {
        matches!(self, Self::Street | Self::Street2 | Self::City | Self::Postcode | Self::Country)
    }
}

/// The address among the fields of a card.
pub(crate) fn address_of<'f>(field: impl Fn(CustomerField) -> &'f str) -> PostalAddress<'f> {
    PostalAddress {
        street: field(CustomerField::Street),
        street2: field(CustomerField::Street2),
        city: field(CustomerField::City),
        postcode: field(CustomerField::Postcode),
        country: field(CustomerField::Country),
    }
}

impl Customer {
    /// The display name: the full name as given, or its parts, or the company, or the reference.
    pub(crate) fn name(&self) -> String {
        let name = self.known_name();
        if name.is_empty() { self.reference.clone() } else { name }
    }

    /// The same; empty when no name is known.
    pub(super) fn known_name(&self) -> String {
        name_of([&self.first_name, &self.last_name, &self.full_name, &self.suffix, &self.company])
    }

    pub(crate) fn address(&self) -> PostalAddress<'_> {
        address_of(|field| self.field(field))
    }

    /// Whether the address on the card is one that they have left. A new address resets this.
    pub(crate) fn has_moved(&self) -> bool {
        self.preferences().has_moved
    }

    /// Whether their name may be on a letter: they live there, and have not opted out.
    pub(crate) fn may_be_greeted(&self) -> bool {
        self.preferences().may_be_greeted()
    }

    /// Whether they may be sent a letter, and it can reach them.
    pub(crate) fn takes_letters(&self) -> bool {
        self.may_be_greeted() && self.address().is_deliverable()
    }

    /// Whether they may be sent emails; the state of an address is stored with the address.
    pub(crate) fn takes_emails(&self) -> bool {
        self.preferences().takes_emails()
    }

    fn preferences(&self) -> MailPreferences {
        MailPreferences {
            post: self.post_consent,
            email: self.email_consent,
            deceased: self.deceased,
            has_moved: has_left(&self.address(), &self.moved_from),
        }
    }
}

pub(super) fn set_field(write: &Write<'_>, id: CustomerId, field: CustomerField, text: &str) -> Result<()> {
    write.run(&format!("UPDATE customer SET {field} = ?2 WHERE id = ?1"), params![id, text]).map(|_| ())
}

/// The full name as given, or its parts, or the company: from first name, last name, full name, suffix and company.
pub(crate) fn name_of([first, last, full, suffix, company]: [&str; 5]) -> String {
    let parts: Vec<&str> = [first, last, suffix].into_iter().filter(|part| !part.is_empty()).collect();
    let names = [full.to_owned(), parts.join(" "), company.to_owned()];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

/// The same for a row that has the five from a column on.
pub(crate) fn name_in(row: &Row<'_>, first: usize) -> Result<String> {
    let column = |at: usize| row.get::<String>(first + at);
    let names = [column(0)?, column(1)?, column(2)?, column(3)?, column(4)?];
    Ok(name_of(names.each_ref().map(String::as_str)))
}

/// Whether an address is the one that was left.
pub(crate) fn has_left(address: &PostalAddress<'_>, moved_from: &str) -> bool {
    !moved_from.is_empty() && address.has_identity(moved_from)
}

/// What decides whether someone may be contacted, addresses aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MailPreferences {
    pub(crate) post: Consent,
    pub(crate) email: Consent,
    pub(crate) deceased: bool,
    /// The address on the card is one that they have left.
    pub(crate) has_moved: bool,
}

impl MailPreferences {
    /// Whether their name may be on a letter: they live there, and have not opted out.
    pub(crate) fn may_be_greeted(self) -> bool {
        !self.deceased && !self.has_moved && self.post != Consent::No
    }

    /// Email requires recorded consent.
    pub(crate) fn takes_emails(self) -> bool {
        !self.deceased && self.email == Consent::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_always_has_a_name() {
        let mut card = Customer { reference: "C-1".into(), ..Customer::default() };
        assert_eq!(card.name(), "C-1");
        card.company = "Acme".into();
        assert_eq!(card.name(), "Acme");
        card.last_name = "Lopez".into();
        assert_eq!(card.name(), "Lopez");
        card.full_name = "Ana Lopez".into();
        assert_eq!(card.name(), "Ana Lopez");
    }
}
