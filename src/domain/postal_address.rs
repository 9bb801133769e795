//! An address that a letter can go to.

/// A postal address: a street, and a city or a postcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostalAddress<'a> {
    pub(crate) street: &'a str,
    pub(crate) street2: &'a str,
    pub(crate) city: &'a str,
    pub(crate) state: &'a str,
    pub(crate) postcode: &'a str,
    pub(crate) country: &'a str,
}

impl PostalAddress<'_> {
    /// Whether a letter can go there.
    pub(crate) fn is_deliverable(&self) -> bool {
        !self.street.is_empty() && (!self.city.is_empty() || !self.postcode.is_empty())
    }
}
