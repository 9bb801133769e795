//! The connection to an IMAP server: sends commands, and receives complete responses within a time and size limit.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::time::{Duration, Instant};

use super::fault::{LATER, lost};
use super::response::ImapFrame;
use crate::error::{Error, Result};
use crate::inbound::mailbox::LONGEST;
use crate::mail_stream::{MailStream, StreamFault};
use crate::shop::MailServer;

/// The most bytes of all lines of a response, without its literals.
const LONGEST_LINES: usize = 64 * 1024;
/// The timeout of a response, as a multiple of that of one read.
const READS_PER_RESPONSE: u32 = 5;
const LONGEST_CONNECT: Duration = Duration::from_secs(30);

const UNREACHABLE: &str = "check the name and the port of `server` under `[bounces]`, and the network of this machine";

/// Bytes to and from the server.
pub(super) struct ImapConnection {
    stream: BufReader<MailStream>,
    timeout: Duration,
}

impl ImapConnection {
    /// Connects, without encryption.
    pub(super) fn open(server: &MailServer, timeout: Duration) -> Result<Self> {
        let stream = MailStream::connect(&server.host, server.port, timeout.min(LONGEST_CONNECT))
            .map_err(|fault| Error::new(format!("the mail server cannot be reached: {fault}")).hint(UNREACHABLE))?;
        stream.set_timeout(timeout).map_err(lost)?;
        Ok(Self { stream: BufReader::new(stream), timeout })
    }

    /// Encrypts the connection from now on.
    pub(super) fn encrypt(&mut self, host: &str) -> Result<()> {
        if !self.stream.buffer().is_empty() {
            return Err(lost(StreamFault::Unasked));
        }
        self.stream.get_mut().encrypt(host).map_err(lost)
    }

    pub(super) fn send(&mut self, line: &str) -> Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{line}\r\n").as_bytes()).and_then(|()| stream.flush()).map_err(lost)
    }

    /// The next complete response; at most [`LONGEST`] bytes of a message in it.
    pub(super) fn receive(&mut self) -> Result<ImapFrame> {
        let deadline = Instant::now() + self.timeout * READS_PER_RESPONSE;
        let mut frame = ImapFrame::default();
        loop {
            let line = self.line(LONGEST_LINES.saturating_sub(frame.lines), deadline)?;
            let Some(length) = frame.add_line(&line) else { return Ok(frame) };
            let length_read = length.min(LONGEST - frame.literals);
            frame.begin_literal(length_read);
            let mut data = Vec::with_capacity(length_read.min(LONGEST));
            self.pass_on(length, deadline, |piece| {
                data.extend_from_slice(&piece[..piece.len().min(length_read - data.len())]);
            })?;
            frame.add_literal(&data);
        }
    }

    /// Received bytes, at least one; they are not consumed.
    fn piece(&mut self) -> Result<&[u8]> {
        // Ctrl-C is handled elsewhere.
        while let Err(e) = self.stream.fill_buf() {
            if e.kind() != ErrorKind::Interrupted {
                return Err(lost(e));
            }
        }
        let piece = self.stream.buffer();
        if piece.is_empty() { Err(lost(StreamFault::HungUp)) } else { Ok(piece) }
    }

    /// A line with its ending.
    fn line(&mut self, most: usize, deadline: Instant) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let piece = self.piece()?;
            let end = memchr::memchr(b'\n', piece).map_or(piece.len(), |at| at + 1);
            line.extend_from_slice(&piece[..end]);
            self.stream.consume(end);
            if line.len() > most {
                return Err(Error::new("the mail server sends an endless line").hint(LATER));
            }
            in_time(deadline)?;
        }
        Ok(line)
    }

    /// Passes on `length` bytes, part by part.
    fn pass_on(&mut self, length: usize, deadline: Instant, mut each: impl FnMut(&[u8])) -> Result<()> {
        let mut left = length;
        while left > 0 {
            let piece = self.piece()?;
            let count = piece.len().min(left);
            each(&piece[..count]);
            self.stream.consume(count);
            left -= count;
            in_time(deadline)?;
        }
        Ok(())
    }
}

fn in_time(deadline: Instant) -> Result<()> {
    if Instant::now() > deadline { Err(lost(StreamFault::TimedOut)) } else { Ok(()) }
}
