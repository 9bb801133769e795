//! Address formats of the world: the order of town, region and postcode, what is in capitals, the name of the country.
//!
//! countries.tsv has the formats of libaddressinput's address data (github.com/google/libaddressinput), in Latin
//! letters where there is a choice, without districts, and the names of people and companies only where they are not
//! first and in this order; and the names of Unicode CLDR in the four languages of senders. The same data is the source
//! of regions.tsv, the regions that are abbreviated in addresses, and most of postcodes.tsv. country_names.tsv has
//! names in other languages, older ones, and the three-letter codes.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text;

/// One country.
#[derive(Debug)]
pub(crate) struct Country {
    /// ISO 3166.
    pub(crate) code: &'static str,
    /// `%O%n%N%n%A%n%C, %S %Z`: company, person, street, town, region, postcode; `%n` ends a line. Without `%N` the
    /// person is first, and the company below.
    pub(crate) form: &'static str,
    /// Which of `C`, `S`, `Z` are in capitals.
    pub(crate) capitals: &'static str,
    /// The format in the script of an East Asian country, from large to small, with the names last; else empty.
    pub(crate) own_form: &'static str,
    /// The country whose postal service delivers there, if another's: letters to there have no country line, and count
    /// as domestic.
    post: &'static str,
    /// The language of a sender there, if it is English, German, French or Spanish: `en`; else empty.
    pub(crate) language: &'static str,
    /// In English, German, French, Spanish.
    pub(crate) names: [&'static str; 4],
}

/// All countries, by code.
static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let rows = text::table_rows(include_str!("countries.tsv")).map(Iterator::collect::<Vec<_>>);
    rows.filter_map(|row| match *row.as_slice() {
        [code, form, capitals, own_form, post, language, ref names @ ..] => {
            Some(Country { code, form, capitals, own_form, post, language, names: names.try_into().ok()? })
        }
        _ => None,
    })
    .collect()
});

/// Regions with their abbreviations in addresses: country, abbreviation, name.
static REGIONS: LazyLock<Vec<[&str; 3]>> = LazyLock::new(|| {
    let rows = text::table_rows(include_str!("regions.tsv"));
    rows.filter_map(|row| row.collect::<Vec<_>>().try_into().ok()).collect()
});

/// The index in [`COUNTRIES`] of every name and code, by its [`name_key`].
static BY_NAME: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let mut places = HashMap::new();
    let own = COUNTRIES.iter().enumerate();
    let codes = own.clone().map(|(place, country)| (country.code, place));
    let names = own.flat_map(|(place, country)| country.names.map(|name| (name, place)));
    let place_of = |code: &str| COUNTRIES.iter().position(|country| country.code == code);
    let others = text::table_rows(include_str!("country_names.tsv"));
    let others = others.filter_map(|mut row| Some((row.next()?, place_of(row.next()?)?)));
    for (name, place) in codes.chain(names).chain(others) {
        places.entry(name_key(name)).or_insert(place);
    }
    places
});

/// Without capitals, accents, periods, spaces and a leading `the`: `U.S.A.` and `usa`, `Côte d’Ivoire` and `Cote d
/// Ivoire`.
fn name_key(name: &str) -> String {
    let key = text::plain_key(name);
    key.strip_prefix("the ").unwrap_or(&key).replace(' ', "")
}

/// A country by code or name, in any known language; none if unknown.
pub(crate) fn find(text: &str) -> Option<&'static Country> {
    BY_NAME.get(&name_key(text)).map(|place| &COUNTRIES[*place])
}

/// Every name of a country in the languages of senders, and its code.
pub(crate) fn country_names() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().flat_map(|country| country.names.into_iter().chain([country.code]))
}

/// The code of a country given by code or name; an unknown text is returned unchanged.
pub(crate) fn country_code(country: &str) -> &str {
    find(country).map_or(country.trim(), |known| known.code)
}

/// Whether a letter from one country to another goes abroad.
pub(crate) fn is_abroad(country: &str, home: &str) -> bool {
    let (post, home) = (find(country).map_or("", |known| known.post), country_code(home));
    let country = country_code(country);
    !country.is_empty() && country != home && post != home
}

/// The name of a country in the language of the shop's country; an unknown text is returned unchanged.
pub(crate) fn country_name<'c>(country: &'c str, home: &str) -> &'c str {
    let language = find(home).map_or("", |home| home.language);
    let place = ["en", "de", "fr", "es"].iter().position(|known| *known == language).unwrap_or(0);
    find(country).map_or(country.trim(), |known| known.names[place])
}

/// A region as written in addresses of the country: abbreviated where that is usual.
pub(crate) fn region<'r>(region: &'r str, code: &str) -> &'r str {
    let folded = region.trim().to_lowercase();
    let found = REGIONS.iter().find(|[country, _, name]| *country == code && name.to_lowercase() == folded);
    found.map_or(region.trim(), |[_, short, _]| short)
}

/// The prefix of a postcode that identifies a region of the country; coarser with each step of `coarser`.
///
/// Three digits in the US, the leading letters in Britain, elsewhere the first two characters; then fewer.
pub(crate) fn postcode_area(postcode: &str, country: &str, coarser: usize) -> String {
    let characters: String = postcode.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let most = match country_code(country) {
        "US" | "CA" => 3,
        "GB" => characters.chars().take_while(|c| c.is_alphabetic()).count(),
        _ => 2,
    };
    let area: String = characters.chars().take(most.saturating_sub(coarser).max(1)).collect();
    if area.is_empty() { "none".to_owned() } else { area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_form_and_four_names() {
        assert!(COUNTRIES.len() > 240, "{}", COUNTRIES.len());
        for country in COUNTRIES.iter() {
            assert!(country.form.contains("%A") && country.form.contains("%C"), "{country:?}");
            assert!(country.names.iter().all(|name| !name.is_empty()), "{country:?}");
            assert!(country.names.iter().all(|name| find(name).is_some()), "{country:?}");
            // Two islands share a name in French.
            assert!(find(country.code).is_some_and(|found| found.code == country.code), "{country:?}");
        }
        // In libaddressinput 30 countries have the company above the street, Kazakhstan below, and 7 in East Asian
        // script.
        let firm_first = COUNTRIES.iter().filter(|country| country.form.contains("%O%n%N")).count();
        let in_own_letters = COUNTRIES.iter().filter(|country| country.own_form.contains("%O%n%N")).count();
        assert_eq!((firm_first, in_own_letters), (31, 7));
    }

    #[test]
    fn countries_are_known_by_code_and_name_and_told_in_the_senders_language() {
        for (said, home, told) in [
            ("de", "US", "Germany"),
            ("Deutschland", "FR", "Allemagne"),
            ("Germany", "ES", "Alemania"),
            (" UK ", "AT", "Vereinigtes Königreich"),
            ("U. S. A.", "DE", "Vereinigte Staaten"),
            ("THE NETHERLANDS", "US", "Netherlands"),
            ("Cote d Ivoire", "US", "Côte d’Ivoire"),
            ("Svizzera", "US", "Switzerland"),
            ("deu", "US", "Germany"),
            ("日本", "US", "Japan"),
            ("Utopia", "US", "Utopia"),
        ] {
            assert_eq!(country_name(said, home), told);
        }
        assert!(is_abroad("Canada", "US") && !is_abroad("usa", "US") && !is_abroad("", "US") && !is_abroad("PR", "US"));
    }

    #[test]
    fn regions_are_as_the_posts_write_them() {
        assert_eq!([region("oregon ", "US"), region("OR", "US"), region("Oregon", "DE")], ["OR", "OR", "Oregon"]);
    }

    #[test]
    fn postcode_areas_are_those_of_the_country() {
        for (postcode, country, areas) in [
            ("97301-1234", "US", ["973", "97", "9"]),
            ("sw1a 1aa", "GB", ["SW", "S", "S"]),
            ("10115", "DE", ["10", "1", "1"]),
            ("", "US", ["none", "none", "none"]),
        ] {
            assert_eq!([0, 1, 2].map(|coarser| postcode_area(postcode, country, coarser)), areas);
        }
    }
}
