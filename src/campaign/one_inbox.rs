//! Households that share one email address, as a couple may before the book has them as one household.

use std::collections::BTreeMap;

use crate::domain::{Channel, EmailAddress, HouseholdId};
use crate::text;

/// People with one address in several households, one entry per address; `of` returns a person's address and household.
pub(crate) fn one_inbox<'p, P>(people: &'p [P], of: impl Fn(&P) -> (&str, HouseholdId)) -> Vec<Vec<&'p P>> {
    let mut inboxes: BTreeMap<String, Vec<&'p P>> = BTreeMap::new();
    for person in people {
        if let Some(address) = EmailAddress::parse(of(person).0) {
            inboxes.entry(address.key()).or_default().push(person);
        }
    }
    let household = |person: &P| of(person).1;
    inboxes.into_values().filter(|all| all.iter().any(|one| household(one) != household(all[0]))).collect()
}

/// ``2 emails to `shared@example.com`: Bob Two (`A1`) and Cy Three (`A2`)``.
pub(crate) fn in_one_inbox(email: &str, who: &[String]) -> String {
    format!("{} to {}: {}", Channel::Email.count(who.len()), text::quote(email.trim()), text::first_few(who, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_one_whatever_its_capitals_and_a_household_is_one() {
        let people = [
            ("shared@example.com", 1),
            ("bob@example.com", 2),
            ("Shared@Example.COM", 3),
            ("", 4),
            ("", 5),
            ("home@example.com", 6),
            ("home@example.com", 6),
            ("none", 7),
            ("none", 8),
        ]
        .map(|(email, household)| (email, HouseholdId(household)));
        let found = one_inbox(&people, |one| *one);
        let emails: Vec<Vec<&str>> = found.iter().map(|all| all.iter().map(|one| one.0).collect()).collect();
        assert_eq!(emails, [["shared@example.com", "Shared@Example.COM"]]);
        assert_eq!(in_one_inbox("a@b.co", &["Ann".into(), "Bo".into()]), "2 emails to `a@b.co`: Ann and Bo");
    }
}
