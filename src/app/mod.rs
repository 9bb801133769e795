//! The use cases, one file each: plain arguments in, data out; the transaction is inside.

pub(crate) mod backup;
pub(crate) mod best;
pub(crate) mod calls;
pub(crate) mod card;
pub(crate) mod doctor;
pub(crate) mod duplicates;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod find;
pub(crate) mod forget;
pub(crate) mod idempotency;
pub(crate) mod import;
pub(crate) mod merge;
pub(crate) mod notes;
mod personal_data;
pub(crate) mod secrets;
pub(crate) mod segment;
pub(crate) mod serve;
pub(crate) mod sign_in;
pub(crate) mod to_come;
pub(crate) mod today;
pub(crate) mod tokens;
pub(crate) mod undo;
pub(crate) mod unforget;
pub(crate) mod unsubscribe;
