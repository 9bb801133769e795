//! The day's list: everything that happened at the tills, with totals of the entries that were not undone.

use chrono::NaiveDate;

use super::till_changes::{self, ShownChange};
use crate::domain::EventKind;
use crate::error::Result;
use crate::money::Money;
pub(crate) use crate::redemption::put_aside;
use crate::redemption::{self, Happening, Matter};
use crate::store::Read;

pub(crate) struct DayList {
    /// Redemptions that were not undone.
    pub(crate) came: Vec<Happening>,
    /// Amounts without a redemption that were not undone.
    pub(crate) bought: Vec<Happening>,
    pub(crate) bought_sum: Money,
    /// Everything else.
    pub(crate) others: Vec<Happening>,
    /// On today's list: offline entries, of any day, that the owner has to look at.
    pub(crate) matters: Vec<Matter>,
    /// What tills changed on cards.
    pub(crate) changes: Vec<ShownChange>,
    /// How many customers came, and what they spent.
    pub(crate) count: usize,
    pub(crate) sum: Money,
}

pub(crate) fn list(read: &Read<'_>, day: NaiveDate, today: NaiveDate) -> Result<DayList> {
    let (stands, others): (Vec<_>, Vec<_>) =
        redemption::happened_on(read, day)?.into_iter().partition(|one| one.stands);
    let (came, bought): (Vec<_>, Vec<Happening>) = stands.into_iter().partition(|one| one.kind == EventKind::Accepted);
    let bought_sum = bought.iter().filter_map(|one| one.spend).fold(Money(0), Money::plus);
    let matters = if day == today { redemption::matters(read)? } else { Vec::new() };
    let (count, sum) = redemption::taken_on(read, day)?;
    let changes = till_changes::list(read, day, today)?;
    Ok(DayList { came, bought, bought_sum, others, matters, changes, count, sum })
}
