//! `customer note REF TEXT`: adds a note.

use chrono::NaiveDate;
use serde_json::json;

use super::one_line::who;
use crate::app;
use crate::app::notes::NewNote;
use crate::cli::context::Context;
use crate::cli::done::Done;
use crate::domain::NoteKind;
use crate::error::Result;

/// Add a note about a call, a visit, praise, a complaint or an idea. A complaint stays open until `customer resolve`.
#[derive(Debug, clap::Args)]
pub(super) struct NoteArguments {
    /// The customer's reference.
    #[arg(value_name = "REF")]
    reference: String,
    /// What was said; after `--` if it begins with a hyphen.
    #[arg(value_name = "TEXT")]
    text: String,
    /// The kind of note: call, visit, praise, complaint or idea.
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// How many minutes it took.
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    minutes: i64,
    /// The day; today by default.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<NaiveDate>,
}

pub(super) fn run(arguments: &NoteArguments, context: &Context) -> Result<Done> {
    let shop = context.shop()?;
    let on = context.day_past(arguments.on, "a note cannot be about the future")?;
    let NoteArguments { reference, text, kind, minutes, .. } = arguments;
    let (customer, id) = app::notes::add(&shop, reference, NewNote { kind, text, minutes: *minutes, on })?;
    let and = if kind == NoteKind::Complaint.as_str() {
        format!(" It stays open until `regulars customer resolve {}`.", customer.reference)
    } else {
        String::new()
    };
    let text = format!("Noted for {}: {kind}, {on}.{and}", who(&customer));
    let object = json!({ "ref": customer.reference, "name": customer.name(), "note": id, "kind": kind, "on": on, "minutes": minutes });
    Ok(Done::new(text, &object))
}
