//! How each customer can be reached, in one pass over the book.

use std::collections::{HashMap, HashSet};

use super::customer::has_left;
use super::lookup;
use super::post_opt_outs::PostOptOuts;
use super::suppression::Suppressions;
use super::undeliverable::UndeliverableAddresses;
use crate::domain::{Consent, CustomerId, EmailAddress, HouseholdId, PostalAddress, Suppression};
use crate::error::Result;
use crate::store::{Read, Row, params};

/// How a customer can be reached, and their household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) reference: String,
    pub(crate) household_id: HouseholdId,
    pub(crate) has_address: bool,
    pub(crate) wants_no_post: bool,
    pub(crate) has_email: bool,
    /// The email on the card is invalid.
    pub(crate) has_email_fault: bool,
    pub(crate) email_consent: bool,
    /// Why the address is suppressed.
    pub(crate) suppressed: Option<Suppression>,
    pub(crate) deceased: bool,
    /// The address on the card is one that they have left.
    pub(crate) has_moved: bool,
    /// The last letter to the address on the card came back.
    pub(crate) is_undeliverable: bool,
}

impl Reach {
    /// Whether a letter is allowed, and there is an address that it reaches.
    pub(crate) fn takes_letters(&self) -> bool {
        self.has_address && !self.wants_no_post && !self.has_moved && !self.is_undeliverable
    }
}

/// How each customer can be reached, by ID.
pub(crate) fn reach(read: &Read<'_>) -> Result<HashMap<CustomerId, Reach>> {
    let mut all = HashMap::with_capacity(lookup::count(read)?);
    let known = KnownReasons::of(read)?;
    read.each(&format!("SELECT {COLUMNS} FROM customer"), params![], |row| {
        all.insert(row.get(0)?, known.reach(row)?);
        Ok(())
    })?;
    Ok(all)
}

/// How some customers can be reached, by ID.
pub(crate) fn reach_of(read: &Read<'_>, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Reach>> {
    let mut some = HashMap::with_capacity(ids.len());
    let known = KnownReasons::of(read)?;
    read.each_among(&format!("SELECT {COLUMNS} FROM customer WHERE id IN"), params![], ids, |row| {
        some.insert(row.get(0)?, known.reach(row)?);
        Ok(())
    })?;
    Ok(some)
}

const COLUMNS: &str = "id, ref, household_id, post_consent, email_consent, deceased, email, moved_from, street, street2, city, \
                       postcode, country, home";

/// Reasons against mail that are not on the customer's card.
struct KnownReasons {
    suppressions: Suppressions,
    opted_out: HashSet<CustomerId>,
    undeliverable: UndeliverableAddresses,
}

impl KnownReasons {
    fn of(read: &Read<'_>) -> Result<Self> {
        Ok(Self {
            suppressions: Suppressions::of(read)?,
            opted_out: PostOptOuts::of(read)?.others(read)?,
            undeliverable: UndeliverableAddresses::of(read)?,
        })
    }

    /// Of a row of [`COLUMNS`].
    fn reach(&self, row: &Row<'_>) -> Result<Reach> {
        let email: String = row.get(6)?;
        let has_email = EmailAddress::is_one(&email);
        let (has_address, has_moved) = address_reach(row, 7)?;
        let (post, consent): (Consent, Consent) = (row.get(3)?, row.get(4)?);
        // Their own word comes first.
        let is_own = |why: &Suppression| *why == Suppression::OptedOut && consent == Consent::No;
        Ok(Reach {
            reference: row.get(1)?,
            household_id: row.get(2)?,
            has_address,
            wants_no_post: post == Consent::No || self.opted_out.contains(&row.get(0)?),
            has_email,
            has_email_fault: !has_email && !email.trim().is_empty(),
            email_consent: consent == Consent::Yes,
            suppressed: self.suppressions.reason(&email).filter(|why| !is_own(why)),
            deceased: row.get(5)?,
            has_moved,
            is_undeliverable: self.undeliverable.has(row.get(13)?),
        })
    }
}

/// Whether a letter can be sent to an address, and whether it is one that they have left; from the columns `moved_from,
/// street, street2, city, postcode, country` at index `at`.
pub(crate) fn address_reach(row: &Row<'_>, at: usize) -> Result<(bool, bool)> {
    let text = |index: usize| row.get::<String>(at + index);
    let (moved_from, street, street2, city, postcode, country) =
        (text(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?);
    let address =
        PostalAddress { street: &street, street2: &street2, city: &city, postcode: &postcode, country: &country };
    Ok((address.is_deliverable(), has_left(&address, &moved_from)))
}
