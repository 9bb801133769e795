//! The shop's value types: IDs, addresses, codes, mail preferences, states and outcomes; once made, each is valid.
//!
//! A value stored in a column has its form, and the list of all its values, in its own type and nowhere else:
//! statements get it as a parameter, and `tests/architecture.rs` searches every other string for it.

mod birthday;
mod bounce_class;
mod code;
mod column;
pub(crate) mod countries;
mod email_address;
mod goods;
mod ids;
mod postal_address;
mod postcodes;
mod states;
mod street;

pub(crate) use birthday::Birthday;
pub(crate) use bounce_class::{BounceClass, status_of};
pub(crate) use code::{Code, crockford};
pub(crate) use column::{Column, column_enum};
pub(crate) use countries::{country_code, country_name, is_abroad, postcode_area};
pub(crate) use email_address::{EmailAddress, email_in, email_key, is_same_mailbox};
pub(crate) use goods::is_bar_code_of_goods;
pub(crate) use ids::{
    CampaignId, CustomerId, EventId, HouseholdId, ImportId, OutboxId, RecipientId, RedemptionId, TillChangeId,
};
pub(crate) use postal_address::{PostalAddress, folded, postcode_key};
pub(crate) use postcodes::{PostcodeForms, postcode_of_letters, postcodes_of, spaced_postcode};
pub use states::forms;
pub(crate) use states::{
    Arm, CampaignState, Channel, CircumstanceKind, Consent, ConsentChannel, Delivery, EventKind, ImportedData,
    InboundKind, NoteKind, OnePer, OutboxState, PieceState, Response, Role, Suppression, TillChangeKind,
};
pub(crate) use street::{StreetKey, place_key};
