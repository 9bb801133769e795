//! References of sales without a customer, and the customers they may mean.

use std::collections::HashMap;

use serde::Serialize;

use crate::domain::CustomerId;

/// A reference without a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UnknownRef {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    /// How many purchases have it.
    pub(crate) count: usize,
    /// Similar references of customers, the best first.
    pub(crate) near: Vec<String>,
}

/// At most this many are named, those with the most purchases.
const MOST: usize = 100;
/// For at most this many of them, typing errors are searched.
const MOST_COMPARED: usize = 20;
/// At most this many similar ones are named.
const MOST_NEAR: usize = 3;

/// The references without a customer, with similar ones; and how many more there are.
pub(super) fn unknown_refs(
    counts: HashMap<String, usize>,
    known: &HashMap<String, CustomerId>,
) -> (Vec<UnknownRef>, usize) {
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|(one, n), (other, m)| m.cmp(n).then_with(|| one.cmp(other)));
    let more = counts.len().saturating_sub(MOST);
    counts.truncate(MOST);
    if counts.is_empty() {
        return (Vec::new(), 0);
    }
    let mut by_key: HashMap<String, Vec<&str>> = HashMap::new();
    let mut by_number: HashMap<&str, Vec<&str>> = HashMap::new();
    for reference in known.keys() {
        by_key.entry(key(reference)).or_default().push(reference);
        if let Some(number) = number(reference) {
            by_number.entry(number).or_default().push(reference);
        }
    }
    let refs = counts.into_iter().enumerate().map(|(index, (reference, count))| {
        let mut near = by_key.get(&key(&reference)).cloned().unwrap_or_default();
        if near.is_empty()
            && let Some(number) = number(&reference)
        {
            // One of the two has a prefix: `54` and `C-0054`.
            let others = by_number.get(number).into_iter().flatten().copied();
            near = others.filter(|other| has_prefix(other) != has_prefix(&reference)).collect();
        }
        if near.is_empty() && index < MOST_COMPARED && reference.chars().count() > 4 {
            near = known.keys().map(String::as_str).filter(|other| is_one_edit(&reference, other)).collect();
        }
        near.sort_unstable();
        near.truncate(MOST_NEAR);
        UnknownRef { near: near.into_iter().map(str::to_owned).collect(), reference, count }
    });
    (refs.collect(), more)
}

/// New numbers that equal those of other customers except for leading zeros: each with the other.
pub(super) fn without_zeros<'r>(
    new: &'r [String],
    known: &'r HashMap<String, CustomerId>,
) -> impl Iterator<Item = (&'r str, &'r str)> {
    let is_number = |reference: &&String| !has_prefix(reference);
    let known = if new.is_empty() { None } else { Some(known.keys().filter(is_number)) };
    let by_number: HashMap<&str, &str> =
        known.into_iter().flatten().map(|other| (other.trim_start_matches('0'), other.as_str())).collect();
    let new = new.iter().filter(is_number);
    new.filter_map(move |reference| {
        by_number.get(reference.trim_start_matches('0')).map(|other| (reference.as_str(), *other))
    })
}

/// A reference without what programs change in it: case, spaces, dashes, leading zeros.
fn key(reference: &str) -> String {
    let mut key = String::with_capacity(reference.len());
    let mut zeros = 0;
    for c in reference.trim_end_matches(".0").chars().filter(|c| c.is_alphanumeric() || *c == '@') {
        let begins = !key.ends_with(|c: char| c.is_ascii_digit());
        if c == '0' && begins {
            zeros += 1;
        } else {
            key.extend(c.to_lowercase());
        }
    }
    if zeros > 0 && !key.ends_with(|c: char| c.is_ascii_digit()) {
        key.push('0');
    }
    key
}

/// The number at the end of a reference, without leading zeros.
fn number(reference: &str) -> Option<&str> {
    let start = reference
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |last| last + reference[last..].chars().next().map_or(1, char::len_utf8));
    Some(reference[start..].trim_start_matches('0')).filter(|number| !number.is_empty())
}

fn has_prefix(reference: &str) -> bool {
    !reference.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the texts differ by one inserted, deleted, replaced or swapped character.
fn is_one_edit(one: &str, other: &str) -> bool {
    one.len().abs_diff(other.len()) < 5 && one != other && strsim::osa_distance(one, other) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_are_nearly_known_are_named() {
        let known = ["0054", "C-0017", "ab 12", "98765", "ann@example.com", "K7", "0", "X-100", "Y-100"];
        let known = known.iter().zip(1..).map(|(reference, id)| ((*reference).to_owned(), CustomerId(id))).collect();
        for (reference, near) in [
            ("54", &["0054"][..]),
            ("54.0", &["0054"]),
            ("00054", &["0054"]),
            ("c17", &["C-0017"]),
            ("17", &["C-0017"]),
            ("C 0017", &["C-0017"]),
            ("AB-12", &["ab 12"]),
            ("98756", &["98765"]),
            ("9876", &[]),
            ("ann@exmple.com", &["ann@example.com"]),
            ("7", &["K7"]),
            ("00", &["0"]),
            ("100", &["X-100", "Y-100"]),
            ("D-0017", &["C-0017"]),
            ("Q-5555", &[]),
            ("8", &[]),
        ] {
            let counts = HashMap::from([(reference.to_owned(), 2)]);
            let (found, more) = unknown_refs(counts, &known);
            assert_eq!((found.len(), more, found[0].count), (1, 0, 2));
            assert_eq!(found[0].near, near, "{reference}");
        }
        let new = ["54", "0054x", "C 17", "17", "ann.@example.com"].map(str::to_owned);
        let found: Vec<_> = without_zeros(&new, &known).collect();
        assert_eq!(found, [("54", "0054")]);
        let counts = (0..250).map(|n| (format!("Z{n:03}"), n + 1)).collect();
        let (found, more) = unknown_refs(counts, &known);
        assert_eq!((found.len(), more, found[0].reference.as_str()), (100, 150, "Z249"));
    }
}
