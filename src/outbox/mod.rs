//! The outbox: every email of a plan goes out at most once, and of what cannot be known it is said that it is in doubt.
//!
//! An email is `queued`, then `sending` while it is handed over, then `sent`, `failed` or `in_doubt`. It is written down as
//! sending, on disk, before the last byte that could make it sent; whoever finds it so later knows that nobody knows.

mod pace;
mod reply;
mod run;
mod settings;
mod table;
mod turn;
mod unsubscribe;
mod wire;

pub use run::{Job, Report, Tally, doubt_what_was_left, run};
pub use settings::{Sender, sender};
pub use table::{Entry, Standing, Verdict, entries, settle_by_hand};
pub use unsubscribe::unsubscribe;
