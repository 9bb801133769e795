//! Emails: one message a recipient, from the same template as the letter.

mod compose;
mod header;
mod html;
mod phrases;
mod pictures;
mod plain;

pub use compose::{Email, compose, page};
pub use pictures::Picture;
