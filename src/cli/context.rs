//! The folder and the time of a verb, and parsing of typed values.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::done::Done;
use crate::clock::{Clock, TimeZone};
use crate::domain::Column;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::text;

/// Runs a verb given as words.
pub(super) type Perform = fn(Vec<OsString>, &Context) -> Result<Done>;

/// The folder and the time of a verb.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) folder: PathBuf,
    pub(super) clock: Clock,
    /// Whether stderr is a terminal, so that progress is shown.
    pub(super) watched: bool,
    /// Whether to print an object instead of text.
    pub(super) json: bool,
    /// Paths that may have data of people who were forgotten, found when the database was opened.
    pub(super) traces: Arc<OnceLock<Vec<String>>>,
    /// Runs a verb as typed, for the demo.
    pub(super) perform: Perform,
    /// The definition of the command line.
    pub(super) command: fn() -> clap::Command,
}

impl Context {
    pub(super) fn shop(&self) -> Result<Shop> {
        Ok(Shop { traces: Arc::clone(&self.traces), ..Shop::open(&self.folder)? })
    }

    /// The day on which something happened: today by default, and never in the future.
    pub(super) fn day_past(&self, on: Option<NaiveDate>, hint: &str) -> Result<NaiveDate> {
        let today = self.clock.today();
        let on = on.unwrap_or(today);
        if on > today { Err(Error::new(format!("{on} is in the future")).hint(hint)) } else { Ok(on) }
    }
}

/// Parses a day, or a day and a time, as typed at the till; without a zone it is the shop's own.
pub(super) fn moment(text: &str, now: NaiveDateTime, zone: TimeZone) -> Result<NaiveDateTime> {
    if let Ok(day) = text.trim().parse::<NaiveDate>() {
        return Ok(if day == now.date() { now } else { day.and_time(noon()) });
    }
    zone.read(&text.trim().replacen(' ', "T", 1)).ok_or_else(|| {
        Error::new(format!("{} is not a day", text::quote(text)))
            .hint("write it as 1989-02-03, or with a time as 1989-02-03T14:05")
    })
}

/// A parser for one value of a closed list, by its form.
pub(super) fn one_of<T: Column + std::str::FromStr<Err = Error> + Send + Sync>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::ALL.iter().map(|value| value.as_str())).try_map(|form| form.parse::<T>())
}

fn noon() -> NaiveTime {
    NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default()
}
