//! The state of a campaign's emails, and the owner's decision about those in doubt.

use crate::campaign::{self, Planned};
use crate::clock::Clock;
use crate::domain::EmailAddress;
use crate::error::Result;
use crate::outbox::{self, DoubtVerdict, OutboxEntry};
use crate::shop::Shop;
use crate::store::Store;

/// Every email of a plan, by wave: first its own, then those of its reminders.
pub(crate) fn list(shop: &Shop, slug: &str, clock: Clock) -> Result<(Planned, Vec<Vec<OutboxEntry>>)> {
    let (store, planned) = open(shop, slug, clock)?;
    let read = store.read();
    let waves = 0..=outbox::last_wave(&read, &planned)?;
    let waves = waves.map(|wave| outbox::entries(&read, &planned, wave)).collect::<Result<_>>()?;
    Ok((planned, waves))
}

/// Settles the email to `reference` as the owner decides; returns that email.
///
/// # Errors
/// When there is no such email, or its state is already known.
pub(crate) fn settle(
    shop: &Shop,
    slug: &str,
    reference: &str,
    verdict: DoubtVerdict,
    clock: Clock,
) -> Result<OutboxEntry> {
    let (mut store, planned) = open(shop, slug, clock)?;
    store.write(|write| outbox::settle_by_hand(write, &planned, reference, verdict, clock.moment()))
}

/// Sends the email to `reference` to the address that is now on their card.
///
/// # Errors
/// When it was sent or may have been, or the card has no other address that accepts email.
pub(crate) fn readdress(shop: &Shop, slug: &str, reference: &str, clock: Clock) -> Result<(OutboxEntry, EmailAddress)> {
    let (mut store, planned) = open(shop, slug, clock)?;
    store.write(|write| outbox::readdress(write, &planned, reference, clock.now()))
}

fn open(shop: &Shop, slug: &str, clock: Clock) -> Result<(Store, Planned)> {
    let mut store = shop.store()?;
    let planned = campaign::need(&store.read(), slug)?;
    outbox::doubt_what_was_left(&mut store, shop, clock.now())?;
    Ok((store, planned))
}
