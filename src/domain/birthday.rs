//! A birthday: a day, or a month and a day without the year.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::error::{Error, Result};
use crate::text;

/// A birthday. Stored as `1975-11-05`, and `--11-05` without the year, as in ISO 8601 and vCards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Birthday {
    year: Option<i32>,
    month: u32,
    day: u32,
}

impl Birthday {
    pub(crate) fn on(day: NaiveDate) -> Self {
        Self { year: Some(day.year()), month: day.month(), day: day.day() }
    }

    pub(crate) fn without_year(self) -> Self {
        Self { year: None, ..self }
    }
}

impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(f, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

impl FromStr for Birthday {
    type Err = Error;

    /// Reads the stored form; also `--1105`.
    fn from_str(text: &str) -> Result<Self> {
        let typed = text.trim();
        let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
        let read = || {
            let Some(rest) = typed.strip_prefix("--") else {
                let parts: Vec<&str> = typed.split('-').collect();
                let [year, month, day] = parts[..] else { return None };
                let is_iso = [year, month, day].map(str::len) == [4, 2, 2];
                let year = i32::try_from(number(year)?).ok().filter(|year| *year > 0 && is_iso)?;
                return NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).map(Self::on);
            };
            let (month, day) = rest.split_once('-').or_else(|| rest.split_at_checked(2))?;
            // In a year that has a 29 February.
            let day = NaiveDate::from_ymd_opt(2000, number(month)?, number(day)?)?;
            Some(Self::on(day).without_year())
        };
        read().ok_or_else(|| {
            Error::new(format!("{} is not a birthday", text::quote(typed)))
                .hint("write it as 1975-11-05, or as --11-05 when the year is not known")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn birthdays_have_one_form() {
        for (text, form) in [
            ("1975-11-05", "1975-11-05"),
            (" 1980-02-29 ", "1980-02-29"),
            ("--11-05", "--11-05"),
            ("--1105", "--11-05"),
            ("--02-29", "--02-29"),
        ] {
            assert_eq!(text.parse::<Birthday>().expect(text).to_string(), form);
        }
        for text in
            ["", "1981-02-29", "75-11-05", "1975-11", "--13-01", "--1", "--", "5/6/1980", "+975-11-05", "--é5-01"]
        {
            assert!(text.parse::<Birthday>().is_err(), "{text}");
        }
    }
}
