//! Returned mail: delivery reports, complaints, unsubscribe requests and replies, read from a mailbox.
//!
//! Anyone can send the shop a mail that looks like a report. One that contains an email's own Message-ID, which only
//! its recipient can know, is accepted for that recipient; one that has only an address is shown, and accepted after
//! the owner confirms it.

mod answers;
mod failure;
mod imap;
mod mailbox;
mod message;
mod message_key;
mod personal_data;
mod status;
mod wish;

pub(crate) use answers::{EmailAnswer, is_known, record, times_full};
pub(crate) use imap::{ImapAccount, ImapMailbox, WhichMessages, account, read_mark};
pub(crate) use mailbox::read;
pub(crate) use message::{Mail, MailKind};
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use status::{DeliveryOutcome, DeliveryStatus};
