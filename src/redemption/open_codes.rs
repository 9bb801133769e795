//! The open codes for a till that is offline: keyed fingerprints with so few bits that the codes cannot be derived from
//! them.
//!
//! With n open codes, a wrong code looks open once in 2^20 / n times: with 600 letters once in 1,700. The list takes
//! two bytes per code for some hundred codes, less for more, and never more than a megabyte: there are no more
//! fingerprints.

use chrono::NaiveDate;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::CampaignState;
use crate::error::Result;
use crate::store::{Read, params};

/// The number of bits of a fingerprint.
const BITS: u32 = 20;

/// The fingerprints of all codes that are accepted on a day, sorted and stored as differences: seven bits per byte, the
/// lowest first; the eighth means that more follow.
pub(crate) fn open_codes(read: &Read<'_>, key: &[u8], today: NaiveDate) -> Result<Vec<u8>> {
    let sql = "SELECT r.code FROM recipient r JOIN campaign c ON c.id = r.campaign_id WHERE r.code IS NOT NULL \
               AND c.state <> ?2 AND COALESCE(c.posted_on, c.as_of) <= ?1 AND (c.claim_until IS NULL OR c.claim_until >= ?1) \
               AND NOT EXISTS (SELECT 1 FROM redemption d WHERE d.recipient_id = r.id AND d.undone_at IS NULL)";
    let mut fingerprints = Vec::new();
    read.each(sql, params![today, CampaignState::Void], |row| {
        fingerprints.push(fingerprint(key, &row.get::<String>(0)?));
        Ok(())
    })?;
    Ok(packed(fingerprints))
}

/// The first expiry day of the gifts that wait on a day: the list is not valid after it.
pub(crate) fn first_last_day(read: &Read<'_>, today: NaiveDate) -> Result<Option<NaiveDate>> {
    let sql = "SELECT min(claim_until) FROM campaign WHERE state <> ?2 AND COALESCE(posted_on, as_of) <= ?1 AND claim_until >= ?1";
    Ok(read.first(sql, params![today, CampaignState::Void], |row| row.get(0))?.flatten())
}

/// The first bits of the HMAC-SHA-256 of a code.
fn fingerprint(key: &[u8], code: &str) -> u32 {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return 0 };
    mac.update(code.as_bytes());
    let [a, b, c, d, ..] = <[u8; 32]>::from(mac.finalize().into_bytes());
    u32::from_be_bytes([a, b, c, d]) >> (u32::BITS - BITS)
}

fn packed(mut fingerprints: Vec<u32>) -> Vec<u8> {
    fingerprints.sort_unstable();
    fingerprints.dedup();
    let (mut bytes, mut last) = (Vec::with_capacity(fingerprints.len() * 2), 0);
    for fingerprint in fingerprints {
        let mut distance = fingerprint - last;
        last = fingerprint;
        while distance >= 0x80 {
            bytes.push(0x80 | (distance & 0x7F) as u8);
            distance >>= 7;
        }
        bytes.push((distance & 0x7F) as u8);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_no_order_of_its_own_and_stays_small() {
        for (fingerprints, bytes) in [
            (vec![], vec![]),
            (vec![0], vec![0]),
            (vec![300, 2, 2], vec![2, 0xAA, 0x02]),
            (vec![(1 << BITS) - 1], vec![0xFF, 0xFF, 0x3F]),
        ] {
            assert_eq!(packed(fingerprints.clone()), bytes, "{fingerprints:?}");
        }
        assert_eq!(packed((0..1 << BITS).rev().collect()).len(), 1 << BITS, "all that there are");
    }

    #[test]
    fn a_fingerprint_is_of_its_key_and_of_its_code() {
        // The second case of RFC 4231: 5bdcc146…
        assert_eq!(fingerprint(b"Jefe", "what do ya want for nothing?"), 0x5_BDCC);
        assert_ne!(fingerprint(b"one", "7ZXC-71S3"), fingerprint(b"another", "7ZXC-71S3"));
        assert_ne!(fingerprint(b"one", "7ZXC-71S3"), fingerprint(b"one", "7ZXC-71S4"));
    }
}
