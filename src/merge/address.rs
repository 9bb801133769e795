//! The address block by country: its lines, and the shorter forms of its names that a narrow window may need.

use super::Fields;
use crate::customers::Customer;
use crate::domain::countries::{self, Country};
use crate::domain::{country_code, country_name, folded, is_abroad, spaced_postcode};
use crate::text::remarks::is_placeholder;

/// The form for countries without one of their own: as most of the world writes it.
const USUAL: &str = "%A%n%Z %C";

/// The lines of an address block. Person and company stand where the country's post wants them; the country stands last,
/// and only abroad.
///
/// Town, region and postcode are in capitals where the country's post asks for it. Within the US they are as they were
/// typed.
pub(crate) fn address_lines(name: &str, customer: &Customer, shop_country: &str) -> Vec<String> {
    let country = if customer.country.trim().is_empty() { shop_country } else { customer.country.trim() };
    let known = countries::find(country);
    let abroad = is_abroad(country, shop_country);
    let mut address = Address { customer, country: known, abroad, name, name_stands: false };
    let form = known
        .filter(|known| !known.own_form.is_empty() && customer.city.chars().any(is_eastern))
        .map(|known| known.own_form);
    let form = form.or(known.map(|known| known.form)).unwrap_or(USUAL);
    let mut lines = Vec::new();
    for line in form.split("%n") {
        lines.extend(address.line(line));
    }
    if !address.name_stands {
        lines.splice(0..0, address.names());
    }
    if abroad {
        lines.push(country_name(country, country_code(shop_country)).to_uppercase());
    }
    let lines = lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

/// Chinese, Japanese and Korean letters.
pub(super) fn is_eastern(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// An address on its way into a form.
struct Address<'a> {
    customer: &'a Customer,
    country: Option<&'static Country>,
    abroad: bool,
    name: &'a str,
    /// The form has a place for the name.
    name_stands: bool,
}

impl Address<'_> {
    /// One line of a form filled in; or several for the streets and the names.
    fn line(&mut self, form: &str) -> Vec<String> {
        match form {
            "%A" => return vec![self.customer.street.clone(), self.customer.street2.clone()],
            "%O" => return vec![self.names()[1].clone()],
            "%N" => {
                self.name_stands = true;
                return vec![self.name.to_owned()];
            }
            _ => {}
        }
        let (before, fields) = form.split_once('%').unwrap_or((form, ""));
        // What stands before the first field belongs to it: the country's letters before a postcode, at home left out.
        let mut line = String::new();
        let mut waiting = if self.abroad || !is_prefix(before) { before } else { "" };
        let mut is_first = true;
        for field in fields.split('%').filter(|field| !field.is_empty()) {
            let (key, after) = field.split_at(1);
            let text = self.field(key, form);
            if !text.is_empty() {
                // Of what stands between fields only the first counts when one of them is empty.
                line.push_str(if is_first || !line.is_empty() { waiting } else { "" });
                line.push_str(&text);
                waiting = after;
            } else if line.is_empty() {
                waiting = "";
            }
            is_first = false;
        }
        if fields.is_empty() || !waiting.trim_matches([' ', ',', '-', '/']).is_empty() {
            line.push_str(waiting);
        }
        vec![line]
    }

    fn names(&self) -> [String; 2] {
        let firm = self.customer.company.trim();
        let is_name = folded(firm) == folded(self.name) || is_placeholder(firm, false, false);
        [self.name.to_owned(), if is_name { String::new() } else { firm.to_owned() }]
    }

    /// The region, unless it only repeats the town; in Italy only as the two letters of a province.
    fn region(&self, code: &str) -> &str {
        let region = countries::region(&self.customer.state, code);
        let says_town = region.to_lowercase() == self.customer.city.trim().to_lowercase();
        if says_town || (code == "IT" && region.chars().count() > 2) { "" } else { region }
    }

    fn field(&self, key: &str, line: &str) -> String {
        let customer = self.customer;
        let (code, whole_form) = self.country.map_or(("", ""), |country| (country.code, country.form));
        let text = match key {
            "A" => [customer.street.trim(), customer.street2.trim()].join(" ").trim().to_owned(),
            // "SINGAPORE 179094" contains the town.
            "C" if names_town(whole_form, &customer.city) && !customer.postcode.trim().is_empty() => String::new(),
            "C" => customer.city.trim().to_owned(),
            "S" => self.region(code).to_owned(),
            "Z" => spaced_postcode(without_prefix(customer.postcode.trim(), line), code),
            _ => String::new(),
        };
        let capitals = self.country.map_or("", |country| country.capitals);
        let is_home_us = !self.abroad && self.country.is_some_and(|country| country.code == "US");
        if capitals.contains(key) && !is_home_us { text.to_uppercase() } else { text }
    }
}

/// The letters of a country before a postcode: `SE-`, `L-`, `FO`.
fn is_prefix(before: &str) -> bool {
    let letters = before.trim_end_matches(['-', ' ']);
    (1..=2).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_uppercase())
}

/// A postcode without the letters of the country that the form puts before it.
fn without_prefix<'p>(postcode: &'p str, line: &str) -> &'p str {
    let letters = line.split('%').next().unwrap_or_default().trim_end_matches(['-', ' ']);
    let rest = postcode.get(letters.len()..).filter(|_| is_prefix(letters));
    let is_there = postcode.get(..letters.len()).is_some_and(|start| start.eq_ignore_ascii_case(letters));
    rest.filter(|_| is_there).map_or(postcode, |rest| rest.trim_start_matches(['-', ' ']))
}

/// Whether a form spells out this town itself.
fn names_town(form: &str, town: &str) -> bool {
    let town = town.trim().to_uppercase();
    town.len() > 3 && form.split("%n").any(|line| line.contains(&town))
}

/// The address of a recipient; then the same with the names broken into two lines, then with shorter names, in one line and
/// in two.
pub(crate) fn address_forms(fields: &Fields) -> Vec<Vec<String>> {
    let lines = fields.get_list("address_lines");
    let names = fields.get("household.names").unwrap_or_default();
    let mut forms = vec![lines.clone()];
    let Some(at) = lines.iter().position(|line| line == names) else { return forms };
    let mut replace = |with: Vec<String>| {
        let mut lines = lines.clone();
        lines.splice(at..=at, with);
        forms.push(lines);
    };
    for (shorter, names) in
        std::iter::once(names.to_owned()).chain(fields.get_list("household.shorter_names")).enumerate()
    {
        if shorter > 0 {
            replace(vec![names.clone()]);
        }
        if let Some((one, other)) = broken_at_and(&names) {
            replace(vec![one.to_owned(), other.to_owned()]);
        }
    }
    forms
}

/// Names in two lines, the first ending with the word that joins them, as even as may be.
fn broken_at_and(names: &str) -> Option<(&str, &str)> {
    let ends = [" and ", " & ", " und ", " et ", " y "].iter();
    let ends = ends.flat_map(|word| names.match_indices(word).map(|(at, word)| at + word.len()));
    let longer = |at: &usize| names[..*at].chars().count().max(names[*at..].chars().count());
    let at = ends.min_by_key(longer)?;
    Some((names[..at].trim_end(), &names[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(country: &str, postcode: &str, city: &str, state: &str) -> Customer {
        Customer {
            street: "1 Main St".into(),
            city: city.into(),
            state: state.into(),
            postcode: postcode.into(),
            country: country.into(),
            ..Customer::default()
        }
    }

    #[test]
    fn addresses_have_the_form_of_their_country() {
        for (card, home, lines) in [
            (card("US", "01040", "Town", "MA"), "US", vec!["Ann", "1 Main St", "Town, MA 01040"]),
            (card("", "01040", "Town", ""), "US", vec!["Ann", "1 Main St", "Town, 01040"]),
            (
                card("USA", "01040", "Town", "MA"),
                "DE",
                vec!["Ann", "1 Main St", "TOWN, MA 01040", "VEREINIGTE STAATEN"],
            ),
            (card("United Kingdom", "n1 1aa", "Town", ""), "GB", vec!["Ann", "1 Main St", "TOWN", "N1 1AA"]),
            (card("DE", "10115", "Town", ""), "US", vec!["Ann", "1 Main St", "10115 Town", "GERMANY"]),
            (card("DE", "10115", "Town", "BE"), "AT", vec!["Ann", "1 Main St", "10115 Town", "DEUTSCHLAND"]),
            (card("CH", "8001", "Zürich", ""), "CH", vec!["Ann", "1 Main St", "8001 Zürich"]),
            (card("CH", "CH-8001", "Zürich", ""), "FR", vec!["Ann", "1 Main St", "CH-8001 Zürich", "SUISSE"]),
            (card("SE", "", "Lund", ""), "US", vec!["Ann", "1 Main St", "Lund", "SWEDEN"]),
            (card("SG", "179094", "Singapore", ""), "GB", vec!["Ann", "1 Main St", "SINGAPORE 179094", "SINGAPORE"]),
            (card("SG", "", "Singapore", ""), "SG", vec!["Ann", "1 Main St", "Singapore"]),
            (card("HU", "1014", "Buda", ""), "ES", vec!["Ann", "BUDA", "1 Main St", "1014", "HUNGRÍA"]),
            (
                card("BR", "01310-100", "São Paulo", "SP"),
                "US",
                vec!["Ann", "1 Main St", "SÃO PAULO-SP", "01310-100", "BRAZIL"],
            ),
            (card("PR", "00901", "San Juan", ""), "US", vec!["Ann", "1 Main St", "SAN JUAN PR 00901"]),
            (card("IT", "00184", "Roma", "RM"), "US", vec!["Ann", "1 Main St", "00184 ROMA RM", "ITALY"]),
            (
                card("JP", "150-0002", "渋谷区", "東京都"),
                "US",
                vec!["〒150-0002", "東京都渋谷区", "1 Main St", "Ann", "JAPAN"],
            ),
            (card("Utopia", "1", "Town", ""), "US", vec!["Ann", "1 Main St", "1 Town", "UTOPIA"]),
        ] {
            assert_eq!(address_lines("Ann", &card, home), lines, "{card:?}");
        }
    }

    #[test]
    fn the_firm_stands_where_the_post_of_the_country_wants_it() {
        for (country, city, lines) in [
            ("FR", "Paris", ["Acme SARL", "Ann", "1 Main St", "1 PARIS"]),
            ("AT", "Wien", ["Acme SARL", "Ann", "1 Main St", "1 Wien"]),
            ("Nederland", "Ede", ["Acme SARL", "Ann", "1 Main St", "1 Ede"]),
            ("DE", "Ulm", ["Ann", "Acme SARL", "1 Main St", "1 Ulm"]),
            ("GB", "", ["Ann", "Acme SARL", "1 Main St", "1"]),
            ("TW", "臺北市", ["1", "臺北市", "1 Main St", "Acme SARL"]),
        ] {
            let card = Customer { company: "Acme SARL".into(), ..card(country, "1", city, "") };
            assert_eq!(address_lines("Ann", &card, country_code(country))[..4], lines, "{country}");
        }
        let firm = Customer { company: "Only A Probe".into(), ..card("FR", "1", "Paris", "") };
        assert_eq!(address_lines("ONLY A PROBE", &firm, "FR")[..2], ["ONLY A PROBE", "1 Main St"]);
    }

    #[test]
    fn long_names_are_broken_at_and_then_shorter() {
        let mut fields = Fields::default();
        let text = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        fields.text("household.names", "Ann and Tom Berg");
        fields.list("address_lines", &text(&["Ann and Tom Berg", "1 Main St"]));
        fields.list("household.shorter_names", &text(&["A. and T. Berg"]));
        let forms = [
            vec!["Ann and Tom Berg", "1 Main St"],
            vec!["Ann and", "Tom Berg", "1 Main St"],
            vec!["A. and T. Berg", "1 Main St"],
            vec!["A. and", "T. Berg", "1 Main St"],
        ];
        assert_eq!(address_forms(&fields), forms);
        assert_eq!(address_forms(&Fields::default()), [Vec::<String>::new()]);
    }
}
