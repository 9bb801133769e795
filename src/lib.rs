//! Regulars: campaigns and personal letters for a shop that knows its customers by name.
//!
//! Data flows one way. Customers and purchases come into the [`book`]; [`best`] says who matters most, and a [`segment`]
//! asks who is meant; a [`campaign`] is planned from its file, which freezes who is written to, in which branch and with
//! which code; [`merge`] puts what is frozen into a template, and [`letter`] or [`email`] makes the piece; [`proof`]
//! looks the pieces over before they go, the [`outbox`] sends the emails, and a [`reminder`] goes to those who have not come;
//! [`answers`] reads what comes back. At the till a code becomes a [`redemption`]; [`report`] counts what came of it, and
//! [`followup`] writes next year's campaign. [`web`] has the pages, [`access`] knows who may use them; [`cli`] has one file a
//! verb; [`demo`] plays two years of it.
//!
//! A room uses only rooms that stand above it in this list, never a neighbour on its own line:
//!
//! ```text
//! words  error  money  clock
//! store
//! shop
//! book
//! segment | best
//! merge
//! campaign
//! letter | email | outbox
//! reminder | redemption | answers
//! followup | report | proof | access
//! web
//! demo
//! cli
//! ```

pub mod access;
pub mod answers;
pub mod best;
pub mod book;
pub mod campaign;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod email;
pub mod error;
pub mod followup;
pub mod letter;
pub mod merge;
pub mod money;
pub mod outbox;
pub mod proof;
pub mod redemption;
pub mod reminder;
pub mod report;
pub mod segment;
pub mod shop;
pub mod store;
pub mod web;
pub mod words;
