//! Rows of customers, read: what each says about a person.

use std::borrow::Cow;

use super::consent::consent_of;
use super::dialect::BETWEEN_VALUES;
use super::reading::ImportPlan;
use super::sheet::SheetRow;
use super::survey::Survey;
use super::{RowProblem, cells, days};
use crate::customers::{CustomerField, address_of};
use crate::domain::{Column, Consent};
use crate::error::Result;
use crate::text;

/// One row, read.
#[derive(Debug)]
pub(super) struct ContactRow {
    /// How far into the file it starts.
    pub(crate) offset: usize,
    pub(crate) reference: String,
    /// In the order of [`CustomerField::ALL`].
    pub(crate) texts: Vec<String>,
    pub(crate) post: Option<Consent>,
    pub(crate) email: Option<Consent>,
    pub(crate) tags: Vec<String>,
    pub(crate) address_hash: i64,
}

impl ContactRow {
    pub(super) fn field(&self, field: CustomerField) -> &str {
        &self.texts[field as usize]
    }
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
    let mut texts = Vec::with_capacity(CustomerField::ALL.len());
    let mut others = Vec::new();
    for field in CustomerField::ALL.iter().copied() {
        let name = field.as_str();
        texts.push(match field {
            CustomerField::Phone | CustomerField::Email => {
                let is_phone = field == CustomerField::Phone;
                let cell = if is_phone { plan.id(name, row, survey)? } else { columns.pick(name).of(row) };
                let (first, more) = cells::first_of(&cell, &BETWEEN_VALUES);
                others.extend(more.into_iter().map(str::to_owned));
                first.to_owned()
            }
            CustomerField::Postcode => plan.id(name, row, survey)?.into_owned(),
            CustomerField::Birthday => birthday(columns.pick(name).of(row), plan),
            _ => columns.pick(name).of(row).into_owned(),
        });
    }
    let text = |field: CustomerField| texts[field as usize].as_str();
    let code = cells::postcode(text(CustomerField::Postcode), text(CustomerField::State), text(CustomerField::Country));
    if code != texts[CustomerField::Postcode as usize] {
        texts[CustomerField::Postcode as usize] = code.into_owned();
    }
    if !others.is_empty() {
        let notes = &mut texts[CustomerField::Notes as usize];
        let also = format!("also {}", text::list(&others));
        *notes = if notes.is_empty() { also } else { format!("{notes}; {also}") };
    }
    let mut wish = |field: &'static str| match consent_of(&columns.pick(field).of(row)) {
        Ok(wish) => wish,
        Err(message) => {
            faults.push(RowProblem::new(line, columns.heading_of(field), message));
            None
        }
    };
    let (post, mut email) = (wish("post_consent"), wish("email_consent"));
    // A column that records a moment says yes or no by being filled.
    if !columns.pick("email_start").of(row).is_empty() {
        email = Some(Consent::Yes);
    }
    let stopped = columns.pick("email_stop").of(row);
    if !stopped.is_empty() && !matches!(consent_of(&stopped), Ok(Some(Consent::No))) {
        email = Some(Consent::No);
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let tags = columns.pick("tags").of(row);
    let (first, more) = cells::first_of(&tags, &[" ::: ", ",", ";"]);
    let tidy = |tag: &str| tag.trim_matches(['"', '*', ' ']).to_owned();
    let tags = std::iter::once(first).chain(more).map(tidy).filter(|tag| !tag.is_empty()).collect();
    let address_hash = address_of(|field| &texts[field as usize]).hash();
    Ok(Ok(ContactRow { offset: found.offset, reference, texts, post, email, tags, address_hash }))
}

/// A birthday as a day when it is one beyond doubt, else as it is written.
fn birthday(text: Cow<'_, str>, plan: &ImportPlan<'_>) -> String {
    let short_year = text.rsplit(['/', '.', '-', ' ']).next().is_some_and(|year| year.len() < 4);
    match days::parse(&text, plan.day_order) {
        Ok(day) if !short_year || text.as_bytes().get(4) == Some(&b'-') => day.to_string(),
        _ => text.into_owned(),
    }
}
