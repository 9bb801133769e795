//! What tills changed on cards: addresses, notes, new customers. The owner is shown each, and undoes or dismisses it.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::campaign;
use crate::customers::{self, TillChange};
use crate::domain::{CustomerId, TillChangeId, TillChangeKind};
use crate::error::Result;
use crate::redemption;
use crate::store::{Read, Write};

/// A change, and the card it belongs to.
pub(crate) struct ShownChange {
    pub(crate) change: TillChange,
    /// Empty when a new card was undone.
    pub(crate) name: String,
}

/// The changes of a day; today's list also has older ones that the owner has not dismissed.
pub(crate) fn list(read: &Read<'_>, day: NaiveDate, today: NaiveDate) -> Result<Vec<ShownChange>> {
    let mut changes = customers::till_changes_on(read, day)?;
    if day == today {
        changes.extend(customers::open_till_changes(read)?.into_iter().filter(|change| change.at.date() != day));
    }
    let name = |change: TillChange| {
        let name =
            change.customer.map_or(Ok(String::new()), |id| customers::by_id(read, id).map(|card| card.name()))?;
        Ok(ShownChange { change, name })
    };
    changes.into_iter().map(name).collect()
}

/// How long a card shows what a till recorded on it.
const SHOWN: TimeDelta = TimeDelta::minutes(10);

/// What a till has just recorded on a card.
pub(crate) fn just_recorded(
    read: &Read<'_>,
    card: CustomerId,
    till: &str,
    now: NaiveDateTime,
) -> Result<Option<TillChange>> {
    customers::newest_till_change(read, card, till, now.checked_sub_signed(SHOWN).unwrap_or(now))
}

/// Undoes a change; repeating it does nothing.
///
/// # Errors
/// When the card was changed again since, or a new card is already in use.
pub(crate) fn undo(write: &Write<'_>, id: TillChangeId, now: NaiveDateTime) -> Result<()> {
    let change = customers::till_change(write, id)?;
    let in_use = match (change.kind, change.customer) {
        (TillChangeKind::Card, Some(card)) if !campaign::places(write, card)?.is_empty() => Some("is in a plan"),
        (TillChangeKind::Card, Some(card)) => {
            let reference = customers::by_id(write, card)?.reference;
            redemption::is_on_record(write, &reference)?.then_some("has an entry at the till")
        }
        _ => None,
    };
    customers::undo_till_change(write, &change, in_use, now)
}

/// Dismisses a change: it stays on the list of its day.
pub(crate) fn put_aside(write: &Write<'_>, id: TillChangeId, now: NaiveDateTime) -> Result<()> {
    customers::put_change_aside(write, id, now)
}
