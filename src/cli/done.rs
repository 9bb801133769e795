//! The result of a verb: text for people, an object for programs.

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::Error;

/// The result of a verb that did not fail.
#[derive(Debug, Clone)]
pub(super) struct Done {
    /// Ends with a line break.
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) warnings: Vec<String>,
    /// The error message of a rejection, as the terminal shows it; otherwise empty.
    pub(crate) refusal: String,
    /// 0 done, 1 rejected, 3 partly done.
    pub(crate) exit: u8,
}

impl Done {
    /// Done, with a text and an object.
    pub(super) fn new(text: impl Into<String>, object: &impl Serialize) -> Self {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let json = serde_json::to_value(object).unwrap_or(Value::Null);
        Self { text, json, warnings: Vec::new(), refusal: String::new(), exit: 0 }
    }

    /// With warnings.
    pub(super) fn warn(mut self, warnings: impl IntoIterator<Item = String>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// Rejected, with lines of `error:` and `hint:`.
    pub(super) fn refused(mut self, report: &str) -> Self {
        self.refusal = report.to_owned();
        self.exit(1)
    }

    /// Interrupted: part of it was done.
    pub(super) fn broken_off(self, why: &Error) -> Self {
        self.refused(&why.report()).partial(true)
    }

    /// Whether part of it failed, waits or is in doubt.
    pub(super) fn partial(self, is_partial: bool) -> Self {
        if is_partial { self.exit(3) } else { self }
    }

    /// With another exit code.
    pub(super) fn exit(mut self, code: u8) -> Self {
        self.exit = code;
        self
    }
}

/// An error as an object, for `--json`.
pub(super) fn error_json(error: &Error) -> Option<String> {
    let faults: Vec<Value> = error
        .faults()
        .map(|fault| json!({ "message": fault.message(), "place": fault.place(), "hint": fault.what_next() }))
        .collect();
    serde_json::to_string(&json!({ "errors": faults })).ok().map(|text| text + "\n")
}
