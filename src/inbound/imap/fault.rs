//! Messages for errors of an IMAP connection.

use crate::error::Error;
use crate::mail_stream::StreamFault;

pub(super) const LATER: &str = "try again later; if it continues, ask your provider";

/// The connection is broken; with what to do.
pub(super) fn lost(fault: impl Into<StreamFault>) -> Error {
    let fault = fault.into();
    let hint = match &fault {
        StreamFault::UntrustedIssuer => {
            "write the name that your provider gives for IMAP; your own certificate is trusted when SSL_CERT_FILE names its file"
        }
        StreamFault::OtherName | StreamFault::OtherCertificate(_) => {
            "write the name that your provider gives for IMAP; nothing is sent to a server that cannot prove its name"
        }
        StreamFault::Expired => "tell your provider; also check that the clock of this machine is right",
        StreamFault::NotYetValid => "check that the clock of this machine is right",
        StreamFault::NotEncrypted => "`imaps://` is for port 993; on port 143 write `imap+starttls://`",
        StreamFault::OtherEncryption(_) => "check the name and the port",
        StreamFault::Unasked => "write `imaps://` in place of `imap+starttls://`",
        _ => LATER,
    };
    Error::new(fault.to_string()).hint(hint)
}

/// `BYE`.
pub(super) fn ended(words: &str) -> Error {
    Error::new(format!("the mail server ended the connection: {words}")).hint(LATER)
}

/// `NO` or `BAD` in response to a fetch.
pub(super) fn not_handed_out(words: &str) -> Error {
    Error::new(format!("the mail server does not send the messages: {words}")).hint(LATER)
}

/// Too many responses that are not IMAP.
pub(super) fn not_understood() -> Error {
    Error::new("the mail server's response cannot be understood")
        .hint("check the name and the port of `server` under `[bounces]`; if they are right, please report it")
}
