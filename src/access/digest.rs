//! What nobody can guess, and the hash by which it is known again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};

/// 256 random bits, as text.
pub(super) fn random() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::of(ErrorKind::Machine, "the machine gave no random numbers").because(e))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The hash by which something random, or a request, is known again.
#[must_use]
pub(crate) fn digest(text: &[u8]) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}
