//! The one error type: its kind, what is wrong, where, and what to do next.

use std::fmt;
use std::path::Path;

use crate::text;

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of failure; the exit code of the program depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The owner's mistake, or something rejected: exit code 1.
    Refused,
    /// Part of the work failed or is in doubt: exit code 3.
    Partial,
    /// An error of the machine: a full disk, a file that cannot be read. Exit code 1.
    Machine,
}

/// A failure, displayed as `error: place: message`, then `hint: action`.
#[derive(Debug)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    place: Option<String>,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    others: Vec<Error>,
    /// The message continues after the name of a recipient: `needs …`.
    goes_on: bool,
}

impl Error {
    /// A rejection: `message` is lowercase, without a period, typed text in backticks.
    pub fn new(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Refused, message)
    }

    /// An error of the given kind.
    pub fn of(kind: ErrorKind, message: impl Into<String>) -> Self {
        let (message, others) = (message.into(), Vec::new());
        let inner = Inner { kind, message, place: None, hint: None, source: None, others, goes_on: false };
        Self { inner: Box::new(inner) }
    }

    /// A field is printed and is empty.
    pub(crate) fn empty_field(name: &str) -> Self {
        let mut error = Self::new(format!("needs {}, which is empty", text::quote(name)));
        error.inner.goes_on = true;
        error
    }

    /// A machine error while doing `what` (`write`, `read` …) with `path`.
    pub fn io(what: &str, path: &Path, source: std::io::Error) -> Self {
        Self::cannot(&format!("{what} {}", text::quote(&path.display().to_string())), source)
    }

    /// The file to be created already exists.
    pub(crate) fn is_there(path: &Path) -> Self {
        Self::new(format!("{} already exists", text::quote(&path.display().to_string())))
    }

    /// A machine error while doing something: `write the letters`.
    pub(crate) fn cannot(what: &str, source: std::io::Error) -> Self {
        let message = format!("cannot {what}: {}", reason(&source));
        let hint = match source.kind() {
            std::io::ErrorKind::StorageFull => Some("the disk is full: free some space, then do it again"),
            std::io::ErrorKind::QuotaExceeded => {
                Some("your share of the disk is used up: free some space, then do it again")
            }
            std::io::ErrorKind::FileTooLarge => {
                Some("files of this size are not allowed here: ask the administrator of this machine")
            }
            std::io::ErrorKind::ReadOnlyFilesystem => {
                Some("this disk can only be read: copy the shop folder to another one")
            }
            std::io::ErrorKind::IsADirectory => Some("that is a folder: move it away, or give it another name"),
            std::io::ErrorKind::NotFound => Some("check its name, and the folder it is in"),
            std::io::ErrorKind::PermissionDenied => {
                Some("this folder or file belongs to another user: ask for permission to use it")
            }
            _ => None,
        };
        let mut error = Self::of(ErrorKind::Machine, message).because(source);
        error.inner.hint = hint.map(str::to_owned);
        error
    }

    /// Several errors found at once; `None` when there are none.
    pub fn all(mut faults: Vec<Error>) -> Option<Self> {
        if faults.is_empty() {
            return None;
        }
        let mut flat: Vec<Error> = Vec::with_capacity(faults.len());
        for mut fault in faults.drain(..) {
            let mut inside = std::mem::take(&mut fault.inner.others);
            flat.push(fault);
            flat.append(&mut inside);
        }
        let mut first = flat.remove(0);
        first.inner.others = flat;
        Some(first)
    }

    /// Adds the place: `campaigns/spring.toml:9`. A more precise place that is already set is appended.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.each_place(|near| near.map_or_else(|| place.to_string(), |near| format!("{place}:{near}")));
        self
    }

    /// Adds the folder of the place's file: `letter-templates/`.
    #[must_use]
    pub fn within(mut self, folder: &str) -> Self {
        self.each_place(|near| format!("{folder}{}", near.unwrap_or_default()));
        self
    }

    /// Changes the place of this error and of those found with it.
    fn each_place(&mut self, change: impl Fn(Option<String>) -> String) {
        let inner = &mut *self.inner;
        inner.place = Some(change(inner.place.take()));
        for other in &mut inner.others {
            other.inner.place = Some(change(other.inner.place.take()));
        }
    }

    /// Sets what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hint = Some(hint.into());
        self
    }

    /// Stores the cause, for developers.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// The same message for another item that it applies to; without the cause.
    #[must_use]
    pub fn again(&self) -> Self {
        let Inner { kind, message, place, hint, goes_on, .. } = &*self.inner;
        let (message, place, hint) = (message.clone(), place.clone(), hint.clone());
        let (kind, goes_on) = (*kind, *goes_on);
        Self { inner: Box::new(Inner { kind, message, place, hint, source: None, others: Vec::new(), goes_on }) }
    }

    /// What sort of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The message without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// Where it is, if that is known.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.inner.place.as_deref()
    }

    /// Whether the message continues after the name of a recipient.
    pub(crate) fn goes_on(&self) -> bool {
        self.inner.goes_on
    }

    /// The same without its place.
    #[must_use]
    pub(crate) fn nowhere(mut self) -> Self {
        self.inner.place = None;
        self
    }

    /// What to do next.
    #[must_use]
    pub fn what_next(&self) -> Option<&str> {
        self.inner.hint.as_deref()
    }

    /// This error and those found with it.
    pub fn faults(&self) -> impl Iterator<Item = &Error> {
        std::iter::once(self).chain(&self.inner.others)
    }

    /// The exit code that the program ends with.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.inner.kind {
            ErrorKind::Refused | ErrorKind::Machine => 1,
            ErrorKind::Partial => 3,
        }
    }

    /// The text for the terminal: each error with its hint, and a newline at the end.
    #[must_use]
    pub fn report(&self) -> String {
        let mut report = String::new();
        let mut faults = self.faults().peekable();
        while let Some(fault) = faults.next() {
            report.push_str("error: ");
            report.push_str(&text::plain(&fault.to_string()));
            report.push('\n');
            // A hint shared by several errors is shown once, below the last.
            let again = faults.peek().is_some_and(|next| next.what_next() == fault.what_next());
            if let Some(hint) = fault.what_next().filter(|_| !again) {
                report.push_str("hint: ");
                report.push_str(&text::plain(hint));
                report.push('\n');
            }
        }
        report
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.inner.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.inner.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

/// A message that begins with the name of a recipient.
pub(crate) fn about(whose: &str, message: &str, goes_on: bool) -> String {
    format!("{whose}{}{message}", if goes_on { " " } else { ": " })
}

/// The text of an I/O error, without the system's number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_place_message_and_hint() {
        let error =
            Error::new("unknown field `segmnt`").at(9).at("campaigns/spring.toml").hint("did you mean `segment`?");
        assert_eq!(
            error.report(),
            "error: campaigns/spring.toml:9: unknown field `segmnt`\nhint: did you mean `segment`?\n"
        );
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let both = Error::all(vec![Error::new("one").at("2"), Error::new("two").at("3")]).map(|e| e.at("a.csv"));
        assert_eq!(both.map(|e| e.report()).as_deref(), Some("error: a.csv:2: one\nerror: a.csv:3: two\n"));
        assert!(Error::all(Vec::new()).is_none());
    }
}
