//! The card of a customer: how to greet them, what must not be forgotten, what waits for them.

use chrono::NaiveDate;
use serde::Serialize;

use crate::customers::{self, Card, Customer};
use crate::domain::CustomerId;
use crate::error::{Error, Result};
use crate::merge;
use crate::redemption::{self, OfferSummary};
use crate::shop::Shop;
use crate::store::Read;

#[derive(Debug, Serialize)]
pub(crate) struct GreetedCard {
    #[serde(flatten)]
    pub(crate) card: Card,
    /// The greeting line of this customer alone.
    pub(crate) greeting: String,
    pub(crate) gift: Option<OfferSummary>,
}

pub(crate) fn show(shop: &Shop, reference: &str, today: NaiveDate) -> Result<GreetedCard> {
    let store = shop.store()?;
    let read = store.read();
    greeted(&read, customers::by_ref(&read, reference)?, today)
}

/// The same for a program; none when there is no such customer.
pub(crate) fn look_up(read: &Read<'_>, reference: &str, today: NaiveDate) -> Result<Option<GreetedCard>> {
    let id = customers::resolve_ref(read, reference.trim())?;
    id.map(|id| greeted(read, customers::by_id(read, id)?, today)).transpose()
}

fn greeted(read: &Read<'_>, customer: Customer, today: NaiveDate) -> Result<GreetedCard> {
    let card = customers::card(read, &customer, today)?;
    let gift = redemption::offer(read, customer.id, today)?.map(OfferSummary::from);
    let alone = Customer { spouse: String::new(), ..customer };
    Ok(GreetedCard { card, greeting: merge::names_of(&[&alone]).greeting, gift })
}

/// A customer whose card was open a moment ago.
///
/// # Errors
/// When they are gone from the book meanwhile.
pub(crate) fn person(read: &Read<'_>, id: CustomerId) -> Result<Customer> {
    customers::by_id(read, id)
        .map_err(|_| Error::new("this person is not in the book any more").hint("look for them by name"))
}
