//! One response of an IMAP server, and what it says; whatever the bytes are, nothing of it is trusted.

use imap_proto::{Response, Status};

use crate::inbound::status::plain;

/// Lists in lists, deeper than any answer to what is asked here.
const DEEPEST: usize = 8;

/// The lines of a response and what stands between them.
#[derive(Debug, Default)]
pub(super) struct ImapFrame {
    bytes: Vec<u8>,
    /// How long its lines are together, and what is kept of its messages.
    pub(super) lines: usize,
    pub(super) literals: usize,
    /// Where its last line ends without what announces a literal.
    end: usize,
    depth: usize,
    is_odd: bool,
}

impl ImapFrame {
    /// Adds a line; the length of the literal that it announces.
    pub(super) fn add_line(&mut self, line: &[u8]) -> Option<usize> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_first = self.bytes.is_empty();
        self.lines += line.len() + 2;
        self.look(line);
        self.bytes.extend_from_slice(line);
        self.end = self.bytes.len();
        self.bytes.extend_from_slice(b"\r\n");
        // Words to people may end in anything.
        if is_first && (!line.starts_with(b"* ") || words(line).is_some()) {
            return None;
        }
        let open = memchr::memrchr(b'{', line)?;
        let digits = line[open + 1..].strip_suffix(b"}")?;
        let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
        self.end = self.end - line.len() + open;
        Some(length)
    }

    /// Announces a literal of the length that is kept.
    pub(super) fn begin_literal(&mut self, length: usize) {
        self.bytes.truncate(self.end);
        self.bytes.extend_from_slice(format!("{{{length}}}\r\n").as_bytes());
    }

    pub(super) fn add_literal(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
        self.literals += data.len();
    }

    /// What `imap-proto` 0.17 must not see: lists in lists, which it follows into the depth of the stack, and two texts at
    /// which it panics.
    fn look(&mut self, line: &[u8]) {
        for pair in line.windows(2) {
            self.is_odd |= pair[0] == b']' && !pair[1].is_ascii();
        }
        for byte in line {
            match byte {
                b'(' => self.depth += 1,
                b')' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.is_odd |= self.depth > DEEPEST;
        }
        self.is_odd |= line.to_ascii_uppercase().windows(16).any(|part| part == b"INTERNALDATE NIL");
    }

    /// What it says; nothing when it cannot be understood.
    pub(super) fn parse(&self) -> Option<Response<'_>> {
        let parsed = if self.is_odd { None } else { Response::parse(&self.bytes).ok() };
        parsed.filter(|(rest, _)| rest.is_empty()).map(|(_, response)| response)
    }

    /// How a command ended, when this is the answer to it: with the words of the server.
    pub(super) fn completion(&self, tag: &str) -> Option<(Status, String)> {
        let line = self.bytes.strip_prefix(tag.as_bytes())?.strip_prefix(b" ")?;
        let (status, rest) = status(line)?;
        Some((status, plain(&String::from_utf8_lossy(rest))))
    }

    /// What it says to people, when it says how things stand: `* OK …`.
    pub(super) fn condition(&self) -> Option<(Status, String)> {
        let (status, rest) = words(&self.bytes)?;
        Some((status, plain(&String::from_utf8_lossy(rest))))
    }

    /// Whether the server waits for more of a command.
    pub(super) fn is_continuation(&self) -> bool {
        self.bytes.starts_with(b"+")
    }

    /// Its beginning, fit to be shown.
    pub(super) fn shown(&self) -> String {
        plain(&String::from_utf8_lossy(&self.bytes[..self.bytes.len().min(200)]))
    }
}

fn words(line: &[u8]) -> Option<(Status, &[u8])> {
    status(line.strip_prefix(b"* ")?)
}

fn status(text: &[u8]) -> Option<(Status, &[u8])> {
    let end = text.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let status = match word.to_ascii_uppercase().as_slice() {
        b"OK" => Status::Ok,
        b"NO" => Status::No,
        b"BAD" => Status::Bad,
        b"BYE" => Status::Bye,
        b"PREAUTH" => Status::PreAuth,
        _ => return None,
    };
    Some((status, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(parts: &[&[u8]]) -> ImapFrame {
        let mut frame = ImapFrame::default();
        let mut parts = parts.iter();
        while let Some(line) = parts.next() {
            let Some(length) = frame.add_line(line) else { break };
            let data = parts.next().expect("a literal");
            frame.begin_literal(data.len().min(length));
            frame.add_literal(data);
        }
        frame
    }

    #[test]
    fn a_message_may_hold_anything_and_ends_where_it_was_announced() {
        let body = b"Subject: x\r\n\r\na OK (done {3}\r\n\0\xff";
        let head = format!("* 3 FETCH (UID 7 BODY[]<0> {{{}}}\r\n", body.len());
        let whole = frame(&[head.as_bytes(), body, b")\n"]);
        let Some(Response::Fetch(3, attributes)) = whole.parse() else { panic!("{whole:?}") };
        assert_eq!(attributes.len(), 2);
        // Cut to what is kept.
        let cut = frame(&[b"* 3 FETCH (BODY[] {900}\r\n", b"abc", b" UID 7)\r\n"]);
        assert!(matches!(cut.parse(), Some(Response::Fetch(3, _))), "{cut:?}");
    }

    #[test]
    fn words_to_people_announce_nothing() {
        let ok = frame(&[b"* OK [ALERT] write to {3}\r\n"]);
        assert_eq!(ok.condition().map(|(_, text)| text).as_deref(), Some("[ALERT] write to {3}"));
        let no = frame(&[b"a1 NO [AUTHENTICATIONFAILED] \xc3\xa9 {3}\r\n"]);
        assert_eq!(no.completion("a1"), Some((Status::No, "[AUTHENTICATIONFAILED] é {3}".to_owned())));
        assert_eq!((no.completion("a2"), no.completion("a")), (None, None));
    }

    #[test]
    fn nothing_that_a_server_sends_breaks_us() {
        let deep = [b"* 1 FETCH (BODYSTRUCTURE ".as_slice(), &[b'('; 60_000], b"\r\n"].concat();
        let date: &[u8] = b"* 1 FETCH (InternalDate nil UID 1)\r\n";
        for line in [deep.as_slice(), "* OK [ALERT]é\r\n".as_bytes(), b"* OK [UIDVALIDITY 5]\xff\r\n", date] {
            assert!(frame(&[line]).parse().is_none());
        }
        let mut dice = fastrand::Rng::with_seed(7);
        let seeds: [&[u8]; 8] = [
            b"* 3 FETCH (UID 7 BODY[]<0> {3}",
            b"* CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS",
            b"* LIST (\\HasNoChildren) \"/\" \"Entw&APw-rfe\"",
            b"* OK [UIDVALIDITY 3857529045] UIDs valid",
            b"* 3 FETCH (FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 UID 4)",
            b"* 2 FETCH (BODYSTRUCTURE (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92))",
            b"* ESEARCH (TAG \"a\") UID ALL 1:3",
            b"* METADATA \"INBOX\" (/private/x {3}",
        ];
        let pieces: [&[u8]; 12] =
            [b"(", b")", b"]", b"[", b"\"", b"NIL", b" ", b"{0}", b"\xff", b"\0", b"99999999999", b"\xc3\xa9"];
        for _ in 0..30_000 {
            let mut line = dice.choice(seeds).expect("a seed").to_vec();
            for _ in 0..dice.usize(0..4) {
                let at = dice.usize(0..=line.len());
                let end = dice.usize(at..=line.len().min(at + 6));
                line.splice(at..end, dice.choice(pieces).expect("a piece").iter().copied());
            }
            line.extend_from_slice(b"\r\n");
            let whole = frame(&[&line, b"abc", b" UID 5)\r\n", b"", b")\r\n"]);
            drop((whole.parse(), whole.condition(), whole.completion("a")));
        }
    }
}
