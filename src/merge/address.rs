//! The address block by country, in the forms of libaddressinput (CLDR address data, github.com/google/libaddressinput).

use crate::book::Customer;

/// The lines of an address block under a name line. The country stands last, and only abroad.
pub fn address_lines(name: &str, customer: &Customer, shop_country: &str) -> Vec<String> {
    let country = if customer.country.trim().is_empty() { shop_country } else { customer.country.trim() };
    let code = country_code(country);
    let mut lines = vec![name.to_owned()];
    if customer.company.trim() != name {
        lines.push(customer.company.clone());
    }
    lines.push(customer.street.clone());
    lines.push(customer.street2.clone());
    let (city, state, postcode) = (customer.city.trim(), customer.state.trim(), customer.postcode.trim());
    let spaced = |parts: &[&str]| parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    match code {
        "US" | "CA" | "AU" => {
            let region = spaced(&[state, postcode]);
            let comma = if code == "AU" || city.is_empty() || region.is_empty() { " " } else { ", " };
            lines.push(format!("{city}{comma}{region}"));
        }
        "GB" | "IE" => {
            lines.push(city.to_owned());
            if code == "IE" {
                lines.push(state.to_owned());
            }
            lines.push(postcode.to_owned());
        }
        "NZ" | "IN" | "SG" | "HK" => lines.push(spaced(&[city, postcode])),
        "IT" | "ES" => {
            lines.push(spaced(&[postcode, city, state]));
        }
        _ => lines.push(spaced(&[postcode, city])),
    }
    if code != country_code(shop_country) {
        lines.push(country_name(country).to_uppercase());
    }
    lines
        .iter()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
}

/// ISO 3166 codes with their English names; an export may have either.
const COUNTRIES: &[(&str, &str)] = &[
    ("US", "United States"),
    ("CA", "Canada"),
    ("MX", "Mexico"),
    ("GB", "United Kingdom"),
    ("IE", "Ireland"),
    ("DE", "Germany"),
    ("AT", "Austria"),
    ("CH", "Switzerland"),
    ("FR", "France"),
    ("BE", "Belgium"),
    ("NL", "Netherlands"),
    ("LU", "Luxembourg"),
    ("ES", "Spain"),
    ("PT", "Portugal"),
    ("IT", "Italy"),
    ("GR", "Greece"),
    ("DK", "Denmark"),
    ("NO", "Norway"),
    ("SE", "Sweden"),
    ("FI", "Finland"),
    ("IS", "Iceland"),
    ("PL", "Poland"),
    ("CZ", "Czech Republic"),
    ("SK", "Slovakia"),
    ("HU", "Hungary"),
    ("SI", "Slovenia"),
    ("HR", "Croatia"),
    ("RO", "Romania"),
    ("BG", "Bulgaria"),
    ("UA", "Ukraine"),
    ("TR", "Turkey"),
    ("IL", "Israel"),
    ("IN", "India"),
    ("CN", "China"),
    ("JP", "Japan"),
    ("KR", "South Korea"),
    ("SG", "Singapore"),
    ("HK", "Hong Kong"),
    ("AU", "Australia"),
    ("NZ", "New Zealand"),
    ("ZA", "South Africa"),
    ("BR", "Brazil"),
    ("AR", "Argentina"),
    ("CL", "Chile"),
];

/// The code of a country given by code or name; what is not known stays as it is.
pub fn country_code(country: &str) -> &str {
    let folded = country.trim();
    let same = |known: &str| known.eq_ignore_ascii_case(folded);
    let other_names =
        [("USA", "US"), ("United States of America", "US"), ("UK", "GB"), ("England", "GB"), ("Deutschland", "DE")];
    let other = other_names.iter().find(|(name, _)| same(name)).map(|(_, code)| *code);
    other
        .or_else(|| COUNTRIES.iter().find(|(code, name)| same(code) || same(name)).map(|(code, _)| *code))
        .unwrap_or(folded)
}

/// The English name of a country given by code or name.
pub fn country_name(country: &str) -> &str {
    let code = country_code(country);
    COUNTRIES.iter().find(|(known, _)| *known == code).map_or(country, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_the_form_of_their_country() {
        let card = |country: &str, postcode: &str, state: &str| Customer {
            street: "1 Main St".into(),
            city: "Town".into(),
            state: state.into(),
            postcode: postcode.into(),
            country: country.into(),
            ..Customer::default()
        };
        for (card, home, lines) in [
            (card("US", "01040", "MA"), "US", vec!["Ann", "1 Main St", "Town, MA 01040"]),
            (card("", "01040", ""), "US", vec!["Ann", "1 Main St", "Town, 01040"]),
            (card("United Kingdom", "N1 1AA", ""), "GB", vec!["Ann", "1 Main St", "Town", "N1 1AA"]),
            (card("DE", "10115", ""), "US", vec!["Ann", "1 Main St", "10115 Town", "GERMANY"]),
            (card("Utopia", "1", ""), "US", vec!["Ann", "1 Main St", "1 Town", "UTOPIA"]),
        ] {
            assert_eq!(address_lines("Ann", &card, home), lines);
        }
    }
}
