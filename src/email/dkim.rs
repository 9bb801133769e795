//! DKIM: signs a message with the shop's key (RFC 6376, RFC 8463), relaxed/relaxed.
//!
//! lettre can sign as well, but adds the time of signing: the same message would have other bytes each time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::keys::Key;
use crate::error::{Error, Result};
use crate::text;

/// The signed header fields, if present; each occurs once in a message.
const SIGNED: &str = "from to subject date message-id reply-to mime-version list-unsubscribe list-unsubscribe-post";

/// The signing key, and the selector of its public half in DNS.
#[derive(Debug, Clone)]
pub(crate) struct Dkim {
    selector: String,
    key: Key,
}

impl Dkim {
    /// A key with this `selector`.
    ///
    /// # Errors
    /// When that is not a valid DNS name.
    pub(crate) fn new(selector: &str, key: Key) -> Result<Self> {
        let is_part = |part: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            (1..=63).contains(&part.len()) && part.bytes().all(plain) && !part.starts_with('-') && !part.ends_with('-')
        };
        if selector.len() > 100 || !selector.split('.').all(is_part) {
            return Err(Error::new(format!("{} cannot be a name in DNS", text::quote(selector)))
                .hint("a `dkim_selector` is made of letters, digits and hyphens, such as `regulars`"));
        }
        Ok(Self { selector: selector.to_owned(), key })
    }

    /// The kind of its key: `rsa` or `ed25519`.
    pub(crate) fn kind(&self) -> &'static str {
        self.key.kind()
    }

    /// The name of the DNS record, below the domain that emails come from, and its text.
    pub(crate) fn record(&self, domain: &str) -> Result<(String, String)> {
        Ok((format!("{}._domainkey.{domain}", self.selector), self.key.record()?))
    }

    /// The message with its signature in front, for `domain`.
    pub(super) fn signed(&self, message: &[u8], domain: &str) -> Result<Vec<u8>> {
        let (head, body) = parts(message).ok_or_else(|| Error::new("the email has no header to sign"))?;
        let (mut names, mut hash) = (Vec::new(), Sha256::new());
        for name in SIGNED.split(' ') {
            if let Some(value) = field(head, name) {
                hash.update(format!("{name}:{value}\r\n"));
                names.push(name);
            }
        }
        let unsigned = format!(
            "v=1; a={}-sha256; c=relaxed/relaxed; d={domain}; s={};\r\n h={};\r\n bh={};\r\n b=",
            self.kind(),
            self.selector,
            names.join(":"),
            STANDARD.encode(body_hash(body)),
        );
        hash.update(format!("dkim-signature:{}", relaxed(&unsigned)));
        let signature = STANDARD.encode(self.key.sign(&hash.finalize().into())?);
        let lines: Vec<_> = signature.as_bytes().chunks(72).map(String::from_utf8_lossy).collect();
        let mut signed = format!("DKIM-Signature: {unsigned}{}\r\n", lines.join("\r\n ")).into_bytes();
        signed.extend_from_slice(message);
        Ok(signed)
    }
}

/// Header and body.
fn parts(message: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr::memmem::find(message, b"\r\n\r\n")?;
    Some((std::str::from_utf8(&message[..end]).ok()?, &message[end + 4..]))
}

/// The value of a header field, relaxed.
fn field(head: &str, name: &str) -> Option<String> {
    let is_it = |line: &str| line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name));
    let mut lines = head.split("\r\n").skip_while(|line| !is_it(line));
    let first = lines.next()?.split_once(':')?.1;
    let rest: Vec<&str> = lines.take_while(|line| line.starts_with([' ', '\t'])).collect();
    Some(relaxed(&(first.to_owned() + &rest.concat())))
}

/// A value in one line, with one space for any white space.
fn relaxed(value: &str) -> String {
    value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The hash of a body, relaxed: without white space at the ends of lines and empty lines at the end, and with one space
/// for any other white space.
fn body_hash(body: &[u8]) -> [u8; 32] {
    let mut relaxed = Vec::with_capacity(body.len());
    let mut empty = 0;
    for line in body.split(|&byte| byte == b'\n') {
        let end = line.iter().rposition(|byte| !b" \t\r".contains(byte)).map_or(0, |last| last + 1);
        if end == 0 {
            empty += 1;
            continue;
        }
        relaxed.extend(b"\r\n".repeat(empty));
        empty = 0;
        let is_white = |byte: u8| byte == b' ' || byte == b'\t';
        for (at, &byte) in line[..end].iter().enumerate() {
            match is_white(byte) {
                false => relaxed.push(byte),
                true if at == 0 || !is_white(line[at - 1]) => relaxed.push(b' '),
                true => {}
            }
        }
        relaxed.extend(b"\r\n");
    }
    Sha256::digest(&relaxed).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key, the message and the result of RFC 8463, appendix A, whose signature covers other fields than ours: its
    /// body hash is the same.
    #[test]
    fn the_body_hash_is_that_of_the_standard() {
        let body = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n\r\n\r\n";
        assert_eq!(STANDARD.encode(body_hash(body)), "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
        assert_eq!(body_hash(b""), body_hash(b"\r\n \r\n"));
        assert_eq!(body_hash(b" a\t b \r\n"), body_hash(b" a b\r\n\r\n"));
    }

    #[test]
    fn a_signed_message_is_the_same_each_time_and_keeps_its_bytes() {
        let message = b"From: a@example.com\r\nTo: b@example.com\r\n c\r\nX-To: d\r\n\r\nHello\r\n";
        assert_eq!(field("From: a\r\nTo:  b \r\n\t c\r\nX: y", "to").as_deref(), Some("b c"));
        let dkim = Dkim::new("regulars", Key::new_ed25519().expect("a key")).expect("a name");
        let signed = dkim.signed(message, "example.com").expect("signed");
        assert_eq!(signed, dkim.signed(message, "example.com").expect("signed"));
        assert!(signed.ends_with(message));
        assert!(String::from_utf8_lossy(&signed).contains("\r\n h=from:to;\r\n"));
    }

    #[test]
    fn a_key_is_read_as_it_was_written_and_a_selector_is_a_name() {
        let key = Key::new_ed25519().expect("a key");
        let again = Key::read(&key.pem().expect("text")).expect("a key");
        assert_eq!(key.record().expect("a record"), again.record().expect("a record"));
        for bad in ["", "a b", "x;d=evil.com", "-a", "a..b", "a\r\nb"] {
            assert!(Dkim::new(bad, key.clone()).is_err(), "{bad}");
        }
    }
}
