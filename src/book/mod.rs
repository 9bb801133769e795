//! The customer book: who the customers are, who lives with whom, what they bought, what was said to them.

mod customer;
mod household;
pub mod import;
mod notes;
mod purchase;
mod table;

pub use customer::{Customer, TEXT_FIELDS};
pub use household::{Household, household_of, regroup};
pub use notes::{KINDS, Note, add_note, notes, resolve};
pub use purchase::{LastPurchase, last_purchases, spent_between, visits_between};
pub use table::{Reach, by_id, by_ref, count, ids, members, preferences, reach, similar_refs, tags};
