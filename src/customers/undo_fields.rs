//! Undoes what an import replaced on cards: a field gets its old value, unless it was changed since.

use super::consent::{self, ConsentSubject};
use super::customer::{self, Customer, CustomerField};
use super::index::Words;
use super::stayed::{Stayed, changed_by};
use super::{household, lookup};
use crate::domain::{Column, Consent, CustomerId, ImportId};
use crate::error::Result;
use crate::store::{Write, params};

/// What an undo did on cards that existed before the import.
#[derive(Debug, Default)]
pub(super) struct UndoneFields {
    /// Fields and tags.
    pub(super) restored: usize,
    /// The cards it changed.
    pub(super) people: Vec<CustomerId>,
    /// Whether purchases may have lost the customer that an email gave them.
    pub(super) has_lost: bool,
}

pub(super) fn undo(
    write: &Write<'_>,
    import: ImportId,
    words: &mut Words,
    stayed: &mut Stayed,
    progress: &dyn Fn(usize, usize) -> Result<()>,
) -> Result<UndoneFields> {
    let mut undo = FieldUndo { write, import, words, stayed, done: UndoneFields::default() };
    let sql = "SELECT DISTINCT customer_id FROM replaced_field WHERE import_id = ?1 ORDER BY customer_id";
    let changed: Vec<CustomerId> = write.all(sql, params![import], |row| row.get(0))?;
    for (n, id) in changed.iter().enumerate() {
        if n.is_multiple_of(1024) {
            progress(n, changed.len())?;
        }
        undo.card(*id)?;
    }
    let mut done = undo.done;
    write.run("DELETE FROM replaced_field WHERE import_id = ?1", params![import])?;
    done.restored += write.run("DELETE FROM customer_tag WHERE import_id = ?1", params![import])?;
    Ok(done)
}

/// Restores the fields of cards.
struct FieldUndo<'u> {
    write: &'u Write<'u>,
    import: ImportId,
    words: &'u mut Words,
    stayed: &'u mut Stayed,
    done: UndoneFields,
}

/// What an import replaced in one column of a card.
struct Replaced {
    field: String,
    before: String,
    after: String,
    /// The next import that changed it too.
    later: Option<ImportId>,
}

const CHANGED: &str = "was changed since";

impl Replaced {
    /// The reason why it stays, if `present` is its current value.
    fn stays(&self, present: &str) -> Option<String> {
        match self.later {
            Some(later) => Some(changed_by(later)),
            None => (present != self.after).then(|| CHANGED.to_owned()),
        }
    }
}

fn is_of_address(field: CustomerField) -> bool {
    field.is_of_address() || field == CustomerField::State
}

impl FieldUndo<'_> {
    fn card(&mut self, id: CustomerId) -> Result<()> {
        let card = lookup::by_id(self.write, id)?;
        let sql = "SELECT r.field, r.before, r.after, (SELECT min(l.import_id) FROM replaced_field l \
                   WHERE l.customer_id = r.customer_id AND l.field = r.field AND l.import_id > r.import_id) \
                   FROM replaced_field r WHERE r.customer_id = ?1 AND r.import_id = ?2 ORDER BY r.field";
        let replaced = self.write.all(sql, params![id, self.import], |row| {
            Ok(Replaced { field: row.get(0)?, before: row.get(1)?, after: row.get(2)?, later: row.get(3)? })
        })?;
        let (mut texts, mut address) = (Vec::new(), Vec::new());
        for one in replaced {
            if let Some(field) = CustomerField::from_form(&one.field) {
                if is_of_address(field) { &mut address } else { &mut texts }.push((field, one));
            } else if let Some(subject) = ConsentSubject::of_column(&one.field) {
                match self.said(&card, &one, subject)? {
                    Some(why) => self.stays(&card, &one, why),
                    None => self.done.restored += 1,
                }
            }
        }
        let mut restored = self.address(&card, address)?;
        for (field, one) in texts {
            match one.stays(card.field(field)) {
                None => restored.push((field, one)),
                Some(why) => {
                    self.hand_over(&card, &one)?;
                    self.stays(&card, &one, why);
                }
            }
        }
        if restored.is_empty() { Ok(()) } else { self.restore(&card, &restored) }
    }

    fn stays(&mut self, card: &Customer, one: &Replaced, why: String) {
        self.stayed.add(format!("{} {}", card.reference, one.field), why);
    }

    /// The parts of an address to restore: all, or none if one of them stays, because an address is never mixed from
    /// two.
    fn address(
        &mut self,
        card: &Customer,
        parts: Vec<(CustomerField, Replaced)>,
    ) -> Result<Vec<(CustomerField, Replaced)>> {
        let whys: Vec<Option<String>> = parts.iter().map(|(field, one)| one.stays(card.field(*field))).collect();
        if whys.iter().all(Option::is_none) {
            return Ok(parts);
        }
        let by_hand = whys.iter().flatten().any(|why| why == CHANGED);
        let later = parts.iter().filter_map(|(_, one)| one.later).min().filter(|_| !by_hand);
        for ((_, one), why) in parts.iter().zip(whys) {
            match (later, one.later) {
                (None, _) => {}
                (_, Some(_)) => self.hand_over(card, one)?,
                (Some(later), None) => {
                    let sql = "UPDATE replaced_field SET import_id = ?4 \
                               WHERE customer_id = ?1 AND field = ?2 AND import_id = ?3";
                    self.write.run(sql, params![card.id, one.field, self.import, later])?;
                }
            }
            self.stays(card, one, why.unwrap_or_else(|| "is part of an address that was changed since".to_owned()));
        }
        Ok(Vec::new())
    }

    /// Passes the old value to a later import that changed the field too, so that its undo restores it.
    fn hand_over(&self, card: &Customer, one: &Replaced) -> Result<()> {
        let Some(later) = one.later else { return Ok(()) };
        let sql = "UPDATE replaced_field SET before = ?4 \
                   WHERE customer_id = ?1 AND field = ?2 AND import_id = ?3 AND before = ?5";
        self.write.run(sql, params![card.id, one.field, later, one.before, one.after]).map(|_| ())
    }

    fn restore(&mut self, card: &Customer, fields: &[(CustomerField, Replaced)]) -> Result<()> {
        let (write, id) = (self.write, card.id);
        self.words.take_out(id, |field| card.field(field));
        for (field, replaced) in fields {
            customer::set_field(write, id, *field, &replaced.before)?;
            self.done.has_lost |= *field == CustomerField::Email;
        }
        household::place_card(write, id)?;
        let restored = lookup::by_id(write, id)?;
        self.words.put_in(id, |field| restored.field(field));
        self.done.people.push(id);
        self.done.restored += fields.len();
        Ok(())
    }

    /// Restores an earlier statement, or returns why not. An opt-out that the import recorded stays.
    fn said(&self, card: &Customer, one: &Replaced, subject: ConsentSubject) -> Result<Option<String>> {
        let (write, id, import, present) = (self.write, card.id, self.import, subject.on(card));
        let is_no = matches!(subject, ConsentSubject::Consent(_)) && one.after == Consent::No.as_str();
        if is_no && (one.later.is_some() || present == one.after) {
            return Ok(Some("is an opt-out, which stays".to_owned()));
        }
        let why = one.stays(present);
        if one.later.is_none() && (why.is_some() || consent::is_said_since(write, id, subject, import)?) {
            return Ok(Some(CHANGED.to_owned()));
        }
        self.hand_over(card, one)?;
        consent::delete_imported(write, id, subject, import)?;
        if why.is_none() {
            consent::restore(write, id, subject, &one.before)?;
            household::place_card(write, id)?;
        }
        Ok(why)
    }
}
