//! The owners of tables with rows of a person.

use crate::customers::TableOwner;
use crate::{access, campaign, customers, inbound, outbox, redemption, reminder};

/// All of them. Who is erased is erased in this order: what hangs on a place in a plan, then the places, then the card.
pub(super) const TABLE_OWNERS: [&TableOwner; 7] = [
    &access::PERSONAL_DATA,
    &redemption::PERSONAL_DATA,
    &reminder::PERSONAL_DATA,
    &outbox::PERSONAL_DATA,
    &inbound::PERSONAL_DATA,
    &campaign::PERSONAL_DATA,
    &customers::PERSONAL_DATA,
];
