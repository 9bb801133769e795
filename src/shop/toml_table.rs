//! Parses TOML written by an owner, with all errors at once: each with its line, unknown keys with the most similar
//! known one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::{NonZeroU8, NonZeroU16};

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::mail_server::{MailServer, MailboxServer, Rate};
use super::placed::Placed;
use crate::domain::Column;
use crate::error::{Error, Result};
use crate::money::Share;
use crate::text;

const HOW_VALUES_ARE_WRITTEN: &str = "put text into double quotes, numbers and days without";

/// Parses a text with `build`, which takes the known keys from the table; every other key is an error. The result of
/// `build` is returned despite errors, so that it can be checked further.
pub(crate) fn read<T>(text: &str, build: impl FnOnce(TomlTable<'_>) -> T) -> (T, Vec<Error>) {
    let (root, broken) = DeTable::parse_recoverable(text);
    let root = root.into_inner();
    let lines = LineStarts::of(text);
    let first_ones = broken.iter().take(MOST_FAULTS);
    let mut broken: Vec<(usize, Error)> = first_ones.map(|fault| malformed(text, &lines, &root, fault)).collect();
    broken.sort_by_key(|(line, _)| *line);
    // Later errors on the same line are caused by the first.
    broken.dedup_by_key(|(line, _)| *line);
    note_control_characters(&root, &lines, &mut broken);
    let file = TomlFile { lines, is_whole: broken.is_empty(), faults: RefCell::default() };
    let built = build(TomlTable::of(root, 1, &file));
    let is_new = |(line, _): &(usize, Error)| broken.iter().all(|(other, _)| other != line);
    let others: Vec<(usize, Error)> = file.faults.into_inner().into_iter().filter(is_new).collect();
    (built, broken.into_iter().chain(others).map(|(line, fault)| fault.at(line)).collect())
}

/// A syntax error, with its line.
fn malformed(text: &str, lines: &LineStarts, root: &DeTable<'_>, fault: &toml::de::Error) -> (usize, Error) {
    let span = fault.span().unwrap_or_default();
    let (before, found) = (text.get(..span.start).unwrap_or(text), text.get(span.clone()).unwrap_or_default());
    let found = found.trim_matches(['"', '\'']);
    let is_value = before.trim_end_matches([' ', '\t']).ends_with('=');
    let hint = if is_key(root, found, span.start) {
        "keep one of the two lines"
    } else if is_value && found.starts_with(|c: char| c.is_ascii_digit()) && found.contains('-') {
        "write a day as 1990-01-15, without quotes"
    } else if is_value {
        HOW_VALUES_ARE_WRITTEN
    } else {
        "a line is `key = value`, with text in double quotes"
    };
    let mut chars = fault.message().chars();
    let lower: String = chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default();
    (lines.at(span.start), Error::new(lower.trim_end_matches('.')).hint(hint))
}

/// Notes the texts that have a control character in them, which only an escape such as `\u0007` can write; a line break and a
/// tab have their use.
fn note_control_characters(table: &DeTable<'_>, lines: &LineStarts, faults: &mut Vec<(usize, Error)>) {
    let has_one = |text: &str| text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    let mut values: Vec<&Spanned<DeValue<'_>>> = Vec::new();
    for (key, value) in table {
        values.push(value);
        if has_one(key.get_ref()) && faults.len() < MOST_FAULTS {
            faults.push((lines.at(key.span().start), Error::new("a key has a control character in it")));
        }
    }
    while let Some(value) = values.pop() {
        match value.get_ref() {
            DeValue::Table(inner) => note_control_characters(inner, lines, faults),
            DeValue::Array(all) => values.extend(all.iter()),
            DeValue::String(text) if has_one(text) && faults.len() < MOST_FAULTS => {
                let fault = Error::new(format!("the text {} has a control character in it", text::quote(text)));
                faults.push((lines.at(value.span().start), fault.hint("write it without the escape that makes it")));
            }
            _ => {}
        }
    }
}

/// Whether a table has a key, other than at this position.
fn is_key(table: &DeTable<'_>, name: &str, at: usize) -> bool {
    table.iter().any(|(key, value)| {
        let inside = |value: &DeValue<'_>| value.as_table().is_some_and(|table| is_key(table, name, at));
        let in_list = || value.get_ref().as_array().is_some_and(|all| all.iter().any(|one| inside(one.get_ref())));
        (key.get_ref() == name && key.span().start != at) || inside(value.get_ref()) || in_list()
    })
}

/// At most this many errors of a file are recorded: a file that is wrong everywhere is not ours.
const MOST_FAULTS: usize = 100;

/// The largest number of tables with one name, such as `[[branch]]`.
const MOST_TABLES: usize = 500;

/// The offsets of a text's lines.
struct LineStarts(Vec<usize>);

impl LineStarts {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of an offset, from 1.
    fn at(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|start| *start <= offset)
    }
}

/// The text being parsed, and its errors.
struct TomlFile {
    lines: LineStarts,
    /// It was parsed completely: a key that is not found is missing.
    is_whole: bool,
    faults: RefCell<Vec<(usize, Error)>>,
}

impl TomlFile {
    fn has_enough_faults(&self) -> bool {
        self.faults.borrow().len() >= MOST_FAULTS
    }
}

/// A table of the text; keys that were not taken when it is dropped are errors.
pub(crate) struct TomlTable<'t> {
    /// The line of its header.
    pub(crate) line: usize,
    entries: DeTable<'t>,
    known: Vec<&'static str>,
    /// Missing keys, each with its error.
    missing: Vec<(&'static str, Error)>,
    file: &'t TomlFile,
}

impl<'t> TomlTable<'t> {
    fn of(entries: DeTable<'t>, line: usize, file: &'t TomlFile) -> Self {
        Self { line, entries, known: Vec::new(), missing: Vec::new(), file }
    }

    /// Records an error on a line.
    pub(crate) fn fault(&self, line: usize, fault: Error) {
        if !self.file.has_enough_faults() {
            self.file.faults.borrow_mut().push((line, fault));
        }
    }

    /// Records that a key is missing.
    pub(crate) fn missing(&mut self, key: &'static str, fault: Error) {
        self.missing.push((key, fault));
    }

    /// Whether a key exists and was not taken yet.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Whether the value of a key is a table.
    pub(crate) fn holds_table(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// The line of a key's value, if it is there.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.entries.get(key).map_or(self.line, |value| self.file.lines.at(value.span().start))
    }

    /// Whether a key is missing, also under a similar name.
    pub(crate) fn lacks(&self, key: &str) -> bool {
        self.file.is_whole
            && !self.has(key)
            && self.entries.keys().all(|other| text::nearest(other.get_ref(), [key]).is_none())
    }

    fn entry(&mut self, key: &'static str) -> Option<TomlValue<'t>> {
        self.known.push(key);
        self.entries.remove(key)
    }

    /// The value of a key; none when it is absent, or an error was recorded.
    pub(crate) fn take<T: FromToml>(&mut self, key: &'static str) -> Option<Placed<T>> {
        let entry = self.entry(key)?;
        let line = self.file.lines.at(entry.span().start);
        match T::from_toml(entry) {
            Ok(value) => Some(Placed { value, line }),
            Err(fault) => {
                self.fault(line, fault);
                None
            }
        }
    }

    /// The same without its line, or the default.
    pub(crate) fn value<T: FromToml + Default>(&mut self, key: &'static str) -> T {
        self.value_if(key).unwrap_or_default()
    }

    /// The same without its line.
    pub(crate) fn value_if<T: FromToml>(&mut self, key: &'static str) -> Option<T> {
        self.take(key).map(|placed| placed.value)
    }

    /// The value of a required key.
    pub(crate) fn need<T: FromToml>(&mut self, key: &'static str) -> Option<Placed<T>> {
        if !self.has(key) {
            self.missing_key(key);
        }
        self.take(key)
    }

    pub(crate) fn table(&mut self, key: &'static str) -> Option<TomlTable<'t>> {
        let entry = self.entry(key)?;
        self.as_table(key, entry)
    }

    /// The table of a required key.
    pub(crate) fn need_table(&mut self, key: &'static str) -> Option<TomlTable<'t>> {
        if !self.has(key) {
            self.missing_key(key);
        }
        self.table(key)
    }

    /// The tables of a key: `[[branch]]`.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<TomlTable<'t>> {
        let Some(entry) = self.entry(key) else { return Vec::new() };
        let line = self.file.lines.at(entry.span().start);
        let DeValue::Array(all) = entry.into_inner() else {
            self.fault(line, Error::new(format!("`{key}` is not a list of tables")).hint(format!("write `[[{key}]]`")));
            return Vec::new();
        };
        if all.len() > MOST_TABLES {
            let fault = Error::new(format!("there are {} `[[{key}]]`, and {MOST_TABLES} is the most", all.len()));
            self.fault(line, fault.hint("what is the same for many belongs into one of them"));
            return Vec::new();
        }
        all.into_iter().filter_map(|one| self.as_table(key, one)).collect()
    }

    fn as_table(&self, key: &str, entry: TomlValue<'t>) -> Option<TomlTable<'t>> {
        let line = self.file.lines.at(entry.span().start);
        if let DeValue::Table(entries) = entry.into_inner() {
            return Some(TomlTable::of(entries, line, self.file));
        }
        self.fault(line, Error::new(format!("`{key}` is not a table")).hint(format!("write it as `[{key}]`")));
        None
    }

    fn missing_key(&mut self, key: &'static str) {
        let fault = Error::new(format!("`{key}` is missing"));
        self.missing(key, fault.hint(format!("add a line `{key} = …`")));
    }
}

impl Drop for TomlTable<'_> {
    fn drop(&mut self) {
        for key in self.entries.keys() {
            if self.file.has_enough_faults() {
                break;
            }
            let (name, line) = (key.get_ref(), self.file.lines.at(key.span().start));
            let fault = Error::new(format!("unknown field {}", text::quote(name)));
            self.fault(line, fault.hint(text::did_you_mean(name, &self.known)));
        }
        for (key, fault) in std::mem::take(&mut self.missing) {
            if self.lacks(key) {
                self.fault(self.line, fault);
            }
        }
    }
}

/// A parsed value.
pub(crate) type TomlValue<'t> = Spanned<DeValue<'t>>;

/// A type of values.
pub(crate) trait FromToml: Sized {
    fn from_toml(value: TomlValue<'_>) -> Result<Self>;
}

/// An error message of serde, without Rust type names.
fn without_types(message: &str) -> String {
    let message = &message.replace(" as i128", "");
    let words = [
        ("usize", "a whole number from 0 up"),
        ("u32", "a whole number from 0 up"),
        ("a nonzero u8", "a whole number from 1 to 255"),
        ("a nonzero u16", "a whole number from 1 to 65535"),
        ("f32", "a number"),
        ("a sequence", "a list in square brackets"),
        ("a map", "a table"),
    ];
    let Some((found, expected)) = message.rsplit_once("expected ") else { return message.to_owned() };
    let known = words.iter().find(|(name, _)| *name == expected).map_or(expected, |(_, words)| words);
    format!("{}expected {known}", found.replace("floating point", "number"))
}

/// Types that serde converts.
macro_rules! plain {
    ($($type:ty),*) => { $(
        impl FromToml for $type {
            fn from_toml(value: TomlValue<'_>) -> Result<Self> {
                let fault = |e: toml::de::Error| Error::new(without_types(e.message())).hint(HOW_VALUES_ARE_WRITTEN);
                Self::deserialize(ValueDeserializer::from(value)).map_err(fault)
            }
        }
    )* };
}
plain!(String, bool, f32, u32, usize, NonZeroU8, NonZeroU16, Vec<String>, BTreeMap<String, String>);

impl<T: Column> FromToml for T {
    fn from_toml(value: TomlValue<'_>) -> Result<Self> {
        let typed = String::from_toml(value)?;
        Self::from_form(&typed).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
            Error::new(format!("{} is not possible here", text::quote(&typed))).hint(text::did_you_mean(&typed, &known))
        })
    }
}

/// Types that are parsed from a text.
macro_rules! parsed {
    ($($type:ty),*) => { $(
        impl FromToml for $type {
            fn from_toml(value: TomlValue<'_>) -> Result<Self> {
                String::from_toml(value)?.parse::<Self>().map_err(Error::new)
            }
        }
    )* };
}
parsed!(MailServer, MailboxServer, Rate, Share);

/// A day: `1990-01-15`, with or without quotes.
impl FromToml for NaiveDate {
    fn from_toml(value: TomlValue<'_>) -> Result<Self> {
        let value = any_value(value)?;
        let typed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let wrong = |_| Error::new(format!("{} is not a day; write it as 1990-01-15", text::quote(&typed)));
        typed.parse().map_err(wrong)
    }
}

/// A value of any type.
pub(crate) fn any_value(value: TomlValue<'_>) -> Result<toml::Value> {
    toml::Value::deserialize(ValueDeserializer::from(value)).map_err(|e| Error::new(e.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> String {
        let (_, faults) = read(text, |mut root| {
            let name: Option<Placed<String>> = root.need("name");
            let on: Option<Placed<NaiveDate>> = root.take("on");
            let lines = root.tables("row").into_iter().map(|mut row| row.value::<u32>("size")).collect::<Vec<_>>();
            (name, on, lines)
        });
        Error::all(faults).map(|fault| fault.report()).unwrap_or_default()
    }

    #[test]
    fn faults_have_a_line_and_a_hint() {
        for (text, expected) in [
            ("name = 'x'\non = 1990-01-15\n[[row]]\nsize = 4", ""),
            ("name = 'x'\nnam = 'x'", "error: 2: unknown field `nam`\nhint: did you mean `name`?\n"),
            ("on = 1990-01-15\n", "error: 1: `name` is missing\nhint: add a line `name = …`\n"),
            (
                "name = 'x'\non = 1990-02-31",
                "error: 2: invalid date, expected day between 01 and 28\nhint: write a day as 1990-01-15, without quotes\n",
            ),
            ("name = 'x'\non = 'soon'", "error: 2: `soon` is not a day; write it as 1990-01-15\n"),
            ("name = 'x'\non = 7", "error: 2: `7` is not a day; write it as 1990-01-15\n"),
            ("name = 'x'\nname = 'y'", "error: 2: duplicate key\nhint: keep one of the two lines\n"),
            ("name = 'x'\nrow = 4", "error: 2: `row` is not a list of tables\nhint: write `[[row]]`\n"),
        ] {
            assert_eq!(faults(text), expected, "{text}");
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let messages = faults("on = 'soon'\nname = 5\n[[row]]\n# size = 3\nsize = 'x'\nsise = 4\n[rows]\n");
        let wanted = "error: 2: invalid type: integer `5`, expected a string\nhint: put text into double quotes, numbers and days without\n\
                      error: 1: `soon` is not a day; write it as 1990-01-15\n\
                      error: 5: invalid type: string \"x\", expected a whole number from 0 up\nhint: put text into double quotes, numbers and days without\n\
                      error: 6: unknown field `sise`\nhint: did you mean `size`?\n\
                      error: 7: unknown field `rows`\nhint: did you mean `row`?\n";
        assert_eq!(messages, wanted);
        let messages = faults("name = x\non = 'soon'\nrow");
        assert!(messages.starts_with("error: 1: ") && messages.contains("error: 2: `soon`"), "{messages}");
        assert!(!messages.contains("missing"), "what is lost is not missing: {messages}");
    }
}
