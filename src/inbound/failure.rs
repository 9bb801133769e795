//! Bounce messages that follow no standard: recognizes them, and reads their text.

use std::sync::LazyLock;

use mail_parser::{HeaderValue, Message, MimeHeaders, PartType};

use super::status::{DeliveryOutcome, address, plain};
use crate::domain::BounceClass;
use crate::text::WordLists;

/// Phrases in such messages: the lists of failure.tsv.
static WORDS: LazyLock<WordLists> = LazyLock::new(|| WordLists::of(include_str!("failure.tsv")));

/// At most this much of the text is read.
const LONGEST: usize = 8 * 1024;

/// Whether a message is a bounce: by its sender, its subject, or the email it returns.
pub(super) fn is_likely(mail: &Message<'_>, from: Option<&str>, has_original: bool) -> bool {
    let name = mail.from().and_then(|from| from.first());
    let written = name.and_then(|one| one.address()).or_else(|| name.and_then(|one| one.name())).unwrap_or_default();
    let local = from.unwrap_or(written).split('@').next().unwrap_or_default().to_lowercase();
    let kind = mail.content_type();
    let is_report = kind.is_some_and(|kind| {
        let about = kind.attribute("report-type").unwrap_or("delivery-status");
        kind.subtype() == Some("report") && about.eq_ignore_ascii_case("delivery-status")
    });
    let is_nobody = mail.return_path().as_text() == Some("")
        || mail.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
    WORDS.words("daemon").contains(&local.as_str())
        || is_report
        || mail.header("X-Failed-Recipients").is_some()
        || (is_named(mail) && (is_nobody || has_original))
}

/// Whether a message names itself one, which an auto-reply never does.
pub(super) fn is_named(mail: &Message<'_>) -> bool {
    let subject = mail.subject().unwrap_or_default().to_lowercase();
    mail.header("X-Failed-Recipients").is_some() || WORDS.words("subject").iter().any(|words| subject.contains(words))
}

/// The text of a bounce, without the returned email.
pub(super) fn own_text(mail: &Message<'_>) -> String {
    let mut own = String::new();
    for part in mail.parts.iter().filter(|part| !part.is_multipart()) {
        let (PartType::Text(text) | PartType::Html(text)) = &part.body else { continue };
        for line in text.lines() {
            let small = line.trim_matches(|c: char| c.is_whitespace() || c == '-').to_lowercase();
            if WORDS.words("original").iter().any(|words| small.starts_with(words)) || own.len() > LONGEST {
                return own;
            }
            own.push_str(line);
            own.push('\n');
        }
    }
    own
}

/// The outcome by that text: lines with a server's reply count more than the others.
pub(super) fn outcome(text: &str) -> Option<DeliveryOutcome> {
    let small = text.to_lowercase();
    if WORDS.words("still tried").iter().any(|words| small.contains(words)) {
        return Some(DeliveryOutcome::Delayed);
    }
    let replies: Vec<&str> = text.lines().filter(|line| is_reply(line)).collect();
    BounceClass::in_text(&replies.join(" ")).or_else(|| BounceClass::in_text(text)).map(DeliveryOutcome::Lost)
}

/// Whether a line has the code of a rejection.
fn is_reply(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| word.len() == 3)
        .any(|word| word.parse::<u16>().is_ok_and(|code| matches!(code, 421 | 450..=459 | 500..=579)))
}

/// The addresses in its header and its text.
pub(super) fn addresses(mail: &Message<'_>, text: &str) -> Vec<String> {
    let failed = mail.header("X-Failed-Recipients").and_then(HeaderValue::as_text).unwrap_or_default();
    let words = failed.split(',').chain(text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';')));
    let mut found: Vec<String> = Vec::new();
    for address in words.filter(|word| word.contains('@')).filter_map(|word| address(word.trim_end_matches([':', '.'])))
    {
        if found.len() < 8 && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The bounce in one line: that of the server, else the first meaningful one.
pub(super) fn in_short(text: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let said =
        lines().find(|line| is_reply(line)).or_else(|| lines().find(|line| BounceClass::in_text(line).is_some()));
    plain(said.or_else(|| lines().next()).unwrap_or_default())
}
