//! Who may use the pages: what owner and tills sign in with, who is signed in, and the tokens of tills that are programs.
//!
//! Nothing of it can be read back: passphrase and PIN are kept as Argon2 hashes; sessions and tokens, which nobody chooses
//! and nobody can guess, as SHA-256.

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
