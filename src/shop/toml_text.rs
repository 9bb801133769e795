//! Reading the TOML that an owner writes: unknown keys are refused, with the line and the nearest known key.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::error::{Error, Result};
use crate::text;

/// Reads `text` into `T`.
///
/// # Errors
/// With the line, when the text is not TOML, has a key that `T` does not know, lacks one, or has one of a wrong kind.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    toml::from_str(text).map_err(|fault| {
        let line = fault.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        explain(fault.message()).at(line)
    })
}

/// The parser's sentence as one of ours.
fn explain(message: &str) -> Error {
    let first = message.lines().next().unwrap_or_default();
    let quoted: Vec<&str> = first.split('`').skip(1).step_by(2).collect();
    if let ("unknown field", [field, known @ ..]) = (first.split(" `").next().unwrap_or_default(), quoted.as_slice()) {
        return Error::new(format!("unknown field {}", text::quote(field))).hint(text::did_you_mean(field, known));
    }
    if let ("unknown variant", [typed, known @ ..]) = (first.split(" `").next().unwrap_or_default(), quoted.as_slice())
    {
        return Error::new(format!("{} is not possible here", text::quote(typed)))
            .hint(text::did_you_mean(typed, known));
    }
    if let ("missing field", [field]) = (first.split(" `").next().unwrap_or_default(), quoted.as_slice()) {
        return Error::new(format!("`{field}` is missing")).hint(format!("add a line `{field} = …`"));
    }
    let mut chars = first.chars();
    let lower: String = chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default();
    let error = Error::new(lower.trim_end_matches('.').to_owned());
    match first.split(' ').next() {
        Some("duplicate") => error.hint("keep one of the two lines"),
        Some("unexpected" | "unclosed" | "missing" | "key") => {
            error.hint("a line is `key = value`, and text stands in double quotes")
        }
        Some("invalid") if first.contains("date") => error.hint("write a day as 1990-01-15, without quotes"),
        Some("invalid") => error.hint("text stands in double quotes, numbers and days without"),
        _ => error,
    }
}

/// A day in a file: `1990-01-15`, with or without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Date(toml::value::Datetime),
            Text(String),
            Other(toml::Value),
        }
        let text = match Written::deserialize(from)? {
            Written::Date(date) => date.to_string(),
            Written::Text(text) => text,
            Written::Other(other) => other.to_string(),
        };
        let day = text.parse().map_err(|_| {
            serde::de::Error::custom(format!("{} is not a day; write it as 1990-01-15", text::quote(&text)))
        })?;
        Ok(Self(day))
    }
}

/// The line on which a key stands first.
pub(crate) fn line_of(text: &str, key: &str) -> usize {
    let starts =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines().position(starts).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only read")]
        name: String,
        #[expect(dead_code, reason = "only read")]
        on: Option<Day>,
    }

    #[test]
    fn faults_have_a_line_and_a_hint() {
        for (text, expected) in [
            ("nam = 'x'", "error: 1: unknown field `nam`\nhint: did you mean `name`?\n"),
            ("on = 1990-01-15\n", "error: 1: `name` is missing\nhint: add a line `name = …`\n"),
            ("name = 'x'\non = 1990-02-31", "error: 2: invalid date, expected day between 01 and 28\n"),
            ("name = 'x'\non = 'soon'", "error: 2: `soon` is not a day; write it as 1990-01-15\n"),
            ("name = 'x'\nname = 'y'", "error: 2: duplicate key\nhint: keep one of the two lines\n"),
        ] {
            let error = read::<Sample>(text).expect_err(text);
            assert_eq!(error.report().lines().next(), expected.lines().next(), "{text}");
        }
    }
}
