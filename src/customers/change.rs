//! What the owner sets on a card: `FIELD=VALUE`, all of it or nothing, with what was there before.

use chrono::NaiveDate;
use serde::Serialize;

use super::consent;
use super::customer::{Customer, TEXT_FIELDS};
use super::index::Words;
use super::suppression;
use super::{household, table};
use crate::domain::{CircumstanceKind, ConsentChannel};
use crate::error::{Error, Result};
use crate::store::params;
use crate::store::{Read, Write};
use crate::text;

/// One thing that is different now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Changed {
    /// The field, as it was typed.
    pub(crate) field: String,
    /// What was there.
    pub(crate) before: String,
    /// What is there now.
    pub(crate) after: String,
}

/// One `FIELD=VALUE`, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Text(&'static str, String),
    Wish(ConsentChannel, &'static str),
    EmailWorks,
    Circumstance(CircumstanceKind, bool),
    Preference(String, String),
    Tag(String, bool),
    Alone,
    With(String),
}

/// What can be set beside the fields of the card.
const OTHERS: [&str; 9] =
    ["post", "post_consent", "email_consent", "email_works", "deceased", "moved", "household", "tag", "preference.KEY"];

/// The fields that decide who lives with whom.
const OF_A_HOME: [&str; 9] =
    ["first_name", "last_name", "full_name", "spouse", "street", "street2", "city", "postcode", "country"];

/// Sets what is said in `assignments` on a card; what is different now. Wishes and circumstances are written down with
/// the day and the source, each time that they are said.
///
/// # Errors
/// With every assignment that is not one; when the database fails.
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
    let before = table::by_id(write, customer.id)?;
    words.take_out(before.id, |field| before.field(field));
    for change in &changes {
        let now = table::by_id(write, customer.id)?;
        let (field, before) = (name_of(change), value_of(write, &now, change)?);
        apply(write, &now, change, on, source)?;
        let after = value_of(write, &table::by_id(write, customer.id)?, change)?;
        if before != after {
            changed.push(Changed { field, before, after });
        }
    }
    let after = table::by_id(write, customer.id)?;
    words.put_in(after.id, |field| after.field(field));
    words.write(write)?;
    let is_of_a_home = |change: &Change| match change {
        Change::Text(field, _) => OF_A_HOME.contains(field),
        Change::Circumstance(what, _) => *what == CircumstanceKind::Moved,
        _ => false,
    };
    if changes.iter().any(is_of_a_home) {
        household::settle(write, &[customer.id], &[])?;
    }
    Ok(changed)
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
    if let Some(field) = TEXT_FIELDS.into_iter().find(|known| *known == field) {
        return Ok(Change::Text(field, filled(value)));
    }
    let word = value.trim();
    let yes_or_no = || match word.to_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Error::new(format!("{} is not an answer to `{field}`", text::quote(value))).hint("say yes or no")),
    };
    match field {
        "post" | "post_consent" => wish(field, word).map(|state| Change::Wish(ConsentChannel::Post, state)),
        "email_consent" => wish(field, word).map(|state| Change::Wish(ConsentChannel::Email, state)),
        "email_works" if word.eq_ignore_ascii_case("yes") => Ok(Change::EmailWorks),
        "email_works" => Err(Error::new(format!("{} is not an answer to `{field}`", text::quote(value)))
            .hint("say yes when the mailbox works again; to send no more emails, `email_consent=no`")),
        "deceased" => yes_or_no().map(|yes| Change::Circumstance(CircumstanceKind::Deceased, yes)),
        "moved" => yes_or_no().map(|yes| Change::Circumstance(CircumstanceKind::Moved, yes)),
        "household" if word.eq_ignore_ascii_case("alone") => Ok(Change::Alone),
        "household" if !word.is_empty() => Ok(Change::With(word.to_owned())),
        "household" => Err(Error::new("a household with nobody").hint("give a reference, or `household=alone`")),
        "tag" => tag(value),
        "ref" => Err(Error::new("a reference cannot be changed: sales point to it")
            .hint("if this is the same person as another card, `regulars customer merge REF INTO` makes them one")),
        _ => Err(Error::new(format!("there is no field {}", text::quote(field))).hint(known(field))),
    }
}

/// A value as typed; only blanks are nothing.
fn filled(value: &str) -> String {
    if value.trim().is_empty() { String::new() } else { value.to_owned() }
}

fn wish(field: &str, word: &str) -> Result<&'static str> {
    let states = ["yes", "no", "unknown"];
    states.into_iter().find(|state| state.eq_ignore_ascii_case(word)).ok_or_else(|| {
        Error::new(format!("{} is not an answer to `{field}`", text::quote(word))).hint("say yes, no or unknown")
    })
}

fn tag(value: &str) -> Result<Change> {
    let (adds, tag) = match value.strip_prefix('-') {
        Some(tag) => (false, tag),
        None => (true, value.strip_prefix('+').unwrap_or(value)),
    };
    if tag.trim().is_empty() {
        return Err(Error::new("a tag without a word").hint("`tag=+vip` adds one, `tag=-vip` takes it off"));
    }
    Ok(Change::Tag(tag.to_owned(), adds))
}

fn known(field: &str) -> String {
    let preferences = ["preferences", "pref", "preference", "size", "taste", "children"];
    if preferences.contains(&field) {
        return "what they like is a preference: `preference.KEY=VALUE`, such as `preference.children=\"Claire, 13\"`"
            .into();
    }
    let all: Vec<&str> = TEXT_FIELDS.into_iter().chain(OTHERS).collect();
    text::did_you_mean(field, &all)
}

fn name_of(change: &Change) -> String {
    match change {
        Change::Text(field, _) => (*field).to_owned(),
        Change::Wish(way, _) => format!("{}_consent", way.as_str()),
        Change::EmailWorks => "email_works".to_owned(),
        Change::Circumstance(CircumstanceKind::Deceased, _) => "deceased".to_owned(),
        Change::Circumstance(CircumstanceKind::Moved, _) => "moved".to_owned(),
        Change::Preference(key, _) => format!("preference.{key}"),
        Change::Tag(..) => "tags".to_owned(),
        Change::Alone | Change::With(_) => "household".to_owned(),
    }
}

/// What stands on the card where a change would be.
fn value_of(read: &Read<'_>, card: &Customer, change: &Change) -> Result<String> {
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    Ok(match change {
        Change::Text(field, _) => card.field(field).to_owned(),
        Change::Wish(ConsentChannel::Post, _) => card.post_consent.clone(),
        Change::Wish(ConsentChannel::Email, _) => {
            stopped(read, card, true)?.unwrap_or_else(|| card.email_consent.clone())
        }
        Change::EmailWorks => stopped(read, card, false)?.unwrap_or_else(|| yes_or_no(true)),
        Change::Circumstance(CircumstanceKind::Deceased, _) => yes_or_no(card.deceased),
        Change::Circumstance(CircumstanceKind::Moved, _) => yes_or_no(card.has_moved()),
        Change::Preference(key, _) => table::preferences(read, card.id)?.remove(key).unwrap_or_default(),
        Change::Tag(..) => table::tags(read, card.id)?.join(", "),
        Change::Alone | Change::With(_) => {
            let others = household::household_of(read, card)?.members;
            let names: Vec<String> = others.iter().filter(|one| one.id != card.id).map(Customer::name).collect();
            if names.is_empty() { "alone".to_owned() } else { format!("with {}", text::list(&names)) }
        }
    })
}

/// Why nothing goes to the email address on a card: `no (mailbox full)`; by a wish, or because of the mailbox.
fn stopped(read: &Read<'_>, card: &Customer, wish: bool) -> Result<Option<String>> {
    let about = suppression::suppressions(read, &card.email)?;
    let why = about.into_iter().find(|one| one.lifted_on.is_none() && one.reason.is_wish() == wish);
    Ok(why.map(|one| format!("no ({})", one.reason.in_words())))
}

fn apply(write: &Write<'_>, card: &Customer, change: &Change, on: NaiveDate, source: &str) -> Result<()> {
    match change {
        Change::Text(field, text) => {
            let sql = format!("UPDATE customer SET {field} = ?2 WHERE id = ?1");
            write.run(&sql, params![card.id, text]).map(|_| ())
        }
        Change::Wish(way, state) => {
            if (*way, *state) == (ConsentChannel::Email, "yes") {
                suppression::lift(write, &card.email, true, on)?;
            }
            consent::record_wish(write, card.id, *way, state, on, source)
        }
        Change::EmailWorks => suppression::lift(write, &card.email, false, on),
        Change::Circumstance(what, holds) => consent::record_circumstance(write, card, *what, *holds, on, source),
        Change::Preference(key, value) if value.is_empty() => {
            write.run("DELETE FROM preference WHERE customer_id = ?1 AND key = ?2", params![card.id, key]).map(|_| ())
        }
        Change::Preference(key, value) => {
            let sql = "INSERT INTO preference (customer_id, key, value) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (customer_id, key) DO UPDATE SET value = excluded.value";
            write.run(sql, params![card.id, key, value]).map(|_| ())
        }
        Change::Tag(tag, true) => {
            let sql = "INSERT INTO customer_tag (customer_id, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            write.run(sql, params![card.id, tag]).map(|_| ())
        }
        Change::Tag(tag, false) => {
            let gone =
                write.run("DELETE FROM customer_tag WHERE customer_id = ?1 AND tag = ?2", params![card.id, tag])?;
            if gone == 0 {
                let tags = table::tags(write, card.id)?;
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
        Change::Alone => household::take_apart(write, card),
        Change::With(reference) => household::put_together(write, card, &table::by_ref(write, reference)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_understood() {
        for (typed, change) in [
            ("city=Palo Alto", Change::Text("city", "Palo Alto".into())),
            ("notes=a=b ", Change::Text("notes", "a=b ".into())),
            ("city=  ", Change::Text("city", String::new())),
            ("post=NO", Change::Wish(ConsentChannel::Post, "no")),
            ("email_consent=yes", Change::Wish(ConsentChannel::Email, "yes")),
            ("deceased=yes", Change::Circumstance(CircumstanceKind::Deceased, true)),
            ("preference.shirt size=", Change::Preference("shirt size".into(), String::new())),
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
            ("post=maybe", "error: `maybe` is not an answer to `post`\nhint: say yes, no or unknown\n"),
            ("moved=1", "error: `1` is not an answer to `moved`\nhint: say yes or no\n"),
            ("tag=+", "error: a tag without a word\nhint: `tag=+vip` adds one, `tag=-vip` takes it off\n"),
        ] {
            assert_eq!(read_change(typed).expect_err(typed).report(), report);
        }
    }
}
