//! Parses replies of a mail server (RFC 5321, 4.2) from any input: it is a reply, or the connection is unusable.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use encoding_rs::WINDOWS_1252;

use super::reply::SmtpError;
use crate::domain::status_of;
use crate::mail_stream::StreamFault;
use crate::text;

/// The longest reply in bytes, all its lines together. RFC 5321 requires 512 for a line; servers with many capabilities
/// send some thousands.
const LONGEST: usize = 64 * 1024;
/// How many characters of its text are kept.
const SHOWN: usize = 1000;
/// How many bytes are read at once.
const PIECE: usize = 4096;

/// A complete reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmtpReply {
    /// 200 to 599.
    pub(super) code: u16,
    /// Its text, without control characters.
    pub(super) lines: Vec<String>,
}

impl SmtpReply {
    /// The text in one line; a status such as `5.1.1` that is repeated in each of its lines is included once.
    pub(super) fn text(&self) -> String {
        let mut lines = self.lines.iter().map(String::as_str);
        let first = lines.next().unwrap_or_default();
        let status = first.split(' ').next().filter(|word| status_of(word).is_some());
        let rest = lines.map(|line| {
            status
                .and_then(|word| line.strip_prefix(word))
                .filter(|rest| rest.is_empty() || rest.starts_with(' '))
                .unwrap_or(line)
        });
        let words: Vec<&str> =
            std::iter::once(first).chain(rest).map(str::trim).filter(|line| !line.is_empty()).collect();
        words.join(" ").chars().take(SHOWN).collect()
    }
}

/// Received but unread bytes: at most one chunk more than the longest reply.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    unread: Vec<u8>,
}

impl ReplyReader {
    /// Whether something was received beyond the replies that were read.
    pub(super) fn has_more(&self) -> bool {
        !self.unread.is_empty()
    }

    /// The next reply, which must be complete before the timeout.
    ///
    /// # Errors
    /// [`SmtpError::Lost`] for everything that is not a reply.
    pub(super) fn read(&mut self, stream: &mut impl Read, timeout: Duration) -> Result<SmtpReply, SmtpError> {
        let until = Instant::now() + timeout;
        let (mut lines, mut length, mut code) = (Vec::new(), 0, None);
        loop {
            let line = self.line(stream, LONGEST.saturating_sub(length), until)?;
            length += line.len() + 2;
            let (this, is_last, text) = parts(&line).ok_or_else(|| lost("the reply is not that of a mail server"))?;
            if code.is_some_and(|first| first != this) {
                return Err(lost("the mail server sent two replies in one"));
            }
            code = Some(this);
            lines.push(words(text));
            if is_last {
                return Ok(SmtpReply { code: this, lines });
            }
        }
    }

    /// The next line without its ending, which may be a bare LF.
    fn line(&mut self, stream: &mut impl Read, most: usize, until: Instant) -> Result<Vec<u8>, SmtpError> {
        let mut looked_at = 0;
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.unread[looked_at..]) {
                if looked_at + end > most {
                    return Err(endless());
                }
                let mut line: Vec<u8> = self.unread.drain(..=looked_at + end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            looked_at = self.unread.len();
            if looked_at > most {
                return Err(endless());
            }
            let mut piece = [0; PIECE];
            match stream.read(&mut piece) {
                Ok(0) => return Err(StreamFault::HungUp.into()),
                Ok(count) => self.unread.extend_from_slice(&piece[..count]),
                // A stream may have a shorter timeout; which error that gives depends on the system.
                Err(fault)
                    if matches!(fault.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                }
                Err(fault) => return Err(StreamFault::from(fault).into()),
            }
            if Instant::now() >= until {
                return Err(StreamFault::TimedOut.into());
            }
        }
    }
}

fn lost(why: &str) -> SmtpError {
    SmtpError::Lost(why.to_owned())
}

fn endless() -> SmtpError {
    lost("the mail server's reply has no end")
}

/// A line's code, whether it is the last of its reply, and its text, which may be missing along with the space before
/// it.
fn parts(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (code, rest) = line.split_at_checked(3)?;
    let code: u16 =
        std::str::from_utf8(code).ok().filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    let (is_last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return None,
    };
    (200..600).contains(&code).then_some((code, is_last, text))
}

/// Text for people: bytes that are not UTF-8 are read as Western European, and control characters are removed.
fn words(text: &[u8]) -> String {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.into(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(text).0,
    };
    text::plain(&text)
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::super::reply::{NextStep, Phase, judge};
    use super::*;

    /// Bytes that arrive in chunks of odd sizes, as from a network.
    struct Pieces<'b> {
        bytes: &'b [u8],
        dice: Rng,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let most = if self.dice.bool() { 1 + self.dice.usize(..9) } else { buffer.len() };
            let count = most.min(buffer.len()).min(self.bytes.len());
            buffer[..count].copy_from_slice(&self.bytes[..count]);
            self.bytes = &self.bytes[count..];
            Ok(count)
        }
    }

    /// What is read of these bytes until the connection is unusable, and the most that was buffered.
    fn replies(bytes: &[u8], seed: u64) -> (Vec<Result<SmtpReply, SmtpError>>, usize) {
        let (mut stream, mut reader) = (Pieces { bytes, dice: Rng::with_seed(seed) }, ReplyReader::default());
        let (mut found, mut held) = (Vec::new(), 0);
        loop {
            let reply = reader.read(&mut stream, Duration::from_secs(600));
            held = held.max(reader.unread.capacity());
            let is_over = reply.is_err();
            found.push(reply);
            if is_over {
                return (found, held);
            }
        }
    }

    #[test]
    fn a_reply_is_what_the_rules_allow_and_everything_else_ends_the_connection() {
        let is = |code: u16, text: &str| Some((code, text.to_owned()));
        let long = |count: usize| "x".repeat(count);
        let table = [
            (b"250 ok\r\n".to_vec(), is(250, "ok")),
            (b"250\r\n".to_vec(), is(250, "")),
            (b"250 \r\n".to_vec(), is(250, "")),
            (b"250-\r\n250-\r\n250\r\n".to_vec(), is(250, "")),
            (b"250-one\r\n250-\r\n250 two\r\n".to_vec(), is(250, "one two")),
            (b"552-5.2.2 mailbox\r\n552 5.2.2 is full\r\n".to_vec(), is(552, "5.2.2 mailbox is full")),
            (b"550-5.7.2 first\r\n550 5.7.25 second\r\n".to_vec(), is(550, "5.7.2 first 5.7.25 second")),
            (b"550 5.1.1 Empf\xe4nger unbekannt\r\n".to_vec(), is(550, "5.1.1 Empf\u{e4}nger unbekannt")),
            (b"550 bo\xeete pleine\r\n".to_vec(), is(550, "bo\u{ee}te pleine")),
            (b"451 \xff\xfe\x81\r\n".to_vec(), is(451, "\u{ff}\u{fe}")),
            ("550 \u{e4}\u{6f22}\r\n".into(), is(550, "\u{e4}\u{6f22}")),
            (b"550 a\x1b[2Jb\0c\rd\r\n".to_vec(), is(550, "a [2Jb c d")),
            (b"599 odd\r\n".to_vec(), is(599, "odd")),
            (format!("250 {}\r\n", long(8000)).into(), is(250, &long(SHOWN))),
            (b"250 ok\n".to_vec(), is(250, "ok")),
            (b"250\n".to_vec(), is(250, "")),
            (b"250-one\n250 two\r\n".to_vec(), is(250, "one two")),
            (b"250-one\r\n250 two\n".to_vec(), is(250, "one two")),
            (b"\n".to_vec(), None),
            (b"250-one\n251 two\n".to_vec(), None),
            (b"250-one\n\n".to_vec(), None),
            (b"250 ok\r".to_vec(), None),
            (b"250 ok".to_vec(), None),
            (b"".to_vec(), None),
            (b"\r\n".to_vec(), None),
            (b"25\r\n".to_vec(), None),
            (b"2500 ok\r\n".to_vec(), None),
            (b"250\tok\r\n".to_vec(), None),
            (b" 250 ok\r\n".to_vec(), None),
            (b"+50 ok\r\n".to_vec(), None),
            (b"abc ok\r\n".to_vec(), None),
            (b"\xd9\xa2\xd9 ok\r\n".to_vec(), None),
            (b"250-one\r\n251 two\r\n".to_vec(), None),
            (format!("250 {}", long(3_000_000)).into(), None),
            ("250-\r\n".repeat(500_000).into(), None),
            ("250-\n".repeat(500_000).into(), None),
        ];
        for code in [0, 99, 100, 199, 600, 999] {
            let (found, _) = replies(format!("{code:03} ok\r\n").as_bytes(), 1);
            assert!(matches!(found[0], Err(SmtpError::Lost(_))), "{code}");
        }
        for (seed, (bytes, expected)) in table.iter().enumerate() {
            let (found, held) = replies(bytes, seed as u64);
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
            match (&found[0], expected) {
                (Ok(reply), Some(expected)) => assert_eq!(&(reply.code, reply.text()), expected, "{shown}"),
                (Err(SmtpError::Lost(_)), None) => {}
                (other, _) => panic!("{shown}: {other:?}"),
            }
            assert!(held <= 2 * (LONGEST + PIECE), "{shown}: {held}");
        }
    }

    #[test]
    fn replies_that_came_together_are_read_one_by_one() {
        let (found, _) = replies(b"250 a\r\n550-b\r\n550 c\r\n354 d\r\n25", 3);
        let codes: Vec<Option<u16>> = found.iter().map(|reply| reply.as_ref().ok().map(|reply| reply.code)).collect();
        assert_eq!(codes, [Some(250), Some(550), Some(354), None]);
    }

    #[test]
    fn who_sends_a_little_now_and_then_is_not_waited_for_without_end() {
        struct Drip;
        impl Read for Drip {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                std::thread::sleep(Duration::from_millis(1));
                buffer[0] = b'2';
                Ok(1)
            }
        }
        let reply = ReplyReader::default().read(&mut Drip, Duration::from_millis(20));
        assert_eq!(reply, Err(lost("the mail server did not answer in time")));
    }

    #[test]
    fn fuzzing_whatever_comes_is_judged_and_held_within_bounds() {
        const GOOD: &[u8] = b"220 mx.example.com ESMTP\r\n250-mx\r\n250-SIZE 35882577\r\n250-8BITMIME\r\n250 PIPELINING\r\n\
            250 2.1.0 ok\r\n550-5.1.1 no such user\r\n550 5.1.1 here\r\n354 go on\r\n421 4.3.2 closing\r\n250 2.0.0 taken\r\n";
        const PIECES: [&[u8]; 12] =
            [b"\r\n", b"\n", b"\r", b"-", b" ", b"\0", b"250", b"250-", b"354 ", b"000 ", b"\xe4\xff", b"5.7.1 "];
        let count = crate::for_tests::fuzz_cases(20);
        let (mut whole, mut broken) = (0, 0);
        for seed in 0..count {
            let mut dice = Rng::with_seed(seed);
            let mut bytes = if dice.u8(..4) == 0 { Vec::new() } else { GOOD.to_vec() };
            for _ in 0..dice.usize(1..8) {
                let at = dice.usize(..=bytes.len());
                let piece = PIECES[dice.usize(..PIECES.len())];
                let (removed, added) = match dice.u8(..100) {
                    0..20 => (bytes.len(), Vec::new()),
                    20..40 => (0, piece.repeat(1 + dice.usize(..3))),
                    40..60 => (0, std::iter::repeat_with(|| dice.u8(..)).take(20).collect()),
                    60..80 => (1, vec![dice.u8(..)]),
                    80..85 => (0, piece.repeat(40_000)),
                    _ => (9, Vec::new()),
                };
                bytes.splice(at..bytes.len().min(at + removed), added);
            }
            let (found, held) = replies(&bytes, seed);
            assert!(held <= 2 * (LONGEST + PIECE), "{seed}: {held} bytes held");
            let (last, replies) = found.split_last().expect("one at least");
            for reply in replies.iter().flatten() {
                let size: usize = reply.lines.iter().map(String::len).sum();
                assert!((200..600).contains(&reply.code) && size <= 3 * (LONGEST + PIECE), "{seed}: {reply:?}");
                assert!(reply.text().chars().count() <= SHOWN && !reply.text().contains(char::is_control), "{seed}");
            }
            let Err(fault @ SmtpError::Lost(_)) = last else { panic!("{seed}: {last:?}") };
            for phase in [Phase::Connect, Phase::Sender, Phase::Recipient, Phase::Data, Phase::Body] {
                assert_eq!(judge(phase, fault), NextStep::Reconnect, "{seed}");
            }
            assert!(matches!(judge(Phase::Dot, fault), NextStep::SettleAndReconnect(_)), "{seed}");
            // The result does not depend on the chunks.
            assert_eq!(super::tests::replies(&bytes, seed + count).0, found, "{seed}");
            whole += replies.len();
            broken += usize::from(*fault != StreamFault::HungUp.into());
        }
        assert!(
            whole as u64 > count && broken as u64 > count / 4,
            "{whole} replies and {broken} broken ones of {count}"
        );
    }
}
