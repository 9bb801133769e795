//! Writes many cards: what an import adds and changes, with prepared statements.

use chrono::NaiveDate;

use super::consent::{self, ConsentSubject};
use super::customer::{Customer, CustomerField};
use super::{lookup, tags};
use crate::domain::{CircumstanceKind, Column as _, Consent, ConsentChannel, CustomerId, ImportId};
use crate::error::{Error, Result};
use crate::store::{PreparedStatement, ToValue, Value, Write, params};

/// Writes cards.
pub(crate) struct CardWriter<'t> {
    write: &'t Write<'t>,
    /// The import that writes; it can be undone.
    import: ImportId,
    next: i64,
    insert: PreparedStatement<'t>,
}

/// The fields that an import compares.
pub(crate) struct StoredCard {
    pub(crate) post_consent: Consent,
    pub(crate) email_consent: Consent,
    /// In the order of [`CustomerField::ALL`].
    pub(crate) texts: Vec<String>,
}

impl<'t> CardWriter<'t> {
    pub(crate) fn new(write: &'t Write<'t>, import: ImportId) -> Result<Self> {
        let count = CustomerField::ALL.len();
        let places: Vec<String> = (2..count + 2).map(|n| format!("?{n}")).collect();
        let (fields, places) = (field_columns(), places.join(", "));
        let (id, home, import_id) = (count + 2, count + 3, count + 4);
        let sql = format!(
            "INSERT INTO customer (ref, {fields}, id, household_id, home, import_id) \
             VALUES (?1, {places}, ?{id}, ?{id}, ?{home}, ?{import_id})"
        );
        let next = write.value("SELECT COALESCE(max(id), 0) + 1 FROM customer", params![])?;
        Ok(Self { write, import, next, insert: write.prepare(&sql)? })
    }

    /// A new card, in its own household; `texts` are in the order of [`CustomerField::ALL`].
    pub(crate) fn insert(&mut self, reference: &str, texts: &[String], address_hash: i64) -> Result<CustomerId> {
        let id = CustomerId(self.next);
        self.next += 1;
        let texts = texts.iter().map(ToValue::to_value);
        let values = std::iter::once(reference.to_value()).chain(texts);
        let values: Vec<Value<'_>> =
            values.chain([id.to_value(), Value::Int(address_hash), self.import.to_value()]).collect();
        self.insert.run(&values)?;
        Ok(id)
    }

    pub(crate) fn stored(&self, id: CustomerId) -> Result<StoredCard> {
        let sql = format!("SELECT post_consent, email_consent, {} FROM customer WHERE id = ?1", field_columns());
        let found = self.write.first(&sql, params![id], |found| {
            let texts = (0..CustomerField::ALL.len()).map(|index| found.get(index + 2)).collect::<Result<_>>()?;
            Ok(StoredCard { post_consent: found.get(0)?, email_consent: found.get(1)?, texts })
        })?;
        found.ok_or_else(|| Error::new("a customer is gone from the book").hint("run `regulars doctor`"))
    }

    pub(crate) fn update(&self, id: CustomerId, texts: &[(CustomerField, &str)]) -> Result<()> {
        texts.iter().try_for_each(|(field, text)| self.keep_field(id, field.as_str(), text))?;
        let sets: Vec<String> = texts.iter().zip(2..).map(|((field, _), n)| format!("{field} = ?{n}")).collect();
        let texts = texts.iter().map(|(_, text)| text.to_value());
        let values: Vec<Value<'_>> = std::iter::once(id.to_value()).chain(texts).collect();
        self.write.run(&format!("UPDATE customer SET {} WHERE id = ?1", sets.join(", ")), &values).map(|_| ())
    }

    /// Records the consent in a list for a channel.
    pub(crate) fn record_consent(
        &self,
        id: CustomerId,
        channel: ConsentChannel,
        state: Consent,
        on: NaiveDate,
    ) -> Result<()> {
        self.keep_field(id, ConsentSubject::Consent(channel).column(), state.as_str())?;
        consent::record_imported_consent(self.write, id, channel, state, (on, consent::LIST, self.import))
    }

    /// Records a circumstance in a list.
    pub(crate) fn record_circumstance(&self, card: &Customer, kind: CircumstanceKind, on: NaiveDate) -> Result<()> {
        let subject = ConsentSubject::Circumstance(kind);
        self.keep_field(card.id, subject.column(), "")?;
        consent::record_imported_circumstance(self.write, card, kind, true, (on, consent::LIST, self.import))?;
        let after = lookup::by_id(self.write, card.id)?;
        self.keep_field(card.id, subject.column(), subject.on(&after))
    }

    /// Stores the old value of a column that becomes `after`, unless this import has added the card.
    fn keep_field(&self, id: CustomerId, column: &str, after: &str) -> Result<()> {
        let sql = format!(
            "INSERT INTO replaced_field (customer_id, field, import_id, before, after) \
             SELECT id, ?2, ?3, CAST({column} AS TEXT), ?4 FROM customer WHERE id = ?1 AND import_id <> ?3 \
             ON CONFLICT (customer_id, field, import_id) DO UPDATE SET after = excluded.after"
        );
        self.write.run(&sql, params![id, column, self.import, after]).map(|_| ())
    }

    /// Returns whether the tag is new on the card.
    pub(crate) fn add_tag(&self, id: CustomerId, tag: &str) -> Result<bool> {
        tags::add_tag(self.write, id, tag, self.import)
    }
}

/// A card with only a reference, which may be an email.
pub(crate) fn add_bare_card(write: &Write<'_>, reference: &str, email: &str, import: ImportId) -> Result<CustomerId> {
    let sql = "INSERT INTO customer (ref, email, import_id) VALUES (?1, ?2, ?3) RETURNING id";
    let id: CustomerId = write.value(sql, params![reference, email, import])?;
    write.run("UPDATE customer SET household_id = ?1 WHERE id = ?1", params![id])?;
    Ok(id)
}

/// The columns of the text fields, in order.
fn field_columns() -> String {
    let columns: Vec<&str> = CustomerField::ALL.iter().map(|field| field.as_str()).collect();
    columns.join(", ")
}
