//! The time of day after a day, and its time zone: a UTC offset, a name in the IANA database, or a name of zones.tsv.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveTime};

use crate::clock::TimeZone;
use crate::text;

/// By lowercase name.
static NAMES: LazyLock<HashMap<String, TimeZone>> = LazyLock::new(|| {
    let zone = |text: &str| of_offset(text).or_else(|| text.parse().ok());
    let rows = text::table_rows(include_str!("zones.tsv"));
    rows.filter_map(|mut row| Some((row.next()?.to_lowercase(), zone(row.next()?)?))).collect()
});

/// The text after a day: a time of day with its zone, if there are any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TimeText<'t> {
    time: Option<NaiveTime>,
    zone: &'t str,
}

/// The zones of the days in a column: those of its times, else that of the column, else the shop's.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DayZones {
    shop: TimeZone,
    column: Option<TimeZone>,
}

impl DayZones {
    /// For a column with this heading: `Created (UTC)`.
    pub(crate) fn of(shop: TimeZone, heading: &str) -> Self {
        let inside = heading.split_once('(').and_then(|(_, rest)| rest.split(')').next()).unwrap_or_default();
        let mut words = heading.split(|c: char| !c.is_alphanumeric());
        let is_utc = words.any(|word| word.eq_ignore_ascii_case("utc") || word.eq_ignore_ascii_case("gmt"));
        let column = named(inside).or_else(|| named("utc").filter(|_| is_utc));
        Self { shop, column }
    }

    /// The day in the shop's time zone, and whether the zone is known. A day without a time is not converted.
    pub(super) fn day(self, day: NaiveDate, text: TimeText<'_>) -> (NaiveDate, bool) {
        let TimeText { time: Some(time), zone } = text else { return (day, true) };
        let local = day.and_time(time);
        let shops = |written: TimeZone| self.shop.local(written.moment(local)).date();
        if zone.is_empty() {
            return (self.column.map_or(day, shops), true);
        }
        if zone.len() > 1 && zone.starts_with(char::is_alphabetic) && self.shop.is_called(zone, local) {
            return (day, true);
        }
        named(zone).map_or((day, false), |written| (shops(written), true))
    }
}

/// The zone of a name or a UTC offset: `Z`, `-0500`, `GMT+1`, `Europe/Berlin`, `-0600 (CST)`.
fn named(text: &str) -> Option<TimeZone> {
    let text = text.trim();
    let short = text.split_once('(').map_or(text, |(before, _)| before.trim());
    of_offset(text)
        .or_else(|| NAMES.get(&text.to_lowercase()).copied())
        .or_else(|| short.parse().ok())
        .or_else(|| of_offset(short))
        .or_else(|| NAMES.get(&short.to_lowercase()).copied())
}

/// `+01:00`, `-0500`, `+1`, `UTC+5:30`, `GMT-0600`.
fn of_offset(text: &str) -> Option<TimeZone> {
    let text = ["UTC", "GMT"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, &text[1..]),
        '-' => (-1, &text[1..]),
        '\u{2212}' => (-1, &text['\u{2212}'.len_utf8()..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let number = |text: &str, most: i32| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i32>().ok().filter(|n| is_number && *n < most)
    };
    TimeZone::offset(sign * (number(hours, 24)? * 60 + number(minutes, 60)?))
}

/// Parses the text after a day; none when it is not a time of day.
pub(super) fn time(text: &str) -> Option<TimeText<'_>> {
    let text = text.trim_start_matches(['T', ' ', ',', '\u{a0}', '\u{202f}']).trim_end();
    if text.is_empty() {
        return Some(TimeText::default());
    }
    let clock = text.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(text.len());
    let (clock, rest) = text.split_at(clock);
    let (afternoon, zone) = half_of_day(rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']));
    let parts: Vec<&str> = clock.trim_end_matches('.').splitn(3, ':').collect();
    let whole = |part: &str, most: u32| part.parse::<u32>().ok().filter(|n| *n < most);
    let seconds =
        parts.get(2).map_or(Some(0.0), |part| part.parse::<f64>().ok().filter(|n| (0.0..62.0).contains(n)))?;
    let (hour, minute) = (whole(parts.first()?, 24)?, whole(parts.get(1)?, 60)?);
    let hour = match afternoon {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    let is_zone = |c: char| {
        c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '+' | '-' | '\u{2212}' | ':' | '.' | '/' | '_' | '(' | ')' | '&' | '\u{a0}' | '\u{202f}'
            )
    };
    if zone.len() > 60 || !zone.chars().all(is_zone) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 61")]
    let second = (seconds as u32).min(59);
    Some(TimeText { time: Some(NaiveTime::from_hms_opt(hour, minute, second)?), zone })
}

/// Whether it is afternoon, by `am` or `p.m.`, and the text after that.
fn half_of_day(text: &str) -> (Option<bool>, &str) {
    const HALVES: [(&str, Option<bool>); 8] = [
        ("a.m.", Some(false)),
        ("p.m.", Some(true)),
        ("a. m.", Some(false)),
        ("p. m.", Some(true)),
        ("am", Some(false)),
        ("pm", Some(true)),
        ("uhr", None),
        ("h", None),
    ];
    for (word, afternoon) in HALVES {
        let Some(start) = text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)) else { continue };
        let rest = &text[start.len()..];
        if !rest.starts_with(char::is_alphanumeric) {
            return (afternoon, rest.trim_start());
        }
    }
    (None, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_a_zone_is_of_the_day_that_the_shop_had() {
        for (shop, heading, text, day) in [
            ("America/Chicago", "", "T02:15:00Z", "2024-12-31"),
            ("America/Chicago", "", " 02:15", "2025-01-01"),
            ("America/Chicago", "", "", "2025-01-01"),
            ("America/Chicago", "", "T06:00:00.000Z", "2025-01-01"),
            ("America/Chicago", "", " 00:30:00 -0500", "2024-12-31"),
            ("America/Chicago", "", " 12:30 AM EST", "2024-12-31"),
            ("America/Chicago", "", " 12:30 a.m. Eastern Time (US & Canada)", "2024-12-31"),
            ("America/Chicago", "", " 04:30:00 GMT+0100 (Central European Standard Time)", "2024-12-31"),
            ("America/Chicago", "", " 05:59:59 UTC", "2024-12-31"),
            ("America/Chicago", "", " 00:15 America/Chicago", "2025-01-01"),
            ("America/Chicago", "Created (UTC)", " 02:15:00", "2024-12-31"),
            ("America/Chicago", "Created date (UTC)", "", "2025-01-01"),
            ("America/Chicago", "Date GMT", " 05:00", "2024-12-31"),
            ("America/Chicago", "Outcome", " 02:15:00", "2025-01-01"),
            ("Pacific/Kiritimati", "", "T10:30:00Z", "2025-01-02"),
            ("Asia/Kathmandu", "", "T18:20:00+00:00", "2025-01-02"),
            ("Asia/Kolkata", "", " 23:30 IST", "2025-01-01"),
            ("Asia/Shanghai", "", " 23:30 CST", "2025-01-01"),
            ("Europe/Berlin", "", "T23:30:00Z", "2025-01-02"),
            ("Europe/Berlin", "", " 23:30:00 +01:00", "2025-01-01"),
            ("Europe/Berlin", "", " 23:30 Uhr", "2025-01-01"),
            ("Europe/Berlin", "", " 11:30 PM GMT", "2025-01-02"),
            ("Europe/Berlin", "", " 23:30 MEZ", "2025-01-01"),
        ] {
            let zones = DayZones::of(shop.parse().expect("a zone"), heading);
            let written = "2025-01-01".parse().expect("a day");
            let (found, is_known) = zones.day(written, time(text).expect(text));
            assert_eq!((found.to_string().as_str(), is_known), (day, true), "{shop} {heading} {text}");
        }
        let berlin = DayZones::of("Europe/Berlin".parse().expect("a zone"), "");
        for text in [" 23:30 XYZ", " 23:30 IST", " 23:30 +99:00"] {
            let (found, is_known) = berlin.day("2025-01-01".parse().expect("a day"), time(text).expect(text));
            assert_eq!((found.to_string().as_str(), is_known), ("2025-01-01", false), "{text}");
        }
        for text in ["x", " 99:00", " 12", " 12:61", " 1:2:3:4"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn every_zone_of_the_table_is_one() {
        for line in include_str!("zones.tsv").lines() {
            assert!(line.split('\t').next().is_some_and(|name| named(name).is_some()), "{line}");
        }
    }
}
