//! Unsubscribe requests, in a subject or in the sender's own words.

use mail_parser::Message;

use super::message_key::is_key;
use crate::text;

/// Prefixes that mail programs add to a subject.
const PREFIXES: [&str; 14] = ["re", "fw", "fwd", "aw", "wg", "antw", "sv", "vs", "rv", "res", "enc", "tr", "r", "i"];

/// Common phrases, in lowercase.
const WORDS: &str = include_str!("wish.tsv");

/// At most this many of the sender's own lines are searched: an unsubscribe request comes early.
const LINES: usize = 8;

/// The keyword before the key in the link of our emails.
const WORD: &str = "unsubscribe";

/// The key in a subject, and whether the subject has our keyword; other text is ignored.
pub(super) fn key_in(subject: &str) -> Option<(String, bool)> {
    // Some mail programs do not decode the space in a link.
    let subject = subject.to_lowercase().replace("%20", " ").replace("=20", " ");
    let words = subject.split(|c: char| !c.is_ascii_alphanumeric());
    let key = words.map(|word| word.strip_prefix(WORD).unwrap_or(word)).find(|word| is_key(word))?;
    Some((key.to_owned(), subject.contains(WORD)))
}

/// Whether a subject is only an unsubscribe request, apart from what mail programs add.
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
    text.trim_matches(|c: char| !c.is_alphanumeric()) == WORD
}

/// Whether the sender asks for it in the subject or before the quoted text.
pub(super) fn is_in(mail: &Message<'_>) -> bool {
    let subject = mail.subject().unwrap_or_default();
    let body = mail.body_text(0).unwrap_or_default();
    let own = body.lines().map(str::trim).take_while(|line| !begins_quote(line)).filter(|line| !line.is_empty());
    std::iter::once(subject).chain(own.take(LINES)).any(asks)
}

fn asks(line: &str) -> bool {
    let line = line.to_lowercase().replace('\u{2019}', "'");
    let alone = line.trim_matches(|c: char| !c.is_alphanumeric());
    text::table_rows(WORDS).any(|mut cells| {
        let words = cells.next().unwrap_or_default();
        if cells.next().is_some() { alone == words } else { line.contains(words) }
    })
}

/// Whether a line starts the quoted text of a reply.
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
            "unsubscribe%20K",
            "Re: unsubscribe=20K",
            "unsubscribeK",
            "unsubscribe+K",
            "Undeliverable: \"UNSUBSCRIBE K\"",
        ] {
            assert_eq!(key_in(&around.replace('K', KEY)), Some((KEY.to_owned(), true)), "{around}");
        }
        for bare in ["K", "Re: K", "Abmelden K", "subscribe K", "Re: your letter (K)"] {
            assert_eq!(key_in(&bare.replace('K', KEY)), Some((KEY.to_owned(), false)), "{bare}");
        }
        for other in ["", "unsubscribe", "unsubscribe Kf", "unsubscribe KK", "your letter 20K", "fK"] {
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
            ("STOP", ""),
            ("Re: A bottle", "Stop!\r\n\r\n> hello"),
            ("Re: A bottle", "Please stop."),
            ("Basta", "June"),
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
            ("Re: A bottle", "I will stop by on Friday."),
            ("Bus stop", "Where is it?"),
        ] {
            assert!(!is(subject, body), "{subject} {body}");
        }
    }
}
