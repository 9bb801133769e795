//! What one message is: a delivery report, a complaint, a wish for no more, an answer, or something else.

use std::borrow::Cow;

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use super::status::{DeliveryStatus, address, delivery_status, field, groups, plain};

/// One message of a mailbox, as far as it matters.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    /// Where it stands.
    pub(crate) place: String,
    /// What makes it itself.
    pub(crate) hash: Vec<u8>,
    /// What it is.
    pub(crate) kind: MailKind,
}

/// What a message is. Keys are those of Message-IDs that may be ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MailKind {
    /// A report on the delivery of an email (RFC 3464).
    Report {
        /// Of the email that it returns.
        keys: Vec<String>,
        /// What became of it, by recipient.
        statuses: Vec<DeliveryStatus>,
    },
    /// Somebody called an email spam (RFC 5965).
    Complaint {
        /// Of the email that it returns.
        keys: Vec<String>,
        /// To whom it went, if the report says so.
        addresses: Vec<String>,
    },
    /// Somebody wants no more emails.
    Unsubscribe {
        /// Of the email that it answers.
        keys: Vec<String>,
        /// Who writes.
        from: Option<String>,
    },
    /// An answer, or any other mail when it has no key.
    Answer {
        /// Of the emails that it answers.
        keys: Vec<String>,
        /// Written by a machine: out of office.
        automatic: bool,
    },
    /// A delivery report that follows no standard; its subject.
    Odd(String),
}

/// What a message is, from its first bytes, and its own Message-ID; whatever the bytes are, it is something.
pub(super) fn kind_of(bytes: &[u8]) -> (MailKind, Option<String>) {
    match MessageParser::new().parse(bytes) {
        Some(mail) => (kind_of_mail(&mail), mail.message_id().map(str::to_owned)),
        None => (MailKind::Answer { keys: Vec::new(), automatic: false }, None),
    }
}

fn kind_of_mail(mail: &Message<'_>) -> MailKind {
    let mut returned = Vec::new();
    let (mut status, mut feedback) = (None, None);
    for part in &mail.parts {
        let kind = part.content_type();
        let kind = kind.map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase());
        match (kind.as_deref(), &part.body) {
            (_, PartType::Message(original)) => returned.extend(own_key(original)),
            (Some("message/delivery-status" | "message/global-delivery-status"), _) => {
                status = status.or_else(|| Some(groups(part.contents())));
            }
            (Some("message/feedback-report"), _) => feedback = feedback.or_else(|| Some(groups(part.contents()))),
            (Some("text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers"), _) => {
                let head = MessageParser::new().parse_headers(part.contents());
                returned.extend(head.as_ref().and_then(own_key));
            }
            _ => {}
        }
    }
    let mut answered = keys_in(mail.in_reply_to());
    answered.extend(keys_in(mail.references()));
    let from = mail.from().and_then(|from| from.first()).and_then(|one| one.address()).and_then(address);
    if let Some(groups) = feedback {
        let group = groups.into_iter().flatten().collect();
        let keys = if returned.is_empty() { answered } else { returned };
        return match field(&group, "feedback-type").to_lowercase().as_str() {
            "opt-out" | "opt-out-list" => MailKind::Unsubscribe { keys, from: None },
            "not-spam" => MailKind::Answer { keys, automatic: true },
            _ => {
                let names = ["original-rcpt-to", "removal-recipient"];
                let addresses = names.iter().filter_map(|name| address(field(&group, name))).collect();
                MailKind::Complaint { keys, addresses }
            }
        };
    }
    if let Some(groups) = status {
        let keys = if returned.is_empty() { answered } else { returned };
        return MailKind::Report { keys, statuses: groups.iter().filter_map(delivery_status).collect() };
    }
    let subject = mail.subject().unwrap_or_default().trim().to_lowercase();
    if let Some(rest) = subject.strip_prefix("unsubscribe") {
        let rest = rest.trim();
        if rest.is_empty() || is_key(rest) {
            answered.extend(is_key(rest).then(|| rest.to_owned()));
            answered.reverse();
            return MailKind::Unsubscribe { keys: answered, from };
        }
    }
    let automatic = is_automatic(mail);
    let sender = from.as_deref().and_then(|from| from.split('@').next()).unwrap_or_default();
    let is_daemon = matches!(sender, "mailer-daemon" | "postmaster" | "mail-daemon");
    let kind = mail.content_type().and_then(|kind| kind.attribute("report-type")).unwrap_or_default();
    // Without its machine-readable part, or in the form that qmail has always used.
    if answered.is_empty() && (is_daemon || kind.eq_ignore_ascii_case("delivery-status")) {
        return MailKind::Odd(plain(mail.subject().unwrap_or_default()));
    }
    MailKind::Answer { keys: answered, automatic }
}

/// Whether a machine wrote it by itself (RFC 3834, and what was used before).
fn is_automatic(mail: &Message<'_>) -> bool {
    let has = |name: &'static str, words: &[&str]| {
        let value = mail.header(name).and_then(HeaderValue::as_text).unwrap_or_default().trim().to_lowercase();
        words.iter().any(|word| value.starts_with(word))
    };
    has("Auto-Submitted", &["auto-"])
        || has("X-Autoreply", &["y"])
        || has("Precedence", &["auto_reply"])
        || mail.content_type().and_then(|kind| kind.attribute("report-type")) == Some("disposition-notification")
}

/// The key in the Message-ID of a message that was returned.
fn own_key(mail: &Message<'_>) -> Option<String> {
    mail.message_id().and_then(key_of)
}

/// The keys in a list of Message-IDs.
fn keys_in(value: &HeaderValue<'_>) -> Vec<String> {
    let ids: &[Cow<'_, str>] = match value {
        HeaderValue::Text(id) => std::slice::from_ref(id),
        HeaderValue::TextList(ids) => ids,
        _ => &[],
    };
    let mut keys: Vec<String> = ids.iter().filter_map(|id| key_of(id)).collect();
    // The nearest stands last.
    keys.reverse();
    keys
}

/// What stands before the @ of a Message-ID, when it can be one of ours.
fn key_of(id: &str) -> Option<String> {
    let key = id.trim().trim_start_matches('<').split('@').next()?;
    is_key(key).then(|| key.to_owned())
}

fn is_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BounceClass;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn whatever_the_bytes_are_they_are_read() {
        let report = format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nno\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{KEY}@shop.example>\r\nSubject: x\r\n\r\nx\r\n--x--\r\n"
        );
        let MailKind::Report { keys, statuses } = kind_of(report.as_bytes()).0 else { panic!("a report") };
        assert_eq!((keys.as_slice(), statuses[0].lost), ([KEY.to_owned()].as_slice(), Some(BounceClass::NoMailbox)));
        // Cut off anywhere, with bytes that are no text: it never says more than the whole.
        for end in 0..report.len() {
            let mut bytes = report.as_bytes()[..end].to_vec();
            bytes.extend([0xff, 0xfe, 0, b'\r']);
            if let MailKind::Report { keys, statuses } = kind_of(&bytes).0 {
                assert!(keys.iter().all(|key| key == KEY), "{end}");
                assert!(statuses.len() <= 1);
            }
        }
    }

    #[test]
    fn a_message_in_a_message_without_end_is_no_trouble() {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(8000);
        assert_eq!(kind_of(nested.as_bytes()).0, MailKind::Answer { keys: Vec::new(), automatic: false });
        let parts = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n".repeat(5000);
        assert_eq!(kind_of(parts.as_bytes()).0, MailKind::Answer { keys: Vec::new(), automatic: false });
    }

    #[test]
    fn a_subject_that_asks_for_no_more_is_a_wish_and_no_other_is() {
        let of = |subject: &str| {
            kind_of(format!("From: Ana <ana@home.example>\r\nSubject: {subject}\r\n\r\n\r\n").as_bytes()).0
        };
        let from = Some("ana@home.example".to_owned());
        assert_eq!(
            of(&format!("unsubscribe {KEY}")),
            MailKind::Unsubscribe { keys: vec![KEY.to_owned()], from: from.clone() }
        );
        assert_eq!(of("Unsubscribe"), MailKind::Unsubscribe { keys: Vec::new(), from });
        for other in ["unsubscribe me not", "Re: your letter", "unsubscribed", ""] {
            assert!(matches!(of(other), MailKind::Answer { .. }), "{other}");
        }
    }
}
