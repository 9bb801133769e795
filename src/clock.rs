//! The only place that reads the time, and its time zones. All other code gets the day as an argument.

use std::str::FromStr;
use std::time::SystemTime;

use chrono::{
    DateTime, Days, FixedOffset, LocalResult, MappedLocalTime, Months, NaiveDate, NaiveDateTime, NaiveTime,
    TimeZone as _, Utc,
};

use crate::error::{Error, Result};
use crate::text;

/// The day and time that a run of the program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    now: NaiveDateTime,
    rehearsed: Option<Rehearsal>,
    zone: TimeZone,
}

impl Clock {
    /// The machine's clock, or the rehearsed time, in the shop's zone.
    #[must_use]
    pub(crate) fn of(rehearsed: Option<Rehearsal>, zone: TimeZone) -> Self {
        let now = match rehearsed {
            None => zone.local(utc_now()),
            Some(Rehearsal::Day(day)) => day.and_time(noon()),
            Some(Rehearsal::Moment(at)) => zone.local(at),
        };
        Self { now, rehearsed, zone }
    }

    /// A rehearsal: always noon of that day.
    #[must_use]
    pub(crate) fn fixed(today: NaiveDate) -> Self {
        Self::of(Some(Rehearsal::Day(today)), TimeZone::default())
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

    /// The current time with its UTC offset; fixed in a rehearsal.
    #[must_use]
    pub(crate) fn moment(self) -> DateTime<FixedOffset> {
        self.zone.at(match self.rehearsed {
            None => utc_now(),
            Some(Rehearsal::Day(_)) => self.zone.moment(self.now),
            Some(Rehearsal::Moment(at)) => at,
        })
    }

    /// A local time of the shop with its UTC offset.
    #[must_use]
    pub(crate) fn moment_of(self, local: NaiveDateTime) -> DateTime<FixedOffset> {
        self.zone.at(self.zone.moment(local))
    }

    /// The same clock for a program that runs all day.
    #[must_use]
    pub(crate) fn running(self) -> Running {
        Running { rehearsed: self.rehearsed, zone: self.zone }
    }
}

/// The rehearsed time: `1990-01-15`, or a time with a UTC offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rehearsal {
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

impl FromStr for Rehearsal {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        if text.contains('T') {
            return DateTime::parse_from_rfc3339(text).map(|at| Self::Moment(at.to_utc()));
        }
        text.parse().map(Self::Day)
    }
}

/// A running clock; in a rehearsal it has the current time of day on the rehearsed day, or the fixed rehearsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Running {
    rehearsed: Option<Rehearsal>,
    zone: TimeZone,
}

impl Running {
    /// This moment, in the shop's local time.
    #[must_use]
    pub(crate) fn now(self) -> NaiveDateTime {
        match self.rehearsed {
            None => self.zone.local(utc_now()),
            Some(Rehearsal::Day(day)) => day.and_time(self.zone.local(utc_now()).time()),
            Some(Rehearsal::Moment(at)) => self.zone.local(at),
        }
    }
}

/// The shop's time zone: one of the IANA database (`America/Los_Angeles`), else that of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeZone(Place);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Machine,
    Named(chrono_tz::Tz),
    Offset(FixedOffset),
}

impl TimeZone {
    /// A fixed offset in minutes east of Greenwich; none when out of range.
    #[must_use]
    pub(crate) fn offset(minutes: i32) -> Option<Self> {
        let is_somewhere = minutes.abs() <= 14 * 60;
        FixedOffset::east_opt(minutes.checked_mul(60)?).filter(|_| is_somewhere).map(|zone| Self(Place::Offset(zone)))
    }

    /// The local time at a moment.
    #[must_use]
    pub(crate) fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        self.at(at).naive_local()
    }

    /// A moment in local time with its UTC offset.
    fn at(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        match self.0 {
            Place::Machine => at.with_timezone(&chrono::Local).fixed_offset(),
            Place::Named(zone) => at.with_timezone(&zone).fixed_offset(),
            Place::Offset(zone) => at.with_timezone(&zone),
        }
    }

    /// The moment of a local time: the earlier one when it occurs twice, and when it is skipped, that of the jump.
    #[must_use]
    pub(crate) fn moment(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.0 {
            Place::Machine => earliest(local, |local| chrono::Local.from_local_datetime(&local).map(|at| at.to_utc())),
            Place::Named(zone) => earliest(local, |local| zone.from_local_datetime(&local).map(|at| at.to_utc())),
            Place::Offset(zone) => earliest(local, |local| zone.from_local_datetime(&local).map(|at| at.to_utc())),
        }
    }

    /// Whether this zone has that abbreviation at that time: `IST` in Kolkata, and not in Dublin's winter.
    #[must_use]
    pub(crate) fn is_called(self, short: &str, local: NaiveDateTime) -> bool {
        let Place::Named(zone) = self.0 else { return false };
        self.moment(local).with_timezone(&zone).format("%Z").to_string().eq_ignore_ascii_case(short)
    }

    /// A time with a UTC offset, as in RFC 3339, or in the shop's local time.
    #[must_use]
    pub(crate) fn read(self, text: &str) -> Option<NaiveDateTime> {
        let text = text.trim();
        let parsed = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%#z"))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%#z"));
        let own = || text.parse().or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"));
        parsed.map(|at| self.local(at.to_utc())).or_else(|_| own()).ok()
    }
}

/// Clocks are set forward by three hours at most.
fn earliest(local: NaiveDateTime, moment: impl Fn(NaiveDateTime) -> MappedLocalTime<DateTime<Utc>>) -> DateTime<Utc> {
    let quarters = (0..=12).map(|quarters| local + chrono::TimeDelta::minutes(15 * quarters));
    let found = quarters.into_iter().find_map(|local| match moment(local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at),
        LocalResult::None => None,
    });
    found.unwrap_or_else(|| local.and_utc())
}

impl FromStr for TimeZone {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        name.parse().map(|zone| Self(Place::Named(zone))).map_err(|_| {
            let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
            let place = name.trim().replace(' ', "_");
            let is_there = |zone: &&str| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&place));
            let near = known.clone().find(is_there).or_else(|| text::nearest(name, known));
            Error::new(format!("unknown time zone {}", text::quote(name))).hint(match near {
                Some(zone) => format!("did you mean `{zone}`?"),
                None => "use a name of the IANA time zone database, such as `America/Chicago`".to_owned(),
            })
        })
    }
}

/// Unix time of the machine's clock, even in a rehearsal: for protocols with other machines.
#[must_use]
pub(crate) fn unix_seconds() -> i64 {
    utc_now().timestamp()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn utc_now() -> DateTime<Utc> {
    utc(SystemTime::now())
}

/// A moment of the machine's clock, which may be before 1970 when its battery is empty.
fn utc(at: SystemTime) -> DateTime<Utc> {
    at.into()
}

fn noon() -> NaiveTime {
    NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()
}

/// `months` before `day`; in a shorter month, its last day.
#[must_use]
pub(crate) fn months_before(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
}

/// `months` after `day`; in a shorter month, its last day.
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
            ("", "use a name of the IANA time zone database, such as `America/Chicago`"),
        ] {
            assert_eq!(name.parse::<TimeZone>().expect_err(name).what_next(), Some(hint), "{name}");
        }
    }

    #[test]
    fn a_moment_is_that_of_the_shops_wall() {
        for (zone, text, local) in [
            ("America/Chicago", "2025-01-01T01:30:00Z", "2024-12-31T19:30:00"),
            ("Pacific/Kiritimati", "2025-01-01T11:00:00Z", "2025-01-02T01:00:00"),
            ("Asia/Kathmandu", "2025-01-01T18:20:00+00:00", "2025-01-02T00:05:00"),
            ("Europe/Berlin", "2025-03-30T01:30:00Z", "2025-03-30T03:30:00"),
            ("Europe/Berlin", "2025-06-30T23:30:00-02:00", "2025-07-01T03:30:00"),
            ("Europe/Berlin", "2025-06-30T22:30Z", "2025-07-01T00:30:00"),
            ("Europe/Berlin", "2025-06-30T22:30:00+00", "2025-07-01T00:30:00"),
            ("Europe/Berlin", "2025-06-30T23:30", "2025-06-30T23:30:00"),
            ("Europe/Berlin", "2025-06-30T23:30:05", "2025-06-30T23:30:05"),
        ] {
            let zone: TimeZone = zone.parse().expect("a zone");
            assert_eq!(zone.read(text), Some(local.parse().expect("a time")), "{text}");
        }
        let chicago: TimeZone = "America/Chicago".parse().expect("a zone");
        for text in ["yesterday", "2025-01-01", "14:05", "2025-01-01T25:00:00Z"] {
            assert_eq!(chicago.read(text), None, "{text}");
        }
        let clock = Clock::of(Some("2025-01-01T01:30:00Z".parse().expect("a moment")), chicago);
        assert_eq!((clock.today(), clock.running().now()), (day("2024-12-31"), clock.now()));
        let rehearsed = Clock::of(Some("2025-01-01".parse().expect("a day")), chicago);
        assert_eq!((rehearsed.today(), rehearsed.running().now().date()), (day("2025-01-01"), day("2025-01-01")));
        assert!("2025-01-01T01:30:00".parse::<Rehearsal>().is_err() && "soon".parse::<Rehearsal>().is_err());
    }

    #[test]
    fn a_moment_has_the_distance_from_greenwich_of_its_season() {
        for (zone, at, shown) in [
            ("America/Los_Angeles", "2024-08-15T17:02:03Z", "2024-08-15T10:02:03-07:00"),
            ("America/Los_Angeles", "2024-12-15T17:02:03Z", "2024-12-15T09:02:03-08:00"),
            // Half past two occurs twice.
            ("Europe/Berlin", "2024-10-27T00:30:00Z", "2024-10-27T02:30:00+02:00"),
            ("Europe/Berlin", "2024-10-27T01:30:00Z", "2024-10-27T02:30:00+01:00"),
            ("Europe/Berlin", "2024-03-31T00:59:59Z", "2024-03-31T01:59:59+01:00"),
            ("Europe/Berlin", "2024-03-31T01:00:00Z", "2024-03-31T03:00:00+02:00"),
            ("Asia/Kolkata", "2024-02-29T20:00:00Z", "2024-03-01T01:30:00+05:30"),
            ("Pacific/Marquesas", "2024-03-01T09:00:00Z", "2024-02-29T23:30:00-09:30"),
        ] {
            let clock = Clock::of(Some(at.parse().expect("a moment")), zone.parse().expect("a zone"));
            assert_eq!(clock.moment().to_rfc3339(), shown, "{zone} {at}");
            assert_eq!(clock.moment().naive_local(), clock.now(), "{zone} {at}");
        }
        let rehearsed = Clock::of(Some("2024-08-15".parse().expect("a day")), "Europe/Berlin".parse().expect("a zone"));
        assert_eq!(rehearsed.moment().to_rfc3339(), "2024-08-15T12:00:00+02:00");
    }

    #[test]
    fn where_clocks_jump_a_time_is_still_a_moment() {
        for (zone, local, utc) in [
            ("Europe/Berlin", "2025-03-30T02:30:00", "2025-03-30T01:00:00"),
            ("Europe/Berlin", "2025-10-26T02:30:00", "2025-10-26T00:30:00"),
            ("America/Chicago", "2025-03-09T02:15:00", "2025-03-09T08:00:00"),
            ("Australia/Lord_Howe", "2025-10-05T02:10:00", "2025-10-04T15:40:00"),
        ] {
            let at = zone.parse::<TimeZone>().expect("a zone").moment(local.parse().expect("a time"));
            let after = at.naive_utc() - utc.parse::<NaiveDateTime>().expect("a time");
            assert!((0..15).contains(&after.num_minutes()), "{zone} {local}: {at}");
        }
    }

    #[test]
    fn a_clock_before_1970_is_a_clock() {
        let day = std::time::Duration::from_hours(24);
        for (at, shown) in [
            (SystemTime::UNIX_EPOCH, "1970-01-01T00:00:00"),
            (SystemTime::UNIX_EPOCH - day, "1969-12-31T00:00:00"),
            (SystemTime::UNIX_EPOCH - 36_524 * day, "1870-01-01T00:00:00"),
            (SystemTime::UNIX_EPOCH - std::time::Duration::from_millis(1), "1969-12-31T23:59:59.999"),
        ] {
            assert_eq!(utc(at).naive_utc(), shown.parse::<NaiveDateTime>().expect("a time"));
        }
    }

    #[test]
    fn months_end_where_the_month_ends() {
        assert_eq!(months_before(day("2024-03-31"), 1), day("2024-02-29"));
    }
}
