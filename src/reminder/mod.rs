//! Reminders: which recipients get one, by which channel, and when.
//!
//! Each counts from the day of the person's first piece, and keeps its distance from the reminder before it when that
//! one was late. Recipients who have come or whose mail came back get none.

mod letters;
mod outlook;
mod personal_data;
mod reach;
mod schedule;
mod stage;

pub(crate) use letters::{batches, begin, dated, mark_printed};
pub(crate) use outlook::{Outlook, outlook, still_wanted};
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use stage::{SentReminder, sent_reminders};
