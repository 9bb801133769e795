//! The card for the counter: who this is, when they were last here, what they like, what was promised.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::consent::{self, ConsentStatement};
use super::customer::{Customer, CustomerField};
use super::notes::{self, Note};
use super::purchase::{self, LastPurchase};
use super::suppression::{self, Suppressed};
use super::undeliverable::{self, ReturnedMail};
use super::{household, identity, lookup};
use crate::clock;
use crate::domain::{Column, Consent, Suppression};
use crate::error::Result;
use crate::money::Money;
use crate::store::Read;
use crate::text;

/// Everything that helps to greet a customer at the counter.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Card {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    /// Merged references that lead to this card.
    pub(crate) old_refs: Vec<String>,
    pub(crate) name: String,
    /// The fields of the card, as typed; empty fields are absent.
    pub(crate) fields: BTreeMap<CustomerField, String>,
    /// The other members of the household.
    pub(crate) family: Vec<Relative>,
    /// The day of the last purchase.
    pub(crate) last_visit: Option<NaiveDate>,
    /// How long ago that is, in words.
    pub(crate) last_visit_ago: Option<String>,
    /// The latest purchases, newest first.
    pub(crate) purchases: Vec<LastPurchase>,
    /// Spent in the last twelve months, minus returns.
    pub(crate) spend_12m_minor: Money,
    /// Purchases of the last twelve months.
    pub(crate) visits_12m: usize,
    /// Taste, sizes, children: `key = value`.
    pub(crate) preferences: BTreeMap<String, String>,
    pub(crate) tags: Vec<String>,
    /// Open complaints, the oldest promise first.
    pub(crate) open_complaints: Vec<Note>,
    /// Other notes, newest first.
    pub(crate) contacts: Vec<Note>,
    pub(crate) post_consent: Consent,
    pub(crate) email_consent: Consent,
    /// Why the email address is suppressed.
    pub(crate) suppressed: Option<Suppressed>,
    pub(crate) deceased: bool,
    /// They have left the address on the card.
    pub(crate) moved: bool,
    /// The letter that came back from the address on the card, to which no more are sent.
    pub(crate) returned_mail: Option<ReturnedMail>,
    /// All recorded mail preferences, newest first.
    pub(crate) wishes: Vec<ConsentStatement>,
}

/// A member of the same household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Relative {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) name: String,
}

/// How many purchases the card shows.
const PURCHASES: usize = 5;

/// The card of a customer, as of a day.
pub(crate) fn card(read: &Read<'_>, customer: &Customer, today: NaiveDate) -> Result<Card> {
    let purchases = purchase::last_purchases(read, customer.id, today, PURCHASES)?;
    let last_visit = purchases.first().map(|last| last.on);
    let year_ago = clock::months_before(today, 12).succ_opt().unwrap_or(today);
    let (mut open_complaints, contacts): (Vec<Note>, Vec<Note>) =
        notes::notes(read, customer.id)?.into_iter().partition(Note::is_open);
    open_complaints.reverse();
    let others = household::household_of(read, customer)?.members.into_iter().filter(|member| member.id != customer.id);
    let fields = CustomerField::ALL.iter().map(|field| (*field, customer.field(*field).to_owned()));
    Ok(Card {
        reference: customer.reference.clone(),
        old_refs: identity::references(read, customer.id)?.split_off(1),
        name: customer.name(),
        fields: fields.filter(|(_, text)| !text.is_empty()).collect(),
        family: others.map(|member| Relative { name: member.name(), reference: member.reference }).collect(),
        last_visit,
        last_visit_ago: last_visit.map(|day| text::ago(day, today)),
        purchases,
        spend_12m_minor: purchase::spent_between(read, customer.id, year_ago, today)?,
        visits_12m: purchase::visits_between(read, customer.id, year_ago, today)?,
        preferences: lookup::preferences(read, customer.id)?,
        tags: lookup::tags(read, customer.id)?,
        open_complaints,
        contacts,
        post_consent: customer.post_consent,
        email_consent: customer.email_consent,
        suppressed: suppression::suppressed(read, &customer.email)?
            .filter(|one| one.reason != Suppression::OptedOut || customer.email_consent != Consent::No),
        deceased: customer.deceased,
        moved: customer.has_moved(),
        returned_mail: undeliverable::returned_mail(read, customer.address().hash())?,
        wishes: consent::statements(read, customer.id)?,
    })
}
