//! Random numbers of the machine, the only source of everything that must not be guessable.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, ErrorKind, Result};

/// Random bytes.
///
/// # Errors
/// When the machine has no random numbers.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    let failed = |e| Error::of(ErrorKind::Machine, "the machine has no random numbers").because(e);
    getrandom::fill(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Random bytes as text that can be used in a URL.
///
/// # Errors
/// As [`bytes`].
pub(crate) fn token<const N: usize>() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<N>()?))
}
