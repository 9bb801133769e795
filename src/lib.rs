//! Regulars: campaigns and personal letters for a shop that knows its customers by name.
//!
//! Data flows one way. Files of other programs come in by [`import`], into the [`customers`]; [`insights`] shows who matters
//! most, and a [`segment`] asks who is meant; a [`campaign`] is planned from its file, which freezes who is written to, in which
//! branch and with which code; [`merge`] puts what is frozen into a template, and [`letter`] or [`email`] makes the piece;
//! [`proof`] looks the pieces over before they go, the [`outbox`] sends the emails, and a [`reminder`] goes to those who have
//! not come; [`inbound`] reads what comes back. At the till a code becomes a [`redemption`]; [`report`] counts what came of it,
//! and [`followup`] writes next year's campaign. [`access`] decides who may do what, and the [`manual`] says how. [`app`] has the use cases, one file each;
//! [`web`] and [`cli`] read what came, call them, and show what came back; [`demo`] invents the people of two years.
//!
//! A room uses only rooms that stand above it in this list, never a neighbour on its own line:
//!
//! ```text
//! text  error  files · money · clock · random
//! domain | dns | mail_stream
//! store | demo
//! shop
//! customers  import
//! segment | insights
//! merge
//! campaign
//! letter | email
//! piece
//! outbox | reminder | redemption | inbound
//! followup | report | proof | access | manual
//! app
//! web  cli
//! ```

mod access;
mod app;
mod campaign;
pub mod cli;
mod clock;
mod customers;
mod demo;
mod dns;
pub mod domain;
mod email;
pub mod error;
mod files;
mod followup;
pub mod for_tests;
mod import;
mod inbound;
mod insights;
pub mod letter;
mod mail_stream;
mod manual;
pub mod merge;
mod money;
mod outbox;
mod piece;
mod proof;
mod random;
mod redemption;
mod reminder;
mod report;
mod segment;
mod shop;
mod store;
mod text;
mod web;
