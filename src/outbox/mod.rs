//! The outbox: every email of a plan, and of each of its reminders, is sent at most once; if it is unknown whether one
//! was sent, it is marked as in doubt.
//!
//! An email is queued, then sending, then sent, failed or in doubt. The state "sending" is on disk before the last byte
//! that could complete the email; an email found in this state later is in doubt. The date in its bytes is stored at
//! the same time, so that a retry sends the same email.

mod by_hand;
mod connection;
mod entry;
mod job;
mod offer;
mod personal_data;
mod queue;
mod rate_limiter;
mod reply;
mod reply_reader;
mod run;
mod send_lock;
mod sent_email;
mod settings;
mod smtp_session;
mod wire_message;

pub(crate) use by_hand::{DoubtVerdict, readdress, settle_by_hand};
pub(crate) use entry::{OutboxCounts, OutboxEntry, entries, last_wave};
pub(crate) use job::{SendJob, SendReport, SendTally};
pub(crate) use offer::{ServerOffer, ServerProblem, look};
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use queue::{Undeliverable, goes_on, is_beyond_any_wait, withdraw};
pub(crate) use run::{doubt_what_was_left, run};
pub(crate) use send_lock::{SendLock, set_apart};
pub(crate) use sent_email::{SentEmail, by_key, last_to, only_one_to, settle_doubt};
pub(crate) use settings::{Sender, sender};
