//! Emails with problems: invalid addresses, probable typing errors, one inbox of several people.

use std::collections::{HashMap, HashSet};

use super::people::RecipientCards;
use super::problem::{ProofProblem, ProofProblemKind};
use crate::campaign::{self, Planned, in_one_inbox, one_inbox};
use crate::customers::{self, EmailFault};
use crate::domain::{CampaignState, Channel, Delivery, HouseholdId, email_key};
use crate::error::Result;
use crate::piece::FrozenCampaign;
use crate::store::Read;
use crate::text;

fn by_email<'p, 'r>(people: &'p [RecipientCards<'r>]) -> impl Iterator<Item = &'p RecipientCards<'r>> {
    people.iter().filter(|person| person.recipient.goes_by() == Some(Channel::Email))
}

/// Recipients in the plan with an invalid email that an earlier version accepted.
pub(super) fn unusable(people: &[RecipientCards<'_>], planned: &Planned) -> Vec<ProofProblem> {
    let fault = |person: &RecipientCards<'_>| {
        let recipient = person.recipient;
        let Some(EmailFault { message, hint }) = EmailFault::of(&recipient.reference, &recipient.email) else {
            let none = recipient.email.trim().is_empty().then(|| "there is no email address".to_owned())?;
            let hint = format!("regulars customer set {} email=…", text::argument(&recipient.reference));
            return Some(ProofProblem::at(ProofProblemKind::UnusableEmail, recipient, none, hint));
        };
        let hint = match planned.state {
            CampaignState::Planned => hint,
            _ => format!("{hint}, then regulars outbox {} --readdress REF", planned.slug),
        };
        Some(ProofProblem::at(ProofProblemKind::UnusableEmail, recipient, message, hint))
    };
    by_email(people).filter_map(fault).collect()
}

/// Customers that the campaign would reach by email if their address were valid: they are left out, or get a letter.
pub(super) fn not_reached(
    read: &Read<'_>,
    on: &FrozenCampaign,
    people: &[RecipientCards<'_>],
) -> Result<Vec<ProofProblem>> {
    let file = &on.templates.file;
    if !file.sends_email() {
        return Ok(Vec::new());
    }
    let left_out: HashSet<String> = campaign::left_out_as_unreachable(read, &on.planned)?.into_iter().collect();
    let letters = people.iter().filter(|person| person.recipient.goes_by() == Some(Channel::Letter));
    let letters: HashSet<&str> = letters.map(|person| person.recipient.reference.as_str()).collect();
    let mut found = Vec::new();
    for card in customers::with_unusable_email(read)? {
        let instead = match file.channel {
            _ if left_out.contains(&card.reference) => "they are left out",
            Delivery::EmailElseLetter if letters.contains(card.reference.as_str()) => "they get a letter",
            _ => continue,
        };
        if let Some(EmailFault { message, hint }) = card.email_fault() {
            let message = format!("{message}, so {instead}");
            found.push(ProofProblem::of(ProofProblemKind::EmailFault, &card, message, hint));
        }
    }
    Ok(found)
}

/// Valid addresses that are probably mistyped.
pub(super) fn typos(people: &[RecipientCards<'_>]) -> Vec<ProofProblem> {
    let typos = EmailTypos::read();
    let of = |person: &RecipientCards<'_>| {
        let recipient = person.recipient;
        let meant = typos.meant(&recipient.email)?;
        let message =
            format!("{} may be a typing error for {}", text::quote(recipient.email.trim()), text::quote(&meant));
        let hint = format!("regulars customer set {} email={meant}", text::argument(&recipient.reference));
        Some(ProofProblem::at(ProofProblemKind::EmailTypo, recipient, message, hint))
    };
    by_email(people).filter_map(of).collect()
}

/// Email recipients with the same address who are not one household.
pub(super) fn shared(people: &[RecipientCards<'_>]) -> Vec<ProofProblem> {
    let emails: Vec<&RecipientCards<'_>> = by_email(people).collect();
    let household =
        |person: &RecipientCards<'_>| person.best().map_or(HouseholdId::default(), |card| card.household_id);
    let shared = one_inbox(&emails, |person| (&person.recipient.email, household(person)));
    let mut found: Vec<ProofProblem> = shared
        .into_iter()
        .filter_map(|all| {
            let first = all.first()?;
            let other = all.iter().find(|other| household(other) != household(first))?;
            let who: Vec<String> = all.iter().map(|person| person.said()).collect();
            let message = in_one_inbox(&first.recipient.email, &who);
            Some(ProofProblem::one_household(ProofProblemKind::SharedInbox, first.recipient, other.recipient, message))
        })
        .collect();
    found.sort_by(|a, b| a.reference.cmp(&b.reference));
    found
}

/// Common misspellings of frequent domains.
struct EmailTypos {
    /// By the mistyped domain, or its end with the dot.
    meant: HashMap<&'static str, &'static str>,
    /// The letter from a to z by its lookalike.
    lookalikes: HashMap<char, char>,
}

impl EmailTypos {
    fn read() -> Self {
        let rows = text::table_rows(include_str!("email_typos.tsv"));
        let meant = rows.flat_map(|mut cells| {
            let (right, wrong) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            wrong.split(' ').map(move |wrong| (wrong, right))
        });
        let looks = text::table_rows(include_str!("lookalikes.tsv")).filter_map(|mut cells| {
            let (latin, others) = (cells.next()?.chars().next()?, cells.next()?);
            Some(others.chars().map(move |other| (other, latin)))
        });
        Self { meant: meant.collect(), lookalikes: looks.flatten().collect() }
    }

    /// The address that is most probably meant.
    fn meant(&self, email: &str) -> Option<String> {
        if let Some(latin) = self.in_latin(email.trim()) {
            return Some(self.meant(&latin).unwrap_or(latin));
        }
        let key = email_key(email);
        let (name, domain) = key.split_once('@')?;
        if let Some(right) = self.meant.get(domain) {
            return Some(format!("{name}@{right}"));
        }
        let (before, end) = domain.split_at(domain.rfind('.')?);
        self.meant.get(end).map(|right| format!("{name}@{before}{right}"))
    }

    /// An address in which letters of another alphabet that only look like Latin ones are mixed with Latin ones: in
    /// Latin letters.
    fn in_latin(&self, email: &str) -> Option<String> {
        if email.is_ascii() {
            return None;
        }
        let latin = |word: &str| {
            let is_mixed = !word.is_ascii() && word.contains(|c: char| c.is_ascii_alphabetic());
            let all: Option<String> =
                word.chars().map(|c| if c.is_ascii() { Some(c) } else { self.lookalikes.get(&c).copied() }).collect();
            all.filter(|_| is_mixed).unwrap_or_else(|| word.to_owned())
        };
        let meant: String = email.split_inclusive(['@', '.', '-', '_', '+']).map(latin).collect();
        (meant != email).then_some(meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_and_addresses_are_not() {
        let typos = EmailTypos::read();
        for (email, meant) in [
            ("lou@gmial.com", "lou@gmail.com"),
            ("Lou@Hotmial.com", "lou@hotmail.com"),
            ("lou@yahoo.cmo", "lou@yahoo.com"),
            ("lou@shop.example.con", "lou@shop.example.com"),
            ("lou@icloud.con", "lou@icloud.com"),
            ("lou@outlok.com", "lou@outlook.com"),
            ("lou@firm.ogr", "lou@firm.org"),
            // In another alphabet.
            ("l\u{43e}u@example.com", "lou@example.com"),
            ("lou@ex\u{430}mple.com", "lou@example.com"),
            ("\u{410}nna.Smith@example.com", "Anna.Smith@example.com"),
            ("lou.m\u{3bf}re@example.com", "lou.more@example.com"),
            ("lou@gm\u{456}al.com", "lou@gmail.com"),
            (
                "ann\u{430}@\u{43f}\u{43e}\u{447}\u{442}\u{430}.\u{440}\u{444}",
                "anna@\u{43f}\u{43e}\u{447}\u{442}\u{430}.\u{440}\u{444}",
            ),
        ] {
            assert_eq!(typos.meant(email).as_deref(), Some(meant));
        }
        for email in [
            "lou@gmail.com",
            "lou@mail.com",
            "lou@ymail.com",
            "lou@example.co",
            "lou@gmx.net",
            "lou@con.example",
            "\u{441}\u{43e}\u{440}\u{43e}\u{43a}@\u{43f}\u{43e}\u{447}\u{442}\u{430}.\u{440}\u{444}",
            "\u{430}\u{43d}\u{43d}\u{430}.smith@example.com",
            "j\u{f6}rg@b\u{fc}cher.example",
            "lou@\u{441}\u{430}\u{440}.example",
            "m\u{438}ra@example.com",
            "lou",
            "",
        ] {
            assert_eq!(typos.meant(email), None, "{email}");
        }
        for right in typos.meant.values() {
            assert!(!typos.meant.contains_key(right), "{right} is right and wrong");
        }
    }
}
