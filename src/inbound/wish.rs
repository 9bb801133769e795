//! A wish for no more emails, in a subject or in somebody's own words.

use mail_parser::Message;

use super::message_key::is_key;
use crate::text;

/// What mail programs put in front of a subject.
const PREFIXES: [&str; 14] = ["re", "fw", "fwd", "aw", "wg", "antw", "sv", "vs", "rv", "res", "enc", "tr", "r", "i"];

/// How people say it, in small letters.
const WORDS: &str = include_str!("wish.tsv");

/// So many lines of somebody's own are looked at: whoever wants no more says so at once.
const LINES: usize = 8;

/// The key in a subject that asks for no more emails, whatever stands around it.
pub(super) fn key_in(subject: &str) -> Option<String> {
    let subject = subject.to_lowercase();
    if !subject.contains("unsubscribe") {
        return None;
    }
    subject.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| is_key(word)).map(str::to_owned)
}

/// Whether a subject is that wish and nothing else, but for what mail programs put around it.
pub(super) fn is_plain(subject: &str) -> bool {
    let mut text = subject.trim().to_lowercase();
    loop {
        let rest = text.trim_start();
        let without_tag = rest.strip_prefix('[').and_then(|rest| Some(rest.split_once(']')?.1));
        let without_prefix =
            rest.split_once(':').filter(|(prefix, _)| PREFIXES.contains(&prefix.trim())).map(|(_, rest)| rest);
        match without_tag.or(without_prefix) {
            Some(shorter) => text = shorter.to_owned(),
            None => break,
        }
    }
    text.trim_matches(|c: char| !c.is_alphanumeric()) == "unsubscribe"
}

/// Whether somebody asks for it in their own words, in the subject or before what they quote.
pub(super) fn is_in(mail: &Message<'_>) -> bool {
    let subject = mail.subject().unwrap_or_default();
    let body = mail.body_text(0).unwrap_or_default();
    let own = body.lines().map(str::trim).take_while(|line| !begins_quote(line)).filter(|line| !line.is_empty());
    std::iter::once(subject).chain(own.take(LINES)).any(asks)
}

fn asks(line: &str) -> bool {
    let line = line.to_lowercase().replace('\u{2019}', "'");
    text::table_rows(WORDS).flatten().any(|words| line.contains(words))
}

/// Where an answer goes over to what it answers.
fn begins_quote(line: &str) -> bool {
    let small = line.to_lowercase();
    let heads = ["from:", "von:", "de :", "de:", "da:", "van:", "-----", "_____", "*from:*", "*von:*"];
    line.starts_with('>')
        || heads.iter().any(|head| small.starts_with(head))
        || ((small.starts_with("on ") || small.starts_with("am ") || small.starts_with("le ")) && small.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_key_counts_whatever_stands_around_it() {
        for around in [
            "unsubscribe K",
            "Re: unsubscribe K",
            "[EXTERNAL] unsubscribe K",
            "unsubscribe K.",
            "[EXT] Re: unsubscribe K",
            "AW: [Spam?] Unsubscribe <K>",
            "unsubscribe: K (sent from my phone)",
            "***SPAM*** unsubscribe K",
        ] {
            assert_eq!(key_in(&around.replace('K', KEY)).as_deref(), Some(KEY), "{around}");
        }
        for other in ["K", "unsubscribe", "unsubscribe Kf", "Re: your letter K"] {
            assert_eq!(key_in(&other.replace('K', KEY)), None, "{other}");
        }
    }

    #[test]
    fn a_subject_alone_is_a_wish_or_it_is_not() {
        for wish in ["Unsubscribe", "Re: unsubscribe", "[EXT] AW: Unsubscribe.", " unsubscribe! "] {
            assert!(is_plain(wish), "{wish}");
        }
        for other in ["unsubscribe me not", "Re: your letter", "unsubscribed", ""] {
            assert!(!is_plain(other), "{other}");
        }
    }

    #[test]
    fn somebodys_own_words_count_and_what_they_quote_does_not() {
        let is = |subject: &str, body: &str| {
            let text = format!("From: a@b.example\r\nSubject: {subject}\r\n\r\n{body}\r\n");
            is_in(&mail_parser::MessageParser::new().parse(text.as_bytes()).expect("a message"))
        };
        for (subject, body) in [
            ("Please unsubscribe me", ""),
            ("Re: A bottle", "Please take me off your list.\r\n\r\nOn Friday June wrote:\r\n> hello"),
            ("Re: A bottle", "stop emailing me"),
            ("AW: Eine Flasche", "Bitte keine weiteren E-Mails."),
            ("Re: Une bouteille", "Merci de me d\u{e9}sinscrire"),
        ] {
            assert!(is(subject, body), "{subject} {body}");
        }
        for (subject, body) in [
            (
                "Re: A bottle",
                "Lovely, we come on Friday.\r\n\r\nOn Friday June wrote:\r\n> Unsubscribe: https://shop.example/u/x",
            ),
            ("Re: A bottle", "Thank you!\r\n\r\nFrom: June\r\nSent: Friday\r\n\r\nUnsubscribe"),
            ("Your order", "Thank you"),
        ] {
            assert!(!is(subject, body), "{subject} {body}");
        }
    }
}
