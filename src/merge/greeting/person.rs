//! The people on a card, in the parts that a greeting needs: title, first name, surname, letters behind it.

use super::title::{ordered_title, title_words};
use crate::customers::Customer;
use crate::domain::{country_code, folded};
use crate::merge::address::is_eastern;
use crate::text::names::{
    bare, begins_surname, is_company, is_couple, is_family, is_firm_title, is_firm_word, is_first_of_two,
    is_given_name, is_no_title, is_numeral, is_particle, is_perhaps_company, is_post_nominal, is_said_with_first_name,
    is_small, is_title, may_be_given_name, may_be_title, singular, takes_whole_name,
};
use crate::text::remarks::{clean, is_estate, is_late, is_nobody, is_placeholder, without_placeholders};

/// One person of those greeted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct GreetedPerson {
    pub(super) title: String,
    pub(super) first: String,
    pub(super) last: String,
    /// `Jr.`, `, MSc`, `c/o Tom Roe`.
    pub(super) suffix: String,
    /// Their name in the greeting, where it is not made of the parts: `Jones family`, `Sister Agnes`.
    pub(super) call: String,
    /// Their name on the envelope, where it is not made of the parts.
    pub(super) line: String,
}

/// Words that join two people.
const AND: [&str; 11] = ["and", "&", "und", "et", "y", "+", "og", "och", "u.", "en", "ja"];
/// The same, but initials in capitals.
const SMALL_AND: [&str; 4] = ["e", "i", "u", "o"];

/// The names on a card without what is no name.
pub(super) struct CardNames {
    title: String,
    first: String,
    last: String,
    full: String,
    suffix: String,
    care_of: String,
    /// `M.` is a title and no initial.
    is_french: bool,
}

impl CardNames {
    pub(super) fn of(customer: &Customer) -> Self {
        let said = |text: &str| text.chars().any(char::is_alphabetic);
        let mut care_of = String::new();
        let mut cell = |text: &str, is_first: bool, beside: &str| {
            if !said(text) || is_placeholder(text, is_first, said(beside) && !is_placeholder(beside, true, false)) {
                return String::new();
            }
            let clean = clean(text);
            if clean.remarks.is_empty() && is_company(text) {
                // "Acme (Salem) Ltd".
                return text.to_owned();
            }
            if !clean.care_of.is_empty() {
                care_of = clean.care_of;
            }
            if said(&clean.name) { clean.name } else { String::new() }
        };
        let (first, last) = (customer.first_name.trim(), customer.last_name.trim());
        // "No" and "Name".
        let is_nothing =
            !first.is_empty() && !last.is_empty() && is_placeholder(&format!("{first} {last}"), false, false);
        let (first, last) = if is_nothing { ("", "") } else { (first, last) };
        let before = if first.is_empty() { customer.title.trim() } else { first };
        let names = [cell(first, true, last), cell(last, false, before), cell(customer.full_name.trim(), false, "")];
        let [first, last, full] = names;
        let blank =
            |text: &str| if is_placeholder(text, false, false) { String::new() } else { text.trim().to_owned() };
        let title = blank(&customer.title);
        Self {
            title: if is_no_title(&title) { String::new() } else { title },
            first: joined(&first, true),
            last,
            full: without_placeholders(&joined(&full, false)),
            suffix: blank(&customer.suffix),
            care_of,
            is_french: matches!(country_code(&customer.country), "FR" | "BE" | "LU" | "MC" | "CH"),
        }
    }

    /// The name in one.
    pub(super) fn whole(&self) -> String {
        match (self.first.is_empty(), self.last.is_empty()) {
            (true, true) => self.full.clone(),
            _ => [self.first.as_str(), &self.last].join(" ").trim().to_owned(),
        }
    }

    /// Whether it is no name, or that of a person who has died.
    pub(super) fn is_nobodys(&self) -> bool {
        let whole = self.whole();
        is_nobody(&whole) || is_estate(&whole) || is_late(&self.title)
    }

    fn is_firms(&self, company: &str) -> bool {
        let whole = self.whole();
        is_firm_title(&self.title)
            || self.title.is_empty() && (is_company(&whole) || !whole.is_empty() && folded(&whole) == folded(company))
    }
}

/// A cell in which `/` joins two first names, with the usual word between them; of `Mr/Mrs` in front of a name nothing is left.
/// Behind a first name it is one surname in two spellings.
fn joined(text: &str, are_first_names: bool) -> String {
    if !text.contains('/') {
        return text.to_owned();
    }
    let words = text.split_whitespace().filter(|word| !is_no_title(word) || !word.contains('/'));
    let last = text.split_whitespace().last().filter(|_| !are_first_names);
    let is_pair = |word: &str| word.split('/').all(|part| part.chars().filter(|c| c.is_alphabetic()).count() > 1);
    let words =
        words.map(|word| if is_pair(word) && Some(word) != last { word.replace('/', " & ") } else { word.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

/// The people named on a card: one, or two that an export has put into one field; none where the name is a company's.
pub(super) fn people_of(customer: &Customer) -> Vec<GreetedPerson> {
    let names = CardNames::of(customer);
    if names.is_nobodys() {
        return Vec::new();
    }
    if let Some(family) = family(&names) {
        return vec![family];
    }
    if names.is_firms(&customer.company) {
        return Vec::new();
    }
    let mut people = match (names.first.as_str(), names.last.as_str()) {
        ("", "") => from_full_name(&names.full, names.is_french),
        ("", last) if last.contains(',') => vec![single(last, names.is_french)],
        (first, last) if names.title.is_empty() && !first.is_empty() && is_firm_word(last) => {
            vec![as_typed(&names.whole())]
        }
        (first, last) if first.split(' ').next().is_some_and(is_title) && halves(first).is_some() => {
            from_full_name(&format!("{first} {last}"), names.is_french)
        }
        (first, last) => from_cells(first, last),
    };
    people.retain(|person| [&person.first, &person.last, &person.call].into_iter().any(|text| !text.is_empty()));
    if let [.., person] = people.as_mut_slice() {
        if person.suffix.is_empty() {
            person.suffix.clone_from(&names.suffix);
        }
        if !names.care_of.is_empty() {
            person.suffix = format!("{} {}", person.suffix, names.care_of).trim().to_owned();
        }
    }
    entitle(&mut people, &names.title);
    people
}

/// A family: `Jones Family`, `The Smiths`, `Familie Holm`.
fn family(names: &CardNames) -> Option<GreetedPerson> {
    let whole = names.whole();
    let words: Vec<&str> = whole.split_whitespace().collect();
    let surname = match words.as_slice() {
        [] => return None,
        [family, rest @ ..] if is_family(family) && !rest.is_empty() => rest.join(" "),
        [couple, rest @ ..] if is_couple(couple) && !rest.is_empty() && halves(&rest.join(" ")).is_none() => {
            rest.join(" ")
        }
        [rest @ .., family] if is_family(family) && !rest.is_empty() => {
            let the = usize::from(rest[0].eq_ignore_ascii_case("the") && rest.len() > 1);
            rest[the..].join(" ")
        }
        [the, plural] if the.eq_ignore_ascii_case("the") => singular(plural)?.to_owned(),
        _ if (is_family(&names.title) || is_couple(&names.title)) && halves(&names.first).is_none() => {
            if names.last.is_empty() { whole.clone() } else { names.last.clone() }
        }
        _ => return None,
    };
    if surname.split_whitespace().count() > 3 || is_company(&surname) {
        return None;
    }
    let line = match names.title.as_str() {
        title if is_family(title) || is_couple(title) => format!("{title} {whole}"),
        _ => whole,
    };
    Some(GreetedPerson { call: format!("{surname} family"), line, ..GreetedPerson::default() })
}

/// The people of a cell for first names and one for the surname.
fn from_cells(first: &str, last: &str) -> Vec<GreetedPerson> {
    let mut surname = last.split_whitespace().collect::<Vec<_>>();
    let titles = surname.iter().take_while(|word| is_sure_title(word)).count().min(surname.len().saturating_sub(1));
    let title = surname.drain(..titles).collect::<Vec<_>>().join(" ");
    let suffix = take_letters(&mut surname, usize::from(!first.is_empty()), !last.chars().any(char::is_lowercase));
    let last = surname.join(" ");
    let last = last.trim_end_matches(',');
    let mut people = match halves(first) {
        Some((one, other)) => [one, other].map(|text| with_shared(text, last, true, false)).to_vec(),
        None => {
            let mut words: Vec<&str> = first.split_whitespace().collect();
            let letters = words.iter().skip(1).position(|word| is_post_nominal(word, false)).map(|at| at + 1);
            words.truncate(letters.unwrap_or(words.len()));
            // "Dean John" is a first name with another.
            let titles = words.iter().take_while(|word| is_sure_title(word)).count();
            let title = words[..titles].join(" ");
            vec![GreetedPerson {
                title,
                first: words[titles..].join(" "),
                last: last.to_owned(),
                ..GreetedPerson::default()
            }]
        }
    };
    if let [.., person] = people.as_mut_slice() {
        person.suffix = suffix;
        if person.title.is_empty() {
            person.title = title;
        }
    }
    people
}

fn is_sure_title(word: &str) -> bool {
    is_title(word) || may_be_title(word) && word.ends_with('.')
}

/// `Dr. Anna van der Berg Jr.`, `Berg, Anna`, `Robert and Eleanor Smith`: in parts. A single name stands as the first.
pub(super) fn from_full_name(full: &str, is_french: bool) -> Vec<GreetedPerson> {
    let full = match full.split_once(' ') {
        Some((couple, rest)) if is_couple(couple) => rest.trim(),
        _ => full,
    };
    if is_perhaps_company(full) {
        return vec![as_typed(full)];
    }
    if let Some(people) = list(full, is_french) {
        return people;
    }
    let Some((one, other)) = halves(full) else { return vec![single(full, is_french)] };
    let is_word = |text: &str| !text.contains(' ');
    if is_word(one) && is_word(other) && title_words(&[one, other], is_french) == 0 {
        if [one, other].into_iter().all(may_be_given_name) {
            return [one, other]
                .map(|first| GreetedPerson { first: first.to_owned(), ..GreetedPerson::default() })
                .to_vec();
        }
        // Two first names or two surnames.
        return vec![as_typed(full)];
    }
    let is_monsieur = |word: &str| bare(word) == "m" && other.split(' ').next().is_some_and(is_title);
    if one.split_whitespace().all(|word| is_sure_title(word) || is_french && may_be_title(word) || is_monsieur(word)) {
        // "Mr. and Mrs. Robert Smith": two titles, one name.
        let mut second = single(other, is_french);
        let first = GreetedPerson { title: one.to_owned(), ..second.clone() };
        second.first.clear();
        second.suffix.clear();
        return vec![first, second];
    }
    let first_word = |text: &str| text.split_whitespace().find(|word| !is_sure_title(word)).map(str::to_owned);
    let words = [one, other].map(|text| first_word(text).unwrap_or_default());
    let has_title = [one, other].into_iter().any(|text| text.split_whitespace().next().is_some_and(is_sure_title));
    let is_couple = has_title
        || words.iter().any(|word| is_given_name(word) || word.ends_with('.'))
        || words.iter().all(|word| may_be_given_name(word))
        || !is_word(one) && words.iter().any(|word| may_be_given_name(word));
    if !is_couple {
        // "Moss & Wren Booksellers".
        return vec![as_typed(full)];
    }
    let second = single(other, is_french);
    vec![with_shared(one, &second.last, false, is_french), second]
}

/// Several people with commas between them: `Ann, Tom and Ida Berg`, `Smith, John and Mary`, `Ann Berg, Tom Berg`.
fn list(full: &str, is_french: bool) -> Option<Vec<GreetedPerson>> {
    let (before, after) = full.split_once(',')?;
    let (before, after) = (before.trim(), after.trim());
    let is_whole = |text: &str| text.contains(' ') && text.split(' ').next().is_some_and(may_be_given_name);
    match halves(after) {
        None if is_whole(before) && is_whole(after) && !after.contains(',') => {
            Some([before, after].map(|name| single(name, is_french)).to_vec())
        }
        Some((one, other)) if halves(before).is_none() => {
            let last = single(other, is_french);
            if last.last.is_empty() {
                return Some([one, other].map(|first| with_shared(first, before, true, is_french)).to_vec());
            }
            let firsts = [before].into_iter().chain(one.split(',').map(str::trim));
            let mut people: Vec<_> = firsts.map(|first| with_shared(first, &last.last, true, is_french)).collect();
            people.push(last);
            Some(people)
        }
        _ => None,
    }
}

/// A person whose name cannot be split.
fn as_typed(name: &str) -> GreetedPerson {
    GreetedPerson { call: name.to_owned(), line: name.to_owned(), ..GreetedPerson::default() }
}

/// A second person next to one with this surname: `David`, `Mary Ann` share it; `David Chan`, `Chan, David` have their own. Of
/// `David James` it is unclear: the name stays as it is.
pub(super) fn with_shared(text: &str, surname: &str, are_first_names: bool, is_french: bool) -> GreetedPerson {
    let person = single(text, is_french);
    if surname.is_empty() || !person.call.is_empty() || person.line.contains(' ') {
        return person;
    }
    let shared = |first: String| GreetedPerson { first, last: surname.to_owned(), ..person.clone() };
    if person.last.is_empty() {
        return shared(person.first.clone());
    }
    if person.first.is_empty() {
        let is_first = are_first_names || is_given_name(&person.last);
        return if is_first { shared(person.last.clone()) } else { person };
    }
    let is_own = text.contains(',')
        || !person.title.is_empty()
        || folded(&person.last) == folded(surname)
        || person.last.contains([' ', '-']) && !may_be_given_name(&person.last);
    if is_own {
        return person;
    }
    let (first, last) = (person.first.split(' ').next().unwrap_or_default(), person.last.as_str());
    let both = format!("{} {last}", person.first);
    if last.trim_end_matches('.').chars().count() < 2 {
        return shared(both);
    }
    match (may_be_given_name(first), is_given_name(last), may_be_given_name(last)) {
        (_, _, false) => person,
        (true, true, _) => shared(both),
        _ if is_first_of_two(first) => shared(both),
        _ => GreetedPerson { first: both, last: String::new(), ..person },
    }
}

/// One person's whole name in parts.
fn single(full: &str, is_french: bool) -> GreetedPerson {
    let (before, after) = full.split_once(',').map_or((full, ""), |(before, after)| (before, after.trim()));
    let is_shouted = !full.chars().any(char::is_lowercase);
    let mut parts: Vec<&str> = before.split_whitespace().collect();
    let behind_whole = parts.len() > 1 && !is_shouted;
    // Behind a comma capitals are letters, but for initials behind a surname of several words.
    let in_capitals = |word: &str| {
        behind_whole
            && !begins_surname(parts[0])
            && (2..7).contains(&word.len())
            && word.chars().all(|c| c.is_ascii_uppercase())
    };
    let are_letters = after
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .all(|word| is_numeral(word) || is_post_nominal(word, behind_whole) || in_capitals(word));
    if !after.is_empty() && !are_letters {
        return surname_first(&parts, after, is_french);
    }
    if parts.len() > 2 && parts[0].eq_ignore_ascii_case("the") {
        parts.remove(0);
    }
    let titles = title_words(&parts, is_french).min(parts.len().saturating_sub(1));
    let title = parts.drain(..titles).collect::<Vec<_>>();
    let is_doubtful = title.iter().any(|word| may_be_title(word) && !is_sure_title(word)) && !is_french;
    let mut suffix = take_letters(&mut parts, 1, is_shouted);
    if !after.is_empty() {
        let comma = if suffix.is_empty() && after.split(' ').all(is_numeral) { " " } else { ", " };
        suffix = format!("{suffix}{comma}{after}").trim_start_matches(' ').to_owned();
    }
    if let [last, first @ ..] = parts.as_slice()
        && !first.is_empty()
        && parts.iter().all(|part| part.chars().all(is_eastern))
    {
        // The family stands first already: "山田 太郎".
        return GreetedPerson {
            title: title.join(" "),
            first: first.join(" "),
            last: (*last).to_owned(),
            suffix,
            ..GreetedPerson::default()
        };
    }
    let n = parts.len();
    let all_particles = n > 1 && parts[..n - 1].iter().all(|word| begins_surname(word) || *word == "und");
    let small = parts.iter().take_while(|word| begins_surname(word) && !word.contains(char::is_uppercase)).count();
    if titles == 0 && small > 0 && small < n {
        // "van der Berg", "de la Cruz Luis".
        let (last, first) = parts.split_at(small + 1);
        return GreetedPerson { first: first.join(" "), last: last.join(" "), suffix, ..GreetedPerson::default() };
    }
    let surname = match n {
        // "Mr. Smith" gives a surname, "Anna" a first name.
        1 if titles > 0 => 0,
        0 | 1 => n,
        // "Mr Van Vleet".
        _ if titles > 0 && all_particles => 0,
        n => (1..n - 1).find(|at| is_particle(parts[*at])).unwrap_or_else(|| {
            // "José Ortega y Gasset" is one surname.
            if n > 3 && parts[n - 2] == "y" { n - 3 } else { n - 1 }
        }),
    };
    let (first, last) = (parts[..surname].join(" "), parts[surname..].join(" "));
    let (mut call, mut line) = (String::new(), String::new());
    if title.last().is_some_and(|title| takes_whole_name(title)) {
        call = format!("{} {}", title.join(" "), parts.join(" "));
        line.clone_from(&call);
    } else if is_doubtful {
        // Whether "Dean John Cole" is a dean or has two first names, so he can be called and written.
        let by_first = title.last().is_some_and(|title| is_said_with_first_name(title)) && !first.is_empty();
        call = format!("{} {}", title.join(" "), if by_first { &first } else { &last });
        line = [title.as_slice(), &parts].concat().join(" ");
    }
    GreetedPerson { title: title.join(" "), first, last, suffix, call, line }
}

/// `Berg, Anna`: the surname first, as lists have it; `Berg, Jan van der` as well.
fn surname_first(before: &[&str], after: &str, is_french: bool) -> GreetedPerson {
    let titles = before.iter().take_while(|word| is_sure_title(word)).count().min(before.len().saturating_sub(1));
    let mut last = before[titles..].join(" ");
    let mut words: Vec<&str> = after.split(' ').collect();
    let particles = words.iter().rev().take_while(|word| begins_surname(word)).count();
    if particles > 0 && particles < words.len() && !after.contains(',') {
        last = format!("{} {last}", words.split_off(words.len() - particles).join(" "));
    }
    let person = single(&words.join(" "), is_french);
    let first = [person.first.as_str(), person.last.as_str()].join(" ").trim().to_owned();
    let title = if person.title.is_empty() { before[..titles].join(" ") } else { person.title };
    GreetedPerson { title, first, last, suffix: person.suffix, ..GreetedPerson::default() }
}

/// Takes `Jr.`, `MBE`, `PhD` off the end of a name, of which so many words stay at least; as they were written.
fn take_letters(parts: &mut Vec<&str>, stay: usize, is_shouted: bool) -> String {
    let from = (0..parts.len()).rev().take_while(|at| {
        let word = parts[*at];
        let has_points = word.trim_end_matches('.').contains('.');
        let is_whole = *at > 1 || stay == 0 && *at > 0;
        *at >= stay
            && (is_numeral(word) && *at >= stay.max(1)
                || is_post_nominal(word, is_whole && (has_points || !is_shouted)))
    });
    let at = from.last().unwrap_or(parts.len());
    let letters = parts.split_off(at).join(" ");
    match parts.last_mut() {
        Some(name) if name.ends_with(',') => {
            *name = name.trim_end_matches(',');
            format!(", {letters}")
        }
        _ => letters,
    }
}

/// A text about two people at the word that joins them.
fn halves(text: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for word in text.split(' ') {
        let end = at + word.len();
        if at > 0 && end < text.len() && (AND.contains(&word.to_lowercase().as_str()) || SMALL_AND.contains(&word)) {
            let (one, other) = (text[..at].trim(), text[end..].trim());
            let is_surname = word == "y" && one.split(' ').count() > 1;
            // "von und zu Stein".
            let is_surname =
                is_surname || one.rsplit(' ').next().is_some_and(|word| word != "y" && is_small(word, None));
            return (!one.is_empty() && !other.is_empty() && !is_surname).then_some((one, other));
        }
        at = end + 1;
    }
    None
}

/// Gives the people of a card its title, or the titles of two in one field.
fn entitle(people: &mut Vec<GreetedPerson>, title: &str) {
    if title.is_empty() || is_couple(title) {
        return;
    }
    match (halves(title), people.as_mut_slice()) {
        (_, [only]) if !only.call.is_empty() => {}
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
        (None, [only]) if takes_whole_name(title) => {
            only.call = [title, &only.first, &only.last].join(" ").trim().replace("  ", " ");
            only.line.clone_from(&only.call);
        }
        (None, [only]) if only.title.is_empty() => title.clone_into(&mut only.title),
        (None, [only]) if folded(&only.title) != folded(title) => {
            only.title = ordered_title(&format!("{title} {}", only.title));
        }
        _ => {}
    }
}
