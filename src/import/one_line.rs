//! Splits `Boston, MA 02108` in the column of the town, and whole addresses in one cell.

use crate::customers::CustomerField;

/// The parts of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AddressParts {
    pub(super) street: String,
    pub(super) street2: String,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) postcode: String,
    pub(super) country: String,
}

impl AddressParts {
    /// The part for a field of a card; none if the field is not part of an address.
    pub(super) fn part(&self, field: CustomerField) -> Option<&str> {
        Some(match field {
            CustomerField::Street => &self.street,
            CustomerField::Street2 => &self.street2,
            CustomerField::City => &self.city,
            CustomerField::State => &self.state,
            CustomerField::Postcode => &self.postcode,
            CustomerField::Country => &self.country,
            _ => return None,
        })
    }

    /// A street or a box, and a town.
    pub(super) fn is_complete(&self) -> bool {
        !self.street.is_empty() && !self.city.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Splits what is in one cell when the others are empty: town, region and postcode in the column of the town; or a
/// whole address in the lines of its street.
pub(super) fn split(lines: &mut Vec<String>, parts: &mut AddressParts) {
    if !parts.state.is_empty() || !parts.postcode.is_empty() {
        return;
    }
    if !parts.city.is_empty() {
        if let Some(town) = town(&parts.city) {
            town.give(parts);
        }
        return;
    }
    let segments = segments(lines);
    // The street comes first, and only the country may follow the town.
    for end in (1..segments.len()).rev().take(2) {
        let behind = &segments[end + 1..];
        let is_country = |text: &String| text.chars().all(|c| !c.is_ascii_digit());
        if !behind.iter().all(is_country) {
            return;
        }
        let Some((start, town)) = town_at(&segments, end) else { continue };
        town.give(parts);
        if let (true, [country]) = (parts.country.is_empty(), behind) {
            parts.country.clone_from(country);
        }
        *lines = segments[..start].to_vec();
        return;
    }
}

/// The segments of an address: between two spaces, as Mailchimp writes it, between commas, or the lines.
fn segments(lines: &[String]) -> Vec<String> {
    let by = if lines.iter().any(|line| line.contains("  ")) {
        "  "
    } else if lines.len() == 1 {
        ","
    } else {
        "\n"
    };
    let parts = lines.iter().flat_map(|line| line.split(by)).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The town that ends with a segment, and may include earlier ones; with the segment in which it begins.
fn town_at(segments: &[String], end: usize) -> Option<(usize, TownLine)> {
    let whole = town(&segments[end]).filter(|town| !town.postcode.is_empty()).map(|town| (end, town));
    // "Springfield", "IL", "62701", or "Springfield", "IL 62701".
    let before = |count: usize| {
        let start = end.checked_sub(count).filter(|start| *start > 0 && has_digit(&segments[end]))?;
        let town = town(&segments[start..=end].join(", ")).filter(|town| !town.postcode.is_empty())?;
        (!town.city.contains(',')).then_some((start, town))
    };
    whole.or_else(|| before(2)).or_else(|| before(1))
}

struct TownLine {
    city: String,
    state: String,
    postcode: String,
}

impl TownLine {
    fn give(self, parts: &mut AddressParts) {
        (parts.city, parts.state, parts.postcode) = (self.city, self.state, self.postcode);
    }
}

/// Splits `Boston, MA 02108`, `Boston MA`, `Ottawa ON K1A 0B1`, `London SW1A 1AA`, `10115 Berlin`; none if it is only a
/// name.
fn town(text: &str) -> Option<TownLine> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    if let [first, rest @ ..] = words.as_slice()
        && let Some(length) = leading_postcode(first, rest)
    {
        let (postcode, city) = (words[..length].join(" "), words[length..].join(" "));
        let is_name = !city.is_empty() && city.chars().all(|c| !c.is_ascii_digit());
        return is_name.then_some(TownLine { city, state: String::new(), postcode });
    }
    let length = trailing_postcode(&words);
    let (rest, postcode) = words.split_at(words.len() - length);
    let postcode = postcode.join(" ");
    let (city, state) = match rest {
        [city @ .., state] if !city.is_empty() && is_region(state) => (city, (*state).to_owned()),
        // "Boston, Massachusetts 02108"
        _ if length > 0 && text.matches(',').count() == 1 => {
            let (city, region) = text.split_once(',')?;
            let region: Vec<&str> = region.split_whitespace().collect();
            let state = region[..region.len().saturating_sub(length)].join(" ");
            let city = city.trim().to_owned();
            return (!city.is_empty() && !has_digit(&city)).then_some(TownLine { city, state, postcode });
        }
        city => (city, String::new()),
    };
    // "St Paul MN" is one, "Palo Alto" and "York, UK" are not.
    let is_town = !city.is_empty() && (length > 0 || (!state.is_empty() && text.contains(',')));
    let city = city.join(" ");
    (is_town && !has_digit(&city) && !is_region(&city)).then_some(TownLine { city, state, postcode })
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
}

/// `MA`, `NSW`; two letters only if they are not a country's code.
fn is_region(word: &str) -> bool {
    (2..=3).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_uppercase())
        && !["UK", "USA", "US"].contains(&word)
}

/// How many words at the beginning are a postcode: `10115`, `D-10115`, `1012 AB`, `114 55`.
fn leading_postcode(first: &str, rest: &[&str]) -> Option<usize> {
    let digits = first.trim_start_matches(|c: char| c.is_ascii_uppercase()).trim_start_matches('-');
    let all_digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let next = rest.first().copied().unwrap_or_default();
    if first.len() - digits.len() > 3 {
        return None;
    }
    match digits.len() {
        4 if all_digits(digits, 4) && rest.len() > 1 && next.len() == 2 && is_region(next) => Some(2),
        3 if all_digits(digits, 3) && rest.len() > 1 && all_digits(next, 2) => Some(2),
        4 | 5 if digits.bytes().all(|b| b.is_ascii_digit()) => (!rest.is_empty()).then_some(1),
        _ => None,
    }
}

/// How many words at the end are a postcode: `02108`, `02108-1234`, `K1A 0B1`, `SW1A 1AA`, and `2000` after a region.
fn trailing_postcode(words: &[&str]) -> usize {
    let shape = |word: &str| -> String {
        let sign = |c: char| if c.is_ascii_digit() { '9' } else { c.to_ascii_uppercase() };
        word.chars().map(|c| if c.is_ascii_alphabetic() { 'A' } else { sign(c) }).collect()
    };
    let [.., last] = words else { return 0 };
    let before = words.len().checked_sub(2).map_or("", |at| words[at]);
    match (shape(before).as_str(), shape(last).as_str()) {
        (_, "99999" | "99999-9999" | "A9A9A9") => 1,
        (_, "9999") if is_region(before) => 1,
        ("A9A", "9A9") | ("A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A", "9AA") => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_apart(lines: &[&str], city: &str) -> String {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let mut parts = AddressParts { city: city.to_owned(), ..AddressParts::default() };
        split(&mut lines, &mut parts);
        [&lines.join(" / "), &parts.city, &parts.state, &parts.postcode, &parts.country].map(String::as_str).join(" | ")
    }

    #[test]
    fn towns_in_one_cell_are_taken_apart() {
        for (city, expected) in [
            ("Boston, MA 02108", "1 A St | Boston | MA | 02108 | "),
            ("St. Louis MO 63101-1234", "1 A St | St. Louis | MO | 63101-1234 | "),
            ("Boston, Massachusetts 02108", "1 A St | Boston | Massachusetts | 02108 | "),
            ("Washington, DC", "1 A St | Washington | DC |  | "),
            ("Ottawa ON K1A 0B1", "1 A St | Ottawa | ON | K1A 0B1 | "),
            ("London, SW1A 1AA", "1 A St | London |  | SW1A 1AA | "),
            ("Sydney NSW 2000", "1 A St | Sydney | NSW | 2000 | "),
            ("10115 Berlin", "1 A St | Berlin |  | 10115 | "),
            ("D-10115 Bad Berka", "1 A St | Bad Berka |  | D-10115 | "),
            ("1012 AB Amsterdam", "1 A St | Amsterdam |  | 1012 AB | "),
            ("114 55 Stockholm", "1 A St | Stockholm |  | 114 55 | "),
            ("Palo Alto", "1 A St | Palo Alto |  |  | "),
            ("Winston-Salem", "1 A St | Winston-Salem |  |  | "),
            ("Paris 75001 Cedex 3", "1 A St | Paris 75001 Cedex 3 |  |  | "),
        ] {
            assert_eq!(taken_apart(&["1 A St"], city), expected, "{city}");
        }
    }

    #[test]
    fn whole_addresses_in_one_cell_are_taken_apart() {
        for (lines, expected) in [
            (&["12 Main St  Springfield  IL  62701  US"][..], "12 Main St | Springfield | IL | 62701 | US"),
            (&["12 Main St  Apt 4  Springfield  IL  62701"], "12 Main St / Apt 4 | Springfield | IL | 62701 | "),
            (&["1 A St, Boston, MA 02108"], "1 A St | Boston | MA | 02108 | "),
            (&["1 A St, Apt 2, Boston, MA, 02108, USA"], "1 A St / Apt 2 | Boston | MA | 02108 | USA"),
            (&["1 A St", "Apt 2", "Boston, MA 02108"], "1 A St / Apt 2 | Boston | MA | 02108 | "),
            (&["Weg 1, 10115 Berlin, Germany"], "Weg 1 | Berlin |  | 10115 | Germany"),
            (&["2 Rose Lane, Bath, BA1 1AA"], "2 Rose Lane | Bath |  | BA1 1AA | "),
            (&["1 A St, Apt 4"], "1 A St, Apt 4 |  |  |  | "),
            (&["12 Main St"], "12 Main St |  |  |  | "),
        ] {
            assert_eq!(taken_apart(lines, ""), expected, "{lines:?}");
        }
        let mut parts = AddressParts { city: "Bonn".into(), postcode: "53111".into(), ..AddressParts::default() };
        let mut lines = vec!["Weg 1, 10115 Berlin".to_owned()];
        split(&mut lines, &mut parts);
        assert_eq!((lines.len(), parts.city.as_str()), (1, "Bonn"));
    }
}
