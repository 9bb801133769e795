//! The customer book: who the customers are, who lives with whom, what they bought, what was said to them.

mod alike;
mod card;
mod change;
mod consent;
mod customer;
mod duplicates;
mod find;
mod forget;
mod held;
mod household;
mod identity;
pub mod import;
mod index;
mod likeness;
mod merging;
mod notes;
mod purchase;
mod table;
mod vocabulary;

pub use card::{Card, Relative, card};
pub use change::{Changed, set};
pub use consent::{Circumstance, Said, Way, record_circumstance, record_wish, said};
pub use customer::{Customer, TEXT_FIELDS};
pub use duplicates::{Pair, duplicates, tell_apart};
pub use find::{Hit, find};
pub use forget::forget;
pub use held::{Cell, Held, collect, held};
pub use household::{Household, household_of, put_together, regroup, settle, take_apart};
pub use identity::{References, Standing, is_forgotten, let_back, references};
pub use index::{complete as index_words, is_complete as words_are_indexed};
pub use merging::{Merged, merge, unmerge};
pub use notes::{KINDS, Note, add_note, notes, resolve};
pub use purchase::{LastPurchase, last_purchases, spent_between, visits_between};
pub use table::{Reach, by_id, by_ref, count, ids, members, preferences, reach, resolve_ref, similar_refs, tags};
pub use vocabulary::Vocabulary;
