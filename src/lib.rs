//! Regulars: campaigns and personal letters for a shop that knows its customers by name.
//!
//! Data flows in one direction. Files of other programs come in through [`import`], into the [`customers`];
//! [`insights`] shows who matters most, and a [`segment`] selects customers by a query; a [`campaign`] is planned from
//! its file, which freezes its recipients, with their branches and codes; [`merge`] puts the frozen fields into a
//! template, and [`letter`] or [`email`] makes the piece; [`proof`] checks the pieces before they are sent, the
//! [`outbox`] sends the emails, and a [`reminder`] is sent to those who have not come; [`inbound`] reads returned mail.
//! At the till a code becomes a [`redemption`]; [`report`] counts the response, and [`followup`] writes next year's
//! campaign. [`access`] decides who may do what, and the [`manual`] describes it. [`app`] has the use cases, one file
//! each; [`web`] and [`cli`] parse requests, call them, and show the results; [`demo`] invents the people of two years.
//!
//! A room uses only rooms above it in this list, never a neighbor on its own line:
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
