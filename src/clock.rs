//! The only reader of the time. Everything else is told which day it is.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime};

/// The day and the moment that a run of the program stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    now: NaiveDateTime,
    is_rehearsal: bool,
}

impl Clock {
    /// The machine's own clock, in its local time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub(crate) fn system() -> Self {
        Self { now: chrono::Local::now().naive_local(), is_rehearsal: false }
    }

    /// A rehearsal: it is noon of that day, however long the run takes.
    #[must_use]
    pub(crate) fn fixed(today: NaiveDate) -> Self {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        Self { now: today.and_time(noon), is_rehearsal: true }
    }

    /// Today, in the shop's local time.
    #[must_use]
    pub(crate) fn today(self) -> NaiveDate {
        self.now.date()
    }

    /// This moment, in the shop's local time.
    #[must_use]
    pub(crate) fn now(self) -> NaiveDateTime {
        self.now
    }

    /// The same clock for a program that runs all day.
    #[must_use]
    pub(crate) fn running(self) -> Running {
        Running { rehearsed: self.is_rehearsal.then(|| self.today()) }
    }
}

/// A clock that goes on; in a rehearsal it shows the time of day, and always that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Running {
    rehearsed: Option<NaiveDate>,
}

impl Running {
    /// This moment, in the shop's local time.
    #[must_use]
    pub(crate) fn now(self) -> NaiveDateTime {
        let now = Clock::system().now();
        self.rehearsed.map_or(now, |day| day.and_time(now.time()))
    }
}

/// A moment that a program tells with its distance from Greenwich (RFC 3339), in the shop's local time; nothing when it is
/// written otherwise.
#[must_use]
pub(crate) fn local(text: &str) -> Option<NaiveDateTime> {
    Some(DateTime::parse_from_rfc3339(text.trim()).ok()?.with_timezone(&chrono::Local).naive_local())
}

/// Seconds since 1970 by the machine's own clock: for what the world outside goes by, whatever day is rehearsed.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub(crate) fn unix_seconds() -> i64 {
    chrono::Utc::now().timestamp()
}

/// `months` before `day`; the last day of a shorter month stands for the missing one.
#[must_use]
pub(crate) fn months_before(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
}

/// `months` after `day`; the last day of a shorter month stands for the missing one.
#[must_use]
pub(crate) fn months_after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// `days` before `day`.
#[must_use]
pub(crate) fn days_before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

/// How long before `today` a day was, in the words a shopkeeper would use.
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
        2..14 => format!("{} ago", spelled(days, "day")),
        _ if months < 2 => format!("{} ago", spelled(days / 7, "week")),
        _ if months < 24 => format!("{} ago", spelled(months, "month")),
        _ => format!("{} ago", spelled(months / 12, "year")),
    }
}

/// `seven months`: numbers to twelve in words.
fn spelled(n: i64, unit: &str) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let number = usize::try_from(n).ok().and_then(|n| WORDS.get(n)).map_or_else(|| n.to_string(), |w| (*w).to_owned());
    let s = if n == 1 { "" } else { "s" };
    format!("{number} {unit}{s}")
}

/// `January 15, 1990` where the country writes the month first, else `15 January 1990`.
#[must_use]
pub(crate) fn long_date(day: NaiveDate, country: &str) -> String {
    let form = if matches!(country, "US" | "CA" | "PH") { "%B %-d, %Y" } else { "%-d %B %Y" };
    day.format(form).to_string()
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
    }

    #[test]
    fn months_end_where_the_month_ends() {
        assert_eq!(months_before(day("2024-03-31"), 1), day("2024-02-29"));
        assert_eq!(long_date(day("1990-01-05"), "US"), "January 5, 1990");
        assert_eq!(long_date(day("1990-01-05"), "GB"), "5 January 1990");
    }
}
