//! One message, built with lettre from fixed parts: the same recipient gives the same bytes.

use chrono::NaiveDate;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::{html, plain};
use crate::error::{Error, Result};
use crate::merge::Block;
use crate::words;

/// What one message is made of.
#[derive(Debug, Clone)]
pub struct Email<'e> {
    /// `Helen at Wiedeman's <helen@example.com>`.
    pub from: &'e str,
    /// Where answers go, if not to `from`.
    pub reply_to: Option<&'e str>,
    /// The recipient's address.
    pub to: &'e str,
    /// The recipient's name.
    pub name: &'e str,
    /// The subject.
    pub subject: &'e str,
    /// The text.
    pub blocks: &'e [Block],
    /// Who signs.
    pub signer: &'e str,
    /// The shop's name and postal address, which stand in every message.
    pub footer: &'e [String],
    /// BCP 47.
    pub language: &'e str,
    /// The date of the message.
    pub date: NaiveDate,
    /// What makes this message itself: its Message-ID and the marks between its parts come from it.
    pub key: &'e str,
}

/// The bytes of the message.
///
/// # Errors
/// When an address is none.
pub fn compose(email: &Email<'_>) -> Result<Vec<u8>> {
    let from: Mailbox = clean(email.from).parse().map_err(|e| {
        Error::new(format!("{} is not a sender", words::quote(email.from)))
            .at("shop.toml")
            .hint("write `from = \"Helen at Wiedeman's <helen@example.com>\"` under `[email]`")
            .because(lettre_error(e))
    })?;
    let to: Address = clean(email.to).parse().map_err(|e| {
        Error::new(format!("{} is not an email address", words::quote(email.to)))
            .hint("correct it in the book")
            .because(lettre_error(e))
    })?;
    let domain = from.email.domain().to_owned();
    let mut message: MessageBuilder = Message::builder()
        .from(from)
        .to(Mailbox::new(Some(display_name(email.name)).filter(|name| !name.is_empty()), to))
        .subject(subject(email.subject))
        .date(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(noon(email.date)))
        .message_id(Some(format!("<{}@{domain}>", email.key)));
    if let Some(reply_to) = email.reply_to {
        let mailbox: Mailbox = clean(reply_to).parse().map_err(|e| {
            Error::new(format!("{} is not an address", words::quote(reply_to)))
                .at("shop.toml")
                .hint("correct `reply_to`")
                .because(lettre_error(e))
        })?;
        message = message.reply_to(mailbox);
    }
    let body = plain::text(email.blocks);
    let signed =
        [body.as_str(), email.signer].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    let text = format!("{signed}\n\n-- \n{}\n", email.footer.join("\n"));
    let page = html::page(email.subject, email.language, email.blocks, email.signer, email.footer);
    let parts = MultiPart::builder()
        .kind(lettre::message::MultiPartKind::Alternative)
        .boundary(format!("regulars-{}", email.key))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(page));
    let built = message.multipart(parts).map_err(|e| Error::new("the email could not be put together").because(e))?;
    Ok(built.formatted())
}

fn lettre_error(error: lettre::address::AddressError) -> Box<dyn std::error::Error + Send + Sync> {
    Box::new(error)
}

/// A header's text: control characters and line breaks become spaces.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// A name before an address: clean, and without full stops in front, which readers do not expect there.
fn display_name(name: &str) -> String {
    clean(name).trim_start_matches(['.', ' ']).to_owned()
}

/// A subject: clean, of a length that one header line can hold.
fn subject(text: &str) -> String {
    clean(text).chars().take(200).collect()
}

/// Noon of a day, in seconds since 1970.
fn noon(day: NaiveDate) -> u64 {
    u64::try_from((day - NaiveDate::default()).num_seconds() + 12 * 3600).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::blocks;

    fn sample(name: &str, subject: &str, markdown: &str) -> String {
        let blocks = blocks(markdown).expect("blocks");
        let email = Email {
            from: "Helen at Wiedeman's <helen@example.com>",
            reply_to: None,
            to: "ana@example.com",
            name,
            subject,
            blocks: &blocks,
            signer: "Helen",
            footer: &["Wiedeman's".to_owned(), "1 University Avenue".to_owned()],
            language: "en-US",
            date: NaiveDate::from_ymd_opt(1990, 1, 15).expect("day"),
            key: "0123abcd",
        };
        String::from_utf8(compose(&email).expect("composed")).expect("text")
    }

    #[test]
    fn a_message_is_the_same_each_time() {
        let once = sample("Ana", "Hello", "Dear *Ana*,");
        assert_eq!(once, sample("Ana", "Hello", "Dear *Ana*,"));
        assert!(once.contains("Message-ID: <0123abcd@example.com>"));
        assert!(once.contains("Mon, 15 Jan 1990 12:00:00 +0000"));
        assert!(once.contains("<em>Ana</em>"));
    }

    #[test]
    fn names_and_subjects_become_no_headers() {
        let message = sample("Ana\r\nBcc: all@example.com", "Hi\r\nX-Evil: 1", "x");
        let head = message.split("\r\n\r\n").next().expect("a head");
        assert!(!head.lines().any(|line| line.starts_with("Bcc") || line.starts_with("X-Evil")), "{head}");
    }
}
