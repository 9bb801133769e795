//! Regulars: campaigns and personal letters for a shop that knows its customers by name.

pub mod book;
pub mod clock;
pub mod demo;
pub mod error;
pub mod merge;
pub mod money;
pub mod shop;
pub mod store;
pub mod words;
