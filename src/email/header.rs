//! Makes header values safe, whatever their source: no control characters, no encoded words typed by a user, no line
//! that is too long.

use chrono::{DateTime, FixedOffset};
use email_encoding::headers::{rfc2047, writer::EmailWriter};
use lettre::Address;
use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue};

use crate::domain::EmailAddress;
use crate::error::{Error, Result};
use crate::text;

/// The longest name and subject, in characters: mail programs do not show more.
const LONGEST_NAME: usize = 100;
const LONGEST_SUBJECT: usize = 200;

/// A text in one line without control characters, cut to `longest` characters.
fn line(text: &str, longest: usize) -> String {
    text::plain(text).trim().chars().take(longest).collect::<String>().trim_end().to_owned()
}

/// The sender, or the reply address, from the value of `key` in shop.toml.
pub(super) fn own(text: &str, key: &str) -> Result<Mailbox> {
    let mailbox: Mailbox = line(text, 1000).parse().map_err(|e: lettre::address::AddressError| {
        Error::new(format!("{} is not an address to write from", text::quote(text)))
            .at("shop.toml")
            .hint(format!("write `{key} = \"Helen at Wiedeman's <helen@example.com>\"` under `[email]`"))
            .because(address_error(e))
    })?;
    let address = for_wire(mailbox.email.as_ref()).parse().unwrap_or(mailbox.email);
    Ok(named(mailbox.name.as_deref().unwrap_or_default(), address))
}

/// The recipient.
pub(super) fn recipient(name: &str, address: &str) -> Result<Mailbox> {
    let none = || {
        let fault = EmailAddress::fault(address).unwrap_or_else(|| "is not valid for mail servers".to_owned());
        Error::new(format!("{} is not an email address: it {fault}", text::quote(address)))
            .hint("correct it on the card, then `regulars outbox NAME --readdress REF`")
    };
    let wire = EmailAddress::parse(address).ok_or_else(none)?.for_wire();
    Ok(named(name, wire.parse().map_err(|e| none().because(address_error(e)))?))
}

/// An address with its domain in DNS form; an invalid one is returned unchanged.
fn for_wire(address: &str) -> String {
    EmailAddress::parse(address).map_or_else(|| address.to_owned(), |address| address.for_wire())
}

/// A display name before an address, without leading periods, which some mail programs reject.
fn named(name: &str, address: Address) -> Mailbox {
    let name = line(name, LONGEST_NAME).trim_start_matches(['.', ' ']).to_owned();
    Mailbox::new(Some(name).filter(|name| !name.is_empty()), address)
}

fn address_error(error: lettre::address::AddressError) -> Box<dyn std::error::Error + Send + Sync> {
    Box::new(error)
}

/// The subject. Text that is not plain ASCII is encoded as a whole, and so is text that looks like an encoded word.
pub(super) fn subject(text: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    let text = line(text, LONGEST_SUBJECT);
    if text.is_ascii() && !text.contains("=?") {
        return HeaderValue::new(name, text);
    }
    let mut encoded = String::new();
    // Writing to a string cannot fail.
    let _ = rfc2047::encode(&text, &mut EmailWriter::new(&mut encoded, "Subject: ".len(), 0, false));
    HeaderValue::dangerous_new_pre_encoded(name, text, encoded)
}

/// How to unsubscribe, for mail programs that have a button for it: by `link`, if there is one, or a mail to `answers`
/// that names this piece.
pub(super) fn list_unsubscribe(answers: &Address, key: &str, link: Option<&str>) -> HeaderValue {
    let link = link.map_or(String::new(), |link| format!("<{link}>, "));
    let value = format!("{link}<mailto:{}?subject=unsubscribe%20{key}>", in_link(answers.as_ref()));
    HeaderValue::new(HeaderName::new_from_ascii_str("List-Unsubscribe"), value)
}

/// The date of the message, with its UTC offset (RFC 5322).
pub(super) fn date(at: DateTime<FixedOffset>) -> HeaderValue {
    let text = at.format("%a, %d %b %Y %H:%M:%S %z").to_string();
    HeaderValue::new(HeaderName::new_from_ascii_str("Date"), text)
}

/// Marks the link as one-click (RFC 8058).
pub(super) fn one_click() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
    HeaderValue::new(name, "List-Unsubscribe=One-Click".to_owned())
}

/// An address as part of a `mailto:` link.
pub(super) fn in_link(address: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_".contains(&byte);
    address
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every address that the book accepts can be a recipient: lettre has its own rule.
    #[test]
    fn every_address_can_be_a_recipient() {
        let mut encoded_words = 0;
        let strange = "\u{e9}\u{df}\u{3042}\u{301}\u{94d}\u{200b}\u{2019}\u{ff20}\u{1f381}\u{ad}";
        for c in (0..=0x7f).map(char::from).chain(strange.chars()) {
            for text in [
                format!("a{c}b@c.de"),
                format!("{c}a@c.de"),
                format!("a{c}@c.de"),
                format!("a@b{c}c.de"),
                format!("a@{c}b.de"),
                format!("a@b{c}.de"),
                format!("a@b.d{c}e"),
                format!("a@b.de{c}"),
            ] {
                let is_one = EmailAddress::is_one(&text);
                assert_eq!(recipient("", &text).is_ok(), is_one, "{text}");
                encoded_words += usize::from(is_one);
            }
        }
        assert!(encoded_words > 500, "{encoded_words}");
    }
}
