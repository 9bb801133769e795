//! Customers into the book: new cards, and what changed on the old ones.

use std::collections::HashMap;
use std::sync::mpsc::sync_channel;

use chrono::NaiveDate;

use super::contacts::{self, ContactRow};
use super::reading::{ImportPlan, LARGE};
use super::survey::Survey;
use super::{ImportReport, ImportStep, RowProblem, unknown};
use crate::customers::index::{self, Words};
use crate::customers::{self, CardWriter, CustomerField, RefStatus, References, address_of, household, record_consent};
use crate::domain::{Column, Consent, ConsentChannel, CustomerId};
use crate::error::{Error, Result};
use crate::store::Write;
use crate::text;

/// Takes the customers of a file into the book. Empty cells never erase what the book knows.
///
/// Rows with a fault are left out and named in the report; whether the rest stands is for the caller to say.
///
/// # Errors
/// When the file cannot be read, or the database fails.
pub(crate) fn customers(
    write: &Write<'_>,
    plan: &ImportPlan<'_>,
    today: NaiveDate,
    progress: &dyn Fn(ImportStep),
) -> Result<ImportReport> {
    let mut book = CustomerImporter::new(write, today)?;
    let is_first = book.ids.is_empty();
    let mut reading = || {
        let read = read_all(&mut book, plan, progress)?;
        progress(ImportStep::Now("Putting the index in order"));
        Ok(read)
    };
    let read = match (plan.sheet.size() > LARGE, is_first) {
        (true, true) => write.unindexed("customer", reading)?,
        (true, false) => write.with_room(reading)?,
        (false, _) => reading()?,
    };
    let CustomerImporter { mut report, forgotten, touched, words, ids, new, .. } = book;
    let twins: Vec<String> = unknown::without_zeros(&new, &ids)
        .map(|(new, known)| format!("{} ({} in the book)", text::quote(new), text::quote(known)))
        .collect();
    if !twins.is_empty() {
        report.warnings.push(format!("new, but perhaps in the book already: {}", text::first_few(&twins, 12)));
    }
    if forgotten > 0 {
        let count = text::count(forgotten, "customer");
        report.warnings.push(format!("{count} asked to be forgotten: left out"));
    }
    report.join(read);
    report.not_taken(plan.columns.unused());
    if report.added + report.changed > 0 {
        customers::link_purchases(write)?;
        progress(ImportStep::Now("Working out who lives together"));
        if touched.len() > FEW {
            household::regroup(write)?;
        } else {
            household::settle(write, &touched, &[])?;
        }
        progress(ImportStep::Now("Making the index of names"));
        match (is_first, index::is_complete(write)?) {
            (true, _) => index::fill(write, words)?,
            (false, true) => words.write(write)?,
            (false, false) => index::complete(write)?,
        }
    }
    Ok(report)
}

/// Reads on a thread of its own, and takes what was read here.
fn read_all(
    book: &mut CustomerImporter<'_>,
    plan: &ImportPlan<'_>,
    progress: &dyn Fn(ImportStep),
) -> Result<ImportReport> {
    std::thread::scope(|scope| {
        let (give, taken) = sync_channel::<Vec<ContactRow>>(4);
        let reading = scope.spawn(move || -> Result<ImportReport> {
            let survey = Survey::new(plan.sheet, &plan.columns);
            // On which line each reference stood first.
            let mut seen: HashMap<String, usize> = HashMap::new();
            let (mut read, mut batch) = (ImportReport::default(), Vec::new());
            plan.sheet.each(|row| {
                read.read += 1;
                let contact = match row.fault.clone() {
                    None => contacts::read(plan, &survey, row)?,
                    Some(fault) => Err(vec![fault]),
                };
                let contact = match contact {
                    Err(problems) => Err(problems),
                    Ok(contact) => match seen.get(&contact.reference) {
                        Some(_) if plan.dialect.quirks.repeats => return Ok(()),
                        Some(first) => Err(vec![twice(plan, &contact, row.line, *first)]),
                        None => Ok(contact),
                    },
                };
                match contact {
                    Ok(contact) => {
                        seen.insert(contact.reference.clone(), row.line);
                        batch.push(contact);
                    }
                    Err(problems) => plan.leave_out(&mut read, row, problems)?,
                }
                if batch.len() == 1024 {
                    let _ = give.send(std::mem::take(&mut batch));
                }
                Ok(())
            })?;
            let _ = give.send(batch);
            Ok(read)
        });
        for batch in taken {
            for contact in &batch {
                book.take(contact)?;
            }
            progress(ImportStep::Read(batch.last().map_or(0, |contact| contact.offset)));
        }
        reading.join().unwrap_or_else(|_| Err(Error::new("reading the file failed")))
    })
}

fn twice(plan: &ImportPlan<'_>, contact: &ContactRow, line: usize, first: usize) -> RowProblem {
    let message = format!("customer {} is in line {first} already", text::quote(&contact.reference));
    RowProblem::new(line, plan.reference_heading(), message)
        .hint("take one of the rows out; if they are two people, give one another reference")
}

/// The book while customers are taken into it.
struct CustomerImporter<'t> {
    write: &'t Write<'t>,
    today: NaiveDate,
    ids: HashMap<String, CustomerId>,
    /// Those that were merged or forgotten.
    references: References,
    forgotten: usize,
    /// References that are new in a book that was not empty.
    new: Vec<String>,
    cards: CardWriter<'t>,
    /// Whose home or name is new.
    touched: Vec<CustomerId>,
    words: Words,
    report: ImportReport,
}

/// Of so many at most the households are worked out one by one.
const FEW: usize = 500;

impl<'t> CustomerImporter<'t> {
    fn new(write: &'t Write<'t>, today: NaiveDate) -> Result<Self> {
        Ok(Self {
            write,
            today,
            ids: customers::ids(write)?,
            references: References::of(write)?,
            forgotten: 0,
            new: Vec::new(),
            cards: CardWriter::new(write)?,
            touched: Vec::new(),
            words: Words::default(),
            report: ImportReport::default(),
        })
    }

    fn take(&mut self, contact: &ContactRow) -> Result<()> {
        let mut status = self.references.status(&contact.reference);
        // Somebody who was forgotten does not come back under another reference.
        if self.references.has_forgotten()
            && status == RefStatus::Own
            && self.references.status(&contact.field(CustomerField::Email).to_lowercase()) == RefStatus::Forgotten
        {
            status = RefStatus::Forgotten;
        }
        // Of a card that was merged into another only what the other lacks is taken, and of wishes a no.
        let is_merged = matches!(status, RefStatus::Merged(_));
        let old = match status {
            RefStatus::Own => self.ids.get(&contact.reference).copied(),
            RefStatus::Merged(id) => Some(id),
            RefStatus::Forgotten => {
                self.forgotten += 1;
                return Ok(());
            }
        };
        let (id, mut different, before) = match old {
            None => (self.insert(contact)?, false, [Consent::default(); 2]),
            Some(id) => {
                let card = self.cards.stored(id)?;
                (id, self.update(id, contact, &card.texts, is_merged)?, [card.post_consent, card.email_consent])
            }
        };
        for ((channel, consent), before) in
            [(ConsentChannel::Post, contact.post), (ConsentChannel::Email, contact.email)].into_iter().zip(before)
        {
            if let Some(consent) = consent.filter(|new| *new != before && (!is_merged || *new == Consent::No)) {
                record_consent(self.write, id, channel, consent, self.today, "import")?;
                different = true;
                if old.is_some() {
                    let field = format!("{channel}_consent");
                    self.report.changes.note(&contact.reference, &field, before.as_str(), consent.as_str());
                }
            }
        }
        for tag in &contact.tags {
            let is_new = self.cards.add_tag(id, tag)?;
            different |= is_new;
            if is_new && old.is_some() {
                self.report.changes.note(&contact.reference, "tags", "", tag);
            }
        }
        match (old.is_none(), different) {
            (true, _) => self.report.added += 1,
            (false, true) => self.report.changed += 1,
            (false, false) => self.report.unchanged += 1,
        }
        Ok(())
    }

    fn insert(&mut self, contact: &ContactRow) -> Result<CustomerId> {
        let id = self.cards.insert(&contact.reference, &contact.texts, contact.address_hash)?;
        self.words.put_in(id, |field| contact.field(field));
        self.touched.push(id);
        if !self.ids.is_empty() {
            self.new.push(contact.reference.clone());
        }
        Ok(id)
    }

    /// Writes what is different; whether something was.
    fn update(&mut self, id: CustomerId, contact: &ContactRow, old: &[String], only_empty: bool) -> Result<bool> {
        let (mut changed, mut now) = (Vec::new(), old.to_vec());
        for (index, ((field, new), old)) in CustomerField::ALL.iter().zip(&contact.texts).zip(old).enumerate() {
            if !new.is_empty() && new != old && (old.is_empty() || !only_empty) {
                self.report.changes.note(&contact.reference, field.as_str(), old, new);
                now[index].clone_from(new);
                changed.push((*field, new.as_str()));
            }
        }
        if changed.is_empty() {
            return Ok(false);
        }
        self.cards.update(id, &changed)?;
        if address_of(|field| &old[field as usize]) != address_of(|field| &now[field as usize]) {
            household::place_card(self.write, id)?;
        }
        self.words.take_out(id, |field| &old[field as usize]);
        self.words.put_in(id, |field| &now[field as usize]);
        self.touched.push(id);
        Ok(true)
    }
}
