//! Cleans up cells: apostrophes, `17850.0`, several values, postcodes that lost their zeros.

use std::borrow::Cow;

use crate::domain::{EmailAddress, country_code, email_in, postcode_of_letters};
use crate::text::csv;

/// Separators of several phones or emails in one cell.
pub(super) const BETWEEN_VALUES: [&str; 4] = [" ::: ", ",", ";", " / "];

/// A cell without control characters, outer spaces, and the apostrophe that prevents a formula. Line breaks become
/// spaces; characters that change the text direction or are invisible are removed.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let text = csv::revived(text.trim()).trim();
    if text.chars().any(|c| c.is_control() || is_unseen(c)) {
        let clean = text.chars().filter(|c| !is_unseen(*c)).map(|c| if c.is_control() { ' ' } else { c });
        return Cow::Owned(csv::revived(clean.collect::<String>().trim()).trim().to_owned());
    }
    Cow::Borrowed(text)
}

/// Whether a cell is empty; the MS-DOS end-of-file character does not count.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control())
}

/// Characters that set the text direction, and zero-width spaces. Joiners of letters and emoji stay.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A number used as an identifier (reference, postcode, phone, receipt) without the apostrophe that protects it from
/// spreadsheets.
pub(super) fn unquoted(text: &str) -> &str {
    match text.strip_prefix(['\'', '\u{2019}']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || c == '+') => rest.trim_start(),
        _ => text,
    }
}

/// `17850` of `17850.0`, for columns in which every number has this form.
pub(super) fn without_point_zero(text: &str) -> Option<&str> {
    text.strip_suffix(".0").filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The first of several values in a cell, and the others.
pub(super) fn first_of<'t>(text: &'t str, separators: &[&str]) -> (&'t str, Vec<&'t str>) {
    let mut parts = vec![text];
    for separator in separators {
        parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
    }
    let mut parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or("");
    (first, parts.collect())
}

/// The email address in a cell, and the remaining values: the first valid one. A cell without any is returned
/// unchanged.
pub(super) fn email_of(cell: &str) -> (Cow<'_, str>, Vec<&str>) {
    if let Some(address) = EmailAddress::bare(cell).or_else(|| cell.is_empty().then_some(cell)) {
        return (Cow::Borrowed(address), vec![]);
    }
    let parts = outside_quotes(cell);
    let Some(first) = parts.iter().position(|part| EmailAddress::read(part).is_some()) else {
        return (email_in(cell), vec![]);
    };
    // In `Lou, Dr. <lou@example.com>` the text before the address is the name.
    let is_of_name = |at: &usize| parts[first].contains('<') && !parts[*at].contains('@');
    let name = (0..first).rev().take_while(is_of_name).count();
    let others = parts.iter().enumerate().filter(|(at, _)| !(first - name..=first).contains(at)).map(|(_, part)| *part);
    (email_in(parts[first]), others.collect())
}

/// The values of a cell, split outside quotes.
fn outside_quotes(cell: &str) -> Vec<&str> {
    let (mut parts, mut start, mut at, mut quoted) = (Vec::new(), 0, 0, false);
    while at < cell.len() {
        let between = BETWEEN_VALUES.iter().find(|between| !quoted && cell[at..].starts_with(*between));
        let next = cell[at..].chars().next();
        quoted ^= next == Some('"');
        match between {
            Some(between) => {
                parts.push(cell[start..at].trim());
                (start, at) = (at + between.len(), at + between.len());
            }
            None => at += next.map_or(1, char::len_utf8),
        }
    }
    parts.push(cell[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A postcode as its country writes it: without the dash of an empty extension, `1012 AB` for `1012ab`; a US one with
/// the zeros that a spreadsheet removed, if the state proves that they are missing.
pub(crate) fn postcode<'t>(text: &'t str, state: &str, country: &str) -> Cow<'t, str> {
    let text = text.trim_end_matches(['-', '–', ' ']);
    if let Some(spaced) = postcode_of_letters(text, country) {
        return if spaced == text { Cow::Borrowed(text) } else { Cow::Owned(spaced) };
    }
    let (short, more) = text.split_once('-').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let is_short =
        matches!(short.len(), 3 | 4) && digits(short) && (more.is_empty() || more.len() == 4 && digits(more));
    if !is_short || !matches!(country_code(country), "" | "US" | "PR") {
        return Cow::Borrowed(text);
    }
    let whole = format!("{short:0>5}");
    let region: u32 = whole[..3].parse().unwrap_or(0);
    let state = state.trim().to_uppercase();
    let proved = ZEROS
        .iter()
        .filter(|(code, name, _)| *code == state || *name == state)
        .any(|(_, _, regions)| regions.contains(&region));
    match (proved, more) {
        (false, _) => Cow::Borrowed(text),
        (true, "") => Cow::Owned(whole),
        (true, more) => Cow::Owned(format!("{whole}-{more}")),
    }
}

/// The states whose postcodes begin with a zero, and the first three digits there.
const ZEROS: &[(&str, &str, std::ops::RangeInclusive<u32>)] = &[
    ("CT", "CONNECTICUT", 60..=69),
    ("MA", "MASSACHUSETTS", 10..=27),
    ("MA", "MASSACHUSETTS", 55..=55),
    ("ME", "MAINE", 39..=49),
    ("NH", "NEW HAMPSHIRE", 30..=38),
    ("NJ", "NEW JERSEY", 70..=89),
    ("NY", "NEW YORK", 5..=5),
    ("NY", "NEW YORK", 63..=63),
    ("PR", "PUERTO RICO", 6..=7),
    ("PR", "PUERTO RICO", 9..=9),
    ("RI", "RHODE ISLAND", 28..=29),
    ("VI", "VIRGIN ISLANDS", 8..=8),
    ("VT", "VERMONT", 50..=59),
    ("AE", "ARMED FORCES", 90..=98),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_zeros_come_back_where_the_state_proves_them() {
        for (text, state, country, whole) in [
            ("1040", "MA", "US", "01040"),
            ("1040", "Massachusetts", "", "01040"),
            ("1040-1234", "MA", "U.S.A.", "01040-1234"),
            ("601", "PR", "", "00601"),
            ("8123", "NJ", "United States", "08123"),
            ("8123", "WA", "US", "8123"),
            ("2100", "RI", "IT", "2100"),
            ("2100", "RI", "", "2100"),
            ("2000", "NSW", "", "2000"),
            ("94301", "CA", "US", "94301"),
            ("104", "MA", "US", "104"),
            ("EC1A", "MA", "", "EC1A"),
            ("98052-", "WA", "US", "98052"),
            ("98052- ", "", "", "98052"),
            ("1040-", "MA", "", "01040"),
            ("1012ab", "", "NL", "1012 AB"),
            ("1012AB", "", "Netherlands", "1012 AB"),
            ("1012 ab", "", "", "1012 AB"),
            ("k1a0b1", "ON", "Canada", "K1A 0B1"),
            ("sw1a1aa", "", "United Kingdom", "SW1A 1AA"),
            ("m1 1ae", "", "", "M1 1AE"),
            ("1012ab", "", "Norway", "1012ab"),
            ("D-10115", "", "Germany", "D-10115"),
            ("00-950", "", "Poland", "00-950"),
        ] {
            assert_eq!(postcode(text, state, country), whole, "{text} {state} {country}");
        }
    }

    #[test]
    fn numbers_that_are_names_lose_what_spreadsheets_put_on_them() {
        for (text, expected) in [("'49100", "49100"), ("'+1 650", "+1 650"), ("'t Hart", "'t Hart"), ("00012", "00012")]
        {
            assert_eq!(unquoted(text), expected);
        }
        assert_eq!(without_point_zero("17850.0"), Some("17850"));
        assert_eq!(without_point_zero("a.0"), None);
        assert_eq!(plain(" a\r\nb\t"), "a  b");
        for text in ["A\u{202e}nn", "\u{feff}Ann", "An\u{200b}n\u{200f}", "\u{2067}Ann\u{2069}"] {
            assert_eq!(plain(text), "Ann");
        }
        assert_eq!(plain("👩\u{200d}🌾"), "👩\u{200d}🌾");
        assert_eq!(first_of("1 ::: 2 ::: ", &[" ::: "]), ("1", vec!["2"]));
    }

    #[test]
    fn of_several_emails_the_first_that_is_one_counts() {
        for (cell, email, others) in [
            ("lou@example.com", "lou@example.com", vec![]),
            ("Lou <lou@example.com>", "lou@example.com", vec![]),
            ("\"Lou, X\" <lou@example.com>", "lou@example.com", vec![]),
            ("Reed, Lou <lou@example.com>", "lou@example.com", vec![]),
            ("lou@example.com, max@example.com", "lou@example.com", vec!["max@example.com"]),
            ("lou@example.com;", "lou@example.com", vec![]),
            ("none; lou@example.com", "lou@example.com", vec!["none"]),
            ("ida..x@example.com; lou@example.com", "lou@example.com", vec!["ida..x@example.com"]),
            ("A <a@example>, Lou <lou@example.com>", "lou@example.com", vec!["A <a@example>"]),
            ("Lou <lou@example.com>, Max <max@example.com>", "lou@example.com", vec!["Max <max@example.com>"]),
            ("lou@example.com ::: max@example.com", "lou@example.com", vec!["max@example.com"]),
            ("mailto:lou@example.com / x", "lou@example.com", vec!["x"]),
            ("kim@example,com", "kim@example,com", vec![]),
            ("ida..x@example.com", "ida..x@example.com", vec![]),
            ("ask, or call", "ask, or call", vec![]),
            ("\"Lou <lou@example.com>", "lou@example.com", vec![]),
            ("", "", vec![]),
        ] {
            let (found, more) = email_of(cell);
            assert_eq!((&*found, more), (email, others), "{cell}");
        }
    }
}
