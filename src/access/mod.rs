//! Who may use the pages: what owner and tills sign in with, who is signed in, and the tokens of tills that are programs.
//!
//! Nothing of it can be read back: passphrase and PIN are kept as Argon2 hashes; sessions and tokens, which nobody chooses
//! and nobody can guess, as SHA-256.

mod answers;
mod personal_data;
mod secret;
mod session;
mod table;
mod token;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};

pub(crate) use answers::{StoredAnswer, store_answer, stored_answer};
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use secret::{check, hashed, is_right, secret, set, unset};
pub(crate) use session::{SignedIn, begin, end, signed_in};
pub(crate) use token::{Token, holder, is_good, make_token, revoke, tokens};

/// 256 bits of chance, as text.
fn random() -> Result<String> {
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
