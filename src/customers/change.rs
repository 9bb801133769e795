//! Manual changes of a card: `FIELD=VALUE`, all of them or none, with the old values.

use chrono::NaiveDate;
use serde::Serialize;

use super::address_change::{ADDRESS, AddressChange, address_change};
use super::consent;
use super::customer::{self, Customer, CustomerField};
use super::index::Words;
use super::{household, links, lookup, post_opt_outs, suppression, tags, undeliverable};
use crate::domain::{
    Birthday, CircumstanceKind, Column, Consent, ConsentChannel, EmailAddress, OnePer, email_in, email_key,
};
use crate::error::{Error, Result};
use crate::store::{Read, Write, params};
use crate::text;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Changed {
    /// The field, as typed.
    pub(crate) field: String,
    /// What was there.
    pub(crate) before: String,
    /// What is there now.
    pub(crate) after: String,
}

/// A parsed `FIELD=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Text(CustomerField, String),
    Consent(ConsentChannel, Consent),
    EmailWorks,
    UndeliverableAddress(bool),
    Circumstance(CircumstanceKind, bool),
    Preference(String, String),
    Tag(String, bool),
    Alone,
    With(String),
}

/// What can be set besides the fields of the card.
const OTHERS: [&str; 10] = [
    ConsentChannel::Post.as_str(),
    "post_consent",
    "email_consent",
    "email_works",
    UNDELIVERABLE,
    CircumstanceKind::Deceased.as_str(),
    CircumstanceKind::Moved.as_str(),
    HOUSEHOLD,
    "tag",
    "preference.KEY",
];

const UNDELIVERABLE: &str = "undeliverable_address";

const HOUSEHOLD: &str = OnePer::Household.as_str();

/// Whether a field decides who belongs to a household.
fn is_of_household(field: CustomerField) -> bool {
    let is_of_names = matches!(
        field,
        CustomerField::FirstName | CustomerField::LastName | CustomerField::FullName | CustomerField::Spouse
    );
    is_of_names || field.is_of_address()
}

/// Sets the `assignments` on a card; returns the changes. Mail preferences and circumstances are recorded with day and
/// source every time.
///
/// # Errors
/// With every invalid assignment.
pub(crate) fn set(
    write: &Write<'_>,
    customer: &Customer,
    assignments: &[String],
    on: NaiveDate,
    source: &str,
) -> Result<Vec<Changed>> {
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    for assignment in assignments {
        match read_change(assignment) {
            Ok(change) => changes.push(change),
            Err(fault) => faults.push(fault),
        }
    }
    Error::all(faults).map_or(Ok(()), Err)?;
    let mut changed = Vec::new();
    let mut words = Words::default();
    let before = lookup::by_id(write, customer.id)?;
    changes.extend(rest_of_address(&before, &changes));
    words.take_out(before.id, |field| before.field(field));
    for change in &changes {
        let now = lookup::by_id(write, customer.id)?;
        let (field, before) = (name_of(change), value_of(write, &now, change)?);
        apply(write, &now, change, on, source)?;
        let after = value_of(write, &lookup::by_id(write, customer.id)?, change)?;
        if before != after {
            changed.push(Changed { field, before, after });
        }
    }
    let after = lookup::by_id(write, customer.id)?;
    if after.address().has_identity(&before.address().identity()) {
        undeliverable::carry_over(write, before.address().hash(), after.address().hash())?;
    }
    words.put_in(after.id, |field| after.field(field));
    words.write(write)?;
    write.run("UPDATE customer SET edited = 1 WHERE id = ?1", params![customer.id])?;
    if email_key(&before.email) != email_key(&after.email) {
        links::link_email(write, after.id, &before.email)?;
    }
    let is_of_household = |change: &Change| match change {
        Change::Text(field, _) => is_of_household(*field),
        Change::Circumstance(kind, _) => *kind == CircumstanceKind::Moved,
        _ => false,
    };
    if changes.iter().any(is_of_household) {
        household::settle(write, &[customer.id], &[])?;
    }
    Ok(changed)
}

/// The address fields that a new street with its town clears: an address is set as a whole.
fn rest_of_address(card: &Customer, changes: &[Change]) -> Vec<Change> {
    let new = |field: CustomerField| {
        let texts = changes.iter().rev().filter_map(|change| match change {
            Change::Text(known, text) if *known == field => Some(text.as_str()),
            _ => None,
        });
        texts.take(1).next()
    };
    let [street, city, postcode] = [CustomerField::Street, CustomerField::City, CustomerField::Postcode]
        .map(|field| new(field).unwrap_or_default());
    if street.is_empty() || (city.is_empty() && postcode.is_empty()) {
        return Vec::new();
    }
    let change = address_change(|field| card.field(field), |field| new(field).unwrap_or_default());
    let rest = ADDRESS.into_iter().filter(|field| change == AddressChange::Replace && new(*field).is_none());
    rest.map(|field| Change::Text(field, String::new())).collect()
}

fn read_change(assignment: &str) -> Result<Change> {
    let Some((field, value)) = assignment.split_once('=') else {
        return Err(Error::new(format!("{} is not a field and its value", text::quote(assignment)))
            .hint("write it as `FIELD=VALUE`, such as `city=\"Palo Alto\"`"));
    };
    let field = field.trim();
    if let Some(key) = field.strip_prefix("preference.") {
        if key.trim().is_empty() {
            return Err(Error::new("a preference without a name").hint("write it as `preference.shirt=\"16½, slim\"`"));
        }
        return Ok(Change::Preference(key.trim().to_owned(), filled(value)));
    }
    // A text that does not look like a day stays as the owner's remark, such as `in May`.
    let is_like_a_day = value.trim().trim_start_matches("--").starts_with(|c: char| c.is_ascii_digit());
    if field == CustomerField::Birthday.as_str() && is_like_a_day {
        return value.parse::<Birthday>().map(|birthday| Change::Text(CustomerField::Birthday, birthday.to_string()));
    }
    if field == CustomerField::Email.as_str() {
        return email(value).map(|address| Change::Text(CustomerField::Email, address));
    }
    if let Some(field) = CustomerField::from_form(field) {
        return Ok(Change::Text(field, filled(value)));
    }
    let word = value.trim();
    let yes_or_no = || match Consent::from_form(&word.to_lowercase()) {
        Some(Consent::Yes) => Ok(true),
        Some(Consent::No) => Ok(false),
        _ => Err(Error::new(format!("{} is not a value of `{field}`", text::quote(value))).hint("write yes or no")),
    };
    if let Some(kind) = CircumstanceKind::from_form(field) {
        return yes_or_no().map(|yes| Change::Circumstance(kind, yes));
    }
    if let Some(channel) = ConsentChannel::from_form(field.strip_suffix("_consent").unwrap_or(field)) {
        return consent(field, word).map(|state| Change::Consent(channel, state));
    }
    match field {
        UNDELIVERABLE => yes_or_no().map(Change::UndeliverableAddress),
        "email_works" if word.eq_ignore_ascii_case(Consent::Yes.as_str()) => Ok(Change::EmailWorks),
        "email_works" => Err(Error::new(format!("{} is not a value of `{field}`", text::quote(value)))
            .hint("write yes when the mailbox works again; to stop emails, `email_consent=no`")),
        HOUSEHOLD if word.eq_ignore_ascii_case("alone") => Ok(Change::Alone),
        HOUSEHOLD if !word.is_empty() => Ok(Change::With(word.to_owned())),
        HOUSEHOLD => Err(Error::new("a household without a member").hint("give a reference, or `household=alone`")),
        "tag" => tag(value),
        "ref" => Err(Error::new("a reference cannot be changed: sales point to it")
            .hint("if this is the same person as another card, `regulars customer merge REF INTO` merges them")),
        _ => Err(Error::new(format!("there is no field {}", text::quote(field))).hint(known(field))),
    }
}

/// A value as typed; empty if only spaces.
fn filled(value: &str) -> String {
    if value.trim().is_empty() { String::new() } else { value.to_owned() }
}

/// An address, without characters pasted with it; an empty value removes it.
fn email(value: &str) -> Result<String> {
    let address = email_in(value);
    match EmailAddress::fault(&address) {
        Some(fault) if !address.is_empty() => {
            Err(Error::new(format!("{} is not an email address: it {fault}", text::quote(&address)))
                .hint("write it as `email=ana@example.com`; `email=` removes it"))
        }
        _ => Ok(address.into_owned()),
    }
}

fn consent(field: &str, word: &str) -> Result<Consent> {
    Consent::from_form(&word.to_ascii_lowercase()).ok_or_else(|| {
        Error::new(format!("{} is not a value of `{field}`", text::quote(word))).hint("write yes, no or unknown")
    })
}

fn tag(value: &str) -> Result<Change> {
    let (adds, tag) = match value.strip_prefix('-') {
        Some(tag) => (false, tag),
        None => (true, value.strip_prefix('+').unwrap_or(value)),
    };
    if tag.trim().is_empty() {
        return Err(Error::new("an empty tag").hint("`tag=+vip` adds one, `tag=-vip` removes it"));
    }
    Ok(Change::Tag(tag.to_owned(), adds))
}

fn known(field: &str) -> String {
    let preferences = ["preferences", "pref", "preference", "size", "taste", "children"];
    if preferences.contains(&field) {
        return "what they like is a preference: `preference.KEY=VALUE`, such as `preference.children=\"Claire, 13\"`"
            .into();
    }
    let all: Vec<&str> = CustomerField::ALL.iter().map(|field| field.as_str()).chain(OTHERS).collect();
    text::did_you_mean(field, &all)
}

fn name_of(change: &Change) -> String {
    match change {
        Change::Text(field, _) => field.to_string(),
        Change::Consent(channel, _) => format!("{channel}_consent"),
        Change::EmailWorks => "email_works".to_owned(),
        Change::UndeliverableAddress(_) => UNDELIVERABLE.to_owned(),
        Change::Circumstance(kind, _) => kind.to_string(),
        Change::Preference(key, _) => format!("preference.{key}"),
        Change::Tag(..) => "tags".to_owned(),
        Change::Alone | Change::With(_) => HOUSEHOLD.to_owned(),
    }
}

/// The current value of the field that a change sets.
fn value_of(read: &Read<'_>, card: &Customer, change: &Change) -> Result<String> {
    let yes_or_no = |yes: bool| if yes { Consent::Yes } else { Consent::No }.to_string();
    Ok(match change {
        Change::Text(field, _) => card.field(*field).to_owned(),
        Change::Consent(ConsentChannel::Post, _) => card.post_consent.to_string(),
        Change::Consent(ConsentChannel::Email, _) => {
            stopped(read, card, true)?.unwrap_or_else(|| card.email_consent.to_string())
        }
        Change::EmailWorks => stopped(read, card, false)?.unwrap_or_else(|| yes_or_no(true)),
        Change::UndeliverableAddress(_) => {
            yes_or_no(undeliverable::returned_mail(read, card.address().hash())?.is_some())
        }
        Change::Circumstance(CircumstanceKind::Deceased, _) => yes_or_no(card.deceased),
        Change::Circumstance(CircumstanceKind::Moved, _) => yes_or_no(card.has_moved()),
        Change::Preference(key, _) => lookup::preferences(read, card.id)?.remove(key).unwrap_or_default(),
        Change::Tag(..) => lookup::tags(read, card.id)?.join(", "),
        Change::Alone | Change::With(_) => {
            let others = household::household_of(read, card)?.members;
            let names: Vec<String> = others.iter().filter(|one| one.id != card.id).map(Customer::name).collect();
            if names.is_empty() { "alone".to_owned() } else { format!("with {}", text::list(&names)) }
        }
    })
}

/// Why the email address on a card gets nothing: `no (mailbox full)`; by opt-out, or because of the mailbox.
fn stopped(read: &Read<'_>, card: &Customer, wish: bool) -> Result<Option<String>> {
    let about = suppression::suppressions(read, &card.email)?;
    let why = about.into_iter().find(|one| one.lifted_on.is_none() && one.reason.is_wish() == wish);
    Ok(why.map(|one| format!("{} ({})", Consent::No, one.reason.in_words())))
}

fn apply(write: &Write<'_>, card: &Customer, change: &Change, on: NaiveDate, source: &str) -> Result<()> {
    match change {
        Change::Text(field, text) => customer::set_field(write, card.id, *field, text),
        Change::Consent(channel, state) => {
            if (*channel, *state) == (ConsentChannel::Email, Consent::Yes) {
                suppression::lift(write, &card.email, true, on)?;
            }
            if let (ConsentChannel::Post, Consent::Yes, Some(kept)) = (channel, state, post_opt_outs::kept_form(card)) {
                suppression::lift(write, &kept, true, on)?;
            }
            consent::record_consent(write, card.id, *channel, *state, on, source)
        }
        Change::EmailWorks => suppression::lift(write, &card.email, false, on),
        Change::UndeliverableAddress(true) => undeliverable::mark(write, card, on, source),
        Change::UndeliverableAddress(false) => undeliverable::lift(write, card, on, source),
        Change::Circumstance(kind, holds) => consent::record_circumstance(write, card, *kind, *holds, on, source),
        Change::Preference(key, value) if value.is_empty() => {
            write.run("DELETE FROM preference WHERE customer_id = ?1 AND key = ?2", params![card.id, key]).map(|_| ())
        }
        Change::Preference(key, value) => {
            let sql = "INSERT INTO preference (customer_id, key, value) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (customer_id, key) DO UPDATE SET value = excluded.value";
            write.run(sql, params![card.id, key, value]).map(|_| ())
        }
        Change::Tag(tag, true) => tags::set_tag(write, card.id, tag),
        Change::Tag(tag, false) => {
            if !tags::take_off(write, card.id, tag)? {
                let tags = lookup::tags(write, card.id)?;
                let error = Error::new(format!("they have no tag {}", text::quote(tag)));
                let hint = if tags.is_empty() {
                    "they have no tags at all".to_owned()
                } else {
                    format!("they have {}", text::list(&tags))
                };
                return Err(error.hint(hint));
            }
            Ok(())
        }
        Change::Alone => household::set_alone(write, card),
        Change::With(reference) => household::join_by_hand(write, card, &lookup::by_ref(write, reference)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_understood() {
        for (typed, change) in [
            ("city=Palo Alto", Change::Text(CustomerField::City, "Palo Alto".into())),
            ("notes=a=b ", Change::Text(CustomerField::Notes, "a=b ".into())),
            ("city=  ", Change::Text(CustomerField::City, String::new())),
            ("post=NO", Change::Consent(ConsentChannel::Post, Consent::No)),
            ("email_consent=yes", Change::Consent(ConsentChannel::Email, Consent::Yes)),
            ("deceased=yes", Change::Circumstance(CircumstanceKind::Deceased, true)),
            ("preference.shirt size=", Change::Preference("shirt size".into(), String::new())),
            ("email=Lou <lou@example.com>", Change::Text(CustomerField::Email, "lou@example.com".into())),
            ("email= ", Change::Text(CustomerField::Email, String::new())),
            ("tag=-vip", Change::Tag("vip".into(), false)),
            ("tag=vip", Change::Tag("vip".into(), true)),
            ("household=alone", Change::Alone),
            ("household=C-2", Change::With("C-2".into())),
        ] {
            assert_eq!(read_change(typed).expect(typed), change);
        }
    }

    #[test]
    fn what_is_no_assignment_is_told_with_a_way_out() {
        for (typed, report) in [
            (
                "vip",
                "error: `vip` is not a field and its value\nhint: write it as `FIELD=VALUE`, such as `city=\"Palo Alto\"`\n",
            ),
            ("citty=x", "error: there is no field `citty`\nhint: did you mean `city`?\n"),
            ("post=maybe", "error: `maybe` is not a value of `post`\nhint: write yes, no or unknown\n"),
            (
                "email=ida..x@example.com",
                "error: `ida..x@example.com` is not an email address: it has two dots in a row\nhint: write it as \
                 `email=ana@example.com`; `email=` removes it\n",
            ),
            ("moved=1", "error: `1` is not a value of `moved`\nhint: write yes or no\n"),
            ("tag=+", "error: an empty tag\nhint: `tag=+vip` adds one, `tag=-vip` removes it\n"),
        ] {
            assert_eq!(read_change(typed).expect_err(typed).report(), report);
        }
    }
}
