//! Customers into the book: new cards, and what changed on the old ones.

use std::collections::HashMap;
use std::sync::mpsc::sync_channel;

use chrono::NaiveDate;

use super::contacts::{self, Contact};
use super::reading::{LARGE, Plan};
use super::sheet::EARLIER;
use super::survey::Survey;
use super::{Fault, Report, links};
use crate::book::customer::TEXT_FIELDS;
use crate::book::{References, Standing, Way, household, record_wish, table};
use crate::error::{Error, Result};
use crate::params;
use crate::store::{Statement, ToValue, Value, Write};
use crate::words;

/// Takes the customers of a file into the book. Empty cells never erase what the book knows.
///
/// Rows with a fault are left out and named in the report; whether the rest stands is for the caller to say.
///
/// # Errors
/// When the file cannot be read, or the database fails.
pub fn customers(write: &Write<'_>, plan: &Plan<'_>, today: NaiveDate, progress: &dyn Fn(usize)) -> Result<Report> {
    let mut book = Taking::new(write, plan, today)?;
    let is_first = book.ids.is_empty();
    let mut reading = || read_all(&mut book, plan, progress);
    let read = match (plan.sheet.size() > LARGE, is_first) {
        (true, true) => write.unindexed("customer", reading)?,
        (true, false) => write.with_room(reading)?,
        (false, _) => reading()?,
    };
    let Taking { mut report, mut faults, forgotten, .. } = book;
    if forgotten > 0 {
        let count = words::count(forgotten, "customer");
        report.warnings.push(format!("{count} asked to be forgotten: left out"));
    }
    report.read = read.rows;
    report.rejected += read.rejected;
    faults.extend(read.faults);
    report.problems = plan.sheet.placed(faults)?;
    let unused = plan.columns.unused();
    if !unused.is_empty() {
        let names: Vec<String> = unused.iter().map(|name| words::quote(name)).collect();
        report.warnings.push(format!("not taken: {}", words::list(&names)));
    }
    if report.added + report.changed > 0 {
        links::link_sales(write)?;
        household::regroup(write)?;
    }
    Ok(report)
}

/// What reading the whole file came to.
#[derive(Default)]
struct Read {
    rows: usize,
    rejected: usize,
    faults: Vec<Fault>,
}

/// Reads on a thread of its own, and takes what was read here.
fn read_all(book: &mut Taking<'_>, plan: &Plan<'_>, progress: &dyn Fn(usize)) -> Result<Read> {
    std::thread::scope(|scope| {
        let (give, taken) = sync_channel::<Vec<Contact>>(4);
        let reading = scope.spawn(move || -> Result<Read> {
            let survey = Survey::new(plan.sheet, &plan.columns);
            let (mut read, mut odd, mut batch) = (Read::default(), Vec::new(), Vec::new());
            plan.sheet.records(
                |offset, row| {
                    read.rows += 1;
                    match contacts::read(plan, &survey, offset, row)? {
                        Ok(contact) => batch.push(contact),
                        Err(mut faults) => {
                            read.rejected += 1;
                            read.faults.append(&mut faults);
                        }
                    }
                    if batch.len() == 1024 {
                        let _ = give.send(std::mem::take(&mut batch));
                    }
                    Ok(())
                },
                |fault, _| odd.push(fault),
            )?;
            let _ = give.send(batch);
            read.rows += odd.len();
            read.rejected += odd.len();
            read.faults.append(&mut odd);
            Ok(read)
        });
        for batch in taken {
            for contact in &batch {
                book.take(contact)?;
            }
            let offset = batch.last().map_or(0, |contact| contact.offset);
            progress(usize::try_from(offset).unwrap_or(usize::MAX));
        }
        reading.join().unwrap_or_else(|_| Err(Error::new("reading the file failed")))
    })
}

/// The book while customers are taken into it.
struct Taking<'t> {
    write: &'t Write<'t>,
    plan: &'t Plan<'t>,
    today: NaiveDate,
    ids: HashMap<String, i64>,
    /// Those that were merged or forgotten.
    references: References,
    forgotten: usize,
    /// Where each reference stood in the file first.
    seen: HashMap<String, u64>,
    next: i64,
    insert: Statement<'t>,
    report: Report,
    faults: Vec<Fault>,
}

/// A card as the book has it.
struct Card {
    post: String,
    email: String,
    texts: Vec<String>,
}

impl<'t> Taking<'t> {
    fn new(write: &'t Write<'t>, plan: &'t Plan<'t>, today: NaiveDate) -> Result<Self> {
        let marks: Vec<String> = (2..TEXT_FIELDS.len() + 2).map(|n| format!("?{n}")).collect();
        let (fields, marks) = (TEXT_FIELDS.join(", "), marks.join(", "));
        let id = TEXT_FIELDS.len() + 2;
        let sql = format!("INSERT INTO customer (ref, {fields}, id, household_id) VALUES (?1, {marks}, ?{id}, ?{id})");
        Ok(Self {
            write,
            plan,
            today,
            ids: table::ids(write)?,
            references: References::of(write)?,
            forgotten: 0,
            seen: HashMap::new(),
            next: write.value::<i64>("SELECT COALESCE(max(id), 0) + 1 FROM customer", params![])?,
            insert: write.prepare(&sql)?,
            report: Report::default(),
            faults: Vec::new(),
        })
    }

    fn take(&mut self, contact: &Contact) -> Result<()> {
        if let Some(first) = self.seen.get(&contact.reference) {
            if !self.plan.dialect.habits.repeats {
                let message = format!("customer {} is in line {EARLIER} already", words::quote(&contact.reference));
                self.faults.push(Fault::new(contact.offset, self.plan.reference_heading(), message).after(*first));
                self.report.rejected += 1;
            }
            return Ok(());
        }
        self.seen.insert(contact.reference.clone(), contact.offset);
        let standing = self.references.standing(&contact.reference);
        // Of a card that was merged into another only what the other lacks is taken, and of wishes a no.
        let is_merged = matches!(standing, Standing::Merged(_));
        let old = match standing {
            Standing::Own => self.ids.get(&contact.reference).copied(),
            Standing::Merged(id) => Some(id),
            Standing::Forgotten => {
                self.forgotten += 1;
                return Ok(());
            }
        };
        let (id, mut different, before) = match old {
            None => (self.insert(contact)?, false, ["unknown".to_owned(), "unknown".to_owned()]),
            Some(id) => {
                let card = self.card(id)?;
                (id, self.update(id, contact, &card.texts, is_merged)?, [card.post, card.email])
            }
        };
        for ((way, wish), before) in [(Way::Post, contact.post), (Way::Email, contact.email)].into_iter().zip(before) {
            if let Some(wish) = wish.filter(|wish| *wish != before && (!is_merged || *wish == "no")) {
                record_wish(self.write, id, way, wish, self.today, "import")?;
                different = true;
                if old.is_some() {
                    self.report.changes.note(&contact.reference, &format!("{}_consent", way.as_str()), &before, wish);
                }
            }
        }
        for tag in &contact.tags {
            let sql = "INSERT INTO customer_tag (customer_id, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            let is_new = self.write.run(sql, params![id, tag])? > 0;
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

    fn card(&self, id: i64) -> Result<Card> {
        let sql = format!("SELECT post_consent, email_consent, {} FROM customer WHERE id = ?1", TEXT_FIELDS.join(", "));
        let found = self.write.first(&sql, params![id], |found| {
            let texts = (0..TEXT_FIELDS.len()).map(|index| found.get(index + 2)).collect::<Result<Vec<String>>>()?;
            Ok(Card { post: found.get(0)?, email: found.get(1)?, texts })
        })?;
        found.ok_or_else(|| Error::new("a customer is gone from the book").hint("run `regulars doctor`"))
    }

    fn insert(&mut self, contact: &Contact) -> Result<i64> {
        let id = self.next;
        self.next += 1;
        let texts = std::iter::once(&contact.reference).chain(&contact.texts).map(ToValue::to_value);
        let values: Vec<Value<'_>> = texts.chain([Value::Int(id)]).collect();
        self.insert.run(&values)?;
        Ok(id)
    }

    /// Writes what is different; whether something was.
    fn update(&mut self, id: i64, contact: &Contact, old: &[String], only_empty: bool) -> Result<bool> {
        let (mut sets, mut values) = (Vec::new(), vec![Value::Int(id)]);
        for ((field, new), old) in TEXT_FIELDS.iter().zip(&contact.texts).zip(old) {
            if !new.is_empty() && new != old && (old.is_empty() || !only_empty) {
                self.report.changes.note(&contact.reference, field, old, new);
                values.push(new.to_value());
                sets.push(format!("{field} = ?{}", values.len()));
            }
        }
        if sets.is_empty() {
            return Ok(false);
        }
        self.write.run(&format!("UPDATE customer SET {} WHERE id = ?1", sets.join(", ")), &values)?;
        Ok(true)
    }
}
