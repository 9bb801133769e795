//! Regulars: campaigns and personal letters for a shop that knows its customers by name.

pub mod clock;
pub mod error;
pub mod letter;
pub mod merge;
pub mod money;
pub mod store;
pub mod words;
