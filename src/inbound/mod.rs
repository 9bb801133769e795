//! What comes back about emails: delivery reports, complaints, wishes for no more, and answers, read from a mailbox.
//!
//! Anyone can send a mail to the shop that looks like a report. What an email's own Message-ID is in, which no one can
//! guess who did not get it, is believed about that email's own recipient; what has only an address is shown, and
//! believed on the owner's word.

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
