//! What one message is made of, and who writes it.

use chrono::{DateTime, FixedOffset};
use lettre::Address;
use lettre::message::Mailbox;

use super::dkim::Dkim;
use super::header;
use super::pictures::Picture;
use crate::error::Result;
use crate::merge::Block;

/// What one message is made of.
#[derive(Debug, Clone)]
pub(crate) struct Email<'e> {
    /// Who writes, and where answers go.
    pub(crate) senders: &'e Senders,
    pub(crate) to: &'e str,
    pub(crate) name: &'e str,
    pub(crate) subject: &'e str,
    pub(crate) blocks: &'e [Block],
    /// The pictures that the text, the letterhead and the signature are found among.
    pub(crate) pictures: &'e [Picture<'e>],
    /// The letterhead, one of the pictures.
    pub(crate) logo: Option<&'e str>,
    /// The signature, one of the pictures.
    pub(crate) signature: Option<&'e str>,
    pub(crate) signer: &'e str,
    /// The shop's name and postal address, which stand in every message.
    pub(crate) footer: &'e [String],
    /// BCP 47.
    pub(crate) language: &'e str,
    pub(crate) date: DateTime<FixedOffset>,
    /// What makes this message itself: its Message-ID and the marks between its parts come from it.
    pub(crate) key: &'e str,
    /// The printed letter, as a PDF that is attached.
    pub(crate) letter: Option<&'e [u8]>,
    /// Where one click ends it: an https link of this piece.
    pub(crate) unsubscribe: Option<&'e str>,
    pub(crate) dkim: Option<&'e Dkim>,
}

/// Who writes, and who is answered if that is somebody else.
#[derive(Debug, Clone)]
pub(crate) struct Senders {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

impl Senders {
    /// As shop.toml has them under `from` and `reply_to`: `Helen at Wiedeman's <helen@example.com>`.
    ///
    /// # Errors
    /// When one of them is no address.
    pub(crate) fn of(from: &str, reply_to: Option<&str>) -> Result<Self> {
        let reply_to = reply_to.map(|text| header::own(text, "reply_to")).transpose()?;
        Ok(Self { from: header::own(from, "from")?, reply_to })
    }

    pub(super) fn answers(&self) -> &Address {
        &self.reply_to.as_ref().unwrap_or(&self.from).email
    }
}
