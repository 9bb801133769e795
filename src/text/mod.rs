//! The grammar of messages: counts, lists, quotes and "did you mean".

mod apostrophes;
mod card_remarks;
pub(crate) mod csv;
mod direction;
mod fold;
mod hash;
pub(crate) mod names;
pub(crate) mod remarks;
mod time;
mod word_lists;

pub(crate) use apostrophes::with_apostrophes;
pub(crate) use card_remarks::card_remark;
pub(crate) use direction::is_rtl;
pub(crate) use fold::{case_folded, heading_key, name_key, plain_key, same_key, without_umlauts};
pub(crate) use hash::fnv1a;
pub(crate) use time::{ago, day_range, long_date, writes_month_first};
pub(crate) use word_lists::{WordLists, table_rows};

/// `1 letter`, `2 letters`, `1,204 letters`.
#[must_use]
pub(crate) fn count(n: usize, singular: &str) -> String {
    let noun = if n == 1 { singular.to_owned() } else { plural(singular) };
    format!("{} {noun}", thousands(n))
}

/// `was` for one, `were` for all others.
pub(crate) fn was(n: usize) -> &'static str {
    if n == 1 { "was" } else { "were" }
}

/// `is` for one, `are` for all others.
pub(crate) fn is(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// `2 failed, 1 in doubt`: each count with its noun, without zeros.
pub(crate) fn counts(all: &[(usize, &str)]) -> String {
    let some = all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", thousands(*n)));
    some.collect::<Vec<_>>().join(", ")
}

/// The plural of an English noun, by the rules that this program's words need.
#[must_use]
pub(crate) fn plural(singular: &str) -> String {
    match singular {
        "person" => return "people".to_owned(),
        "branch" => return "branches".to_owned(),
        one if one.ends_with("inbox") => return format!("{one}es"),
        _ => {}
    }
    match singular.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{singular}s"),
    }
}

/// `1204` as `1,204`.
#[must_use]
pub(crate) fn thousands(n: usize) -> String {
    group(&n.to_string(), ",")
}

/// Groups a run of digits in threes.
#[must_use]
pub(crate) fn group(digits: &str, separator: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out
}

/// `10 MB`, `820 kB`.
pub(crate) fn bytes(n: u64) -> String {
    match n {
        1_000_000.. => format!("{}.{} MB", n / 1_000_000, n % 1_000_000 / 100_000),
        _ => format!("{} kB", n.div_ceil(1000)),
    }
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub(crate) fn list<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "and")
}

/// `a`, `a or b`, `a, b or c`.
#[must_use]
pub(crate) fn alternatives<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "or")
}

fn join<S: AsRef<str>>(items: &[S], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", head.join(", "), last.as_ref())
        }
    }
}

/// The first few of many: `a, b, c and 7 more`.
#[must_use]
pub(crate) fn first_few<S: AsRef<str>>(items: &[S], most: usize) -> String {
    if items.len() <= most {
        return list(items);
    }
    let shown: Vec<&str> = items[..most].iter().map(AsRef::as_ref).collect();
    format!("{} and {} more", shown.join(", "), thousands(items.len() - most))
}

/// A text without what a terminal obeys: a space for every control character, a line break among them, and nothing for what
/// turns the direction of writing.
#[must_use]
pub(crate) fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().filter(|c| !turns(*c)).map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// Typed text in backticks, cut to a length that fits a line.
#[must_use]
pub(crate) fn quote(text: &str) -> String {
    const MOST: usize = 60;
    let clean = plain(text);
    if clean.chars().count() <= MOST {
        return format!("`{clean}`");
    }
    let cut: String = clean.chars().take(MOST - 1).collect();
    format!("`{cut}…`")
}

/// A shell-quoted word of a command.
pub(crate) fn argument(word: &str) -> String {
    let word = &*plain(word);
    if !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_.@:".contains(c)) {
        return word.to_owned();
    }
    let escaped: String =
        word.chars().flat_map(|c| "\"\\$`!".contains(c).then_some('\\').into_iter().chain([c])).collect();
    format!("\"{escaped}\"")
}

/// Whether a text has no visible characters.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{2800}' | '\u{3164}')
    })
}

/// A text with a capital first letter.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The known word most similar to `typed`, if it is similar enough.
#[must_use]
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let length = typed.chars().count();
    known
        .into_iter()
        .filter_map(|word| {
            let other = word.chars().count();
            let most = (other.max(length) / 3).max(1);
            let is_near = other.abs_diff(length) <= most;
            let distance = is_near.then(|| strsim::damerau_levenshtein(&typed, &word.to_lowercase()))?;
            (distance <= most).then_some((distance, word))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// ``did you mean `segment`?``, or the allowed words if none is similar.
#[must_use]
pub(crate) fn did_you_mean(typed: &str, known: &[&str]) -> String {
    match nearest(typed, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => {
            let all: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
            format!("known here: {}", list(&all))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_lists_read_as_english() {
        assert_eq!(count(1, "letter"), "1 letter");
        assert_eq!(count(1_204_000, "letter"), "1,204,000 letters");
        assert_eq!(count(2, "branch"), "2 branches");
        assert_eq!(count(0, "city"), "0 cities");
        assert_eq!(count(2, "day"), "2 days");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(first_few(&["a", "b", "c"], 2), "a, b and 1 more");
    }

    #[test]
    fn hints_are_near_or_a_list() {
        assert_eq!(did_you_mean("segmnt", &["segment", "gift"]), "did you mean `segment`?");
        assert_eq!(did_you_mean("zzz", &["segment", "gift"]), "known here: `segment` and `gift`");
    }
}
