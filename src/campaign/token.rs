//! The token in an email with which its recipient can unsubscribe: it looks random, reveals nothing, and cannot be made
//! without the shop's key.
//!
//! It is the recipient's ID under a mask, and a MAC over it, the campaign and the reference. The mask comes from the
//! MAC, so that no two tokens look alike.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::codes::keyed;
use super::recipient::{self, Recipient};
use crate::domain::RecipientId;
use crate::error::Result;
use crate::store::Read;

/// Bytes of the masked ID, and of the MAC before it.
const NUMBER: usize = 6;
const SEAL: usize = 16;

/// Makes tokens and reads them.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    key: Vec<u8>,
}

impl Tokens {
    /// Reads the shop's key.
    ///
    /// # Errors
    /// When the shop has none.
    pub(crate) fn of(read: &Read<'_>) -> Result<Self> {
        Ok(Self { key: read.shop_key()? })
    }

    /// The token of a recipient, 30 characters that need no escaping in a link; always the same.
    pub(crate) fn make(&self, slug: &str, recipient: &Recipient) -> String {
        let seal = self.seal(recipient.id, slug, &recipient.reference);
        let mask = self.mask(&seal);
        let number = recipient.id.0.to_be_bytes();
        let masked = number[8 - NUMBER..].iter().zip(mask).map(|(byte, mask)| byte ^ mask);
        URL_SAFE_NO_PAD.encode(seal.into_iter().chain(masked).collect::<Vec<u8>>())
    }

    /// The recipient of a token, with the campaign's name; none when it was not made here.
    pub(crate) fn find(&self, read: &Read<'_>, token: &str) -> Result<Option<(String, Recipient)>> {
        let Some(bytes) = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == SEAL + NUMBER) else {
            return Ok(None);
        };
        let (seal, masked) = bytes.split_at(SEAL);
        let number = masked.iter().zip(self.mask(seal)).fold(0, |n, (byte, mask)| n << 8 | i64::from(byte ^ mask));
        let number = RecipientId(number);
        let Some((planned, recipient)) = recipient::by_number(read, number)? else { return Ok(None) };
        let is_ours = same(seal, &self.seal(number, &planned.slug, &recipient.reference));
        Ok(is_ours.then_some((planned.slug, recipient)))
    }

    fn seal(&self, number: RecipientId, slug: &str, reference: &str) -> [u8; SEAL] {
        let mut seal = [0; SEAL];
        seal.copy_from_slice(&keyed(&self.key, &["no more", &number.to_string(), slug, reference])[..SEAL]);
        seal
    }

    fn mask(&self, seal: &[u8]) -> [u8; NUMBER] {
        let mut mask = [0; NUMBER];
        mask.copy_from_slice(&keyed(&self.key, &["mask", &URL_SAFE_NO_PAD.encode(seal)])[..NUMBER]);
        mask
    }
}

/// Compares two MACs in constant time.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}
