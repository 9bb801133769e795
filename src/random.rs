//! What nobody can guess: random numbers of the machine, which is the only source of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, ErrorKind, Result};

/// So many random bytes.
///
/// # Errors
/// When the machine gives no random numbers.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    let failed = |e| Error::of(ErrorKind::Machine, "the machine gave no random numbers").because(e);
    getrandom::fill(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// So many random bytes as text that may stand in an address.
///
/// # Errors
/// As [`bytes`].
pub(crate) fn token<const N: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<N>()?))
}
