//! Parses one response of an IMAP server (RFC 3501, 7): only the four kinds that are needed here. No input is trusted;
//! nested lists are counted, not recursed into.

use std::borrow::Cow;

use super::folder_name::decoded;
use crate::inbound::status::plain;

/// The lines of a response and its literals.
#[derive(Debug, Default)]
pub(super) struct ImapFrame {
    bytes: Vec<u8>,
    /// The total length of its lines, and what is kept of its messages.
    pub(super) lines: usize,
    pub(super) literals: usize,
    /// The end of its last line without the announcement of a literal.
    end: usize,
}

/// The status of a command or the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImapStatus {
    Ok,
    No,
    Bad,
    Bye,
    PreAuth,
}

/// The content of an untagged response.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ImapResponse<'f> {
    /// With the text for people; the code before it is in capitals.
    Condition(ImapStatus, String),
    /// In capitals.
    Capabilities(Vec<String>),
    /// A folder that can be opened, by name.
    Folder(String),
    /// The requested parts of a message.
    Message { uid: u32, body: Option<&'f [u8]> },
    /// Anything else.
    Other,
}

impl ImapFrame {
    /// Adds a line; returns the length of the literal that it announces.
    pub(super) fn add_line(&mut self, line: &[u8]) -> Option<usize> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_first = self.bytes.is_empty();
        self.lines += line.len() + 2;
        self.bytes.extend_from_slice(line);
        self.end = self.bytes.len();
        self.bytes.extend_from_slice(b"\r\n");
        // The text for people may end in anything.
        if is_first && line.strip_prefix(b"* ").is_none_or(|rest| status(rest).is_some()) {
            return None;
        }
        let open = memchr::memrchr(b'{', line)?;
        let length = number(line[open + 1..].strip_suffix(b"}")?)?;
        self.end = self.end - line.len() + open;
        usize::try_from(length).ok()
    }

    /// Starts a literal; `length` is what is kept of it.
    pub(super) fn begin_literal(&mut self, length: usize) {
        self.bytes.truncate(self.end);
        self.bytes.extend_from_slice(format!("{{{length}}}\r\n").as_bytes());
    }

    pub(super) fn add_literal(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
        self.literals += data.len();
    }

    /// The result of the command with this tag, if this is its response: with the text of the server.
    pub(super) fn completion(&self, tag: &str) -> Option<(ImapStatus, String)> {
        status(self.bytes.strip_prefix(tag.as_bytes())?.strip_prefix(b" ")?)
    }

    /// Whether the server waits for more of a command.
    pub(super) fn is_continuation(&self) -> bool {
        self.bytes.starts_with(b"+")
    }

    /// Its beginning, for display.
    pub(super) fn shown(&self) -> String {
        plain(&String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(200)]))
    }

    /// The content of an untagged response; none when it is malformed.
    pub(super) fn parse(&self) -> Option<ImapResponse<'_>> {
        let rest = self.bytes.strip_prefix(b"* ")?;
        if let Some((status, words)) = status(rest) {
            return Some(ImapResponse::Condition(status, words));
        }
        let mut tokens = ImapTokens { rest };
        let first = tokens.atom()?;
        match first.to_ascii_uppercase().as_slice() {
            b"CAPABILITY" => Some(ImapResponse::Capabilities(capitals(tokens.rest))),
            b"LIST" => tokens.folder(),
            _ if number(first).is_some() && tokens.atom()?.eq_ignore_ascii_case(b"FETCH") => tokens.message(),
            _ => Some(ImapResponse::Other),
        }
    }
}

/// The words of a text, in capitals.
pub(super) fn capitals(text: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(text).split_whitespace().map(str::to_uppercase).collect()
}

/// The code before the text for people, if it has this name: `UIDVALIDITY 5` of `[UIDVALIDITY 5] fine`.
pub(super) fn code<'w>(words: &'w str, name: &str) -> Option<&'w str> {
    let (code, _) = words.strip_prefix('[')?.split_once(']')?;
    let (found, rest) = code.split_once(' ')?;
    found.eq_ignore_ascii_case(name).then_some(rest)
}

fn status(text: &[u8]) -> Option<(ImapStatus, String)> {
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let status = match word.to_ascii_uppercase().as_slice() {
        b"OK" => ImapStatus::Ok,
        b"NO" => ImapStatus::No,
        b"BAD" => ImapStatus::Bad,
        b"BYE" => ImapStatus::Bye,
        b"PREAUTH" => ImapStatus::PreAuth,
        _ => return None,
    };
    Some((status, plain(&String::from_utf8_lossy(rest))))
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The remaining input.
struct ImapTokens<'f> {
    rest: &'f [u8],
}

#[derive(Debug, PartialEq, Eq)]
enum ImapToken<'f> {
    Open,
    Close,
    Atom(&'f [u8]),
    Quoted(Cow<'f, [u8]>),
    Literal(&'f [u8]),
}

impl<'f> ImapTokens<'f> {
    fn next(&mut self) -> Option<ImapToken<'f>> {
        let text = self.rest.trim_ascii_start();
        let (first, after) = text.split_first()?;
        let (token, rest) = match first {
            b'(' => (ImapToken::Open, after),
            b')' => (ImapToken::Close, after),
            b'"' => quoted(after)?,
            b'{' => {
                let end = memchr::memchr(b'}', after)?;
                let length = usize::try_from(number(&after[..end])?).ok()?;
                let data = after[end + 1..].strip_prefix(b"\r\n")?;
                (ImapToken::Literal(data.get(..length)?), &data[length..])
            }
            _ => {
                let mut in_brackets = false;
                let end = text.iter().position(|byte| {
                    in_brackets = (in_brackets || *byte == b'[') && *byte != b']';
                    !in_brackets && matches!(byte, b' ' | b'(' | b')' | b'"' | b'\r' | b'\n')
                });
                let (atom, rest) = text.split_at(end.unwrap_or(text.len()));
                (ImapToken::Atom(atom), rest)
            }
        };
        self.rest = rest;
        Some(token)
    }

    fn atom(&mut self) -> Option<&'f [u8]> {
        if let ImapToken::Atom(atom) = self.next()? { Some(atom) } else { None }
    }

    /// Skips the rest of an opened list; returns its atoms.
    fn list(&mut self) -> Option<Vec<&'f [u8]>> {
        let (mut depth, mut atoms) = (1_usize, Vec::new());
        while depth > 0 {
            match self.next()? {
                ImapToken::Open => depth += 1,
                ImapToken::Close => depth -= 1,
                ImapToken::Atom(atom) => atoms.push(atom),
                ImapToken::Quoted(_) | ImapToken::Literal(_) => {}
            }
        }
        Some(atoms)
    }

    /// `(\HasNoChildren) "/" "Sent"`.
    fn folder(mut self) -> Option<ImapResponse<'f>> {
        if self.next()? != ImapToken::Open {
            return None;
        }
        let marks = self.list()?;
        self.next()?;
        let name = match self.next()? {
            ImapToken::Atom(name) | ImapToken::Literal(name) => Cow::Borrowed(name),
            ImapToken::Quoted(name) => name,
            ImapToken::Open | ImapToken::Close => return None,
        };
        let is_none = |mark: &&[u8]| {
            [b"\\Noselect".as_slice(), b"\\NonExistent"].iter().any(|word| mark.eq_ignore_ascii_case(word))
        };
        if marks.iter().any(is_none) {
            return Some(ImapResponse::Other);
        }
        Some(ImapResponse::Folder(decoded(&String::from_utf8_lossy(&name))))
    }

    /// `(UID 7 BODY[]<0> {3}…)`, in any order; updates sent by the server may have no UID.
    fn message(mut self) -> Option<ImapResponse<'f>> {
        if self.next()? != ImapToken::Open {
            return None;
        }
        let (mut uid, mut body) = (None, None);
        loop {
            let name = match self.next()? {
                ImapToken::Atom(name) => name.to_ascii_uppercase(),
                ImapToken::Close => break,
                _ => return None,
            };
            match (name.as_slice(), self.next()?) {
                (b"UID", ImapToken::Atom(digits)) => uid = Some(u32::try_from(number(digits)?).ok()?),
                (name, ImapToken::Literal(data)) if name.starts_with(b"BODY[]") => body = Some(data),
                // An empty body may be quoted.
                (name, ImapToken::Quoted(Cow::Borrowed(data))) if name.starts_with(b"BODY[]") => body = Some(data),
                (_, ImapToken::Open) => drop(self.list()?),
                (_, ImapToken::Close) => return None,
                _ => {}
            }
        }
        Some(uid.map_or(ImapResponse::Other, |uid| ImapResponse::Message { uid, body }))
    }
}

/// The content of a quoted string, and what follows.
fn quoted(text: &[u8]) -> Option<(ImapToken<'_>, &[u8])> {
    let end = memchr::memchr2(b'"', b'\\', text)?;
    if text[end] == b'"' {
        return Some((ImapToken::Quoted(Cow::Borrowed(&text[..end])), &text[end + 1..]));
    }
    let (mut out, mut bytes) = (Vec::new(), text.iter().enumerate());
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some((ImapToken::Quoted(Cow::Owned(out)), &text[at + 1..])),
            b'\\' => out.push(*bytes.next()?.1),
            byte => out.push(*byte),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(parts: &[&[u8]]) -> ImapFrame {
        let mut frame = ImapFrame::default();
        let mut parts = parts.iter();
        while let Some(line) = parts.next() {
            let Some(length) = frame.add_line(line) else { break };
            let data = parts.next().copied().unwrap_or_default();
            frame.begin_literal(data.len().min(length));
            frame.add_literal(&data[..data.len().min(length)]);
        }
        frame
    }

    #[test]
    fn a_message_may_hold_anything_and_ends_where_it_was_announced() {
        let body = b"Subject: x\r\n\r\na OK (done {3}\r\n\0\xff";
        let head = format!("* 3 FETCH (UID 7 BODY[]<0> {{{}}}\r\n", body.len());
        let message = |uid, body| Some(ImapResponse::Message { uid, body });
        for (parts, expected) in [
            (&[head.as_bytes(), body, b")\n"][..], message(7, Some(&body[..]))),
            (
                &[b"* 3 FETCH (BODY[] {900}\r\n", b"abc", b" FLAGS (\\Seen ($x) NIL) uid 7)\r\n"],
                message(7, Some(b"abc")),
            ),
            (&[b"* 3 FETCH (X {2}\r\n", b"ab", b" UID 9 BODY[]<0> \"\")\r\n"], message(9, Some(b""))),
            (&[b"* 3 FETCH (UID 7 BODY[]<0> NIL)\r\n"], message(7, None)),
            (&[b"* 3 FETCH (BODY[HEADER.FIELDS (DATE)] \"a\\\"b\" UID 8 MODSEQ (5))\r\n"], message(8, None)),
            (&[b"* 3 FETCH (FLAGS (\\Seen))\r\n"], Some(ImapResponse::Other)),
            (&[b"* 3 FETCH (UID 99999999999)\r\n"], None),
            (&[b"* 3 FETCH (UID 7\r\n"], None),
            (&[b"* 3 FETCH ((UID 7))\r\n"], None),
            (&[b"* 3 EXISTS\r\n"], Some(ImapResponse::Other)),
        ] {
            let whole = frame(parts);
            assert_eq!(whole.parse(), expected, "{whole:?}");
        }
    }

    #[test]
    fn folders_and_offers_are_read() {
        let folder = |name: &str| Some(ImapResponse::Folder(name.to_owned()));
        for (parts, expected) in [
            (&[b"* LIST (\\HasNoChildren) \"/\" \"Entw&APw-rfe\"\r\n".as_slice()][..], folder("Entwürfe")),
            (&[b"* LIST () NIL INBOX\r\n"], folder("INBOX")),
            (&[b"* list (\\Marked) \".\" {5}\r\n", b"a \"b\\", b"\r\n"], folder("a \"b\\")),
            (&[b"* LIST () \"/\" \"a \\\"b\\\\\"\r\n"], folder("a \"b\\")),
            (&[b"* LIST (\\noselect) \"/\" \"[Gmail]\"\r\n"], Some(ImapResponse::Other)),
            (&[b"* LIST\r\n"], None),
            (
                &[b"* CAPABILITY IMAP4rev1 auth=Plain\r\n"],
                Some(ImapResponse::Capabilities(vec!["IMAP4REV1".to_owned(), "AUTH=PLAIN".to_owned()])),
            ),
        ] {
            assert_eq!(frame(parts).parse(), expected, "{parts:?}");
        }
        assert_eq!(code("[UIDVALIDITY 5] fine", "UIDVALIDITY"), Some("5"));
        assert_eq!((code("[ALERT] x", "UIDVALIDITY"), code("UIDVALIDITY 5", "UIDVALIDITY")), (None, None));
    }

    #[test]
    fn words_to_people_announce_nothing() {
        let ok = frame(&[b"* OK [ALERT] write to {3}\r\n"]);
        let expected = ImapResponse::Condition(ImapStatus::Ok, "[ALERT] write to {3}".to_owned());
        assert_eq!(ok.parse(), Some(expected));
        let no = frame(&[b"a1 NO [AUTHENTICATIONFAILED] \xc3\xa9 {3}\r\n"]);
        assert_eq!(no.completion("a1"), Some((ImapStatus::No, "[AUTHENTICATIONFAILED] é {3}".to_owned())));
        assert_eq!((no.completion("a2"), no.completion("a")), (None, None));
    }

    #[test]
    fn fuzzing_nothing_that_a_server_sends_breaks_us() {
        let deep = [b"* 1 FETCH (BODYSTRUCTURE ".as_slice(), &b"(".repeat(60_000), b"\r\n"].concat();
        assert_eq!(frame(&[&deep]).parse(), None);
        let mut dice = fastrand::Rng::with_seed(7);
        let seeds: [&[u8]; 6] = [
            b"* 3 FETCH (UID 7 BODY[]<0> {3}",
            b"* CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS",
            b"* LIST (\\HasNoChildren) \"/\" \"Entw&APw-rfe\"",
            b"* OK [UIDVALIDITY 3857529045] UIDs valid",
            b"* 3 FETCH (FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 UID 4)",
            b"a1 NO [AUTHENTICATIONFAILED] no",
        ];
        let pieces: [&[u8]; 13] =
            [b"(", b")", b"]", b"[", b"\"", b"\\", b"NIL", b" ", b"{0}", b"\xff", b"\0", b"99999999999", b"\xc3\xa9"];
        for _ in 0..crate::for_tests::fuzz_cases(200) {
            let mut line = dice.choice(seeds).expect("a seed").to_vec();
            for _ in 0..dice.usize(0..4) {
                let at = dice.usize(0..=line.len());
                let end = dice.usize(at..=line.len().min(at + 6));
                line.splice(at..end, dice.choice(pieces).expect("a piece").iter().copied());
            }
            line.extend_from_slice(b"\r\n");
            let whole = frame(&[&line, b"abc", b" UID 5)\r\n", b"", b")\r\n"]);
            drop((whole.parse(), whole.completion("a1"), whole.shown()));
        }
    }
}
