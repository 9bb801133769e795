//! The parts of one message, and its sender.

use chrono::{DateTime, FixedOffset};
use lettre::Address;
use lettre::message::Mailbox;

use super::dkim::Dkim;
use super::header;
use super::pictures::Picture;
use crate::error::Result;
use crate::merge::Block;

/// The parts of one message.
#[derive(Debug, Clone)]
pub(crate) struct Email<'e> {
    /// The sender and the reply address.
    pub(crate) senders: &'e Senders,
    pub(crate) to: &'e str,
    pub(crate) name: &'e str,
    pub(crate) subject: &'e str,
    pub(crate) blocks: &'e [Block],
    /// The pictures that the text, the letterhead and the signature refer to.
    pub(crate) pictures: &'e [Picture<'e>],
    /// The letterhead, one of the pictures.
    pub(crate) logo: Option<&'e str>,
    /// The signature, one of the pictures.
    pub(crate) signature: Option<&'e str>,
    pub(crate) signer: &'e str,
    /// The shop's name and postal address, which are in every message.
    pub(crate) footer: &'e [String],
    /// BCP 47.
    pub(crate) language: &'e str,
    pub(crate) date: DateTime<FixedOffset>,
    /// Identifies this message: its Message-ID and its part boundaries are made from it.
    pub(crate) key: &'e str,
    /// The printed letter, as an attached PDF.
    pub(crate) letter: Option<&'e [u8]>,
    /// The https link that unsubscribes with one click.
    pub(crate) unsubscribe: Option<&'e str>,
    pub(crate) dkim: Option<&'e Dkim>,
}

/// The sender, and the reply address if different.
#[derive(Debug, Clone)]
pub(crate) struct Senders {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

impl Senders {
    /// From the values of `from` and `reply_to` in shop.toml: `Helen at Wiedeman's <helen@example.com>`.
    ///
    /// # Errors
    /// When one of them is invalid.
    pub(crate) fn of(from: &str, reply_to: Option<&str>) -> Result<Self> {
        let reply_to = reply_to.map(|text| header::own(text, "reply_to")).transpose()?;
        Ok(Self { from: header::own(from, "from")?, reply_to })
    }

    pub(super) fn answers(&self) -> &Address {
        &self.reply_to.as_ref().unwrap_or(&self.from).email
    }
}
