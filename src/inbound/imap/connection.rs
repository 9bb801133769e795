//! The connection to an IMAP server: commands go out, responses come in whole, within time and never larger than a limit.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::fault::{LATER, lost};
use super::response::ImapFrame;
use super::tls::{TlsStream, encrypt};
use crate::error::{Error, Result};
use crate::inbound::mailbox::LONGEST;
use crate::shop::MailServer;

/// So long may the lines of a response be together; messages come beside them.
const LONGEST_LINES: usize = 64 * 1024;
/// A whole response may take so many times as long as one read.
const PATIENCE: u32 = 5;

const UNREACHABLE: &str =
    "look at the name and the port of `server` under `[bounces]`, and at the network of this machine";

enum ImapStream {
    Plain(TcpStream),
    Tls(Box<TlsStream>),
    /// Between the two.
    Gone,
}

/// Bytes to and from the server.
pub(super) struct ImapConnection {
    stream: BufReader<ImapStream>,
    timeout: Duration,
}

impl ImapConnection {
    /// Connects, without encryption.
    pub(super) fn open(server: &MailServer, timeout: Duration) -> Result<Self> {
        let unreachable = |e: &io::Error| {
            let error = lost(e);
            Error::new(format!("the mail server cannot be reached: {}", error.message())).hint(UNREACHABLE)
        };
        let places = (server.host.as_str(), server.port).to_socket_addrs().map_err(|_| {
            Error::new("the mail server cannot be reached: nobody knows a machine of this name").hint(UNREACHABLE)
        })?;
        let mut failed = None;
        for place in places {
            match TcpStream::connect_timeout(&place, timeout.min(Duration::from_secs(30))) {
                Ok(stream) => {
                    let set = stream.set_read_timeout(Some(timeout)).and(stream.set_write_timeout(Some(timeout)));
                    set.and(stream.set_nodelay(true)).map_err(|e| lost(&e))?;
                    return Ok(Self { stream: BufReader::new(ImapStream::Plain(stream)), timeout });
                }
                Err(e) => failed = Some(e),
            }
        }
        Err(unreachable(&failed.unwrap_or_else(|| io::ErrorKind::NotFound.into())))
    }

    /// Encrypts what goes over it from now on.
    pub(super) fn encrypt(&mut self, host: &str) -> Result<()> {
        if !self.stream.buffer().is_empty() {
            // Somebody on the way may have put it there (CVE-2011-0411).
            return Err(Error::new("the mail server said something before it was asked to, where encryption begins")
                .hint("write `imaps://` in place of `imap+starttls://`"));
        }
        if let ImapStream::Plain(stream) = std::mem::replace(self.stream.get_mut(), ImapStream::Gone) {
            *self.stream.get_mut() = ImapStream::Tls(Box::new(encrypt(stream, host)?));
        }
        Ok(())
    }

    /// Sends a line.
    pub(super) fn send(&mut self, line: &str) -> Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{line}\r\n").as_bytes()).and_then(|()| stream.flush()).map_err(|e| lost(&e))
    }

    /// The next response, whole; of a message in it at most so much as is looked at.
    pub(super) fn receive(&mut self) -> Result<ImapFrame> {
        let deadline = Instant::now() + self.timeout * PATIENCE;
        let mut frame = ImapFrame::default();
        loop {
            let line = self.line(LONGEST_LINES.saturating_sub(frame.lines), deadline)?;
            let Some(length) = frame.add_line(&line) else { return Ok(frame) };
            let kept = length.min(LONGEST - frame.literals);
            frame.begin_literal(kept);
            let mut data = Vec::with_capacity(kept.min(LONGEST));
            self.pass_on(length, deadline, |piece| {
                data.extend_from_slice(&piece[..piece.len().min(kept - data.len())]);
            })?;
            frame.add_literal(&data);
        }
    }

    /// What has come and was not taken yet; never nothing.
    fn piece(&mut self) -> Result<&[u8]> {
        // Ctrl-C is looked at elsewhere.
        while let Err(e) = self.stream.fill_buf() {
            if e.kind() != io::ErrorKind::Interrupted {
                return Err(lost(&e));
            }
        }
        let piece = self.stream.buffer();
        if piece.is_empty() { Err(lost(&io::ErrorKind::UnexpectedEof.into())) } else { Ok(piece) }
    }

    /// A line with its end.
    fn line(&mut self, most: usize, deadline: Instant) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let piece = self.piece()?;
            let end = memchr::memchr(b'\n', piece).map_or(piece.len(), |at| at + 1);
            line.extend_from_slice(&piece[..end]);
            self.stream.consume(end);
            if line.len() > most {
                return Err(Error::new("the mail server sends a line without end").hint(LATER));
            }
            in_time(deadline)?;
        }
        Ok(line)
    }

    /// So many bytes, piece by piece.
    fn pass_on(&mut self, length: usize, deadline: Instant, mut each: impl FnMut(&[u8])) -> Result<()> {
        let mut left = length;
        while left > 0 {
            let piece = self.piece()?;
            let taken = piece.len().min(left);
            each(&piece[..taken]);
            self.stream.consume(taken);
            left -= taken;
            in_time(deadline)?;
        }
        Ok(())
    }
}

fn in_time(deadline: Instant) -> Result<()> {
    if Instant::now() > deadline { Err(lost(&io::ErrorKind::TimedOut.into())) } else { Ok(()) }
}

impl Read for ImapStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(into),
            Self::Tls(stream) => stream.read(into),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for ImapStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
            Self::Gone => Ok(()),
        }
    }
}
