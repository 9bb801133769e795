//! The people on a card, in the parts that a greeting needs: title, first name, surname, suffix.

use crate::customers::Customer;
use crate::text;
use crate::text::names::{is_company, is_particle, is_suffix, is_title};

/// One person of those greeted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct GreetedPerson {
    pub(super) title: String,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) suffix: String,
}

/// Words that join two people.
const AND: [&str; 6] = ["and", "&", "und", "et", "y", "+"];

/// The people whom a card speaks of: one, or two whom an export has put into one field.
pub(super) fn people_of(customer: &Customer) -> Vec<GreetedPerson> {
    let said = |text: &str| if text.chars().any(char::is_alphabetic) { text.trim().to_owned() } else { String::new() };
    let (first, last) = (said(&customer.first_name), said(&customer.last_name));
    let mut people = if first.is_empty() && last.is_empty() {
        from_full_name(&said(&customer.full_name))
    } else {
        let one =
            |first: &str| GreetedPerson { first: first.to_owned(), last: last.clone(), ..GreetedPerson::default() };
        match halves(&first) {
            Some((his, hers)) => vec![one(his), one(hers)],
            None => vec![one(&first)],
        }
    };
    people.retain(|person| !person.first.is_empty() || !person.last.is_empty());
    if let [only] = people.as_slice()
        && is_company(&format!("{} {}", only.first, only.last))
    {
        return Vec::new();
    }
    if let [.., person] = people.as_mut_slice()
        && person.suffix.is_empty()
    {
        customer.suffix.trim().clone_into(&mut person.suffix);
    }
    entitle(&mut people, &customer.title);
    people
}

/// `Dr. Anna van der Berg Jr.`, `Berg, Anna`, `Robert and Eleanor Smith`: in parts. A single name stands as the first.
pub(super) fn from_full_name(full: &str) -> Vec<GreetedPerson> {
    if is_company(full) {
        return vec![GreetedPerson { first: full.to_owned(), ..GreetedPerson::default() }];
    }
    let Some((one, other)) = halves(full) else { return vec![single(full)] };
    if title_words(one) == one.split_whitespace().count() {
        // "Mr. and Mrs. Robert Smith": two titles, one name.
        let mut second = single(other);
        let first = GreetedPerson { title: one.to_owned(), ..second.clone() };
        second.first.clear();
        return vec![first, second];
    }
    let (mut first, second) = (single(one), single(other));
    if first.last.is_empty() {
        first.last.clone_from(&second.last);
    }
    vec![first, second]
}

/// One person's whole name in parts.
fn single(full: &str) -> GreetedPerson {
    let (before, after) = full.split_once(',').map_or((full, ""), |(before, after)| (before, after.trim()));
    if !after.is_empty() && !after.split_whitespace().all(is_suffix) {
        // "Berg, Anna": the surname first, as lists have it.
        let mut person = single(after);
        person.first = [person.first.as_str(), person.last.as_str()].join(" ").trim().to_owned();
        before.trim().clone_into(&mut person.last);
        return person;
    }
    let mut parts: Vec<&str> = before.split_whitespace().collect();
    let titles = title_words(before).min(parts.len().saturating_sub(1));
    let title = parts.drain(..titles).collect::<Vec<_>>().join(" ");
    let mut suffix = after.to_owned();
    if let [_, _, .., last] = parts.as_slice()
        && is_suffix(last)
    {
        (*last).clone_into(&mut suffix);
        parts.pop();
    }
    let surname = match parts.len() {
        // "Mr. Smith" gives a surname, "Anna" a first name.
        1 if titles > 0 => 0,
        0 | 1 => parts.len(),
        n => (1..n - 1).find(|at| is_particle(parts[*at])).unwrap_or_else(|| {
            // "José Ortega y Gasset" is one surname.
            if n > 3 && parts[n - 2] == "y" { n - 3 } else { n - 1 }
        }),
    };
    GreetedPerson { title, first: parts[..surname].join(" "), last: parts[surname..].join(" "), suffix }
}

/// A text about two people at the word that joins them.
fn halves(text: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for word in text.split(' ') {
        let end = at + word.len();
        if at > 0 && end < text.len() && AND.contains(&word.to_lowercase().as_str()) {
            let (one, other) = (text[..at].trim(), text[end..].trim());
            let is_surname = word == "y" && one.split(' ').count() > 1;
            return (!one.is_empty() && !other.is_empty() && !is_surname).then_some((one, other));
        }
        at = end + 1;
    }
    None
}

/// Gives the people of a card its title, or the titles of two in one field.
fn entitle(people: &mut Vec<GreetedPerson>, title: &str) {
    let title = title.trim();
    if title.is_empty() {
        return;
    }
    match (halves(title), people.as_mut_slice()) {
        (Some((one, other)), [only]) => {
            // Whose name it is, is known; the other has the same surname.
            let second = GreetedPerson { title: other.to_owned(), last: only.last.clone(), ..GreetedPerson::default() };
            one.clone_into(&mut only.title);
            people.push(second);
        }
        (Some((one, other)), [first, second, ..]) => {
            one.clone_into(&mut first.title);
            other.clone_into(&mut second.title);
        }
        (None, [only]) if only.title.is_empty() => title.clone_into(&mut only.title),
        _ => {}
    }
}

/// How many words at the beginning are titles.
fn title_words(text: &str) -> usize {
    text.split_whitespace().take_while(|word| is_title(word)).count()
}

/// A title as it is written: a known one with its capital, whatever the export did; others as they are.
pub(super) fn written_title(title: &str) -> String {
    let word = |word: &str| {
        let is_shouted = word.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) && word.len() > 2;
        let is_small = word.chars().all(|c| !c.is_uppercase());
        if is_title(word) && (is_shouted || is_small) {
            text::capitalised(&word.to_lowercase())
        } else {
            word.to_owned()
        }
    };
    title.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}
