//! One customer's card.

use crate::error::Result;
use crate::store::Row;

/// The columns of a card that are plain text, in the order in which they are read and written.
pub const TEXT_FIELDS: [&str; 17] = [
    "title",
    "first_name",
    "last_name",
    "full_name",
    "suffix",
    "spouse",
    "company",
    "street",
    "street2",
    "city",
    "state",
    "postcode",
    "country",
    "email",
    "phone",
    "birthday",
    "notes",
];

/// What the book holds on one customer; what is not known is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) id: i64,
    pub(crate) reference: String,
    pub(crate) title: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) full_name: String,
    pub(crate) suffix: String,
    pub(crate) spouse: String,
    pub(crate) company: String,
    pub(crate) street: String,
    pub(crate) street2: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) postcode: String,
    pub(crate) country: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) birthday: String,
    pub(crate) notes: String,
    /// `yes`, `no` or `unknown`.
    pub(crate) post_consent: String,
    /// `yes`, `no` or `unknown`.
    pub(crate) email_consent: String,
    pub(crate) household_id: i64,
    /// Nothing is sent to them any more.
    pub(crate) deceased: bool,
    /// The address, folded, that is no longer theirs.
    pub(crate) moved_from: String,
}

/// The columns that [`Customer::from_row`] reads.
pub(crate) const COLUMNS: &str = "id, ref, title, first_name, last_name, full_name, suffix, spouse, company, street, \
     street2, city, state, postcode, country, email, phone, birthday, notes, post_consent, email_consent, household_id, \
     deceased, moved_from";

impl Customer {
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            reference: row.get(1)?,
            title: row.get(2)?,
            first_name: row.get(3)?,
            last_name: row.get(4)?,
            full_name: row.get(5)?,
            suffix: row.get(6)?,
            spouse: row.get(7)?,
            company: row.get(8)?,
            street: row.get(9)?,
            street2: row.get(10)?,
            city: row.get(11)?,
            state: row.get(12)?,
            postcode: row.get(13)?,
            country: row.get(14)?,
            email: row.get(15)?,
            phone: row.get(16)?,
            birthday: row.get(17)?,
            notes: row.get(18)?,
            post_consent: row.get(19)?,
            email_consent: row.get(20)?,
            household_id: row.get(21)?,
            deceased: row.get(22)?,
            moved_from: row.get(23)?,
        })
    }

    /// The name as it is said: the full name as given, or its parts, or the firm, or the reference.
    pub(crate) fn name(&self) -> String {
        let parts = [self.first_name.as_str(), self.last_name.as_str(), self.suffix.as_str()];
        let joined: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        [self.full_name.clone(), joined.join(" "), self.company.clone(), self.reference.clone()]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    }

    /// One of [`TEXT_FIELDS`]; nothing for any other word.
    pub(crate) fn field(&self, name: &str) -> &str {
        match name {
            "title" => &self.title,
            "first_name" => &self.first_name,
            "last_name" => &self.last_name,
            "full_name" => &self.full_name,
            "suffix" => &self.suffix,
            "spouse" => &self.spouse,
            "company" => &self.company,
            "street" => &self.street,
            "street2" => &self.street2,
            "city" => &self.city,
            "state" => &self.state,
            "postcode" => &self.postcode,
            "country" => &self.country,
            "email" => &self.email,
            "phone" => &self.phone,
            "birthday" => &self.birthday,
            "notes" => &self.notes,
            _ => "",
        }
    }

    /// Whether a letter can reach them: a street, and a town or a postcode.
    pub(crate) fn has_address(&self) -> bool {
        !self.street.is_empty() && (!self.city.is_empty() || !self.postcode.is_empty())
    }

    /// Whether the address on the card is one that they have left. A new street makes it good again.
    pub(crate) fn has_moved(&self) -> bool {
        !self.moved_from.is_empty() && self.moved_from == self.home()
    }

    /// Whether their name may stand on a letter: they live there, and never said no.
    pub(crate) fn may_be_greeted(&self) -> bool {
        !self.deceased && !self.has_moved() && self.post_consent != "no"
    }

    /// Whether they may be sent a letter, and it can reach them.
    pub(crate) fn takes_letters(&self) -> bool {
        self.may_be_greeted() && self.has_address()
    }

    /// Whether they may be sent emails; what is known of an address is kept with the address.
    pub(crate) fn takes_emails(&self) -> bool {
        !self.deceased && self.email_consent == "yes"
    }

    /// The address as it is compared: street and town, without capitals and spaces that do not matter.
    pub(crate) fn home(&self) -> String {
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
