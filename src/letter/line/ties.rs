//! Ties: where a line must not break although there is a space or a hyphen, and where a web address may.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::text::WordLists;

/// What is held together in a text, by the places before which a line would begin.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ties {
    /// No line begins here.
    held: Vec<usize>,
    /// A line may begin here, within a web address.
    open: Vec<usize>,
    /// Web and email addresses.
    addresses: Vec<Range<usize>>,
}

/// The words of ties.tsv, each with the kinds that it is of.
static KINDS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut kinds: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
    for (kind, words) in WordLists::of(include_str!("ties.tsv")).into_kinds() {
        for word in words {
            kinds.entry(word).or_default().push(kind);
        }
    }
    kinds
});

impl Ties {
    /// What is held together in a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut ties = Self::default();
        let mut above: [&str; 2] = [""; 2];
        let mut at = 0;
        for piece in text.split_inclusive(may_part) {
            let word = piece.trim_end_matches(may_part);
            if !word.is_empty() {
                if is_held(above, word) {
                    ties.held.push(at);
                }
                ties.inside(word, at);
                above = [above[1], word];
            }
            if piece.ends_with('\n') {
                above = [""; 2];
            }
            at += piece.len();
        }
        ties
    }

    /// The same without what spaces hold together.
    pub(crate) fn within_words(text: &str) -> Self {
        let mut ties = Self::of(text);
        ties.held.retain(|&place| !text[..place].ends_with(may_part));
        ties
    }

    /// Whether no line begins at this place.
    pub(crate) fn holds(&self, place: usize) -> bool {
        let inside = |address: &Range<usize>| address.start < place && place < address.end;
        self.held.binary_search(&place).is_ok()
            || (self.open.binary_search(&place).is_err() && self.addresses.iter().any(inside))
    }

    /// Whether this is a part of a web or email address.
    pub(crate) fn is_address(&self, part: &Range<usize>) -> bool {
        self.addresses.iter().any(|address| address.start < part.end && part.start < address.end)
    }

    /// Where lines may begin within a part of an address.
    pub(crate) fn open(&self, part: &Range<usize>) -> &[usize] {
        let from = self.open.partition_point(|&place| place <= part.start);
        let more = self.open[from..].partition_point(|&place| place < part.end);
        &self.open[from..from + more]
    }

    /// What is held together within a word that starts at this place.
    fn inside(&mut self, word: &str, at: usize) {
        if !word.contains(['-', '‐', '–', '—', '.', '@']) {
            return;
        }
        if let Some(address) = address(word) {
            let bytes = word.as_bytes();
            let may_begin = |&place: &usize| match bytes[place] {
                b'@' => true,
                b'.' => bytes.get(place + 1).is_some_and(u8::is_ascii_alphanumeric) && bytes[place - 1] != b'/',
                b'/' => false,
                _ => bytes[place - 1] == b'/',
            };
            self.open.extend((address.start + 1..address.end).filter(may_begin).map(|place| at + place));
            self.addresses.push(at + address.start..at + address.end);
            return;
        }
        for (dash, found) in word.match_indices(['-', '‐', '–', '—']) {
            let end = dash + found.len();
            if end == word.len() {
                break;
            }
            if dash > 0 && matches!(found, "–" | "—") {
                self.held.push(at + dash);
            }
            if holds_figures(&word[..dash], &word[end..]) {
                self.held.push(at + end);
            }
        }
    }
}

/// Whether a line may end in this white.
fn may_part(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

/// Whether a dash between these holds both: between figures, as in a code or a span of years, and next to a single letter.
fn holds_figures(before: &str, after: &str) -> bool {
    let before = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let after = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    has_figure(before)
        || has_figure(after)
        || (is_capitals(before) && is_capitals(after))
        || is_single(before)
        || is_single(after)
}

/// Whether a word is a code or a number in groups: capitals and figures, with a hyphen between them.
pub(crate) fn is_code(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    has_figure(word) && word.contains('-') && word.split('-').all(is_capitals)
}

fn has_figure(part: &str) -> bool {
    part.chars().any(|c| c.is_ascii_digit())
}

/// Capitals and figures.
fn is_capitals(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() && !c.is_lowercase())
}

fn is_single(part: &str) -> bool {
    let mut letters = part.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// Marks that stand before a word without a space, and those behind it.
const OPENING: [char; 13] = ['(', '[', '<', '„', '“', '‚', '‘', '"', '\'', '«', '»', '›', '‹'];
const CLOSING: [char; 16] = [',', ';', ':', '!', '?', ')', ']', '>', '“', '”', '‘', '’', '"', '»', '«', '…'];

/// Whether a word, and the one before it, hold the next one.
fn is_held([before, word]: [&str; 2], next: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    // A dash or a mark by itself does not begin a line, nor does an opening one end it.
    if next.chars().all(|c| matches!(c, '-' | '–' | '—' | '…' | '!' | '?' | ';' | ':' | '»' | '›' | '%'))
        || matches!(word, "«" | "‹")
    {
        return true;
    }
    let (word, next) = (word.trim_start_matches(OPENING), next.trim_end_matches(CLOSING));
    let first = next.trim_start_matches(OPENING).chars().next().unwrap_or_default();
    if first.is_ascii_digit() || (first == '+' && next.len() > 1) {
        let next = next.trim_end_matches('.');
        let is_year = next.len() == 4 && is_number(next);
        return (is_number(word) && is_number(next))
            || is_currency(word)
            || is_kind(word, "number")
            || (is_month(word) && (is_day(next) || is_year && is_day(before)))
            || (is_year && word.strip_suffix(',').is_some_and(is_day) && is_month(before));
    }
    if is_number(word) || is_day(word) {
        let counts = is_currency(next.trim_end_matches('.')) || is_kind(next, "unit") || is_kind(next, "many");
        return (is_number(word) && counts) || (is_day(word) && is_month(next));
    }
    if is_kind(word, "many") && is_number(before) {
        return is_currency(next.trim_end_matches('.')) || is_kind(next, "unit");
    }
    if is_initials(word) {
        let is_name = first.is_uppercase() && word.starts_with(char::is_uppercase);
        return is_name || is_initials(next);
    }
    let behind = || (word == "&" || word.starts_with(char::is_uppercase)) && is_kind(next, "behind");
    let is_named = || is_kind(word, "name") && (first.is_uppercase() || is_kind(next, "name"));
    behind() || is_named()
}

/// Whether a word, without the point at its end, is of a kind of ties.tsv.
fn is_kind(word: &str, kind: &str) -> bool {
    // The longest of them has eleven letters.
    word.len() < 16 && KINDS.get(word.strip_suffix('.').unwrap_or(word)).is_some_and(|kinds| kinds.contains(&kind))
}

fn is_month(word: &str) -> bool {
    let capitals = || word.chars().all(|c| !c.is_lowercase());
    is_kind(word, "month") || (capitals() && is_kind(&title_case(word), "month"))
}

fn title_case(word: &str) -> String {
    word.chars().take(1).chain(word.chars().skip(1).flat_map(char::to_lowercase)).collect()
}

/// `12`, `12.`, `12th`, `10–12`.
fn is_day(word: &str) -> bool {
    let from_to = word.trim_start_matches(OPENING).rsplit(['-', '–']).next().unwrap_or_default();
    let end = ["st", "nd", "rd", "th", "er", "º", "."].iter().find_map(|end| from_to.strip_suffix(end));
    end.unwrap_or(from_to).parse().is_ok_and(|day: u8| (1..=31).contains(&day))
}

/// A number, or a group of one: of a phone number, of thousands.
fn is_number(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '+', '−', '-']);
    word.starts_with(|c: char| c.is_numeric())
        && word.chars().all(|c| c.is_numeric() || ".,'’:/()-–".contains(c))
        && !word.ends_with(['.', ',', ':'])
}

/// `€`, `US$`, `EUR`.
fn is_currency(word: &str) -> bool {
    let is_sign = |c: char| matches!(c, '$' | '¢' | '£' | '¤' | '¥' | '฿' | '\u{20a0}'..='\u{20cf}');
    let capitals = word.chars().filter(char::is_ascii_uppercase).count();
    let signs = word.chars().filter(|&c| is_sign(c)).count();
    capitals + signs == word.chars().count() && (signs == 1 || (signs == 0 && capitals == 3))
}

/// `J.`, `J.R.R.`, `z.`.
fn is_initials(word: &str) -> bool {
    let mut parts = word.split('.');
    parts.next_back() == Some("") && word.len() > 1 && parts.all(is_single)
}

/// Where a web or email address stands in a word.
fn address(word: &str) -> Option<Range<usize>> {
    let start = word.len() - word.trim_start_matches(OPENING).len();
    let address = word[start..].trim_end_matches(CLOSING).trim_end_matches('.').trim_end_matches(CLOSING);
    let host = address.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let is_host = |host: &str| {
        let last = host.rsplit('.').next().unwrap_or_default();
        host.split('.').all(is_label)
            && host.len() > last.len() + 1
            && last.len() > 1
            && last.chars().all(char::is_lowercase)
    };
    let is_address = address.contains("://")
        || address.starts_with("www.")
        || address.split_once('@').is_some_and(|(local, host)| !local.is_empty() && is_host(host))
        || (is_host(host) && !is_kind(address, "name"));
    (is_address && !address.is_empty()).then(|| start..start + address.len())
}

/// The text with the spaces within abbreviations of small letters as thin ones that no line break parts: `z. B.`, `i. d. R.`.
pub(crate) fn with_thin_spaces(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    // A small letter by itself, a point, a space, a letter, a point.
    let is_thin = |&space: &usize| {
        let letters = |at: usize| text[at..].chars().next().is_some_and(char::is_alphabetic);
        let alone = |at: usize| text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '.');
        let (before, after) = (text[..space].strip_suffix('.'), &text[space + 1..]);
        let Some((at, letter)) = before.and_then(|before| before.char_indices().next_back()) else { return false };
        let next = after.chars().next().unwrap_or_default();
        letter.is_lowercase() && alone(at) && letters(space + 1) && after[next.len_utf8()..].starts_with('.')
    };
    let places: Vec<usize> = memchr::memmem::find_iter(bytes, ". ").map(|at| at + 1).filter(is_thin).collect();
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2 * places.len());
    let mut from = 0;
    for place in places {
        out.extend([&text[from..place], "\u{202f}"]);
        from = place + 1;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `~` for what is held together at a space, and `|` where a word may be divided.
    fn tied(text: &str) -> String {
        let ties = Ties::of(text);
        let signs = text.char_indices().map(|(at, c)| {
            let next = at + c.len_utf8();
            let held = if c == ' ' && ties.holds(next) { "~".to_owned() } else { c.to_string() };
            let open = (ties.open.contains(&at)
                || (c == '-' && text[next..].starts_with(char::is_alphanumeric) && !ties.holds(next)))
            .then_some("|");
            match (c, open) {
                ('-', Some(bar)) => held + bar,
                (_, bar) => bar.unwrap_or_default().to_owned() + &held,
            }
        });
        signs.collect()
    }

    #[test]
    fn what_belongs_together_is_held() {
        for held in [
            "12~March",
            "on 12~March~2026, at",
            "by March~12,~2026.",
            "MAY~1",
            "(1st~May)",
            "am 12.~März~2026",
            "10–12~Oktober",
            "le 1er~août~2026",
            "Sept.~12,~1999",
            "until~– well",
            "Mr.~Smith",
            "Mrs~O’Neil",
            "Ms.~Chan",
            "Dr.~med.~Weiß",
            "Herrn~Müller",
            "Frau~Dr.~Özdemir",
            "St.~Gallen",
            "Mme~Dupont",
            "Sra.~López",
            "J.~R.~R.~Tolkien",
            "John F.~Kennedy",
            "J.R.R.~Tolkien",
            "Smith,~Jr.",
            "Henry~III. but",
            "Weber &~Co.",
            "No.~5",
            "Nr.~12b",
            "p.~7",
            "S.~12",
            "§~5",
            "№~3",
            "ca.~30",
            "Room~12",
            "5~kg",
            "(250~g)",
            "12~%",
            "9~a.m.,",
            "um 10~Uhr",
            "10:30~Uhr",
            "30~°C",
            "1,5~l",
            "$~5",
            "€~12.50",
            "US$~5",
            "4,50~€",
            "EUR~25",
            "25~CHF.",
            "25~Euro",
            "kr~200",
            "3~Mio.~Euro",
            "12~000~€",
            "+49~30~123~45~67",
            "(650)~555-0123",
            "Tel.~030~/~1234",
            "2~x~3",
            "z.~B.",
            "i.~d.~R.",
            "e.~g.",
        ] {
            assert_eq!(tied(&held.replace('~', " ")), held);
        }
        for free in [
            "may 12 people",
            "He said no. Then 5",
            "I am 5 today",
            "March, 12 people",
            "in 2024, 15 shops",
            "Palo Alto",
            "the doctor",
            "e.g. Fifty",
            "we have 5 shops",
            "a b c",
            "Müller und Sohn",
            "12 bottles",
            "of the 50 States",
        ] {
            assert_eq!(tied(free), free);
        }
        assert_eq!(tied("12\nMarch"), "12\nMarch");
    }

    #[test]
    fn codes_are_whole_and_compounds_are_not() {
        for whole in [
            "K7QX-93MP",
            "ABCD-EFGH",
            "**(K7QX-93MP).",
            "2024–2026",
            "24-hour",
            "100-Euro",
            "E-Mail",
            "T-Shirt",
            "555-0123",
            "X-ray",
        ] {
            assert_eq!(tied(whole), whole);
        }
        assert_eq!(tied("mother-in-law Blumen-Haus Haupt- und"), "mother-|in-|law Blumen-|Haus Haupt- und");
        let ties = Ties::of("so—then");
        assert!(ties.holds("so".len()) && !ties.holds("so—".len()));
    }

    #[test]
    fn addresses_part_where_they_may() {
        for parts in [
            "https://|www|.blumen-haus|.example/|sommer/|neue-karte|.html",
            "(www|.shop|.example/)",
            "anna|.maria-luise|@blumen-haus|.example.",
            "shop|.example/|a?b=c-d&e",
            "münchen|.example",
            "<x|@y|.example>",
        ] {
            assert_eq!(tied(&parts.replace('|', "")), parts);
        }
        for none in ["and/or", "e.g.", "3.50", "U.S.A.", "end.Next", "z.B.", "Sig.ra", "@home", "St.-Anna"] {
            assert!(address(none).is_none(), "{none}");
        }
    }

    #[test]
    fn abbreviations_get_thin_spaces() {
        for (text, thin) in [
            ("wie z. B. heute", "wie z.~B. heute"),
            ("i. d. R. (d. h. oft)", "i.~d.~R. (d.~h. oft)"),
            ("u. a. m. und o. ä.", "u.~a.~m. und o.~ä."),
            ("J. R. R. Tolkien", "J. R. R. Tolkien"),
            ("a. Bob", "a. Bob"),
            ("auch. B. kam", "auch. B. kam"),
        ] {
            assert_eq!(with_thin_spaces(text).replace('\u{202f}', "~"), thin);
        }
    }
}
