//! Reads a mailbox over IMAP: its new messages in batches, without changing it.

mod account;
mod connection;
mod fault;
mod folder_name;
mod mailbox;
mod read_mark;
mod response;
mod session;

pub(crate) use account::{ImapAccount, account};
pub(crate) use mailbox::ImapMailbox;
pub(crate) use read_mark::{WhichMessages, read_mark};
