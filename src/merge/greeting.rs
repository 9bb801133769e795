//! One greeting line and one name line for a household, made as a careful writer would.
//!
//! Titles are used when they are known for everybody greeted: "Dear Mr. and Mrs. Smith,". Where one is not known nobody's
//! title is guessed: "Dear Robert and Eleanor,".

use crate::book::Customer;
use crate::words;

/// How a household is spoken to, and written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// `Dear Mr. and Mrs. Smith,`
    pub greeting: String,
    /// `Robert and Eleanor Smith`: the first line of the address.
    pub line: String,
}

/// One person of those greeted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Person {
    title: String,
    first: String,
    last: String,
    suffix: String,
}

/// The names of the people who get one letter, the best-ranked first. `company` is used when there is nobody to name.
pub fn names_of(people: &[&Customer]) -> Names {
    let mut greeted: Vec<Person> = people.iter().filter_map(|customer| person(customer)).collect();
    if let [only] = people
        && let [one] = greeted.as_slice()
        && let Some(spouse) = spouse(only, one)
    {
        greeted.push(spouse);
    }
    if greeted.is_empty() {
        let firm = people.iter().map(|customer| customer.company.trim()).find(|firm| !firm.is_empty());
        let reference = people.first().map_or("", |customer| customer.reference.as_str());
        return match firm {
            Some(firm) => Names { greeting: format!("Dear friends at {firm},"), line: firm.to_owned() },
            None => Names { greeting: "Dear customer,".to_owned(), line: reference.to_owned() },
        };
    }
    Names { greeting: format!("Dear {},", spoken(&greeted)), line: written(&greeted) }
}

fn person(customer: &Customer) -> Option<Person> {
    let said = |text: &str| if text.chars().any(char::is_alphabetic) { text.trim().to_owned() } else { String::new() };
    let mut person = Person {
        title: customer.title.trim().to_owned(),
        first: said(&customer.first_name),
        last: said(&customer.last_name),
        suffix: customer.suffix.trim().to_owned(),
    };
    if person.first.is_empty() && person.last.is_empty() {
        person = from_full_name(&said(&customer.full_name));
        if person.title.is_empty() {
            customer.title.trim().clone_into(&mut person.title);
        }
    }
    (!person.first.is_empty() || !person.last.is_empty()).then_some(person)
}

/// Particles that belong to the surname behind them.
const PARTICLES: &[&str] =
    &["van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "la", "le", "ter", "ten", "af", "bin", "al"];
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "lady", "herr", "frau"];
const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"];

/// `Dr. Anna van der Berg Jr.` in its parts; a single name stands as the first.
fn from_full_name(full: &str) -> Person {
    let bare = |word: &str| word.trim_matches(['.', ',']).to_lowercase();
    let mut parts: Vec<&str> = full.split_whitespace().collect();
    let mut person = Person::default();
    if parts.len() > 1 && TITLES.contains(&bare(parts[0]).as_str()) {
        parts.remove(0).clone_into(&mut person.title);
    }
    if let [_, _, .., last] = parts.as_slice()
        && SUFFIXES.contains(&bare(last).as_str())
    {
        (*last).clone_into(&mut person.suffix);
        parts.pop();
    }
    let surname = match parts.len() {
        0 | 1 => parts.len(),
        n => (1..n - 1).find(|at| PARTICLES.contains(&parts[*at].to_lowercase().as_str())).unwrap_or(n - 1),
    };
    person.first = parts[..surname].join(" ");
    person.last = parts[surname..].join(" ").trim_end_matches(',').to_owned();
    person
}

/// The spouse whom the book names, with the surname they share unless another is given.
fn spouse(customer: &Customer, one: &Person) -> Option<Person> {
    if !customer.spouse.chars().any(char::is_alphabetic) {
        return None;
    }
    let given = from_full_name(&customer.spouse);
    let surname_given = !given.last.is_empty()
        && (!given.title.is_empty()
            || given.last.to_lowercase() == one.last.to_lowercase()
            || given.first.split(' ').count() == 1);
    // Two names without a title may be two first names ("Mary Ann"); the book says first names of spouses.
    if surname_given && (!given.title.is_empty() || given.last == one.last) {
        return Some(given);
    }
    if one.last.is_empty() {
        return Some(given);
    }
    Some(Person {
        title: given.title,
        first: customer.spouse.trim().to_owned(),
        last: one.last.clone(),
        suffix: given.suffix,
    })
}

/// How people are addressed: with titles when all are known, else by first names, else by what there is.
fn spoken(people: &[Person]) -> String {
    let titled = people.iter().all(|p| !p.title.is_empty() && !p.last.is_empty());
    if titled {
        let same = people.windows(2).all(|pair| pair[0].last == pair[1].last);
        if same && people.len() > 1 {
            let mut titles: Vec<&str> = people.iter().map(|p| p.title.as_str()).collect();
            titles.sort_by_key(|title| !title.starts_with("Mr.") && *title != "Mr" && !title.starts_with("Dr"));
            return format!("{} {}", words::list(&titles), people[0].last);
        }
        let all: Vec<String> = people.iter().map(|p| format!("{} {}", p.title, p.last)).collect();
        return words::list(&all);
    }
    let all: Vec<&str> =
        people.iter().map(|p| if p.first.is_empty() { p.last.as_str() } else { p.first.as_str() }).collect();
    match people {
        [one] if one.first.is_empty() || one.title.is_empty() && one.last.is_empty() => all[0].to_owned(),
        _ => words::list(&all),
    }
}

/// How people are written on the envelope.
fn written(people: &[Person]) -> String {
    let whole = |p: &Person| {
        let parts = [p.first.as_str(), p.last.as_str(), p.suffix.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let same = people.windows(2).all(|pair| pair[0].last == pair[1].last);
    let plain = people.iter().all(|p| p.suffix.is_empty() && !p.first.is_empty());
    if people.len() > 1 && same && plain && !people[0].last.is_empty() {
        let firsts: Vec<&str> = people.iter().map(|p| p.first.as_str()).collect();
        return format!("{} {}", words::list(&firsts), people[0].last);
    }
    words::list(&people.iter().map(whole).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(title: &str, first: &str, last: &str, spouse: &str) -> Customer {
        Customer {
            reference: "C-1".into(),
            title: title.into(),
            first_name: first.into(),
            last_name: last.into(),
            spouse: spouse.into(),
            ..Customer::default()
        }
    }

    #[test]
    fn households_are_greeted_properly() {
        let robert = card("Mr.", "Robert", "Smith", "");
        let eleanor = card("Mrs.", "Eleanor", "Smith", "");
        let lopez = card("Ms.", "Ana", "Lopez", "");
        let chan = card("Mr.", "David", "Chan", "");
        for (people, greeting, line) in [
            (vec![&eleanor, &robert], "Dear Mr. and Mrs. Smith,", "Eleanor and Robert Smith"),
            (vec![&robert], "Dear Mr. Smith,", "Robert Smith"),
            (vec![&lopez, &chan], "Dear Ms. Lopez and Mr. Chan,", "Ana Lopez and David Chan"),
            (vec![&card("Mr.", "Robert", "Smith", "Eleanor")], "Dear Robert and Eleanor,", "Robert and Eleanor Smith"),
            (
                vec![&card("Mr.", "Robert", "Smith", "Mrs. Eleanor Smith")],
                "Dear Mr. and Mrs. Smith,",
                "Robert and Eleanor Smith",
            ),
            (
                vec![&card("", "Anna", "Berg", ""), &card("", "Tom", "Berg", "")],
                "Dear Anna and Tom,",
                "Anna and Tom Berg",
            ),
            (vec![&card("", "Anna", "", "")], "Dear Anna,", "Anna"),
            (vec![&card("", "", "Berg", "")], "Dear Berg,", "Berg"),
            (vec![&card("Mr.", ".", "7/11", "")], "Dear customer,", "C-1"),
            (
                vec![&card("Dr.", "Zümra", "Özdemir", "Ömer Asaf")],
                "Dear Zümra and Ömer Asaf,",
                "Zümra and Ömer Asaf Özdemir",
            ),
        ] {
            let names = names_of(&people);
            assert_eq!((names.greeting.as_str(), names.line.as_str()), (greeting, line));
        }
        let firm = Customer { company: "Acme Ltd".into(), ..card("", "", "", "") };
        assert_eq!(names_of(&[&firm]).line, "Acme Ltd");
        let full = Customer { full_name: "Dr. Jan van der Berg Jr.".into(), ..card("", "", "", "") };
        assert_eq!(
            names_of(&[&full]),
            Names { greeting: "Dear Dr. van der Berg,".into(), line: "Jan van der Berg Jr.".into() }
        );
    }
}
