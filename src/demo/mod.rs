//! The invented shop of `regulars demo`: its customers, its receipts, and who comes for the bottle.
//!
//! Everything is drawn from fixed seeds with integer arithmetic, so it is the same on every machine.

pub(crate) mod people;
pub(crate) mod purchases;
pub(crate) mod story;

mod dice;
mod names;
mod places;
mod remarks;
mod wares;
