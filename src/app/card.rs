//! A customer's card: how to greet them, what to remember, which gifts wait for them.

use chrono::NaiveDate;
use serde::Serialize;

use crate::campaign::{self, Recipient};
use crate::customers::{self, Card, Customer};
use crate::domain::{CustomerId, RecipientId};
use crate::error::{Error, Result};
use crate::merge;
use crate::redemption::{self, Claim, Offer, OfferStatus, OfferSummary, TillAnswer};
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

#[derive(Debug, Serialize)]
pub(crate) struct GreetedCard {
    #[serde(flatten)]
    pub(crate) card: Card,
    /// The greeting line of this customer without their household.
    pub(crate) greeting: String,
    /// The first gift.
    pub(crate) gift: Option<OfferSummary>,
    /// Gifts that wait, newest first, then the others.
    pub(crate) gifts: Vec<OfferSummary>,
}

pub(crate) fn show(shop: &Shop, reference: &str, today: NaiveDate) -> Result<GreetedCard> {
    let store = shop.store()?;
    let read = store.read();
    greeted(&read, customers::by_ref(&read, reference)?, today)
}

/// The same for the API; none when there is no such customer.
pub(crate) fn look_up(read: &Read<'_>, reference: &str, today: NaiveDate) -> Result<Option<GreetedCard>> {
    let id = customers::resolve_ref(read, reference.trim())?;
    id.map(|id| greeted(read, customers::by_id(read, id)?, today)).transpose()
}

fn greeted(read: &Read<'_>, customer: Customer, today: NaiveDate) -> Result<GreetedCard> {
    let card = customers::card(read, &customer, today)?;
    let offers = redemption::offers_to(read, customer.id, today)?;
    let gifts: Vec<OfferSummary> = offers.into_iter().map(OfferSummary::from).collect();
    let alone = Customer { spouse: String::new(), ..customer };
    Ok(GreetedCard { card, greeting: merge::names_of(&[&alone]).greeting, gift: gifts.first().cloned(), gifts })
}

/// The campaign whose gift waits for a customer; if none waits, that of their only letter.
///
/// # Errors
/// When several gifts wait, or there is no letter.
pub(crate) fn campaign_of(shop: &Shop, reference: &str, today: NaiveDate) -> Result<String> {
    let store = shop.store()?;
    let read = store.read();
    let customer = customers::by_ref(&read, reference)?;
    let mut offers = redemption::offers_to(&read, customer.id, today)?;
    if offers.first().is_some_and(|offer| offer.status == OfferStatus::Waiting) {
        offers.retain(|offer| offer.status == OfferStatus::Waiting);
    }
    let slugs: Vec<String> = offers.iter().map(|offer| text::quote(&offer.planned.slug)).collect();
    match offers.as_slice() {
        [only] => Ok(only.planned.slug.clone()),
        [] => Err(Error::new(format!("{} has no letter", text::quote(reference)))
            .hint("give the campaign with `--campaign NAME`")),
        _ => Err(Error::new(format!("{} has several letters: {}", text::quote(reference), text::list(&slugs)))
            .hint("give one of them with `--campaign NAME`")),
    }
}

/// A customer whose card was just shown.
///
/// # Errors
/// When their card has since been removed.
pub(crate) fn person(read: &Read<'_>, id: CustomerId) -> Result<Customer> {
    customers::by_id(read, id).map_err(|_| gone())
}

/// Whose card is open at the till.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CardOf {
    Person(CustomerId),
    /// The best-ranked customer of the household that a letter was sent to.
    Letter(RecipientId),
}

pub(crate) struct TillCard {
    pub(crate) customer: Customer,
    pub(crate) card: Card,
    pub(crate) household: Vec<Customer>,
    /// The greeting line of the whole household.
    pub(crate) greeting: String,
    /// Gifts that wait, that of the scanned letter first; then the others.
    pub(crate) offers: Vec<Offer>,
}

/// # Errors
/// When the card has since been removed.
pub(crate) fn at_till(read: &Read<'_>, whose: CardOf, today: NaiveDate) -> Result<TillCard> {
    let (customer, letter) = match whose {
        CardOf::Person(id) => (person(read, id)?, None),
        CardOf::Letter(letter) => {
            let (planned, recipient) = campaign::by_number(read, letter)?.ok_or_else(gone)?;
            let id = customers::resolve_ref(read, &recipient.reference)?.ok_or_else(gone)?;
            (person(read, id)?, Some(Offer { planned, recipient, status: OfferStatus::Waiting }))
        }
    };
    let mut offers = redemption::offers_to(read, customer.id, today)?;
    if let Some(scanned) = letter {
        offers.retain(|offer| offer.recipient.id != scanned.recipient.id);
        offers.insert(0, scanned);
    }
    let card = customers::card(read, &customer, today)?;
    let household = customers::household_of(read, &customer)?.members;
    let greeting = greeting(&customer, &household);
    Ok(TillCard { customer, card, household, greeting, offers })
}

/// The gifts that wait for the recipient of a letter, besides the letter's own.
pub(crate) fn other_gifts(read: &Read<'_>, letter: &Recipient, today: NaiveDate) -> Result<Vec<Offer>> {
    let Some(id) = customers::resolve_ref(read, &letter.reference)? else { return Ok(Vec::new()) };
    let mut offers = redemption::offers_to(read, id, today)?;
    offers.retain(|offer| offer.status == OfferStatus::Waiting && offer.recipient.id != letter.id);
    Ok(offers)
}

/// The till's answer about a letter, with the card when its code is accepted. None when there is no such letter, or it
/// has no code.
pub(crate) fn answer_to(read: &Read<'_>, letter: RecipientId, today: NaiveDate) -> Result<Option<TillAnswer>> {
    let has_code = campaign::by_number(read, letter)?.is_some_and(|(_, recipient)| recipient.code.is_some());
    has_code.then(|| redemption::look(read, &Claim::Letter(letter), today)).transpose()
}

/// A customer with the greeting line of the whole household.
pub(crate) struct Greeted {
    pub(crate) customer: Customer,
    pub(crate) greeting: String,
}

pub(super) fn greeted_with_household(read: &Read<'_>, id: CustomerId) -> Result<Greeted> {
    let customer = customers::by_id(read, id)?;
    let greeting = greeting(&customer, &customers::household_of(read, &customer)?.members);
    Ok(Greeted { customer, greeting })
}

/// The greeting line of a household, with the customer who is at the counter first.
fn greeting(customer: &Customer, household: &[Customer]) -> String {
    let others = household.iter().filter(|member| member.id != customer.id && member.may_be_greeted());
    let people: Vec<&Customer> = std::iter::once(customer).chain(others).collect();
    merge::names_of(&people).greeting
}

fn gone() -> Error {
    Error::new("this person is no longer in the book").hint("search for them by name")
}
