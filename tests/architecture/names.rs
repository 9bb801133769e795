//! A type name has one meaning in the whole crate, and the form of an enum value is only in its type.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::{Literal, none, sources};

/// Where a form is an ordinary word: the beginning of the path, the words, and their meaning there.
const OTHER_WORDS: &[(&str, &[&str], &str)] = &[
    ("app/print/", &["letter"], "a noun"),
    ("campaign/freeze.rs", &["email"], "a merge field"),
    ("campaign/parse.rs", &["letter"], "a table of a campaign file"),
    (
        "campaign/past_rows.rs",
        &["customer", "letter", "mailed", "redeemed", "sent", "yes", "held_out", "no"],
        "headings and words of a stranger's file",
    ),
    ("campaign/personal_data.rs", &["customer", "email", "forgotten"], "keys, a merge field, a name"),
    (
        "cli/",
        &["posted", "till", "customer", "redeemed", "yes", "customers", "purchases", "undone"],
        "verbs, options, keys, an answer at the terminal",
    ),
    ("customers/change.rs", &["post", "deceased", "moved", "household"], "what `customer set` is told"),
    ("customers/personal_data.rs", &["email", "deceased", "household", "purchases", "till"], "keys"),
    ("customers/undo_import.rs", &["customer"], "a table"),
    ("email/published.rs", &["email"], "a service of DKIM"),
    ("import/", &["customer", "email", "customers", "purchases"], "a noun, a field of a card, tables of a dialect"),
    ("inbound/message.rs", &["yes"], "a header of other mail programs"),
    ("inbound/status.rs", &["failed"], "an action of RFC 3464"),
    ("insights/show.rs", &["bought", "customers"], "a heading, a noun"),
    ("redemption/personal_data.rs", &["till"], "a key"),
    ("report/show.rs", &["mailed", "undeliverable", "redeemed"], "columns of the CSV"),
    (
        "segment/",
        &["bought", "email", "deceased", "moved", "yes", "no"],
        "fields and functions of the language, answers",
    ),
    ("shop/settings.rs", &["email", "till"], "tables of shop.toml"),
    ("text/time.rs", &["no"], "a number in words"),
    ("web/", &["owner", "till", "refused", "purchases"], "names in pages, a cookie, a kind of problem, a key"),
];

#[test]
fn a_type_name_means_one_thing() {
    let sources = sources();
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for source in &sources {
        for (number, line) in source.code() {
            if let Some(name) = type_name(line) {
                places.entry(name).or_default().push(format!("src/{}:{number}", source.path));
            }
        }
    }
    assert!(places.len() > 200, "the types cannot be found: {places:?}");
    let twice = places.into_iter().filter(|(_, places)| places.len() > 1);
    none(twice.map(|(name, places)| format!("{name}: {}", places.join(", "))).collect());
}

/// The name of the type that a line defines; an associated type does not count.
fn type_name(line: &str) -> Option<&str> {
    let is_indented = line.starts_with(' ');
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    let kind = words.next()?;
    if !matches!(kind, "struct" | "enum" | "trait" | "union") && (kind != "type" || is_indented) {
        return None;
    }
    let name = words.next()?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    Some(&name[..end]).filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))
}

#[test]
fn the_form_of_a_value_stands_in_its_type_alone() {
    let lists = regulars::domain::forms();
    let forms: BTreeMap<&str, &str> =
        lists.iter().flat_map(|(name, forms)| forms.iter().map(move |form| (*form, *name))).collect();
    assert!(forms.len() > 30 && forms.contains_key("held_out"), "{forms:?}");
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.room() != "domain") {
        let here = OTHER_WORDS.iter().filter(|(path, ..)| source.path.starts_with(path));
        let allowed: BTreeSet<&str> = here.flat_map(|(_, words, _)| *words).copied().collect();
        for literal in source.literals() {
            for form in spelled(&literal, &forms).into_iter().filter(|form| !allowed.contains(form)) {
                faults.push(format!("src/{}:{}: spells `{form}` of {}", source.path, literal.line, forms[form]));
            }
        }
    }
    none(faults);
}

/// The forms in a string: the string is one, or has one in SQL quotes. Keys of objects, field names for serde and
/// counted nouns are other words.
fn spelled<'f>(literal: &Literal, forms: &BTreeMap<&'f str, &str>) -> Vec<&'f str> {
    let text = literal.text.as_str();
    if let Some((form, _)) = forms.get_key_value(text) {
        let is_key = literal.after.trim_start().starts_with(':') && !literal.after.trim_start().starts_with("::");
        let is_serde = literal.before.trim_end().ends_with('=');
        let call = literal.before.rsplit(['\n', ';']).next().unwrap_or_default();
        let is_noun = literal.after.starts_with(')') && (call.contains("count(") || call.contains("plural("));
        return if is_key || is_serde || is_noun { Vec::new() } else { vec![*form] };
    }
    let is_sql = ["SELECT ", "UPDATE ", "INSERT ", "DELETE ", "WHERE ", "EXISTS ", " AND ", "CASE ", "COALESCE"];
    if !is_sql.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    text.split('\'').skip(1).step_by(2).filter_map(|part| forms.get_key_value(part)).map(|(form, _)| *form).collect()
}

#[test]
fn forms_are_found_in_strings() {
    let forms = BTreeMap::from([("email", "Channel"), ("held_out", "Arm")]);
    let found = |before: &str, text: &str, after: &str| {
        let own = str::to_owned;
        let literal = Literal { line: 1, text: own(text), before: own(before), after: own(after) };
        spelled(&literal, &forms).len()
    };
    assert_eq!(found("(", "email", ")"), 1);
    assert_eq!(found("x == ", "SELECT 1 WHERE a = 'held_out' AND b IN ('email', 'x')", ""), 2);
    for (before, text, after) in
        [("{ ", "email", ": x"), ("rename = ", "email", ")"), ("count(n, ", "email", ")"), ("", "an email to", "")]
    {
        assert_eq!(found(before, text, after), 0, "{text}");
    }
    assert_eq!(type_name("    pub(crate) enum Arm {"), Some("Arm"));
    assert_eq!(type_name("    type Err = Error;"), None);
    assert_eq!(type_name("type Job<T> = Box<T>;"), Some("Job"));
}
