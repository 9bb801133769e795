//! A new customer at the till: the form, possible duplicates, the card.

use chrono::NaiveDate;

use super::edit::{AT_THE_TILL, LONGEST, one_line};
use crate::customers::{self, AtTill, Customer, CustomerField, Vocabulary};
use crate::domain::{Column, Consent, ConsentChannel, CustomerId, EmailAddress, email_in};
use crate::error::Result;
use crate::store::{Read, Write};

/// The shortest phone number, in digits.
const PHONE: usize = 5;

/// The fields of the form, in its order.
pub(crate) const FIELDS: [CustomerField; 9] = [
    CustomerField::FirstName,
    CustomerField::LastName,
    CustomerField::Street,
    CustomerField::Street2,
    CustomerField::City,
    CustomerField::State,
    CustomerField::Postcode,
    CustomerField::Phone,
    CustomerField::Email,
];

/// What was typed about a new customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewCustomer {
    /// In the order of [`FIELDS`].
    texts: Vec<(CustomerField, String)>,
    /// Their consent for each channel; unknown when not asked.
    pub(crate) consents: [(ConsentChannel, Consent); 2],
}

impl NewCustomer {
    /// `typed` returns the text of a field, and for a channel the consent.
    pub(crate) fn read<'t>(typed: impl Fn(&str) -> Option<&'t str>) -> Self {
        let text = |field: CustomerField| {
            let text = one_line(typed(field.as_str()).unwrap_or_default());
            (field, if field == CustomerField::Email { email_in(&text).into_owned() } else { text })
        };
        let said = |channel: ConsentChannel| {
            let said = typed(&format!("{channel}_consent")).and_then(Consent::from_form);
            (channel, said.unwrap_or_default())
        };
        Self { texts: FIELDS.map(text).to_vec(), consents: [ConsentChannel::Post, ConsentChannel::Email].map(said) }
    }

    /// From a search text: an email address, a phone number, else a name.
    pub(crate) fn of_search(words: &str) -> Self {
        let words = one_line(words);
        let digits = words.chars().filter(char::is_ascii_digit).count();
        let (first, last) = words.rsplit_once(' ').unwrap_or(("", &words));
        Self::read(|field| match CustomerField::from_form(field)? {
            CustomerField::Email if words.contains('@') => Some(&words),
            CustomerField::Phone if !words.contains('@') && digits >= PHONE => Some(&words),
            CustomerField::FirstName if digits == 0 && !words.contains('@') => Some(first),
            CustomerField::LastName if digits == 0 && !words.contains('@') => Some(last),
            _ => None,
        })
    }

    pub(crate) fn text(&self, field: CustomerField) -> &str {
        self.texts.iter().find(|(known, _)| *known == field).map_or("", |(_, text)| text)
    }

    fn consent(&self, channel: ConsentChannel) -> Consent {
        self.consents.iter().find(|(known, _)| *known == channel).map_or(Consent::Unknown, |(_, said)| *said)
    }

    /// What has to be corrected, each with its field.
    pub(crate) fn faults(&self) -> Vec<(CustomerField, &'static str)> {
        let (email, phone) = (self.text(CustomerField::Email), self.text(CustomerField::Phone));
        let is_without = |field: CustomerField| !self.text(field).chars().any(char::is_alphabetic);
        let mut faults = Vec::new();
        if is_without(CustomerField::FirstName) && is_without(CustomerField::LastName) {
            faults.push((CustomerField::LastName, "Enter their name."));
        }
        if !phone.is_empty() && phone.chars().filter(char::is_ascii_digit).count() < PHONE {
            faults.push((CustomerField::Phone, "That is not a phone number. Enter its digits, or leave it empty."));
        }
        if !email.is_empty() && !EmailAddress::is_one(email) {
            faults.push((
                CustomerField::Email,
                "That is not an email address. Enter it like ana@example.com, or leave it empty.",
            ));
        } else if email.is_empty() && self.consent(ConsentChannel::Email) == Consent::Yes {
            faults.push((CustomerField::Email, "Enter the email address that they said yes to."));
        }
        let is_long = |(_, text): &&(CustomerField, String)| text.chars().count() > LONGEST;
        faults.extend(self.texts.iter().filter(is_long).map(|(field, _)| (*field, "That is too long.")));
        faults
    }

    fn draft(&self) -> Customer {
        let text = |field| self.text(field).to_owned();
        Customer {
            first_name: text(CustomerField::FirstName),
            last_name: text(CustomerField::LastName),
            street: text(CustomerField::Street),
            street2: text(CustomerField::Street2),
            city: text(CustomerField::City),
            state: text(CustomerField::State),
            postcode: text(CustomerField::Postcode),
            phone: text(CustomerField::Phone),
            email: text(CustomerField::Email),
            ..Customer::default()
        }
    }
}

/// Cards that may be the same customer; none when this request has already added one.
pub(crate) fn possible_duplicates(
    read: &Read<'_>,
    vocabulary: &Vocabulary,
    (new, request): (&NewCustomer, &str),
    today: NaiveDate,
) -> Result<Vec<Customer>> {
    if customers::card_of_request(read, request)?.is_some() {
        return Ok(Vec::new());
    }
    customers::possible_duplicates(read, vocabulary, &new.draft(), today)
}

/// Adds the customer; the owner is shown the change. Repeating the request adds one card.
pub(crate) fn add(write: &Write<'_>, new: &NewCustomer, request: &str, here: AtTill<'_>) -> Result<CustomerId> {
    if let Some(card) = customers::card_of_request(write, request)? {
        return Ok(card);
    }
    let texts = new.texts.iter().filter(|(_, text)| !text.is_empty()).map(|(field, text)| format!("{field}={text}"));
    let said = new.consents.iter().filter(|(_, said)| *said != Consent::Unknown);
    let said = said.map(|(channel, said)| format!("{channel}_consent={said}"));
    let assignments: Vec<String> = texts.chain(said).collect();
    let card = customers::add_till_card(write, &assignments, here.at.date(), AT_THE_TILL)?;
    customers::record_card(write, card, request, here)?;
    Ok(card)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(form: &str) -> NewCustomer {
        let fields: Vec<(&str, &str)> = form.split('&').filter_map(|field| field.split_once('=')).collect();
        NewCustomer::read(|name| fields.iter().find(|(field, _)| *field == name).map(|(_, text)| *text))
    }

    #[test]
    fn what_cannot_be_taken_is_said_at_its_field() {
        for (form, fields) in [
            ("last_name=Vik", vec![]),
            ("first_name=Ida", vec![]),
            ("last_name= \u{200b} &email=", vec![CustomerField::LastName]),
            ("last_name=--&first_name=7", vec![CustomerField::LastName]),
            ("last_name=Vik&email=ida(at)vik", vec![CustomerField::Email]),
            ("last_name=Vik&email_consent=yes", vec![CustomerField::Email]),
            ("last_name=Vik&email_consent=no", vec![]),
            ("last_name=Vik&phone=none", vec![CustomerField::Phone]),
            ("phone=12&email=x", vec![CustomerField::LastName, CustomerField::Phone, CustomerField::Email]),
        ] {
            let faults: Vec<CustomerField> = typed(form).faults().into_iter().map(|(field, _)| field).collect();
            assert_eq!(faults, fields, "{form}");
        }
    }

    #[test]
    fn all_that_was_typed_is_compared() {
        for field in FIELDS {
            assert_eq!(typed(&format!("{field}=650 Elm")).draft().field(field), "650 Elm", "{field}");
        }
    }

    #[test]
    fn what_was_searched_for_stands_in_its_field() {
        for (words, field, text) in [
            ("Ida Maria Vik", CustomerField::LastName, "Vik"),
            ("Ida Maria Vik", CustomerField::FirstName, "Ida Maria"),
            ("vik", CustomerField::LastName, "vik"),
            ("ida@vik.example", CustomerField::Email, "ida@vik.example"),
            ("650 555 0123", CustomerField::Phone, "650 555 0123"),
            ("smi7ZXC-71S3", CustomerField::LastName, ""),
        ] {
            assert_eq!(NewCustomer::of_search(words).text(field), text, "{words}");
        }
    }

    #[test]
    fn an_email_is_read_as_everywhere() {
        for (email, read, is_one) in [
            ("lou@example.com ", "lou@example.com", true),
            ("Lou <lou@example.com>", "lou@example.com", true),
            ("mailto:lou@example.com", "lou@example.com", true),
            ("lou\u{ff20}example.com", "lou@example.com", true),
            ("ida..x@example.com", "ida..x@example.com", false),
            ("kim@example .com", "kim@example .com", false),
            ("ida@example", "ida@example", false),
        ] {
            let customer = typed(&format!("last_name=Vik&email={email}"));
            assert_eq!((customer.text(CustomerField::Email), customer.faults().is_empty()), (read, is_one));
        }
    }
}
