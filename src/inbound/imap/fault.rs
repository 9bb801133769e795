//! What goes wrong on the way to an IMAP server, in words.

use std::io;

use crate::error::Error;

pub(super) const LATER: &str = "do it again later; if it stays so, ask whoever runs the mail server";

/// What breaks off.
pub(super) fn lost(error: &io::Error) -> Error {
    let message = match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "the mail server did not answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the mail server hung up".to_owned()
        }
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    };
    Error::new(message).hint(LATER)
}

/// The server ends it.
pub(super) fn ended(words: &str) -> Error {
    Error::new(format!("the mail server ended the connection: {words}")).hint(LATER)
}

/// The server does not do what it is asked to.
pub(super) fn not_handed_out(words: &str) -> Error {
    Error::new(format!("the mail server does not hand out the messages: {words}")).hint(LATER)
}

/// What answers is hardly a server for IMAP.
pub(super) fn not_understood() -> Error {
    Error::new("what the mail server says cannot be understood")
        .hint("look at the name and the port of `server` under `[bounces]`; if they are right, please report it")
}
