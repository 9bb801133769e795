//! Rows of customers, read: what each says about a person.

use std::borrow::Cow;

use super::reading::ImportPlan;
use super::sheet::SheetRow;
use super::survey::Survey;
use super::{RowProblem, cells, days};
use crate::customers::customer::TEXT_FIELDS;
use crate::customers::household;
use crate::error::Result;
use crate::text;

/// One row, read.
#[derive(Debug)]
pub(super) struct ContactRow {
    /// How far into the file it starts.
    pub(crate) offset: usize,
    pub(crate) reference: String,
    /// In the order of [`TEXT_FIELDS`].
    pub(crate) texts: Vec<String>,
    pub(crate) post: Option<&'static str>,
    pub(crate) email: Option<&'static str>,
    pub(crate) tags: Vec<String>,
    /// The address as a number.
    pub(crate) home: i64,
}

impl ContactRow {
    /// One of [`TEXT_FIELDS`] by its name.
    pub(super) fn field(&self, name: &str) -> &str {
        field_of(&self.texts, name)
    }
}

/// One of [`TEXT_FIELDS`] by its name.
pub(super) fn field_of<'t>(texts: &'t [String], name: &str) -> &'t str {
    TEXT_FIELDS.iter().position(|field| *field == name).map_or("", |index| &texts[index])
}

/// Reads a row; its faults, when it has some.
pub(super) fn read(
    plan: &ImportPlan<'_>,
    survey: &Survey<'_>,
    found: &SheetRow<'_>,
) -> Result<std::result::Result<ContactRow, Vec<RowProblem>>> {
    let (columns, line, row) = (&plan.columns, found.line, found.cells);
    let mut faults = Vec::new();
    let reference = plan.reference(row, survey)?.into_owned();
    if reference.is_empty() {
        let without =
            if plan.is_by_contact() { "a customer without email and phone" } else { "a customer without a reference" };
        let hint = "every customer needs one: it is how the next import knows them again";
        faults.push(RowProblem::new(line, plan.reference_heading(), without).hint(hint));
    }
    let mut texts = Vec::with_capacity(TEXT_FIELDS.len());
    let mut others = Vec::new();
    for field in TEXT_FIELDS {
        texts.push(match field {
            "phone" | "email" => {
                let cell = if field == "phone" { plan.id(field, row, survey)? } else { columns.pick(field).of(row) };
                let (first, more) = cells::first_of(&cell, plan.dialect.quirks.between);
                others.extend(more.into_iter().map(str::to_owned));
                first.to_owned()
            }
            "postcode" => plan.id(field, row, survey)?.into_owned(),
            "birthday" => birthday(columns.pick(field).of(row), plan),
            _ => columns.pick(field).of(row).into_owned(),
        });
    }
    let place = |field: &str| TEXT_FIELDS.iter().position(|known| *known == field).unwrap_or(0);
    let code = cells::postcode(&texts[place("postcode")], &texts[place("state")], &texts[place("country")]);
    if let Cow::Owned(whole) = code {
        texts[place("postcode")] = whole;
    }
    if !others.is_empty() {
        let notes = &mut texts[place("notes")];
        let also = format!("also {}", text::list(&others));
        *notes = if notes.is_empty() { also } else { format!("{notes}; {also}") };
    }
    let mut wish = |field: &'static str| match consent(&columns.pick(field).of(row)) {
        Ok(wish) => wish,
        Err(message) => {
            faults.push(RowProblem::new(line, columns.heading_of(field), message));
            None
        }
    };
    let (post, mut email) = (wish("post_consent"), wish("email_consent"));
    // A column that records a moment says yes or no by being filled.
    if !columns.pick("email_start").of(row).is_empty() {
        email = Some("yes");
    }
    let stopped = columns.pick("email_stop").of(row);
    if !stopped.is_empty() && !matches!(consent(&stopped), Ok(Some("no"))) {
        email = Some("no");
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let tags = columns.pick("tags").of(row);
    let (first, more) = cells::first_of(&tags, &[" ::: ", ",", ";"]);
    let tidy = |tag: &str| tag.trim_matches(['"', '*', ' ']).to_owned();
    let tags = std::iter::once(first).chain(more).map(tidy).filter(|tag| !tag.is_empty()).collect();
    let home = household::home(|field| field_of(&texts, field));
    Ok(Ok(ContactRow { offset: found.offset, reference, texts, post, email, tags, home }))
}

/// A birthday as a day when it is one beyond doubt, else as it is written.
fn birthday(text: Cow<'_, str>, plan: &ImportPlan<'_>) -> String {
    let short_year = text.rsplit(['/', '.', '-', ' ']).next().is_some_and(|year| year.len() < 4);
    match days::parse(&text, plan.day_order) {
        Ok(day) if !short_year || text.as_bytes().get(4) == Some(&b'-') => day.to_string(),
        _ => text.into_owned(),
    }
}

/// What a wish says, in the words that exports use; an empty cell says nothing.
fn consent(text: &str) -> std::result::Result<Option<&'static str>, String> {
    match text.to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "y" | "true" | "1" | "subscribed" | "opted in" | "opt-in" | "ja" | "wahr" | "oui" | "vrai" | "sí"
        | "si" | "verdadero" => Ok(Some("yes")),
        "no" | "n" | "false" | "0" | "unsubscribed" | "opted out" | "opt-out" | "bounced" | "cleaned" | "nein"
        | "falsch" | "non" | "faux" | "falso" => Ok(Some("no")),
        "unknown" | "?" | "not subscribed" | "never subscribed" | "not_subscribed" | "pending" => Ok(Some("unknown")),
        _ => Err(format!("{} is not a wish: yes, no or unknown", text::quote(text))),
    }
}
