//! A profile of the book: who can be reached, who never bought, the largest customer, possible duplicates.

use std::collections::HashMap;

use serde::Serialize;

use crate::customers::{self, Pair, duplicates, name_of};
use crate::domain::{Consent, CustomerId, EmailAddress, PostalAddress};
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::store::{Read, params};
use crate::text;

/// The profile of a book.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct BookProfile {
    pub(crate) customers: usize,
    /// Customers with an address who have not opted out of post.
    pub(crate) by_post: usize,
    /// Customers with an email and recorded consent.
    pub(crate) by_email: usize,
    /// Customers with an email, whatever their consent.
    pub(crate) with_email: usize,
    /// Customers without any purchase.
    pub(crate) never_bought: usize,
    pub(crate) purchases: usize,
    /// Purchases without a customer.
    pub(crate) unlinked: usize,
    /// All sales.
    pub(crate) takings_minor: Money,
    /// The customer who bought the most.
    pub(crate) largest: Option<LargestCustomer>,
    /// Customers who share a name and a postcode with another.
    pub(crate) same_name_and_postcode: usize,
    /// Customers who share an email with another.
    pub(crate) same_email: usize,
    /// Customers who share a phone with another.
    pub(crate) same_phone: usize,
    /// Pairs of cards that are probably the same person, most likely first; none in a book that is too large to
    /// compare.
    pub(crate) likely_twice: Option<Vec<Pair>>,
    /// Customers whose name is in capitals.
    pub(crate) all_caps: usize,
}

/// The customer with the largest sales.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct LargestCustomer {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) takings_minor: Money,
    /// Of the sales that have a customer.
    pub(crate) share: f64,
}

/// Up to this many customers are compared with each other at each import, which takes about two seconds.
const MOST_COMPARED: usize = 100_000;

/// Computes the profile of the book.
pub(crate) fn profile(read: &Read<'_>) -> Result<BookProfile> {
    let mut found = BookProfile::default();
    people(read, &mut found)?;
    sales(read, &mut found)?;
    if found.customers <= MOST_COMPARED {
        found.likely_twice = Some(duplicates(read)?);
    }
    Ok(found)
}

fn people(read: &Read<'_>, found: &mut BookProfile) -> Result<()> {
    let (mut names, mut emails, mut phones) = (SharedCount::default(), SharedCount::default(), SharedCount::default());
    let sql = "SELECT first_name, last_name, full_name, street, city, postcode, email, phone, post_consent, email_consent, \
               street2 \
               FROM customer";
    read.each(sql, params![], |row| {
        let text = |index: usize| row.get::<String>(index);
        let (street, street2, city, postcode, phone) = (text(3)?, text(10)?, text(4)?, text(5)?, text(7)?);
        let (post, email): (Consent, Consent) = (row.get(8)?, row.get(9)?);
        let address =
            PostalAddress { street: &street, street2: &street2, city: &city, postcode: &postcode, country: "" };
        let address_of_email = EmailAddress::parse(&text(6)?);
        let has_email = address_of_email.is_some();
        found.customers += 1;
        found.by_post += usize::from(address.is_deliverable() && post != Consent::No);
        found.with_email += usize::from(has_email);
        found.by_email += usize::from(has_email && email == Consent::Yes);
        let name = name_of([&text(0)?, &text(1)?, &text(2)?, "", ""]);
        found.all_caps += usize::from(is_all_caps(&name));
        if !name.is_empty() && !postcode.is_empty() {
            names.add(&format!("{}\u{1f}{}", name.to_lowercase(), postcode.to_lowercase()));
        }
        if let Some(email) = address_of_email {
            emails.add(&email.key());
        }
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 6 {
            phones.add(&digits);
        }
        Ok(())
    })?;
    (found.same_name_and_postcode, found.same_email, found.same_phone) = (names.shared, emails.shared, phones.shared);
    Ok(())
}

fn sales(read: &Read<'_>, found: &mut BookProfile) -> Result<()> {
    let (mut bought, mut linked) = (0, Money(0));
    let mut largest: Option<(CustomerId, Money)> = None;
    let sql = "SELECT customer_id, count(*), sum(amount_minor) FROM purchase GROUP BY customer_id";
    read.each(sql, params![], |row| {
        let (customer, count, takings): (Option<CustomerId>, usize, Money) = (row.get(0)?, row.get(1)?, row.get(2)?);
        found.purchases += count;
        found.takings_minor = found.takings_minor.plus(takings);
        let Some(customer) = customer else {
            found.unlinked = count;
            return Ok(());
        };
        bought += 1;
        linked = linked.plus(takings);
        if largest.is_none_or(|(_, most)| takings > most) {
            largest = Some((customer, takings));
        }
        Ok(())
    })?;
    found.never_bought = found.customers.saturating_sub(bought);
    if let Some((id, takings)) = largest.filter(|(_, takings)| takings.0 > 0 && linked.0 > 0) {
        let card = customers::by_id(read, id)?;
        #[expect(clippy::cast_precision_loss, reason = "a share, for people to read")]
        let share = takings.0 as f64 / linked.0 as f64;
        found.largest =
            Some(LargestCustomer { name: card.name(), reference: card.reference, takings_minor: takings, share });
    }
    Ok(())
}

/// Counts how many share something with another. Texts are stored as hashes, because a book may be large.
#[derive(Default)]
struct SharedCount {
    seen: HashMap<u64, bool>,
    shared: usize,
}

impl SharedCount {
    fn add(&mut self, text: &str) {
        use std::hash::{BuildHasher, Hasher};
        let mut hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().build_hasher();
        hasher.write(text.as_bytes());
        match self.seen.entry(hasher.finish()) {
            std::collections::hash_map::Entry::Vacant(new) => {
                new.insert(false);
            }
            std::collections::hash_map::Entry::Occupied(mut known) => {
                // The first one counts as soon as there is a second.
                self.shared += if *known.get() { 1 } else { 2 };
                known.insert(true);
            }
        }
    }
}

/// Whether a name of several letters is all in capitals.
fn is_all_caps(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 3 && letters.clone().all(|c| !c.is_lowercase()) && letters.clone().any(char::is_uppercase)
}

impl BookProfile {
    /// As text, one line per item.
    pub(crate) fn in_words(&self, currency: Currency) -> String {
        let count = text::thousands;
        let mut lines = vec![format!(
            "The book then has {}: {} can be reached by post, {} by email ({} have an email; only recorded consent counts).",
            text::count(self.customers, "customer"),
            count(self.by_post),
            count(self.by_email),
            count(self.with_email),
        )];
        lines.push(format!(
            "{} never bought{}. Of {}, {} no customer{}.",
            count(self.never_bought),
            share(self.never_bought, self.customers),
            text::count(self.purchases, "purchase"),
            if self.unlinked == 1 { "1 has".to_owned() } else { format!("{} have", count(self.unlinked)) },
            share(self.unlinked, self.purchases),
        ));
        if let Some(largest) = &self.largest {
            lines.push(format!(
                "The largest customer is {} ({}) with {}, {:.0}% of the sales that have a customer.",
                largest.name,
                text::quote(&largest.reference),
                currency.show(largest.takings_minor),
                largest.share * 100.0,
            ));
        }
        let twice = match self.likely_twice.as_deref() {
            Some([]) => "No one seems to be in it twice.".to_owned(),
            Some([first, more @ ..]) => format!(
                "Likely in it twice: {}, such as {} ({}) and {} ({}), {}.",
                text::count(more.len() + 1, "pair"),
                first.name,
                text::quote(&first.reference),
                first.other_name,
                text::quote(&first.other_ref),
                text::list(&first.why),
            ),
            None => format!(
                "Perhaps in it twice: {} by name and postcode, {} by email, {} by phone.",
                count(self.same_name_and_postcode),
                count(self.same_email),
                count(self.same_phone),
            ),
        };
        lines.push(format!(
            "{twice} {} written in ALL CAPS.",
            if self.all_caps == 1 { "1 name is".to_owned() } else { format!("{} names are", count(self.all_caps)) },
        ));
        lines.join("\n")
    }
}

fn share(part: usize, whole: usize) -> String {
    if part == 0 || whole == 0 { String::new() } else { format!(" ({}%)", (part * 200 + whole) / (2 * whole)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_shares_and_who_shouts() {
        let mut shared = SharedCount::default();
        for text in ["a", "b", "a", "a", "c"] {
            shared.add(text);
        }
        assert_eq!(shared.shared, 3);
        for (name, caps) in
            [("ANNA LOPEZ", true), ("Anna LOPEZ", false), ("JO", false), ("山田太郎", false), ("", false)]
        {
            assert_eq!(is_all_caps(name), caps, "{name}");
        }
        assert_eq!(share(1, 3), " (33%)");
    }
}
