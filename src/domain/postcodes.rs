//! How countries write their postcodes: postcodes.tsv has an example and the formats of each.

use std::sync::LazyLock;

use super::countries::country_code;
use crate::text;

/// The postcodes of a country.
pub(crate) struct PostcodeForms {
    country: &'static str,
    /// Empty if there may be other formats.
    pub(crate) example: &'static str,
    forms: Vec<&'static str>,
}

static POSTCODES: LazyLock<Vec<PostcodeForms>> = LazyLock::new(|| {
    let rows = text::table_rows(include_str!("postcodes.tsv"));
    rows.filter_map(|mut row| Some(PostcodeForms { country: row.next()?, example: row.next()?, forms: row.collect() }))
        .collect()
});

/// Those of a country, by its code; none if unknown.
pub(crate) fn postcodes_of(code: &str) -> Option<&'static PostcodeForms> {
    POSTCODES.iter().find(|one| one.country == code)
}

impl PostcodeForms {
    /// A postcode as the country writes it, whatever its separators; none if it has none of the formats.
    pub(crate) fn written(&self, postcode: &str) -> Option<String> {
        let bare: Vec<char> = postcode.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{a0}')).collect();
        self.forms.iter().find_map(|form| written_as(&bare, form))
    }

    /// Whether they have no letters.
    pub(crate) fn are_digits(&self) -> bool {
        !self.forms.iter().any(|form| form.contains(['A', '?']))
    }
}

fn written_as(bare: &[char], form: &str) -> Option<String> {
    let (mut left, mut written) = (bare.iter(), String::with_capacity(form.len()));
    for wanted in form.chars() {
        let c = if matches!(wanted, ' ' | '-') { wanted } else { *left.next()? };
        let fits = match wanted {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_alphabetic(),
            '?' => c.is_ascii_alphanumeric(),
            _ => true,
        };
        written.extend(fits.then_some(c));
    }
    (left.next().is_none() && written.len() == form.len()).then_some(written)
}

/// Inserts the separator of its country into a postcode that was typed without; any other is returned unchanged.
pub(crate) fn spaced_postcode(postcode: &str, code: &str) -> String {
    let postcode = postcode.trim();
    let is_whole = postcode.bytes().all(|b| b.is_ascii_alphanumeric());
    let written = postcodes_of(code).filter(|_| is_whole).and_then(|forms| forms.written(postcode));
    written.unwrap_or_else(|| postcode.to_owned())
}

/// A postcode of letters and digits in capitals as its country writes it; without a country, as any country with such a
/// format.
pub(crate) fn postcode_of_letters(postcode: &str, country: &str) -> Option<String> {
    if postcode.len() > 9 || !postcode.bytes().any(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let (code, capitals) = (country_code(country), postcode.to_ascii_uppercase());
    let is_asked = |forms: &&PostcodeForms| (code.is_empty() || forms.country == code) && !forms.example.is_empty();
    POSTCODES.iter().filter(is_asked).filter(|forms| !forms.are_digits()).find_map(|forms| forms.written(&capitals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_are_as_the_posts_write_them() {
        for (typed, country, written) in [
            ("1017CD", "NL", "1017 CD"),
            ("1017 CD", "NL", "1017 CD"),
            ("SW1A1AA", "GB", "SW1A 1AA"),
            ("E10", "GB", "E10"),
            ("973011234", "US", "97301-1234"),
            ("97301", "US", "97301"),
            ("7300846", "JP", "730-0846"),
            ("D02AF30", "IE", "D02 AF30"),
            ("KY11104", "KY", "KY1-1104"),
        ] {
            assert_eq!(spaced_postcode(typed, country), written);
        }
    }

    #[test]
    fn every_example_has_a_form_of_its_country() {
        for forms in POSTCODES.iter() {
            for example in forms.example.split(" or ").filter(|example| !example.is_empty()) {
                assert_eq!(forms.written(&example.replace([' ', '-'], "")).as_deref(), Some(example));
            }
        }
    }
}
