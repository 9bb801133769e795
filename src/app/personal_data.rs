//! The owners of all tables with personal data.

use crate::customers::TableOwner;
use crate::{access, campaign, customers, inbound, outbox, redemption, reminder};

/// In the order of erasure: first what refers to a recipient, then the recipient, then the card.
pub(super) const TABLE_OWNERS: [&TableOwner; 7] = [
    &access::PERSONAL_DATA,
    &redemption::PERSONAL_DATA,
    &reminder::PERSONAL_DATA,
    &outbox::PERSONAL_DATA,
    &inbound::PERSONAL_DATA,
    &campaign::PERSONAL_DATA,
    &customers::PERSONAL_DATA,
];
