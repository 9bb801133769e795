//! One greeting line and one name line for a household, made as a careful writer would.
//!
//! Titles are used when they are known for everyone greeted: "Dear Mr. and Mrs. Smith,". Where one is not known no one's
//! title is guessed: "Dear Robert and Eleanor,". How names are spelled is never changed, not even those in
//! capitals: `proof` shows them. What is no part of a name is left out: a remark, a nickname in brackets, `N/A`.

mod person;
#[cfg(test)]
mod tests;
mod title;

use crate::customers::Customer;
use crate::text;
use crate::text::names::{bare, is_said_with_first_name};
use crate::text::remarks::{clean, is_no_spouse, is_placeholder};
use person::{CardNames, GreetedPerson, people_of, with_shared};
use title::written_title;

/// How a household is greeted, and addressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// `Dear Mr. and Mrs. Smith,`
    pub(crate) greeting: String,
    /// `Robert and Eleanor Smith`: a line of the address; empty when there is no name.
    pub(crate) line: String,
    /// Shorter lines, the fullest first, for where that one has no room.
    pub(crate) shorter: Vec<String>,
}

/// The names of the people who get one letter, the best-ranked first. `company` is used when there is no one to name.
pub(crate) fn names_of(people: &[&Customer]) -> Names {
    let greeted = greeted(people);
    if greeted.is_empty() {
        return nobody(people);
    }
    let line = written(&greeted);
    let shorter = shorter_lines(&greeted, line.chars().count());
    Names { greeting: format!("Dear {},", spoken(&greeted)), line, shorter }
}

/// Name lines of fewer characters than that, the fullest first.
fn shorter_lines(greeted: &[GreetedPerson], than: usize) -> Vec<String> {
    let mut shorter = Vec::new();
    if let [one, last] = greeted
        && one_surname(greeted)
    {
        let surname = &one.last;
        if greeted.iter().all(|person| !person.title.is_empty()) && title_rank(&one.title) != title_rank(&last.title) {
            // "Mr. and Mrs." go with the name of the one who stands first.
            let first = if title_rank(&one.title) < title_rank(&last.title) { one } else { last };
            shorter.push([&couple_title(greeted), &initials(&first.first), surname].map(String::as_str).join(" "));
        }
        if !one.first.is_empty() && !last.first.is_empty() {
            shorter.push(format!("{} and {} {surname}", initials(&one.first), initials(&last.first)));
        }
        shorter.push(format!("The {surname} Family"));
    } else if greeted.len() < 3 || !one_surname(greeted) {
        let brief = |p: &GreetedPerson| match (p.first.is_empty(), p.last.is_empty()) {
            (false, false) if p.line.is_empty() => in_order(&initials(&p.first), &p.last),
            _ => called(p),
        };
        shorter.push(text::list(&greeted.iter().map(brief).collect::<Vec<_>>()));
    }
    let squeezed = shorter.iter().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    squeezed.filter(|name| !name.is_empty() && name.chars().count() < than).collect()
}

/// `R. M.` of "Robert Michael", `J.-P.` of "Jean-Pierre"; a name in letters without capitals stays whole.
fn initials(first: &str) -> String {
    let initial = |name: &str| match name.chars().next() {
        Some(c) if c.is_uppercase() || c.is_lowercase() => format!("{c}."),
        _ => name.to_owned(),
    };
    let word = |word: &str| word.split('-').map(initial).collect::<Vec<_>>().join("-");
    first.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// The people behind the cards, each once, with even titles.
fn greeted(people: &[&Customer]) -> Vec<GreetedPerson> {
    let mut greeted: Vec<GreetedPerson> = Vec::new();
    for customer in people {
        let mut on_card = people_of(customer);
        if people.len() > 1 && on_card.len() > 1 {
            // The other has a card too: of "Mr. and Mrs." only the own title, and the other for the one who has none.
            let others = on_card.split_off(1);
            greeted.append(&mut on_card);
            greeted.extend(others.into_iter().filter(|other| !other.first.is_empty()));
            continue;
        }
        greeted.append(&mut on_card);
    }
    if let [only] = people {
        join_spouse(&mut greeted, only);
    }
    drop_repeated(&mut greeted);
    even_titles(&mut greeted);
    greeted
}

/// A company, or a customer without a name.
fn nobody(people: &[&Customer]) -> Names {
    let names: Vec<CardNames> = people.iter().map(|customer| CardNames::of(customer)).collect();
    let nameless = |line: String| Names { greeting: "Dear customer,".to_owned(), line, shorter: Vec::new() };
    if let Some(nobodys) = names.iter().find(|names| names.is_nobodys()) {
        return nameless(nobodys.whole());
    }
    let firm = people.iter().map(|customer| customer.company.trim()).find(|firm| !is_placeholder(firm, false, false));
    // Otherwise a company whose name stands in the place of a person's.
    let name = names.iter().map(CardNames::whole).find(|name| !name.is_empty());
    let Some(firm) = firm.map(str::to_owned).or_else(|| name.clone()) else { return nameless(String::new()) };
    // The name of a department stands with the company's.
    let greeting = format!("Dear friends at {firm},");
    Names { greeting, line: name.unwrap_or(firm), shorter: Vec::new() }
}

/// The spouse named on the card, with the surname they share unless another is given.
fn join_spouse(greeted: &mut Vec<GreetedPerson>, customer: &Customer) {
    if is_no_spouse(&customer.spouse) {
        return;
    }
    let Some(one) = greeted.first().cloned() else { return };
    let spouse = clean(&customer.spouse).name;
    if !spouse.chars().any(char::is_alphabetic) || !one.call.is_empty() && one.last.is_empty() {
        return;
    }
    let known = with_shared(&spouse, &one.last, false, false);
    match greeted.as_mut_slice() {
        // "Mr. and Mrs. Robert Smith", and now her name is known.
        [_, second] if second.first.is_empty() && second.call.is_empty() => {
            let title = if known.title.is_empty() { second.title.clone() } else { known.title.clone() };
            *second = GreetedPerson { title, ..known };
        }
        [_] => greeted.push(known),
        _ => {}
    }
}

/// A person who stands on two cards is greeted once.
fn drop_repeated(greeted: &mut Vec<GreetedPerson>) {
    let mut kept: Vec<GreetedPerson> = Vec::with_capacity(greeted.len());
    for person in greeted.drain(..) {
        let again = |known: &GreetedPerson| {
            !person.first.is_empty()
                && same(&known.first, &person.first)
                && same(&known.last, &person.last)
                && known.suffix == person.suffix
        };
        if !kept.iter().any(again) {
            kept.push(person);
        }
    }
    *greeted = kept;
}

/// Titles as they are written: with a capital, and with points for all or for none.
fn even_titles(greeted: &mut [GreetedPerson]) {
    for person in greeted.iter_mut() {
        person.title = written_title(&person.title);
    }
    let pointed = greeted.iter().any(|person| person.title.ends_with('.'));
    for person in greeted.iter_mut().filter(|_| pointed) {
        if matches!(person.title.as_str(), "Mr" | "Mrs" | "Ms" | "Dr" | "Prof" | "Mx" | "Sr" | "Sra" | "Srta") {
            person.title.push('.');
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn one_surname(people: &[GreetedPerson]) -> bool {
    !people[0].last.is_empty() && people.windows(2).all(|pair| same(&pair[0].last, &pair[1].last))
}

/// How people are addressed: with titles when all are known, else by first names, else by what there is.
fn spoken(people: &[GreetedPerson]) -> String {
    if people.len() > 2 && one_surname(people) {
        return format!("{} family", people[0].last);
    }
    if people.iter().all(|p| !p.title.is_empty() && !p.last.is_empty() && p.call.is_empty()) {
        if people.len() == 2 && one_surname(people) {
            return format!("{} {}", couple_title(people), people[0].last);
        }
        return text::list(&people.iter().map(titled).collect::<Vec<_>>());
    }
    text::list(&people.iter().map(called).collect::<Vec<_>>())
}

/// `Mr. Smith`, and `Sir Robert`.
fn titled(person: &GreetedPerson) -> String {
    let by_first = is_said_with_first_name(&person.title) && !person.first.is_empty();
    format!("{} {}", person.title, if by_first { &person.first } else { &person.last })
}

/// A first name; where it is but a letter or missing, what there is.
fn called(person: &GreetedPerson) -> String {
    let is_initial = person.first.chars().filter(|c| c.is_alphabetic()).count() < 2 && person.first.is_ascii();
    if !person.call.is_empty() {
        return person.call.clone();
    }
    match (person.first.is_empty(), person.last.is_empty()) {
        (false, false) if is_eastern(&person.first) && is_eastern(&person.last) => {
            in_order(&person.first, &person.last)
        }
        (true, _) if person.title.is_empty() => person.last.clone(),
        (true, _) => titled(person),
        (false, false) if is_initial => format!("{} {}", person.first, person.last),
        _ => without_initials(&person.first).to_owned(),
    }
}

/// `John` of `John H.`
fn without_initials(first: &str) -> &str {
    let mut called = first;
    while let Some((before, last)) = called.rsplit_once(' ')
        && last.is_ascii()
        && last.trim_end_matches('.').len() == 1
        && before.trim_end_matches('.').chars().count() > 1
    {
        called = before.trim_end();
    }
    called
}

/// The titles of two with one surname: a doctor first, then a man, as the forms have it.
fn couple_title(people: &[GreetedPerson]) -> String {
    let mut titles: Vec<&str> = people.iter().map(|person| person.title.as_str()).collect();
    titles.sort_by_key(|title| title_rank(title));
    match titles.as_slice() {
        ["Dr.", "Dr."] => "Drs.".to_owned(),
        ["Dr", "Dr"] => "Drs".to_owned(),
        _ => text::list(&titles),
    }
}

/// Which of two titles stands first.
fn title_rank(title: &str) -> usize {
    match bare(title).split(' ').next().unwrap_or_default() {
        "dr" | "prof" | "rev" | "capt" | "rabbi" | "hon" => 0,
        "mr" | "herr" | "monsieur" | "m" | "sr" | "señor" | "sig" | "signor" | "dhr" | "sir" | "lord" => 1,
        _ => 2,
    }
}

/// First name and surname; the surname first where both are in Chinese, Japanese or Korean letters.
fn in_order(first: &str, last: &str) -> String {
    let (one, other) = if is_eastern(first) && is_eastern(last) { (last, first) } else { (first, last) };
    [one, other].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a name is in letters of which the surname stands first.
fn is_eastern(name: &str) -> bool {
    name.chars().any(super::address::is_eastern)
}

/// How people are written on the envelope.
fn written(people: &[GreetedPerson]) -> String {
    if people.len() > 2 && one_surname(people) {
        return format!("The {} Family", people[0].last);
    }
    let whole = |p: &GreetedPerson| {
        let title = if p.first.is_empty() && !p.last.is_empty() { p.title.as_str() } else { "" };
        let name = if p.line.is_empty() { in_order(&p.first, &p.last) } else { p.line.clone() };
        let parts = [if p.line.is_empty() { title } else { "" }, &name, &p.suffix];
        let line = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        line.replace(" ,", ",")
    };
    if let [one, other] = people
        && one_surname(people)
        && people.iter().all(|person| person.line.is_empty() && !is_eastern(&person.last))
    {
        let [first, second] = [one, other].map(|p| p.first.as_str());
        if second.is_empty() && !other.title.is_empty() && !one.title.is_empty() {
            // Her name is not known: "Mr. and Mrs. Robert Smith".
            return [couple_title(people).as_str(), &whole(&GreetedPerson { title: String::new(), ..one.clone() })]
                .join(" ");
        }
        if !first.is_empty() && !second.is_empty() && one.suffix.is_empty() && other.suffix.is_empty() {
            return format!("{first} and {second} {}", one.last);
        }
    }
    text::list(&people.iter().map(whole).collect::<Vec<_>>())
}
