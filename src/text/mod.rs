//! The grammar of messages: counts, lists, quotes and "did you mean".

/// `1 letter`, `2 letters`, `1,204 letters`.
#[must_use]
pub(crate) fn count(n: usize, singular: &str) -> String {
    let noun = if n == 1 { singular.to_owned() } else { plural(singular) };
    format!("{} {noun}", thousands(n))
}

/// The plural of an English noun, by the rules that the words of this program need.
#[must_use]
pub(crate) fn plural(singular: &str) -> String {
    match singular {
        "person" => return "people".to_owned(),
        "branch" => return "branches".to_owned(),
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

/// What somebody typed, in backticks, cut to a length that fits a line.
#[must_use]
pub(crate) fn quote(text: &str) -> String {
    const MOST: usize = 60;
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if clean.chars().count() <= MOST {
        return format!("`{clean}`");
    }
    let cut: String = clean.chars().take(MOST - 1).collect();
    format!("`{cut}…`")
}

/// What begins a formula in some spreadsheet, in full width as well, or is passed over in front of one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell of a CSV that no spreadsheet runs as a formula: a `'` goes before what could begin one. A negative number is none.
#[must_use]
pub(crate) fn inert(cell: &str) -> String {
    let is_number = || {
        let number = cell.trim_start_matches('-');
        cell.len() - number.len() == 1
            && number.starts_with(|c: char| c.is_ascii_digit())
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && number.matches('.').count() <= 1
    };
    let begins = cell.trim_start_matches(' ').starts_with(FORMULA);
    if begins && !is_number() { format!("'{cell}") } else { cell.to_owned() }
}

/// The same cell when it comes back: without the `'`, where that stands before what could begin a formula.
#[must_use]
pub(crate) fn revived(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.trim_start_matches(' ').starts_with(FORMULA)).unwrap_or(cell)
}

/// A cell as it was before [`inert`].
#[must_use]
pub(crate) fn live(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| inert(rest) != *rest).unwrap_or(cell)
}

/// The known word nearest to `typed`, when one is near enough to be meant.
#[must_use]
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&typed, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= (word.chars().count().max(typed.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// ``did you mean `segment`?``, or what is allowed when nothing is near.
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
        for cell in ["=1+1", "-x", "'twas", "", "'"] {
            assert_eq!(live(&inert(cell)), cell);
        }
    }

    #[test]
    fn no_cell_begins_a_formula_and_each_comes_back() {
        for cell in
            ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "-", "--5", "-1.2.3", "+1 650 555 0123"]
        {
            assert_eq!(inert(cell), format!("'{cell}"));
            assert_eq!(revived(&inert(cell)), cell);
        }
        for cell in ["", "Ida", "'t Hart", "-5", "-12.50", "5", "a=b", "1-2"] {
            assert_eq!((inert(cell).as_str(), revived(cell)), (cell, cell));
        }
    }

    #[test]
    fn hints_are_near_or_a_list() {
        assert_eq!(did_you_mean("segmnt", &["segment", "gift"]), "did you mean `segment`?");
        assert_eq!(did_you_mean("zzz", &["segment", "gift"]), "known here: `segment` and `gift`");
    }
}
