//! The customer book: who the customers are, who lives with whom, what they bought, what was said to them.

mod alike;
mod card;
mod change;
mod consent;
pub(crate) mod customer;
mod duplicates;
mod find;
mod forget;
pub(crate) mod household;
mod identity;
pub(crate) mod index;
mod likeness;
mod merging;
mod notes;
mod personal_data;
mod purchase;
mod slips;
mod suppression;
pub(crate) mod table;
mod table_owner;
mod vocabulary;

pub(crate) use card::{Card, card};
pub(crate) use change::{Changed, set};
pub(crate) use consent::record_wish;
pub(crate) use customer::Customer;
pub use customer::TEXT_FIELDS;
pub(crate) use duplicates::{Pair, duplicates, tell_apart};
pub(crate) use find::{Hit, find};
pub(crate) use household::household_of;
pub(crate) use identity::{References, Standing, let_back, references};
pub(crate) use index::{complete as index_words, is_complete as words_are_indexed};
pub(crate) use likeness::dialled;
pub(crate) use merging::{Merged, merge, unmerge};
pub(crate) use notes::{Note, add_note, notes, resolve};
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use purchase::{
    LastPurchase, count_purchases, largest_purchase, last_purchases, spent_between, visits_between,
};
pub(crate) use suppression::{AddressKey, Suppressed, Suppressions, suppress, suppressed, suppressions};
pub(crate) use table::{Reach, by_id, by_ref, count, ids, preferences, reach, resolve_ref, tags};
pub(crate) use table_owner::{
    CardRows, Cell, Erasure, ExportTable, MergeRecord, MergedCards, Place, TableOwner, export_tables,
};
pub(crate) use vocabulary::Vocabulary;
