//! What a rejection means for the address, whether a mail server rejects an email at once or a report comes later.
//!
//! The text counts more than the status code, and the text of the last server more than that of earlier ones;
//! bounce_words.tsv has the meaning of phrases. An address is given up only when the text shows that there is no such
//! mailbox.

use std::sync::LazyLock;

use super::states::InboundKind;
use crate::text;

/// What a rejection means for the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BounceClass {
    /// There is no such mailbox: the address gets no more email.
    NoMailbox,
    /// The mailbox is full.
    MailboxFull,
    /// The email was not delivered this time.
    Unreached,
}

impl BounceClass {
    /// The stored form.
    pub(crate) fn kind(self) -> InboundKind {
        match self {
            Self::NoMailbox => InboundKind::Bounced,
            Self::MailboxFull => InboundKind::MailboxFull,
            Self::Unreached => InboundKind::Undelivered,
        }
    }

    /// The meaning of a rejection: `status` such as `5.1.1` (may be empty), `words` with the server's own code and
    /// status in them.
    pub(crate) fn of(status: &str, words: &str) -> Self {
        let refusal = RefusalWords::read(words);
        let status = status_of(status).filter(|status| status[1] != 0);
        let status = refusal.status.or(status);
        let by_words = meaning(&refusal.last).or_else(|| meaning(&refusal.all));
        let full = matches!(status, Some([_, 2, 2]));
        match by_words {
            // A temporary error is not permanent.
            Some(Self::NoMailbox) if refusal.is_temporary(status) => Self::Unreached,
            Some(class) => class,
            None if full => Self::MailboxFull,
            // The status code counts when there is no text, or no known phrase in it.
            None if (!refusal.has_words() || refusal.status.is_some()) && matches!(status, Some([5, 1, 1 | 10])) => {
                Self::NoMailbox
            }
            None => Self::Unreached,
        }
    }

    /// The meaning of a text that follows no standard; none if it has none of the known phrases.
    pub(crate) fn in_text(words: &str) -> Option<Self> {
        let refusal = RefusalWords::read(words);
        let class = meaning(&refusal.last).or_else(|| meaning(&refusal.all))?;
        Some(if class == Self::NoMailbox && refusal.is_temporary(refusal.status) { Self::Unreached } else { class })
    }
}

/// The text of a rejection, in lowercase, without codes, addresses and links.
struct RefusalWords {
    all: String,
    /// From the last change of the reply code on: the text of the server that answered last.
    last: String,
    /// The last one in the text.
    status: Option<[u16; 3]>,
    code: Option<u16>,
}

impl RefusalWords {
    fn read(words: &str) -> Self {
        let words = words.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
        let mut found = Self { all: String::new(), last: String::new(), status: None, code: None };
        for word in words.split(|c: char| c.is_whitespace() || c == ';' || c == '(' || c == ')') {
            found.word(word);
        }
        found
    }

    fn word(&mut self, word: &str) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.contains('@') || bare.contains("://") || bare.starts_with("www.") {
            return;
        }
        let (head, rest) = bare.split_once('-').unwrap_or((bare, ""));
        let code =
            head.parse::<u16>().ok().filter(|code| head.len() == 3 && matches!(code, 421 | 450..=459 | 500..=579));
        if let Some(code) = code {
            if self.code != Some(code) {
                self.code = Some(code);
                self.last.clear();
            }
            if !rest.is_empty() {
                self.word(rest);
            }
        } else if let Some(status) = status_of(bare) {
            self.status = Some(status);
        } else {
            for text in [&mut self.all, &mut self.last] {
                text.push(' ');
                text.push_str(word);
            }
        }
    }

    fn has_words(&self) -> bool {
        self.all.split_whitespace().any(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1)
    }

    /// Whether it is temporary, by the status and the code.
    fn is_temporary(&self, status: Option<[u16; 3]>) -> bool {
        status.is_some_and(|status| status[0] == 4) || self.code.is_some_and(|code| code < 500)
    }
}

/// `5.1.1` as numbers.
pub(crate) fn status_of(text: &str) -> Option<[u16; 3]> {
    let first = text.trim().split(|c: char| c.is_whitespace() || c == '(').next()?;
    let mut parts = first.split('.').map(str::parse::<u16>);
    let status = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    (parts.next().is_none() && matches!(status[0], 2 | 4 | 5)).then_some(status)
}

/// A line of bounce_words.tsv: the parts of its phrase, and their meaning; none for phrases that are ignored.
type Phrase = (Vec<&'static str>, Option<BounceClass>);

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let phrase = |mut cells: std::str::Split<'static, char>| {
        let (words, meaning) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let class = match meaning {
            "gone" => Some(BounceClass::NoMailbox),
            "full" => Some(BounceClass::MailboxFull),
            "unreached" => Some(BounceClass::Unreached),
            _ => None,
        };
        (words.split(" * ").collect(), class)
    };
    text::table_rows(include_str!("bounce_words.tsv")).map(phrase).collect()
});

/// The largest distance between the parts of a phrase, in bytes.
const NEAR: usize = 60;

fn meaning(words: &str) -> Option<BounceClass> {
    let mut words = words.to_owned();
    for (parts, class) in PHRASES.iter() {
        match class {
            None => words = words.replace(parts.first().copied().unwrap_or_default(), ""),
            Some(class) if has(&words, parts) => return Some(*class),
            Some(_) => {}
        }
    }
    None
}

/// Whether the parts occur in order, close to each other.
fn has(words: &str, parts: &[&str]) -> bool {
    let Some((first, others)) = parts.split_first() else { return true };
    words.match_indices(first).any(|(at, _)| {
        let mut end = at + first.len();
        others.iter().all(|part| match words[end..].find(part) {
            Some(gap) if gap <= NEAR => {
                end += gap + part.len();
                true
            }
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_last_server_decide() {
        use BounceClass::{MailboxFull, NoMailbox, Unreached};
        let table = [
            (
                "5.2.1",
                "550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents",
                Unreached,
            ),
            ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", Unreached),
            (
                "5.1.0",
                "5.1.0 - Unknown address error 550-'5.7.1 <x@a.example>... Access denied' (delivery attempts: 0)",
                Unreached,
            ),
            ("5.1.0", "5.1.0 - Unknown address error 550-'Mensaje devuelto' (delivery attempts: 0)", Unreached),
            (
                "5.0.0",
                "5.3.0 - Other mail system problem 550-'Unknown user x@a.example' (delivery attempts: 0)",
                NoMailbox,
            ),
            (
                "5.4.4",
                "Name service error for name=home.example type=MX: Malformed or unexpected name server reply",
                Unreached,
            ),
            (
                "5.4.4",
                "Host or domain name not found. Name service error for name=x type=AAAA: Host not found",
                NoMailbox,
            ),
            ("5.0.0", "550 <x@a.example>: User unknown", NoMailbox),
            ("5.1.351", "550 5.1.351 Remote server returned unknown recipient -> 550 User unknown", NoMailbox),
            ("5.1.1", "550 5.1.1 user unknown", NoMailbox),
            ("5.1.1", "550 5.1.1 <x@a.example>: Empfänger unbekannt", NoMailbox),
            ("5.1.1", "", NoMailbox),
            ("5.1.10", "550 5.1.10", NoMailbox),
            ("5.1.1", "550 5.1.1 kein Anschluss unter dieser Nummer", NoMailbox),
            ("5.1.1", "550 kein Anschluss unter dieser Nummer", Unreached),
            ("5.7.1", "550 5.7.1 <x@a.example>: Recipient address rejected: User unknown", NoMailbox),
            ("4.1.1", "450 4.1.1 <x@a.example>: Recipient address rejected: User unknown", Unreached),
            ("5.1.1", "550 5.1.1 Sender address rejected: Domain not found", Unreached),
            ("5.2.0", "522 5.2.0 Delivery failed: Over quota", MailboxFull),
            ("5.2.2", "552 5.2.2 no", MailboxFull),
            ("5.2.2", "552-5.2.2 The recipient's inbox is out of storage space and inactive.", MailboxFull),
            ("5.0.0", "550 Daily sending quota exceeded", Unreached),
            ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled.", Unreached),
            (
                "5.1.1",
                "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking",
                NoMailbox,
            ),
            ("5.1.6", "550 5.1.6 recipient no longer on server: x@a.example", NoMailbox),
            ("", "", Unreached),
        ];
        for (status, words, class) in table {
            assert_eq!(BounceClass::of(status, words), class, "{status} {words}");
        }
        assert_eq!(BounceClass::in_text("Thank you for your letter"), None);
        assert_eq!(BounceClass::in_text("552 5.2.2 <x@a.example>: rejected: Mailbox full"), Some(MailboxFull));
    }

    #[test]
    fn every_line_of_the_table_is_plain_and_found() {
        for (parts, _) in PHRASES.iter() {
            assert!(parts.iter().all(|part| !part.is_empty() && part.to_lowercase() == *part), "{parts:?}");
        }
        assert!(PHRASES.len() > 200 && has(" casella di posta piena", &["casella", "piena"]));
        assert!(!has(&format!("casella {} piena", "x".repeat(80)), &["casella", "piena"]));
    }
}
