//! The keys of a campaign's pieces and the codes on them: HMACs of the shop's key, so that no one can guess one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::Code;

/// The code of a recipient: the first 35 bits of HMAC-SHA-256(key, campaign, plan, recipient, attempt).
pub(super) fn code(key: &[u8], campaign: &str, plan: usize, recipient: &str, attempt: u32) -> Code {
    let digest = keyed(key, &["code", campaign, &plan.to_string(), recipient, &attempt.to_string()]);
    Code::from_bits(digest[..5].iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)) >> 5)
}

/// HMAC-SHA-256 over parts, each prefixed with its length.
pub(super) fn keyed(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"));
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

/// Identifies one piece, in 32 hexadecimal digits: HMAC-SHA-256(key, campaign, recipient), and the wave of a reminder.
pub(super) fn piece_key(key: &[u8], campaign: &str, recipient: &str, wave: usize) -> String {
    let number = wave.to_string();
    let parts = ["piece", campaign, recipient, &number];
    keyed(key, if wave == 0 { &parts[..3] } else { &parts }).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_piece_stays_and_each_reminder_has_its_own() {
        assert_eq!(piece_key(b"key", "1989", "C-1", 0), "9950a540ccd06bbbce390e51ced1b1e7");
        assert_ne!(piece_key(b"key", "1989", "C-1", 1), piece_key(b"key", "1989", "C-1", 2));
    }
}
