//! The only reader of the time, and the zones it is read in. Everything else is told which day it is.

use std::str::FromStr;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime};

use crate::error::{Error, Result};
use crate::text;

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

/// A time zone of the IANA database: `America/Los_Angeles`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeZone(chrono_tz::Tz);

impl FromStr for TimeZone {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        name.parse().map(Self).map_err(|_| {
            let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
            let place = name.trim().replace(' ', "_");
            let is_there = |zone: &&str| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&place));
            let near = known.clone().find(is_there).or_else(|| text::nearest(name, known));
            Error::new(format!("unknown time zone {}", text::quote(name))).hint(match near {
                Some(zone) => format!("did you mean `{zone}`?"),
                None => "write a name of the IANA time zone database, such as `America/Chicago`".to_owned(),
            })
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn zones_are_known_by_name() {
        for name in ["America/Los_Angeles", "Europe/Berlin", "UTC"] {
            assert!(name.parse::<TimeZone>().is_ok(), "{name}");
        }
        for (name, hint) in [
            ("America/Los_Angles", "did you mean `America/Los_Angeles`?"),
            ("los angeles", "did you mean `America/Los_Angeles`?"),
            ("berlin", "did you mean `Europe/Berlin`?"),
            ("", "write a name of the IANA time zone database, such as `America/Chicago`"),
        ] {
            assert_eq!(name.parse::<TimeZone>().expect_err(name).what_next(), Some(hint), "{name}");
        }
    }

    #[test]
    fn months_end_where_the_month_ends() {
        assert_eq!(months_before(day("2024-03-31"), 1), day("2024-02-29"));
    }
}
