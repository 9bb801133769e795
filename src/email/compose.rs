//! Builds one message with lettre: the same recipient gives the same bytes.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use lettre::message::header::{self as field, ContentType, Headers};
use lettre::message::{Attachment, Body, Mailboxes, MultiPart, MultiPartBuilder, SinglePart};

use super::message::{Email, Senders};
use super::pictures::{Pictures, media_type};
use super::{body, header, html, phrases, plain};
use crate::error::{Error, Result};

/// Checks the recipient's address: nothing else can make [`compose`] fail.
///
/// # Errors
/// When it is invalid.
pub(crate) fn check(to: &str) -> Result<()> {
    header::recipient("", to).map(|_| ())
}

/// The bytes of the message.
///
/// # Errors
/// When the recipient's address is invalid.
pub(crate) fn compose(email: &Email<'_>) -> Result<Vec<u8>> {
    let Senders { from, reply_to } = email.senders;
    let answers = email.senders.answers();
    let id = format!("{}@{}", email.key, from.email.domain());
    let mut head = Headers::new();
    head.set(field::From::from(Mailboxes::from(from.clone())));
    head.set(field::To::from(Mailboxes::from(header::recipient(email.name, email.to)?)));
    head.insert_raw(header::subject(email.subject));
    head.insert_raw(header::date(email.date));
    head.set(field::MessageId::from(format!("<{id}>")));
    head.insert_raw(header::list_unsubscribe(answers, email.key, email.unsubscribe));
    if email.unsubscribe.is_some() {
        head.insert_raw(header::one_click());
    }
    if let Some(reply_to) = reply_to {
        head.set(field::ReplyTo::from(Mailboxes::from(reply_to.clone())));
    }
    head.set(field::MIME_VERSION_1_0);
    let mut pictures = Pictures::in_message(email.pictures, &id);
    let page = html_of(email, answers.as_ref(), &mut pictures);
    let pictures = pictures.shown();
    let many = |kind: &str, name: &str| -> Result<MultiPartBuilder> {
        let kind = kind_of(&format!("multipart/{kind}; boundary=\"{name}-{}\"", email.key))?;
        Ok(MultiPart::builder().header(kind))
    };
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body::of(text_of(email, answers.as_ref())));
    let page = SinglePart::builder().header(ContentType::TEXT_HTML).body(body::of(page));
    let texts = many("alternative", "texts")?.singlepart(text);
    let texts = if pictures.is_empty() {
        texts.singlepart(page)
    } else {
        let related = many("related", "page")?.singlepart(page);
        let with = |parts: MultiPart, picture: super::pictures::EmbeddedPicture<'_>| {
            let kind = kind_of(media_type(&picture.bytes))?;
            let body = Body::new(picture.bytes.into_owned());
            Ok(parts.singlepart(Attachment::new_inline(picture.id).body(body, kind)))
        };
        texts.multipart(pictures.into_iter().try_fold(related, with)?)
    };
    let whole = match email.letter {
        None => texts,
        Some(letter) => {
            let letter = Attachment::new("letter.pdf".to_owned()).body(letter.to_vec(), kind_of("application/pdf")?);
            many("mixed", "whole")?.multipart(texts).singlepart(letter)
        }
    };
    let mut message = head.to_string().into_bytes();
    message.extend(whole.formatted());
    match email.dkim {
        Some(dkim) => dkim.signed(&message, from.email.domain()),
        None => Ok(message),
    }
}

/// The bare address in the value of `key` in shop.toml.
///
/// # Errors
/// When there is none in it.
pub(crate) fn address(text: &str, key: &str) -> Result<String> {
    Ok(header::own(text, key)?.email.to_string())
}

/// The HTML of the message as a separate page, with embedded pictures.
#[must_use]
pub(crate) fn page(email: &Email<'_>) -> String {
    html_of(email, email.senders.answers().as_ref(), &mut Pictures::in_page(email.pictures))
}

fn html_of(email: &Email<'_>, answers: &str, pictures: &mut Pictures<'_>) -> String {
    tidy(html::page(email, answers, &phrases::of(email.language), pictures))
}

fn text_of(email: &Email<'_>, answers: &str) -> String {
    let phrases = phrases::of(email.language);
    let body = plain::text(email.blocks, &phrases);
    let signed =
        [body.as_str(), email.signer].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    let no_more = match email.unsubscribe {
        Some(link) => format!("{}\n{link}", plain::wrapped(phrases.no_more_link)),
        None => plain::wrapped(&phrases.no_more.replace("{}", answers)),
    };
    tidy(format!("{signed}\n\n-- \n{}\n\n{no_more}\n", email.footer.join("\n")))
}

/// A body without what mail programs do not show: line breaks are `\n`, and tabs are the only control characters.
fn tidy(text: String) -> String {
    // Control characters outside ASCII begin with the byte c2.
    let is_odd = |byte: u8| matches!(byte, 0..=0x08 | 0x0b..=0x1f | 0x7f | 0xc2);
    if !text.bytes().fold(false, |found, byte| found | is_odd(byte)) {
        return text;
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

fn kind_of(media_type: &str) -> Result<ContentType> {
    ContentType::parse(media_type).map_err(broken)
}

fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new("the email could not be made").because(cause)
}

/// The date of a message that was not sent yet: noon of its day, UTC.
pub(crate) fn noon(day: NaiveDate) -> DateTime<FixedOffset> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    day.and_time(noon).and_utc().fixed_offset()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::blocks;

    fn sample(name: &str, subject: &str, markdown: &str) -> String {
        let blocks = blocks(markdown).expect("blocks");
        let email = Email {
            senders: &Senders::of("Helen at Wiedeman's <helen@example.com>", None).expect("senders"),
            to: "ana@example.com",
            name,
            subject,
            blocks: &blocks,
            pictures: &[],
            logo: None,
            signature: None,
            signer: "Helen",
            footer: &["Wiedeman's".to_owned(), "1 University Avenue".to_owned()],
            language: "en-US",
            date: noon(NaiveDate::from_ymd_opt(1990, 1, 15).expect("day")),
            key: "0123abcd",
            letter: None,
            unsubscribe: None,
            dkim: None,
        };
        String::from_utf8(compose(&email).expect("composed")).expect("text")
    }

    #[test]
    fn a_message_is_the_same_each_time() {
        let once = sample("Ana", "Hello", "Dear *Ana*,\n\n![](regulars-qr:ABCD-2345)");
        assert_eq!(once, sample("Ana", "Hello", "Dear *Ana*,\n\n![](regulars-qr:ABCD-2345)"));
        assert!(once.contains("Message-ID: <0123abcd@example.com>"));
        assert!(once.contains("Mon, 15 Jan 1990 12:00:00 +0000"));
        assert!(once.contains("List-Unsubscribe: <mailto:helen@example.com?subject=unsubscribe%200123abcd>"));
        assert!(once.contains("<em>Ana</em>"));
        assert!(once.contains("Content-ID: <1.0123abcd@example.com>"));
    }

    #[test]
    fn names_and_subjects_become_no_headers() {
        let message = sample("Ana\r\nBcc: all@example.com", "Hi\r\nX-Evil: 1", "x");
        let head = message.split("\r\n\r\n").next().expect("a head");
        assert!(!head.lines().any(|line| line.starts_with("Bcc") || line.starts_with("X-Evil")), "{head}");
    }

    #[test]
    fn what_was_typed_as_an_encoded_word_does_not_decode() {
        let typed = "=?utf-8?q?You_won?=";
        let message = sample(typed, typed, "x");
        let head = message.split("\r\n\r\n").next().expect("a head");
        assert!(!head.contains(typed) && head.contains("Subject: =?utf-8?b?PT91dGYtOD9x"), "{head}");
    }

    #[test]
    fn no_line_is_too_long_and_no_return_stands_alone() {
        let long = "x".repeat(5000);
        let message = sample(&long, &long, &format!("a\rb\0c {long}"));
        assert!(message.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])));
    }
}
