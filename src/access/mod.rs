//! Who may use the pages: the secrets that the owner and the tills sign in with, the sessions, and the tokens of API
//! tills.
//!
//! Nothing stored here can be read back: the passphrase and the PIN are Argon2 hashes; session cookies and tokens,
//! which are random, are SHA-256 hashes.

mod answers;
mod digest;
mod personal_data;
mod secret;
mod session;
mod token;

pub(crate) use answers::{StoredAnswer, store_answer, stored_answer};
pub(crate) use digest::digest;
pub(crate) use personal_data::PERSONAL_DATA;
pub(crate) use secret::{check, hashed, is_right, secret, set, unset};
pub(crate) use session::{SignedIn, begin, end, signed_in};
pub(crate) use token::{TillToken, holder, is_good, make_token, revoke, tokens};
