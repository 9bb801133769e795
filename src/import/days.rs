//! Days as exports write them.

use chrono::NaiveDate;

use super::ImportSheet;
use super::zones::{self, DayZones, TimeText};
use crate::error::{Error, Result};
use crate::text;

/// The order of a day written with slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayOrder {
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
            _ => Err(Error::new(format!("{} is not an order of day, month and year", text::quote(text)))
                .hint("write `dmy` for 31/12/1989 or `mdy` for 12/31/1989")),
        }
    }
}

/// The order in a column; none when no row shows it, or rows differ.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn order_of_column(sheet: &ImportSheet, place: usize) -> Result<Option<DayOrder>> {
    sheet.shown(|row| read(row.get(place)?)?.reading.order())
}

/// The possible meanings of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayReading {
    /// One day in any order.
    Clear(NaiveDate),
    /// One day, which shows the order: the other order gives none.
    Shows(NaiveDate, DayOrder),
    /// Two days: day first, month first.
    Either(NaiveDate, NaiveDate),
}

impl DayReading {
    /// The order that it shows.
    pub(super) fn order(self) -> Option<DayOrder> {
        if let Self::Shows(_, order) = self { Some(order) } else { None }
    }
}

/// A day as written, and its time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayText<'t> {
    pub(super) reading: DayReading,
    pub(super) time: TimeText<'t>,
}

/// Parses a day in the zones of its column. `03/04/2024` needs an order; it is not guessed.
///
/// # Errors
/// When the text is not exactly one day.
pub(crate) fn parse_in(text: &str, order: Option<DayOrder>, zones: DayZones) -> Result<NaiveDate> {
    let day = parse(text, order)?;
    Ok(zones.day(day, read(text).map(|read| read.time).unwrap_or_default()).0)
}

/// Parses a day, without its time. `03/04/2024` needs an order; it is not guessed.
///
/// Two-digit years are 1969 to 2068.
///
/// # Errors
/// When the text is not exactly one day.
pub(crate) fn parse(text: &str, order: Option<DayOrder>) -> Result<NaiveDate> {
    let not_a_day = || Error::new(format!("{} is not a day", text::quote(text.trim())));
    let wrong = || not_a_day().hint("write days as 1989-01-31");
    match (read(text).ok_or_else(wrong)?.reading, order) {
        (DayReading::Clear(day), _) => Ok(day),
        (DayReading::Shows(day, shown), order) => match order {
            Some(order) if order != shown => Err(match shown {
                DayOrder::DayFirst => not_a_day().hint("it is one when the day comes first: `--date-order dmy`"),
                DayOrder::MonthFirst => not_a_day().hint("it is one when the month comes first: `--date-order mdy`"),
            }),
            _ => Ok(day),
        },
        (DayReading::Either(day_first, _), Some(DayOrder::DayFirst)) => Ok(day_first),
        (DayReading::Either(_, month_first), Some(DayOrder::MonthFirst)) => Ok(month_first),
        (DayReading::Either(..), None) => {
            Err(Error::new(format!("{} could be two different days", text::quote(text.trim())))
                .hint("set which comes first: `--date-order dmy` or `--date-order mdy`"))
        }
    }
}

/// The meanings of a text before an order is known.
pub(super) fn read(text: &str) -> Option<DayText<'_>> {
    let text = text.trim();
    let bytes = text.as_bytes();
    // By far the most common form, and the fastest to parse.
    if bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && text.is_char_boundary(10) {
        let day = date(number(&text[..4])?, number(&text[5..7])?, number(&text[8..10])?)?;
        return zones::time(&text[10..]).map(|time| DayText { reading: DayReading::Clear(day), time });
    }
    if text.contains(char::is_alphabetic)
        && let Some(reading) = with_month_name(text)
    {
        return Some(reading);
    }
    let end = text.find([' ', 'T', ',']).unwrap_or(text.len());
    let (day, time) = text.split_at(end);
    let time = zones::time(time)?;
    Some(DayText { reading: of_numbers(day)?, time })
}

/// `19890131`, `1989/01/31`, `31.1.89`, `1/31/1989`.
fn of_numbers(day: &str) -> Option<DayReading> {
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    match parts.as_slice() {
        [whole] if whole.len() == 8 && whole.is_ascii() => {
            date(number(&whole[..4])?, number(&whole[4..6])?, number(&whole[6..])?).map(DayReading::Clear)
        }
        [year, month, day] if year.len() == 4 => {
            date(number(year)?, number(month)?, number(day)?).map(DayReading::Clear)
        }
        [first, second, last] if matches!(last.len(), 2 | 4) && first.len() <= 2 && second.len() <= 2 => {
            let (first, second, year) = (number(first)?, number(second)?, year(last)?);
            // With periods the day always comes first.
            let (day_first, month_first) = (date(year, second, first), date(year, first, second));
            match (day_first, month_first) {
                (Some(one), _) if day.contains('.') => Some(DayReading::Clear(one)),
                (Some(one), Some(other)) if one == other => Some(DayReading::Clear(one)),
                (Some(one), Some(other)) => Some(DayReading::Either(one, other)),
                (Some(one), None) => Some(DayReading::Shows(one, DayOrder::DayFirst)),
                (None, Some(other)) if !day.contains('.') => Some(DayReading::Shows(other, DayOrder::MonthFirst)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| year > 0)
}

fn number(digits: &str) -> Option<u32> {
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}

fn year(digits: &str) -> Option<u32> {
    let year = number(digits)?;
    match digits.len() {
        4 => Some(year),
        2 => Some(if year >= 69 { 1900 + year } else { 2000 + year }),
        _ => None,
    }
}

/// `2 Jan 2024`, `Jan 2, 2024`, `Tue, 2-Jan-24 3:04 pm`, `2. Januar 2024`, `2 de enero de 2024`.
fn with_month_name(text: &str) -> Option<DayText<'_>> {
    let between = |c: char| matches!(c, ' ' | ',' | '-' | '/' | '.' | '\u{a0}');
    let (mut month, mut numbers, mut rest) = (None, Vec::new(), text.trim_start_matches(between));
    while !rest.is_empty() {
        let (word, behind) = rest.split_at(rest.find(between).unwrap_or(rest.len()));
        if let Some(number) = number(word.trim_end_matches(['t', 'h', 's', 'n', 'd', 'r', 'º', 'ª', 'e'])) {
            numbers.push((word, number));
        } else if let Some(found) = month_of(word).filter(|_| month.is_none()) {
            month = Some(found);
        } else if !is_filler(word) {
            return None;
        }
        rest = behind.trim_start_matches(between);
        if numbers.len() == 2 && month.is_some() {
            break;
        }
    }
    let time = zones::time(rest)?;
    let [(_, one), (last, other)] = numbers.as_slice() else { return None };
    let month = month?;
    let day = if *one > 31 { date(*one, month, *other) } else { date(year(last)?, month, *one) };
    Some(DayText { reading: DayReading::Clear(day?), time })
}

/// The first letters of the months in English, German, French and Spanish, without accents.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene"],
    &["feb", "fev"],
    &["mar", "maer", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez", "dic"],
];

fn month_of(word: &str) -> Option<u32> {
    let word = text::heading_key(word);
    let known = |starts: &&[&str]| starts.iter().any(|start| word.starts_with(start));
    let index = if word.starts_with("mai") { 4 } else { MONTHS.iter().position(known)? };
    (word.len() >= 3 && word.chars().all(char::is_alphabetic)).then(|| u32::try_from(index + 1).ok()).flatten()
}

/// Days of the week, and the words between.
fn is_filler(word: &str) -> bool {
    const STARTS: [&str; 21] = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so", "lun", "jue", "vie",
        "dom", "jeu", "ven", "dim",
    ];
    let word = text::heading_key(word);
    matches!(word.as_str(), "de" | "del" | "of" | "the" | "le" | "den" | "el")
        || STARTS.iter().any(|s| word.starts_with(s))
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
            "31.1.89",
            "01/31/1989",
            "31/1/1989",
            "1/31/89 3:04 PM",
            "1989-01-31 08:26:00",
            "1989-01-31T08:26:00Z",
            "1989-01-31T08:26:00.123+01:00",
            "1989-01-31 22:31:28 +0100",
            "31 Jan 1989",
            "31-Jan-89",
            "Jan 31, 1989",
            "January 31st, 1989",
            "Tue, 31 Jan 1989 3:04 p.m.",
            "31. Januar 1989",
            "31 janvier 1989",
            "31 de enero de 1989",
            "1989 Jan 31",
        ] {
            assert_eq!(parse(text, None).expect(text).to_string(), "1989-01-31", "{text}");
        }
        for text in [
            "",
            "soon",
            "1989-02-30",
            "03/04/1989",
            "1/2",
            "1989-13-01",
            "31/31/1989",
            "0000-00-00",
            "2024-01-02x",
            "2024-01-02 99:00",
            "Jan 1989",
            "31 Foo 1989",
            "12.5",
            "17850.0",
        ] {
            assert!(parse(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn two_days_need_an_order_and_an_order_is_kept() {
        assert_eq!(parse("03/04/1989", Some(DayOrder::DayFirst)).expect("day").to_string(), "1989-04-03");
        assert_eq!(parse("03/04/89", Some(DayOrder::MonthFirst)).expect("day").to_string(), "1989-03-04");
        assert_eq!(parse("02/02/89", None).expect("day").to_string(), "1989-02-02");
        assert!(parse("31/01/1989", Some(DayOrder::MonthFirst)).is_err());
        for (text, month) in
            [("1 mai 2024", 5), ("3 März 2024", 3), ("2 août 2024", 8), ("5 juin 2024", 6), ("5 juil. 2024", 7)]
        {
            assert_eq!(chrono::Datelike::month(&parse(text, None).expect(text)), month, "{text}");
        }
    }
}
