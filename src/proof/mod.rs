//! The proof of a campaign: everything worth a look before it is printed, the most serious first, and a few letters to
//! look at.

mod addresses;
mod capitals;
mod emails;
mod look;
mod names;
mod people;
mod problem;
mod same_weeks;
mod sample;
mod show;

pub(crate) use look::{Proof, proof};
pub(crate) use names::fix_names;
pub(crate) use show::text;
