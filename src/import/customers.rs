//! Imports customers: new cards, and changes of existing ones.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc::sync_channel;

use chrono::NaiveDate;

use super::birthday::BirthdayColumn;
use super::contacts::{self, ContactRow};
use super::list_reference::{KnownReference, ListedPeople, Traits, list_reference};
use super::newest::newest;
use super::reading::{ImportPlan, LARGE};
use super::{ImportReport, ImportStep, RowProblem, unknown};
use crate::customers::index::{self, Words};
use crate::customers::{
    self, ADDRESS, AddressChange, CardWriter, CustomerField, RefStatus, References, UndeliverableAddresses,
    address_change, address_of, household, name_of,
};
use crate::domain::{CircumstanceKind, Column, Consent, ConsentChannel, CustomerId, EmailAddress, ImportId, email_key};
use crate::error::{Error, Result};
use crate::store::Write;
use crate::text;

/// Imports the customers of a file. Empty cells never erase what is on a card.
///
/// Rows with an error are left out and named in the report; the caller decides whether the rest is imported.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn customers(
    write: &Write<'_>,
    plan: &ImportPlan<'_>,
    (import, today): (ImportId, NaiveDate),
    progress: &dyn Fn(ImportStep) -> Result<()>,
) -> Result<ImportReport> {
    let has_street_column = plan.has_street_column();
    let mut book = CustomerImporter::new(write, (import, today), has_street_column)?;
    let is_first = book.ids.is_empty();
    let mut reading = || {
        let read = read_all(&mut book, plan, progress)?;
        progress(ImportStep::Now("Building the index"))?;
        Ok(read)
    };
    let read = match (plan.sheet.size() > LARGE, is_first) {
        (true, true) => write.unindexed("customer", reading)?,
        (true, false) => write.with_room(reading)?,
        (false, _) => reading()?,
    };
    book.take_back()?;
    let CustomerImporter {
        mut report,
        forgotten,
        touched,
        words,
        listed,
        unclear,
        without_postcode,
        unusable_emails,
        remarks,
        ids,
        new,
        ..
    } = book;
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
    if listed.repeated > 0 {
        let rows = text::count(listed.repeated, "row");
        report.warnings.push(format!("{rows} like another one: each such customer was imported once"));
    }
    for (references, what) in [
        (unclear, "the file has only part of another address, so the old one stays"),
        (without_postcode, "the new address has no postcode"),
        (
            unusable_emails,
            "an invalid email address, so nothing can be sent there; correct it in the list, or with `regulars customer set REF email=…`",
        ),
        (
            remarks,
            "perhaps deceased, moved or opted out, according to remarks in the file (`customer set REF deceased=yes`, `moved=yes` or `post=no`)",
        ),
    ] {
        if !references.is_empty() {
            report.warnings.push(format!("{what}: {}", text::first_few(&references, 12)));
        }
    }
    report.not_taken(plan.not_taken());
    if report.added > 0 {
        plan.needs_people()?;
    }
    if report.added + report.changed > 0 {
        customers::link_purchases(write, import)?;
        progress(ImportStep::Now("Updating households"))?;
        if touched.len() > FEW {
            household::regroup(write)?;
        } else {
            household::settle(write, &touched, &[])?;
        }
        progress(ImportStep::Now("Making the index of names"))?;
        match (is_first, index::is_complete(write)?) {
            (true, _) => index::fill(write, words)?,
            (false, true) => words.write(write)?,
            (false, false) => index::complete(write)?,
        }
    }
    Ok(report)
}

/// Parses on a separate thread, and imports the parsed rows here.
fn read_all(
    book: &mut CustomerImporter<'_>,
    plan: &ImportPlan<'_>,
    progress: &dyn Fn(ImportStep) -> Result<()>,
) -> Result<ImportReport> {
    let today = book.today;
    std::thread::scope(|scope| {
        let (give, taken) = sync_channel::<Vec<ContactRow>>(4);
        let reading = scope.spawn(move || -> Result<ImportReport> {
            let survey = plan.survey();
            let mut birthdays = BirthdayColumn::of(plan, today);
            // The line on which each reference occurred first.
            let mut seen: HashMap<String, usize> = HashMap::new();
            let newest = if plan.dialect.quirks.repeats { Some(newest(plan, &survey)?) } else { None };
            let mut of_addresses = vec![0; plan.addresses.len()];
            let (mut read, mut batch) = (ImportReport::default(), Vec::new());
            plan.sheet.each(|row| {
                read.read += 1;
                // In an order with several lines the first one has the customer.
                if newest.is_some() && plan.columns.are_empty(row.cells) {
                    return Ok(());
                }
                let contact = match row.fault.clone() {
                    None => contacts::read(plan, &survey, &mut birthdays, row)?,
                    Some(fault) => Err(vec![fault]),
                };
                let contact = match contact {
                    Ok(contact) if newest.as_ref().is_some_and(|rows| !rows.counts(&contact)) => return Ok(()),
                    Ok(contact) if !contact.is_listed => match seen.get(&contact.reference) {
                        Some(first) => {
                            let problem = twice(plan, &contact, row.line, *first);
                            batch.extend(contact.opt_outs());
                            Err(vec![problem])
                        }
                        None => Ok(contact),
                    },
                    other => other,
                };
                match contact {
                    Ok(mut contact) => {
                        if let Some(rows) = &newest {
                            rows.heed(&mut contact);
                        }
                        seen.insert(contact.reference.clone(), row.line);
                        if !contact.field(CustomerField::Street).is_empty() {
                            of_addresses[contact.address_of_file] += 1;
                        }
                        batch.push(contact);
                    }
                    Err(problems) => plan.leave_out(&mut read, row, problems)?,
                }
                // No one receives them once the import has ended.
                if batch.len() == 1024 && give.send(std::mem::take(&mut batch)).is_err() {
                    return Err(Error::new("the import has ended"));
                }
                Ok(())
            })?;
            let _ = give.send(batch);
            read.settled.extend(birthdays.settled().into_iter().chain(chosen_addresses(plan, &of_addresses)));
            read.warnings.extend(birthdays.warnings());
            Ok(read)
        });
        for mut batch in taken {
            for contact in &mut batch {
                book.take(contact)?;
            }
            progress(ImportStep::Read(batch.last().map_or(0, |contact| contact.offset)))?;
        }
        reading.join().unwrap_or_else(|_| Err(Error::new("reading the file failed")))
    })
}

/// How many people have which of a file's several addresses.
fn chosen_addresses(plan: &ImportPlan<'_>, people: &[usize]) -> Option<String> {
    let named = |name: &str| if name.is_empty() { "first".to_owned() } else { text::quote(name) };
    let used = plan.addresses.iter().zip(people).filter(|(_, people)| **people > 0);
    let used: Vec<String> = used
        .map(|(address, people)| format!("the {} address of {}", named(address.name), text::count(*people, "customer")))
        .collect();
    (people.len() > 1 && !used.is_empty())
        .then(|| format!("Imported {}: the first with a street and a city counts.", text::list(&used)))
}

fn twice(plan: &ImportPlan<'_>, contact: &ContactRow, line: usize, first: usize) -> RowProblem {
    let message = format!("customer {} is in line {first} already", text::quote(&contact.reference));
    RowProblem::new(line, plan.reference_heading(), message)
        .hint("remove one of the rows; if they are two people, give one a different reference")
}

/// Why a row's email is invalid, and on which line; `before` is that of the card.
fn unusable_email(contact: &ContactRow, before: &str) -> Option<String> {
    use CustomerField::{Company, Email, FirstName, FullName, LastName, Suffix};
    let fault = contact.email_fault.as_ref()?;
    let name = name_of([FirstName, LastName, FullName, Suffix, Company].map(|field| contact.field(field)));
    let (reference, email) = (text::quote(&contact.reference), text::quote(contact.field(Email)));
    let who = if name.is_empty() { reference } else { format!("{name} ({reference})") };
    let in_book =
        if EmailAddress::is_one(before) { format!(" (the book keeps {})", text::quote(before)) } else { String::new() };
    Some(format!("{who} in line {}: {email} {fault}{in_book}", contact.line))
}

/// The state of an import of customers.
struct CustomerImporter<'t> {
    write: &'t Write<'t>,
    today: NaiveDate,
    ids: HashMap<String, CustomerId>,
    /// Merged and forgotten references.
    references: References,
    forgotten: usize,
    /// New references in a book that was not empty.
    new: Vec<String>,
    cards: CardWriter<'t>,
    /// People known by name and address alone.
    listed: ListedPeople,
    /// References of earlier versions that people in the file have.
    former: HashSet<String>,
    /// Cards for which the file has only a part of an address, and lost postcodes.
    unclear: Vec<String>,
    without_postcode: Vec<String>,
    /// Invalid emails, with the reason and the line.
    unusable_emails: Vec<String>,
    /// Customers whose remarks suggest that no letter should be sent.
    remarks: Vec<String>,
    has_street_column: bool,
    /// Opt-outs in the file, and consents in it that would override an opt-out.
    opt_outs: HashSet<(CustomerId, ConsentChannel)>,
    taken_back: Vec<TakenBack>,
    undeliverable: UndeliverableAddresses,
    /// Customers whose address or name is new.
    touched: Vec<CustomerId>,
    words: Words,
    report: ImportReport,
}

/// Consent in the file for someone who has opted out.
struct TakenBack {
    id: CustomerId,
    channel: ConsentChannel,
    reference: String,
    /// Whether the customer is new or changed without it.
    is_counted: bool,
}

/// Up to this many, households are updated one by one.
const FEW: usize = 500;

impl<'t> CustomerImporter<'t> {
    fn new(write: &'t Write<'t>, (import, today): (ImportId, NaiveDate), has_street_column: bool) -> Result<Self> {
        Ok(Self {
            write,
            today,
            ids: customers::ids(write)?,
            references: References::of(write)?,
            forgotten: 0,
            new: Vec::new(),
            cards: CardWriter::new(write, import)?,
            listed: ListedPeople::default(),
            former: HashSet::new(),
            unclear: Vec::new(),
            without_postcode: Vec::new(),
            unusable_emails: Vec::new(),
            remarks: Vec::new(),
            has_street_column,
            opt_outs: HashSet::new(),
            taken_back: Vec::new(),
            undeliverable: UndeliverableAddresses::of(write)?,
            touched: Vec::new(),
            words: Words::default(),
            report: ImportReport::default(),
        })
    }

    /// People known by name and address get a number that distinguishes them from others of that name there.
    fn take(&mut self, contact: &mut ContactRow) -> Result<()> {
        if let Some(former) = contact.former_reference.take()
            && self.ids.contains_key(&former)
            && !self.ids.contains_key(&contact.reference)
            && self.former.insert(former.clone())
        {
            (contact.reference, contact.is_listed) = (former, false);
        }
        if contact.is_listed {
            let (ids, cards, references) = (&self.ids, &self.cards, &self.references);
            let traits = Traits::of(|field| &contact.texts[field as usize]);
            let reference = self.listed.reference(&contact.reference, traits, |reference| {
                Ok::<_, Error>(match (references.status(reference), ids.get(reference)) {
                    (RefStatus::Own, None) => KnownReference::Unknown,
                    (RefStatus::Own, Some(id)) => {
                        let texts = cards.stored(*id)?.texts;
                        let field = |field: CustomerField| texts[field as usize].as_str();
                        KnownReference::Card(Traits::of(field), reference.starts_with(&list_reference(field)))
                    }
                    _ => KnownReference::Gone,
                })
            })?;
            contact.reference = reference;
        }
        self.take_known(contact)
    }

    fn take_known(&mut self, contact: &ContactRow) -> Result<()> {
        let mut status = self.references.status(&contact.reference);
        // Someone who was forgotten does not come back under another reference.
        if self.references.has_forgotten()
            && status == RefStatus::Own
            && self.references.status(&email_key(contact.field(CustomerField::Email))) == RefStatus::Forgotten
        {
            status = RefStatus::Forgotten;
        }
        // From a card that was merged into another, only missing fields are used, and opt-outs.
        let is_merged = matches!(status, RefStatus::Merged(_));
        let old = match status {
            RefStatus::Own => match self.ids.get(&contact.reference).copied() {
                // What the first of its rows created.
                None if contact.is_repeated => customers::resolve_ref(self.write, &contact.reference)?,
                known => known,
            },
            RefStatus::Merged(id) => Some(id),
            RefStatus::Forgotten => {
                self.forgotten += 1;
                return Ok(());
            }
        };
        let mut taken_back = Vec::new();
        let (id, mut different, [post, email]) = match old {
            None => {
                self.unusable_emails.extend(unusable_email(contact, ""));
                (self.insert(contact)?, false, [Consent::default(); 2])
            }
            Some(id) => {
                let card = self.cards.stored(id)?;
                self.unusable_emails.extend(unusable_email(contact, &card.texts[CustomerField::Email as usize]));
                (id, self.update(id, contact, &card.texts, is_merged)?, [card.post_consent, card.email_consent])
            }
        };
        for (channel, said, before) in
            [(ConsentChannel::Post, contact.post, post), (ConsentChannel::Email, contact.email, email)]
        {
            let Some(said) = said else { continue };
            if said == Consent::No {
                self.opt_outs.insert((id, channel));
            }
            if said == before || (is_merged && said != Consent::No) {
                continue;
            }
            // Whether an opt-out is overridden is only known at the end of the file.
            if before == Consent::No || self.opt_outs.contains(&(id, channel)) && said != Consent::No {
                if said == Consent::Yes {
                    let reference = contact.reference.clone();
                    taken_back.push(TakenBack { id, channel, reference, is_counted: false });
                }
                continue;
            }
            self.cards.record_consent(id, channel, said, self.today)?;
            different = true;
            if old.is_some() {
                let field = format!("{channel}_consent");
                self.report.changes.note(&contact.reference, &field, before.as_str(), said.as_str());
            }
        }
        different |= self.record_circumstances(id, contact)?;
        if let Some(remark) = contact.remark.as_ref().filter(|_| contact.circumstances.is_empty()) {
            self.remarks.push(format!("{} ({})", contact.reference, text::quote(remark)));
        }
        for tag in &contact.tags {
            let is_new = self.cards.add_tag(id, tag)?;
            different |= is_new;
            if is_new && old.is_some() {
                self.report.changes.note(&contact.reference, "tags", "", tag);
            }
        }
        for one in &mut taken_back {
            one.is_counted = old.is_none() || different;
        }
        self.taken_back.append(&mut taken_back);
        match (old.is_none(), different) {
            _ if contact.is_repeated => {}
            (true, _) => self.report.added += 1,
            (false, true) => self.report.changed += 1,
            (false, false) => self.report.unchanged += 1,
        }
        Ok(())
    }

    /// Applies consents of the file that override an opt-out of an earlier list; an opt-out that the customer told the
    /// shop stays.
    fn take_back(&mut self) -> Result<()> {
        let taken_back = std::mem::take(&mut self.taken_back);
        if taken_back.is_empty() {
            return Ok(());
        }
        let said = customers::said_opt_outs(self.write)?;
        let mut counted = HashSet::new();
        let mut refused: BTreeMap<ConsentChannel, Vec<String>> = BTreeMap::new();
        for TakenBack { id, channel, reference, is_counted } in taken_back {
            if said.contains(&(id, channel)) {
                refused.entry(channel).or_default().push(reference);
            } else if self.opt_outs.insert((id, channel)) {
                self.cards.record_consent(id, channel, Consent::Yes, self.today)?;
                let field = format!("{channel}_consent");
                self.report.changes.note(&reference, &field, Consent::No.as_str(), Consent::Yes.as_str());
                if !is_counted && counted.insert(id) {
                    self.report.changed += 1;
                    self.report.unchanged -= 1;
                }
            }
        }
        for (channel, mut references) in refused {
            references.dedup();
            let who = text::first_few(&references, 12);
            self.report
                .warnings
                .push(format!("opted out of {channel} with us, so the consent in the file was not imported: {who}"));
        }
        Ok(())
    }

    fn insert(&mut self, contact: &ContactRow) -> Result<CustomerId> {
        let id = self.cards.insert(&contact.reference, &contact.texts, contact.address_hash)?;
        self.words.put_in(id, |field| contact.field(field));
        self.touched.push(id);
        if contact.is_listed {
            // It may occur in the file again.
            self.ids.insert(contact.reference.clone(), id);
        } else if !self.ids.is_empty() {
            self.new.push(contact.reference.clone());
        }
        Ok(id)
    }

    /// Writes what is different; returns whether anything was. The address is handled as a whole.
    fn update(&mut self, id: CustomerId, contact: &ContactRow, old: &[String], only_empty: bool) -> Result<bool> {
        let (before, after) = (|field: CustomerField| old[field as usize].as_str(), |field| contact.field(field));
        let address = match address_change(before, after) {
            // Without a column for streets the file corrects the columns it has.
            AddressChange::Unclear if !self.has_street_column => AddressChange::Complete,
            AddressChange::Replace if only_empty && ADDRESS.into_iter().any(|field| !before(field).is_empty()) => {
                AddressChange::Unclear
            }
            change => change,
        };
        match address {
            AddressChange::Unclear if !only_empty => self.unclear.push(contact.reference.clone()),
            AddressChange::Replace
                if after(CustomerField::Postcode).is_empty() && !before(CustomerField::Postcode).is_empty() =>
            {
                self.without_postcode.push(contact.reference.clone());
            }
            _ => {}
        }
        let (mut changed, mut now) = (Vec::new(), old.to_vec());
        for (index, ((field, new), old)) in CustomerField::ALL.iter().zip(&contact.texts).zip(old).enumerate() {
            let new = match ADDRESS.contains(field) {
                _ if only_empty && !old.is_empty() => old,
                true => address.part(*field, before, after),
                false if new.is_empty() => old,
                // An invalid address never replaces a valid one.
                false
                    if *field == CustomerField::Email && contact.email_fault.is_some() && EmailAddress::is_one(old) =>
                {
                    old
                }
                false => new,
            };
            if new != old {
                match address {
                    AddressChange::Replace if ADDRESS.contains(field) => self.report.changes.count(field.as_str()),
                    _ => self.report.changes.note(&contact.reference, field.as_str(), old, new),
                }
                new.clone_into(&mut now[index]);
                changed.push((*field, new));
            }
        }
        if changed.is_empty() {
            return Ok(false);
        }
        if address == AddressChange::Replace {
            let line = |texts: &[String]| {
                let parts = ADDRESS.into_iter().map(|field| texts[field as usize].as_str());
                parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
            };
            self.report.changes.show(&contact.reference, "address", &line(old), &line(&now));
        }
        self.cards.update(id, &changed)?;
        let (left, new) = (address_of(|field| &old[field as usize]), address_of(|field| &now[field as usize]));
        if left != new {
            household::place_card(self.write, id)?;
            if self.undeliverable.has(left.hash()) && new.has_identity(&left.identity()) {
                customers::carry_over(self.write, left.hash(), new.hash())?;
            }
        }
        self.words.take_out(id, |field| &old[field as usize]);
        self.words.put_in(id, |field| &now[field as usize]);
        self.touched.push(id);
        Ok(true)
    }

    /// Records circumstances in the file; returns whether they are new.
    fn record_circumstances(&mut self, id: CustomerId, contact: &ContactRow) -> Result<bool> {
        let mut is_new = false;
        for kind in contact.circumstances.iter().copied() {
            let card = customers::by_id(self.write, id)?;
            let holds = match kind {
                CircumstanceKind::Deceased => card.deceased,
                CircumstanceKind::Moved => card.has_moved(),
            };
            if !holds {
                self.cards.record_circumstance(&card, kind, self.today)?;
                self.report.changes.note(&contact.reference, kind.as_str(), "", Consent::Yes.as_str());
                self.touched.push(id);
                is_new = true;
            }
        }
        Ok(is_new)
    }
}
