//! The outbox: every email of a plan, and of each of its reminders, goes out at most once, and of what cannot be known it is
//! said that it is in doubt.
//!
//! An email is `queued`, then `sending` while it is handed over, then `sent`, `failed` or `in_doubt`. It is written down as
//! sending, on disk, before the last byte that could make it sent; whoever finds it so later knows that nobody knows.

mod look;
mod pace;
mod personal_data;
mod reply;
mod run;
mod settings;
mod table;
mod turn;
mod undelivered;
mod unsubscribe;
mod wire;

pub(crate) use look::{Offer, Trouble, look};
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use reply::Blame;
pub(crate) use run::{SendJob, SendReport, Tally, doubt_what_was_left, run};
pub(crate) use settings::{Sender, sender};
pub(crate) use table::{
    Entry, OutboxCounts, Piece, Verdict, entries, goes_on, last_piece_to, last_wave, piece_of, settle_by_hand,
    settle_doubt,
};
pub(crate) use turn::Turn;
pub(crate) use undelivered::{Heard, kept_answer, undelivered, wished};
pub(crate) use unsubscribe::unsubscribe;
