//! Parses rows of customers.

use csv::StringRecord;

use super::birthday::BirthdayColumn;
use super::consent::{consent_of, holds};
use super::list_reference::list_reference;
use super::reading::{ImportPlan, KnownBy};
use super::sheet::SheetRow;
use super::survey::Survey;
use super::{RowProblem, cells, placeholders, row_address};
use crate::customers::{CustomerField, address_of};
use crate::domain::{CircumstanceKind, Column, Consent, ConsentChannel, EmailAddress};
use crate::error::Result;
use crate::text;

/// One parsed row.
#[derive(Debug)]
pub(super) struct ContactRow {
    pub(crate) line: usize,
    /// Its offset in the file.
    pub(crate) offset: usize,
    pub(crate) reference: String,
    /// The reference in earlier versions, if they read the email differently.
    pub(crate) former_reference: Option<String>,
    /// Why the email is invalid.
    pub(crate) email_fault: Option<String>,
    /// The reference is made of the name and the address: several people may share it.
    pub(crate) is_listed: bool,
    /// In the order of [`CustomerField::ALL`].
    pub(crate) texts: Vec<String>,
    pub(crate) post: Option<Consent>,
    pub(crate) email: Option<Consent>,
    pub(crate) tags: Vec<String>,
    pub(crate) address_hash: i64,
    /// The index of the file's address that is used.
    pub(crate) address_of_file: usize,
    /// Circumstances in the file.
    pub(crate) circumstances: Vec<CircumstanceKind>,
    /// A remark or tag that suggests that no letter should be sent.
    pub(crate) remark: Option<String>,
    /// The row is left out because another has its reference: only its opt-outs count.
    pub(crate) is_repeated: bool,
}

impl ContactRow {
    pub(super) fn field(&self, field: CustomerField) -> &str {
        &self.texts[field as usize]
    }

    /// Only the opt-outs of the row.
    pub(super) fn opt_outs(mut self) -> Option<Self> {
        self.texts.iter_mut().for_each(String::clear);
        self.tags.clear();
        self.circumstances.clear();
        (self.post, self.email) = (no(self.post), no(self.email));
        self.email_fault = None;
        self.is_repeated = true;
        (self.post.is_some() || self.email.is_some()).then_some(self)
    }
}

fn no(consent: Option<Consent>) -> Option<Consent> {
    consent.filter(|consent| *consent == Consent::No)
}

/// Parses a row; or returns its errors.
pub(super) fn read(
    plan: &ImportPlan<'_>,
    survey: &Survey<'_>,
    birthdays: &mut BirthdayColumn<'_>,
    found: &SheetRow<'_>,
) -> Result<std::result::Result<ContactRow, Vec<RowProblem>>> {
    let (columns, line, row) = (&plan.columns, found.line, found.cells);
    let mut faults = Vec::new();
    let (address, address_of_file) = row_address::read(plan, row, survey)?;
    let mut texts = Vec::with_capacity(CustomerField::ALL.len());
    let mut others = Vec::new();
    for field in CustomerField::ALL.iter().copied() {
        let name = field.as_str();
        texts.push(match field {
            CustomerField::Phone => {
                let cell = plan.id(name, row, survey)?;
                let (first, more) = cells::first_of(&cell, &cells::BETWEEN_VALUES);
                others.extend(more.into_iter().map(str::to_owned));
                first.to_owned()
            }
            CustomerField::Email => {
                let cell = columns.pick(name).of(row);
                let (first, more) = cells::email_of(&cell);
                others.extend(more.into_iter().map(str::to_owned));
                first.into_owned()
            }
            CustomerField::Birthday => match birthdays.read(&columns.pick(name).of(row), line)? {
                Ok(birthday) => birthday,
                Err(fault) => {
                    faults.push(RowProblem::of(line, columns.heading_of(name), &fault));
                    String::new()
                }
            },
            _ => match address.part(field) {
                Some(part) => part.to_owned(),
                None => columns.pick(name).of(row).into_owned(),
            },
        });
    }
    placeholders::clear(&mut texts);
    let email = &texts[CustomerField::Email as usize];
    let email_fault = if email.is_empty() { None } else { EmailAddress::fault(email) };
    let mut reference = plan.customer_reference(row, survey)?.into_owned();
    let mut is_listed = reference.is_empty() && plan.known_by() != KnownBy::Reference;
    if is_listed {
        reference = list_reference(|field| texts[field as usize].as_str());
    }
    if is_listed && reference.is_empty() {
        // An invalid email is better than nothing.
        is_listed = false;
        reference = plan.reference(row, survey)?.into_owned();
    }
    let former_reference = plan.former_reference(row, &reference);
    if reference.is_empty() {
        let without = match plan.known_by() {
            KnownBy::Reference => "a customer without a reference",
            KnownBy::Contact => "a customer without email, phone, and name and street",
            KnownBy::NameAndAddress => "a customer without a name and a street",
        };
        let hint = "every customer needs one: the next import finds them by it";
        faults.push(RowProblem::new(line, plan.reference_heading(), without).hint(hint));
    }
    if !others.is_empty() {
        let notes = &mut texts[CustomerField::Notes as usize];
        let also = format!("also {}", text::list(&others));
        *notes = if notes.is_empty() { also } else { format!("{notes}; {also}") };
    }
    let [post, email] = consents(plan, row).map(|(field, consent)| {
        consent.unwrap_or_else(|message| {
            faults.push(RowProblem::new(line, columns.heading_of(field), message));
            None
        })
    });
    let circumstances = CircumstanceKind::ALL.iter().copied();
    let circumstances = circumstances.filter(|kind| holds(&columns.pick(kind.as_str()).of(row))).collect();
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let tags = columns.pick("tags").of(row);
    let remark = [texts[CustomerField::Notes as usize].as_str(), &tags].into_iter().find_map(text::card_remark);
    let remark = remark.map(str::to_owned);
    let (first, more) = cells::first_of(&tags, &[" ::: ", ",", ";"]);
    let tidy = |tag: &str| tag.trim_matches(['"', '*', ' ']).to_owned();
    let tags = std::iter::once(first).chain(more).map(tidy).filter(|tag| !tag.is_empty()).collect();
    let address_hash = address_of(|field| &texts[field as usize]).hash();
    let offset = found.offset;
    Ok(Ok(ContactRow {
        line,
        offset,
        reference,
        former_reference,
        email_fault,
        is_listed,
        texts,
        post,
        email,
        tags,
        address_hash,
        address_of_file,
        circumstances,
        remark,
        is_repeated: false,
    }))
}

/// The consent to post and email in a row, each with its field.
fn consents(
    plan: &ImportPlan<'_>,
    row: &StringRecord,
) -> [(&'static str, std::result::Result<Option<Consent>, String>); 2] {
    let cell = |field| plan.columns.pick(field).of(row);
    [("post_consent", "", "post_stop"), ("email_consent", "email_start", "email_stop")].map(|(field, start, stop)| {
        let mut consent = consent_of(&cell(field));
        // A column with a timestamp means yes or no if it is filled.
        if !start.is_empty() && !cell(start).is_empty() {
            consent = consent.map(|_| Some(Consent::Yes));
        }
        if holds(&cell(stop)) || holds(&cell("contact_stop")) {
            consent = consent.map(|_| Some(Consent::No));
        }
        (field, consent)
    })
}

/// The channels that a row opts out of.
pub(super) fn opt_outs(plan: &ImportPlan<'_>, row: &StringRecord) -> impl Iterator<Item = ConsentChannel> {
    let channels = [ConsentChannel::Post, ConsentChannel::Email].into_iter().zip(consents(plan, row));
    channels.filter(|(_, (_, consent))| *consent == Ok(Some(Consent::No))).map(|(channel, _)| channel)
}
