//! Days as exports write them.

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::words;

/// Which comes first where a day is written with slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    /// `31/12/1989`.
    DayFirst,
    /// `12/31/1989`.
    MonthFirst,
}

impl std::str::FromStr for DayOrder {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "dmy" => Ok(Self::DayFirst),
            "mdy" => Ok(Self::MonthFirst),
            _ => Err(Error::new(format!("{} is not an order of day, month and year", words::quote(text)))
                .hint("write `dmy` for 31/12/1989 or `mdy` for 12/31/1989")),
        }
    }
}

/// Reads a day, its time of day left aside. `03/04/2024` needs an order; nothing is guessed.
///
/// # Errors
/// When the text is not one day.
pub fn parse(text: &str, order: Option<DayOrder>) -> Result<NaiveDate> {
    let text = text.trim();
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let wrong = || Error::new(format!("{} is not a day", words::quote(text))).hint("write days as 1989-01-31");
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    if !parts.iter().all(|part| !part.is_empty() && part.len() <= 8 && part.bytes().all(|b| b.is_ascii_digit())) {
        return Err(wrong());
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let date = |year: &str, month: u32, day: u32| {
        NaiveDate::from_ymd_opt(i32::try_from(number(year)).unwrap_or(0), month, day).ok_or_else(wrong)
    };
    match parts.as_slice() {
        [whole] if whole.len() == 8 => date(&whole[..4], number(&whole[4..6]), number(&whole[6..])),
        [year, month, day] if year.len() == 4 => date(year, number(month), number(day)),
        [first, second, year] if year.len() == 4 => {
            let (first, second) = (number(first), number(second));
            let day_first = match order {
                _ if day.contains('.') => true,
                Some(order) => order == DayOrder::DayFirst,
                None if first > 12 || first == second => true,
                None if second > 12 => false,
                None => {
                    return Err(Error::new(format!("{} could be two different days", words::quote(text)))
                        .hint("say which comes first: `--date-order dmy` or `--date-order mdy`"));
                }
            };
            if day_first { date(year, second, first) } else { date(year, first, second) }
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_their_usual_forms() {
        for text in [
            "1989-01-31",
            "19890131",
            "1989/01/31",
            "31.01.1989",
            "31.1.1989",
            "01/31/1989",
            "31/1/1989",
            "1989-01-31 08:26:00",
            "1989-01-31T08:26:00Z",
            "2022-02-08 22:31:28 +0100",
        ] {
            assert!(parse(text, None).is_ok(), "{text}");
        }
        assert_eq!(parse("31.01.1989", None).expect("day").to_string(), "1989-01-31");
        for text in ["", "soon", "1989-02-30", "03/04/1989", "1/2", "1989-13-01", "31/31/1989", "0000-00-00"] {
            assert!(parse(text, None).is_err(), "{text}");
        }
        assert_eq!(parse("03/04/1989", Some(DayOrder::DayFirst)).expect("day").to_string(), "1989-04-03");
        assert_eq!(parse("03/04/1989", Some(DayOrder::MonthFirst)).expect("day").to_string(), "1989-03-04");
    }
}
