//! Names entirely in capitals or lowercase, with a proposal, and the changes to the book that the owner confirms; names
//! that contain a remark.

use chrono::NaiveDate;

use super::capitals::{Part, repaired};
use super::people::RecipientCards;
use super::problem::{ProofProblem, ProofProblemKind, Repair};
use crate::campaign::{Planned, Recipient};
use crate::customers::{self, Customer, CustomerField, name_of};
use crate::error::Result;
use crate::store::Write;
use crate::text;
use crate::text::remarks::{self, is_no_spouse, is_nobody, is_placeholder};

/// Remarks in names: the owner's notes, or text that is not a name.
pub(super) fn remarks(people: &[RecipientCards<'_>]) -> Vec<ProofProblem> {
    let mut found = Vec::new();
    for person in people {
        let tags = person.recipient.fields.to_read().get_list("customer.tags").clone();
        for card in person.members.iter().filter(|card| card.may_be_greeted()) {
            let own = tags.iter().map(String::as_str).filter(|_| card.reference == person.recipient.reference);
            if let Some(remark) = std::iter::once(card.notes.as_str()).chain(own).find_map(text::card_remark) {
                let reference = text::argument(&card.reference);
                let hint = format!(
                    "if that is meant: regulars customer set {reference} deceased=yes, `moved=yes` or `post=no`"
                );
                found.push(ProofProblem::of(
                    ProofProblemKind::Remark,
                    card,
                    format!("the card has the remark {}", text::quote(remark)),
                    hint,
                ));
            }
        }
    }
    for card in people.iter().flat_map(|person| &person.members).filter(|card| card.may_be_greeted()) {
        for (field, text) in [
            (CustomerField::FirstName, &card.first_name),
            (CustomerField::LastName, &card.last_name),
            (CustomerField::FullName, &card.full_name),
            (CustomerField::Spouse, &card.spouse),
        ] {
            let clean = remarks::clean(text);
            let reference = text::argument(&card.reference);
            if !clean.remarks.is_empty() {
                let message = format!("{} is not part of a name", text::quote(&clean.remarks.join(", ")));
                let hint = format!(
                    "regulars customer set {reference} {field}={}, and `post=no`, `moved=yes` or `deceased=yes` if that is meant",
                    text::argument(&clean.name)
                );
                found.push(ProofProblem::of(ProofProblemKind::OddName, card, message, hint));
            }
        }
    }
    found
}

/// Names in capitals or lowercase: on the cards of recipients, or only in the plan if the book has been corrected
/// since.
pub(super) fn problems(people: &[RecipientCards<'_>], planned: &Planned) -> Vec<ProofProblem> {
    let mut found = Vec::new();
    for person in people {
        let before = found.len();
        for card in person.members.iter().filter(|card| card.may_be_greeted()) {
            found.extend(proposal(&NameFields::of(card)).map(|repair| {
                let message = format!("{} should be {}", text::quote(&repair.before), text::quote(&repair.name));
                let hint = format!("regulars customer set {} {}", text::argument(&card.reference), arguments(&repair));
                let name = repair.before.clone();
                ProofProblem {
                    repair: Some(repair),
                    name,
                    ..ProofProblem::of(ProofProblemKind::Capitals, card, message, hint)
                }
            }));
        }
        if found.len() == before && proposal(&NameFields::frozen(person.recipient)).is_some() {
            let message = format!("the plan still has {}", text::quote(&person.recipient.name));
            let hint = format!("`regulars plan {} --again` uses the name that is now in the book", planned.slug);
            found.push(ProofProblem::at(ProofProblemKind::Capitals, person.recipient, message, hint));
        }
    }
    found
}

/// Changes the names in the book as proposed; returns how many cards.
pub(crate) fn fix_names(write: &Write<'_>, problems: &[ProofProblem], on: NaiveDate) -> Result<usize> {
    let repairs = problems.iter().filter_map(|problem| Some((problem, problem.repair.as_ref()?)));
    let mut fixed = 0;
    for (problem, repair) in repairs {
        let customer = customers::by_ref(write, &problem.reference)?;
        let said: Vec<String> = repair.fields.iter().map(|(field, name)| format!("{field}={name}")).collect();
        fixed += usize::from(!customers::set(write, &customer, &said, on, "proof")?.is_empty());
    }
    Ok(fixed)
}

/// The proposal for the names on a card, if one is entirely in capitals or lowercase. Companies and other text are not
/// changed.
fn proposal(card: &NameFields) -> Option<Repair> {
    let is_person = !card.first_name.is_empty() || !card.title.is_empty();
    let said = [&card.first_name, &card.last_name, &card.full_name].map(String::as_str).join(" ");
    if text::names::may_be_company(&said) || is_nobody(&said) {
        return None;
    }
    let several = |name: &str| if name.trim().contains(' ') { Part::Whole } else { Part::First };
    let mut mended = card.clone();
    let mut fields = Vec::new();
    let mut mend = |field: &'static str, slot: &mut String, part: Part| {
        let is_no_name = is_placeholder(slot, false, false) || field == "spouse" && is_no_spouse(slot);
        let is_name = !is_no_name && remarks::clean(slot).remarks.is_empty();
        if let Some(name) = repaired(slot.trim(), part).filter(|_| is_name) {
            *slot = name.clone();
            fields.push((field, name));
        }
    };
    mend("first_name", &mut mended.first_name, Part::First);
    if is_person {
        mend("last_name", &mut mended.last_name, Part::Last);
    }
    if mended.full_name.trim().contains(' ') {
        mend("full_name", &mut mended.full_name, Part::Whole);
    }
    let part = several(&mended.spouse);
    mend("spouse", &mut mended.spouse, part);
    let only_spouse = fields.iter().all(|(field, _)| *field == "spouse");
    let told = |card: &NameFields| if only_spouse { card.spouse.clone() } else { card.name() };
    (!fields.is_empty()).then(|| Repair { before: told(card), name: told(&mended), fields })
}

/// The fields that make up names.
#[derive(Clone, Default)]
struct NameFields {
    title: String,
    first_name: String,
    last_name: String,
    full_name: String,
    suffix: String,
    spouse: String,
}

impl NameFields {
    fn of(card: &Customer) -> Self {
        Self {
            title: card.title.clone(),
            first_name: card.first_name.clone(),
            last_name: card.last_name.clone(),
            full_name: card.full_name.clone(),
            suffix: card.suffix.clone(),
            spouse: card.spouse.clone(),
        }
    }

    /// As in the plan.
    fn frozen(recipient: &Recipient) -> Self {
        let fields = recipient.fields.to_read();
        let field = |name: &str| fields.get(&format!("customer.{name}")).unwrap_or_default().to_owned();
        Self {
            title: field("title"),
            first_name: field("first_name"),
            last_name: field("last_name"),
            spouse: field("spouse"),
            ..Self::default()
        }
    }

    fn name(&self) -> String {
        name_of([&self.first_name, &self.last_name, &self.full_name, &self.suffix, ""])
    }
}

/// `first_name=Henry last_name="O'Brien"`.
fn arguments(repair: &Repair) -> String {
    let assignments = repair.fields.iter().map(|(field, name)| format!("{field}={}", text::argument(name)));
    assignments.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(title: &str, first: &str, last: &str, full: &str) -> Customer {
        let [title, first_name, last_name, full_name] = [title, first, last, full].map(str::to_owned);
        Customer { reference: "C-1".into(), title, first_name, last_name, full_name, ..Customer::default() }
    }

    #[test]
    fn people_are_mended_and_firms_are_not() {
        let said = |card: &Customer| proposal(&NameFields::of(card)).map(|repair| arguments(&repair));
        assert_eq!(said(&card("", "HENRY", "O'BRIEN", "")).as_deref(), Some("first_name=Henry last_name=\"O'Brien\""));
        assert_eq!(said(&card("Mr.", "", "SMITH", "")).as_deref(), Some("last_name=Smith"));
        assert_eq!(said(&card("", "Robert", "SMITH", "")).as_deref(), Some("last_name=Smith"));
        assert_eq!(said(&card("Mr", "john", "smith", "")).as_deref(), Some("first_name=John last_name=Smith"));
        assert_eq!(said(&card("", "", "", "anna van der berg")).as_deref(), Some("full_name=\"Anna van der Berg\""));
        assert_eq!(said(&card("", "Jo", "von berg", "")).as_deref(), Some("last_name=\"von Berg\""));
        assert_eq!(said(&card("", "null", "Moss", "")), None);
        for firm in [card("", "", "IBM", ""), card("", "", "ACME UNIFORMS", ""), card("", "", "", "ACME SUPPLY LLC")] {
            assert_eq!(said(&firm), None, "{}", firm.name());
        }
    }
}
