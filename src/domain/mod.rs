//! What the shop's words mean: ids, addresses, codes, wishes, states and outcomes, each valid once it is made.
//!
//! A value that stands in a column has its form there, and its list of all values, in its own type and nowhere else:
//! statements take it as a parameter, and `tests/architecture.rs` looks for it in every other string.

mod bounce_class;
mod code;
mod column;
mod email_address;
mod ids;
mod postal_address;
mod states;
mod street;

pub(crate) use bounce_class::BounceClass;
pub(crate) use code::{Code, crockford};
pub(crate) use column::{Column, column_enum};
pub(crate) use email_address::{EmailAddress, bare_email, email_key};
pub(crate) use ids::{CampaignId, CustomerId, EventId, HouseholdId, ImportId, OutboxId, RecipientId, RedemptionId};
pub(crate) use postal_address::{PostalAddress, folded, postcode_key};
pub use states::forms;
pub(crate) use states::{
    Arm, CampaignState, Channel, CircumstanceKind, Consent, ConsentChannel, Delivery, EventKind, ImportedData,
    InboundKind, NoteKind, OnePer, OutboxState, PieceState, Response, Role, Suppression,
};
pub(crate) use street::{StreetKey, place_key};
