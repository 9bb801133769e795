//! Emails: one message a recipient, from the same template as the letter.

mod compose;
mod html;
mod plain;

pub use compose::{Email, compose};
