//! Emails: one message per recipient, from the same template as the letter.

mod body;
mod compose;
mod dkim;
mod header;
mod html;
mod keys;
mod message;
mod phrases;
mod pictures;
mod plain;
mod published;
mod spf;

pub(crate) use compose::{address, check, compose, noon, page};
pub(crate) use dkim::Dkim;
pub(crate) use keys::Key;
pub(crate) use message::{Email, Senders};
pub(crate) use pictures::Picture;
pub(crate) use published::{DkimDoubt, DmarcDoubt, dkim_doubts, dmarc_doubts, dmarc_name, dmarc_record};
pub(crate) use spf::{SpfDoubt, SpfFindings, spf, spf_record};
