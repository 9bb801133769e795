//! How everybody can be written to, in one pass over the book.

use std::collections::HashMap;

use super::customer::has_left;
use super::lookup;
use super::suppression::Suppressions;
use crate::domain::{Consent, CustomerId, EmailAddress, HouseholdId, PostalAddress, Suppression};
use crate::error::Result;
use crate::store::{Read, Row, params};

/// How somebody can be written to, and with whom they live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) reference: String,
    pub(crate) household_id: HouseholdId,
    pub(crate) has_address: bool,
    pub(crate) wants_no_post: bool,
    pub(crate) has_email: bool,
    pub(crate) email_consent: bool,
    /// Why the address gets no email, whatever they said.
    pub(crate) suppressed: Option<Suppression>,
    pub(crate) deceased: bool,
    /// The address on the card is one that they have left.
    pub(crate) has_moved: bool,
}

/// How everybody can be written to, by id.
pub(crate) fn reach(read: &Read<'_>) -> Result<HashMap<CustomerId, Reach>> {
    let mut all = HashMap::with_capacity(lookup::count(read)?);
    let suppressions = Suppressions::of(read)?;
    let sql = "SELECT id, ref, household_id, post_consent, email_consent, deceased, email, moved_from, street, street2, \
               city, postcode, country FROM customer";
    read.each(sql, params![], |row| {
        let email: String = row.get(6)?;
        let (has_address, has_moved) = address_reach(row, 7)?;
        let reach = Reach {
            reference: row.get(1)?,
            household_id: row.get(2)?,
            has_address,
            wants_no_post: row.get::<Consent>(3)? == Consent::No,
            has_email: EmailAddress::parse(&email).is_some(),
            email_consent: row.get::<Consent>(4)? == Consent::Yes,
            suppressed: suppressions.reason(&email),
            deceased: row.get(5)?,
            has_moved,
        };
        all.insert(row.get(0)?, reach);
        Ok(())
    })?;
    Ok(all)
}

/// Whether a letter can go to an address, and whether it is one that they have left; of the columns `moved_from, street,
/// street2, city, postcode, country` from `at` on.
pub(crate) fn address_reach(row: &Row<'_>, at: usize) -> Result<(bool, bool)> {
    let text = |index: usize| row.get::<String>(at + index);
    let (moved_from, street, street2, city, postcode, country) =
        (text(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?);
    let address =
        PostalAddress { street: &street, street2: &street2, city: &city, postcode: &postcode, country: &country };
    Ok((address.is_deliverable(), has_left(&address, &moved_from)))
}
