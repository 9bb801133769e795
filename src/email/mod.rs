//! Emails: one message a recipient, from the same template as the letter.

mod body;
mod compose;
mod dkim;
mod header;
mod html;
mod keys;
mod phrases;
mod pictures;
mod plain;

pub use compose::{Email, Senders, address, check, compose, page};
pub use dkim::Dkim;
pub use keys::Key;
pub use pictures::Picture;
