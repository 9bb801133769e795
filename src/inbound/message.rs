//! Classifies a message: a delivery report, a complaint, an unsubscribe request, a reply, or something else.

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use super::failure;
use super::message_key::{keys_in, keys_mentioned, own_key};
use super::status::{DeliveryStatus, address, delivery_status, field, groups, plain};
use super::wish;
use crate::text;

/// The limit of nested messages.
const DEEPEST: usize = 10;

/// What is needed of one message.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    /// Where it is.
    pub(crate) place: String,
    /// Its UID in a folder read over IMAP.
    pub(crate) uid: Option<u32>,
    /// Identifies it.
    pub(crate) hash: Vec<u8>,
    /// The same in older versions, which depended on line endings.
    pub(crate) older_hash: Option<Vec<u8>>,
    pub(crate) kind: MailKind,
}

/// The kind of a message. Keys are those of Message-IDs that may be ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MailKind {
    /// A delivery report (RFC 3464).
    Report {
        /// Of the returned email.
        keys: Vec<String>,
        /// The outcome, by recipient.
        statuses: Vec<DeliveryStatus>,
    },
    /// A spam complaint (RFC 5965).
    Complaint {
        /// Of the returned email.
        keys: Vec<String>,
        /// Its recipients, if the report has them.
        addresses: Vec<String>,
    },
    /// Possibly an unsubscribe request, in the sender's own words.
    MayUnsubscribe {
        /// Of the emails that it replies to.
        keys: Vec<String>,
        /// The sender.
        from: Option<String>,
    },
    /// An unsubscribe request.
    Unsubscribe {
        /// Of the email that it replies to.
        keys: Vec<String>,
        /// The sender.
        from: Option<String>,
    },
    /// A reply, or any other mail when it has no key.
    Answer {
        /// Of the emails that it replies to.
        keys: Vec<String>,
        /// An automatic reply: out of office.
        automatic: bool,
    },
    /// A forwarded message that may be ours or contain one of ours, as a report does.
    Encloses {
        /// Of the enclosed emails.
        keys: Vec<String>,
        subject: String,
    },
    /// The mail server does not deliver it to us.
    Withheld {
        /// As the server words it.
        why: String,
    },
    /// A bounce that follows no standard.
    Odd {
        /// Of the emails that it names.
        keys: Vec<String>,
        subject: String,
    },
}

/// The kind of a message, from its first bytes, and its own Message-ID; any input has a kind.
pub(super) fn kind_of(bytes: &[u8]) -> (MailKind, Option<String>) {
    match MessageParser::new().parse(bytes) {
        Some(mail) => (kind_of_mail(&mail), mail.message_id().map(str::to_owned)),
        None => (MailKind::Answer { keys: Vec::new(), automatic: false }, None),
    }
}

/// A description for people: its subject, sender and day.
pub(super) fn headline(bytes: &[u8]) -> String {
    let Some(mail) = MessageParser::new().parse_headers(bytes) else { return String::new() };
    let from = mail.from().and_then(|from| from.first()).and_then(|one| one.address().or(one.name()));
    let subject = mail.subject().map(|subject| text::quote(&plain(subject)));
    let on = mail.date().map(|date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day));
    let parts = [subject, from.map(|from| format!("from {}", plain(from))), on];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

fn kind_of_mail(mail: &Message<'_>) -> MailKind {
    let mut returned = Vec::new();
    let (mut status, mut feedback, mut complained) = (None, None, Vec::new());
    for part in &mail.parts {
        let kind = part.content_type();
        let kind = kind.map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase());
        match (kind.as_deref(), &part.body) {
            (_, PartType::Message(original)) => {
                returned.extend(own_key(original));
                complained.extend(
                    original.header("X-HmXmrOriginalRecipient").and_then(HeaderValue::as_text).and_then(address),
                );
            }
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
            "not-spam" | "auth-failure" | "dmarc" => MailKind::Answer { keys, automatic: true },
            "abuse" | "fraud" | "" => {
                let names = ["original-rcpt-to", "removal-recipient"];
                let addresses = names.iter().filter_map(|name| address(field(&group, name))).collect();
                MailKind::Complaint { keys, addresses }
            }
            _ => odd(mail, keys),
        };
    }
    if let Some(groups) = status {
        let keys = if returned.is_empty() { answered } else { returned };
        return MailKind::Report { keys, statuses: groups.iter().filter_map(delivery_status).collect() };
    }
    let subject = mail.subject().unwrap_or_default();
    // Hotmail and Outlook return only the email, marked with its recipient.
    if !complained.is_empty() || subject.trim().to_lowercase().starts_with("complaint about message from") {
        return MailKind::Complaint { keys: returned, addresses: complained };
    }
    if let Some((key, is_asked)) = wish::key_in(subject) {
        let keys = std::iter::once(key).chain(answered).collect();
        // Without the keyword it is a request in other words; only the key identifies the sender.
        return if is_asked {
            MailKind::Unsubscribe { keys, from }
        } else {
            MailKind::MayUnsubscribe { keys, from: None }
        };
    }
    if wish::is_plain(subject) {
        return MailKind::Unsubscribe { keys: answered, from };
    }
    let automatic = is_automatic(mail);
    if failure::is_likely(mail, from.as_deref(), !returned.is_empty()) {
        returned.extend(keys_mentioned(mail.raw_message()));
        returned.dedup();
        let text = failure::own_text(mail);
        if let Some(outcome) = failure::outcome(&text) {
            let (addresses, diagnostic) = (failure::addresses(mail, &text), failure::in_short(&text));
            let status = DeliveryStatus { addresses, delivered_to: None, outcome, diagnostic };
            return MailKind::Report { keys: returned, statuses: vec![status] };
        }
        // An automatic reply of a person may have such a sender.
        if answered.is_empty() || !automatic || failure::is_named(mail) {
            return odd(mail, returned);
        }
    }
    let enclosed = if automatic || !answered.is_empty() { Vec::new() } else { keys_enclosed(mail, DEEPEST) };
    if !automatic && wish::is_in(mail) {
        answered.extend(enclosed);
        return MailKind::MayUnsubscribe { keys: answered, from };
    }
    if !enclosed.is_empty() {
        return MailKind::Encloses { keys: enclosed, subject: plain(subject) };
    }
    MailKind::Answer { keys: answered, automatic }
}

/// The keys of enclosed messages, recursively.
fn keys_enclosed(mail: &Message<'_>, depth: usize) -> Vec<String> {
    let mut keys = Vec::new();
    for part in &mail.parts {
        if let PartType::Message(inner) = &part.body {
            keys.extend(own_key(inner));
            if depth > 0 {
                keys.extend(keys_enclosed(inner, depth - 1));
            }
        }
    }
    keys
}

fn odd(mail: &Message<'_>, keys: Vec<String>) -> MailKind {
    MailKind::Odd { keys, subject: plain(mail.subject().unwrap_or_default()) }
}

/// Whether it was sent automatically (RFC 3834, and older conventions).
fn is_automatic(mail: &Message<'_>) -> bool {
    let has = |name: &'static str, words: &[&str]| {
        let value = mail.header(name).and_then(HeaderValue::as_text).unwrap_or_default().trim().to_lowercase();
        words.iter().any(|word| value.starts_with(word))
    };
    has("Auto-Submitted", &["auto-"])
        || has("X-Autoreply", &["y"])
        || has("Precedence", &["auto_reply"])
        // A mailing list, which replies to anyone who is not a member.
        || ["Mailing-List", "List-Id", "X-MLServer"].iter().any(|name| mail.header(*name).is_some())
        || mail.content_type().and_then(|kind| kind.attribute("report-type")) == Some("disposition-notification")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BounceClass;
    use crate::inbound::DeliveryOutcome;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn whatever_the_bytes_are_they_are_read() {
        let report = format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nno\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{KEY}@shop.example>\r\nSubject: x\r\n\r\nx\r\n--x--\r\n"
        );
        let MailKind::Report { keys, statuses } = kind_of(report.as_bytes()).0 else { panic!("a report") };
        assert_eq!(
            (keys.as_slice(), statuses[0].outcome),
            ([KEY.to_owned()].as_slice(), DeliveryOutcome::Lost(BounceClass::NoMailbox))
        );
        // Truncated anywhere, or with bytes that are not text, it never gives more than the whole.
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
        for other in ["Re: your letter", ""] {
            assert!(matches!(of(other), MailKind::Answer { .. }), "{other}");
        }
        for unsure in ["unsubscribe me not", "unsubscribed"] {
            assert!(matches!(of(unsure), MailKind::MayUnsubscribe { .. }), "{unsure}");
        }
    }
}
