//! Days and times in English.

use chrono::{Datelike, NaiveDate};

/// How long before `today` a day was, in everyday words.
///
/// Under two weeks: days. Under two months: weeks. Under two years: months. Then years.
#[must_use]
pub(crate) fn ago(day: NaiveDate, today: NaiveDate) -> String {
    let days = (today - day).num_days();
    let months = i64::from(today.year() - day.year()) * 12 + i64::from(today.month())
        - i64::from(day.month())
        - i64::from(today.day() < day.day());
    match days {
        ..0 => "in the future".to_owned(),
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..14 => format!("{} ago", spelled(days, "days")),
        _ if months < 2 => format!("{} ago", spelled(days / 7, "weeks")),
        _ if months < 24 => format!("{} ago", spelled(months, "months")),
        _ => format!("{} ago", spelled(months / 12, "years")),
    }
}

/// `seven months`: numbers from two to twelve in words.
fn spelled(n: i64, units: &str) -> String {
    const FROM_TWO: [&str; 11] =
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match usize::try_from(n - 2).ok().and_then(|index| FROM_TWO.get(index)) {
        Some(word) => format!("{word} {units}"),
        None => format!("{n} {units}"),
    }
}

/// Whether a country (ISO 3166) writes `January 15, 1990` and `2:32 pm`.
pub(crate) fn writes_month_first(country: &str) -> bool {
    matches!(country, "US" | "CA" | "PH")
}

/// `January 15, 1990` where the country writes the month first, else `15 January 1990`.
#[must_use]
pub(crate) fn long_date(day: NaiveDate, country: &str) -> String {
    day.format(if writes_month_first(country) { "%B %-d, %Y" } else { "%-d %B %Y" }).to_string()
}

/// `January 10 to 31`, `10 to 31 January`, `January 10 to February 28`; with years when the two differ.
#[must_use]
pub(crate) fn day_range(from: NaiveDate, until: NaiveDate, country: &str) -> String {
    if from.year() != until.year() {
        return format!("{} to {}", long_date(from, country), long_date(until, country));
    }
    let month_first = writes_month_first(country);
    let day_of_year = |day: NaiveDate| day.format(if month_first { "%B %-d" } else { "%-d %B" }).to_string();
    match (from == until, from.month() == until.month(), month_first) {
        (true, ..) => day_of_year(from),
        (_, true, true) => format!("{} to {}", day_of_year(from), until.day()),
        (_, true, false) => format!("{} to {}", from.day(), day_of_year(until)),
        _ => format!("{} to {}", day_of_year(from), day_of_year(until)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn time_is_told_in_words() {
        let today = day("1990-01-15");
        for (then, words) in [
            ("1990-01-15", "today"),
            ("1990-01-14", "yesterday"),
            ("1990-01-03", "twelve days ago"),
            ("1990-01-01", "two weeks ago"),
            ("1989-11-16", "eight weeks ago"),
            ("1989-11-15", "two months ago"),
            ("1989-06-15", "seven months ago"),
            ("1988-02-01", "23 months ago"),
            ("1988-01-15", "two years ago"),
            ("1975-01-16", "14 years ago"),
        ] {
            assert_eq!(ago(day(then), today), words, "{then}");
        }
        assert_eq!(long_date(day("1990-01-05"), "US"), "January 5, 1990");
        assert_eq!(long_date(day("1990-01-05"), "GB"), "5 January 1990");
        for (from, until, american, british) in [
            ("1990-01-10", "1990-01-31", "January 10 to 31", "10 to 31 January"),
            ("1990-01-10", "1990-02-28", "January 10 to February 28", "10 January to 28 February"),
            ("1990-01-10", "1990-01-10", "January 10", "10 January"),
            ("1990-12-10", "1991-01-05", "December 10, 1990 to January 5, 1991", "10 December 1990 to 5 January 1991"),
        ] {
            let both = ["US", "GB"].map(|country| day_range(day(from), day(until), country));
            assert_eq!(both, [american, british]);
        }
    }
}
