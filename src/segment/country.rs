//! Compares countries by code, however they were typed on either side; an empty one is the shop's own.

use std::borrow::Cow;

use super::fold::is_like;
use crate::domain::countries;
use crate::error::Result;
use crate::store::{Read, params};
use crate::text::case_folded;

/// The countries in the book, as typed.
#[derive(Debug, Clone, Default)]
pub(super) struct TypedCountries(Vec<String>);

impl TypedCountries {
    pub(super) fn of(read: &Read<'_>) -> Result<Self> {
        let sql = "SELECT DISTINCT country FROM customer";
        Ok(Self(read.all(sql, params![], |row| row.get(0))?))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }

    /// Those that mean the country `asked`; an empty one matches the empty text.
    pub(super) fn meant<'c>(&'c self, asked: &str, home: &str) -> Vec<&'c str> {
        let wanted = if asked.trim().is_empty() { Cow::Borrowed("") } else { identity(asked) };
        let is_meant = |typed: &&str| match (typed.trim(), &*wanted) {
            ("", "") => true,
            ("", wanted) => identity(home) == wanted,
            (typed, wanted) => identity(typed) == wanted,
        };
        self.0.iter().map(String::as_str).filter(is_meant).collect()
    }

    /// Those that match a pattern as typed, by their code, or by one of their names.
    pub(super) fn like<'c>(&'c self, pattern: &str, home: &str) -> Vec<&'c str> {
        let matches = |typed: &&str| {
            let country = countries::find(if typed.trim().is_empty() { home } else { typed });
            let known = country.iter().flat_map(|country| country.names.into_iter().chain([country.code]));
            known.chain([*typed]).any(|name| is_like(name, pattern))
        };
        self.0.iter().map(String::as_str).filter(matches).collect()
    }
}

/// The code of a country; of an unknown one, the text in lowercase.
fn identity(typed: &str) -> Cow<'_, str> {
    countries::find(typed).map_or_else(|| case_folded(typed.trim()), |country| Cow::Borrowed(country.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: [&str; 9] = ["", "US", "USA", "United States", "Germany", "D E U", "Schweiz", "utopia", "England"];

    #[test]
    fn a_country_is_its_code() {
        let book = TypedCountries(BOOK.map(str::to_owned).to_vec());
        for (asked, home, meant) in [
            ("us", "US", &["", "US", "USA", "United States"][..]),
            ("U.S.A.", "DE", &["US", "USA", "United States"]),
            ("Allemagne", "US", &["Germany", "D E U"]),
            ("DE", "de", &["", "Germany", "D E U"]),
            ("CH", "US", &["Schweiz"]),
            ("Suisse", "US", &["Schweiz"]),
            ("UK", "US", &["England"]),
            ("Utopia", "US", &["utopia"]),
            ("Atlantis", "US", &[]),
            ("", "US", &[""]),
        ] {
            assert_eq!(book.meant(asked, home), meant, "{asked}");
        }
        assert_eq!(book.like("germ%", "US"), ["Germany", "D E U"]);
        assert_eq!(book.like("United%", "GB"), ["", "US", "USA", "United States", "England"]);
        assert_eq!(book.like("u_opia", "US"), ["utopia"]);
    }
}
