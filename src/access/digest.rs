//! The hash that identifies a random token or a request.

use sha2::{Digest, Sha256};

/// SHA-256.
#[must_use]
pub(crate) fn digest(text: &[u8]) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}
