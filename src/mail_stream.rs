//! The connection to a mail server: TCP, encrypted from the start or later, with errors in plain words.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ClientConnection, InvalidMessage, RootCertStore, Stream};

/// A connection to a server.
pub(crate) struct MailStream {
    socket: TcpStream,
    encryption: Option<Box<ClientConnection>>,
}

impl MailStream {
    /// Connects to the first address of the host that accepts; `timeout` applies to each, and to every later read and
    /// write.
    pub(crate) fn connect(host: &str, port: u16, timeout: Duration) -> Result<Self, StreamFault> {
        let mut last = StreamFault::UnknownHost;
        for address in (host, port).to_socket_addrs().map_err(|_| StreamFault::UnknownHost)? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(socket) => {
                    // Otherwise the end of a large message would wait until its beginning is acknowledged.
                    socket.set_nodelay(true)?;
                    let stream = Self { socket, encryption: None };
                    stream.set_timeout(timeout)?;
                    return Ok(stream);
                }
                Err(fault) => last = fault.into(),
            }
        }
        Err(last)
    }

    /// Encrypts everything from now on, if the host has a certificate that this machine trusts.
    pub(crate) fn encrypt(&mut self, host: &str) -> Result<(), StreamFault> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| StreamFault::OtherName)?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut session = ClientConnection::new(Arc::new(config), name)?;
        while session.is_handshaking() {
            match session.complete_io(&mut self.socket) {
                Err(fault) if fault.kind() != ErrorKind::Interrupted => return Err(fault.into()),
                _ => {}
            }
        }
        self.encryption = Some(Box::new(session));
        Ok(())
    }

    /// The timeout of every read and write.
    pub(crate) fn set_timeout(&self, timeout: Duration) -> Result<(), StreamFault> {
        self.socket.set_read_timeout(Some(timeout))?;
        Ok(self.socket.set_write_timeout(Some(timeout))?)
    }

    /// Checks, without waiting, that the server is connected and has sent nothing that was not read; otherwise the
    /// stream is unusable.
    pub(crate) fn expect_silence(&mut self) -> Result<(), StreamFault> {
        self.socket.set_nonblocking(true)?;
        let read = self.read(&mut [0]);
        self.socket.set_nonblocking(false)?;
        match read {
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(fault) => Err(fault.into()),
            Ok(0) => Err(StreamFault::HungUp),
            Ok(_) => Err(StreamFault::Unasked),
        }
    }

    /// Closes an encrypted stream as TLS requires.
    pub(crate) fn close(mut self) {
        if let Some(session) = &mut self.encryption {
            session.send_close_notify();
            let _ = self.flush();
        }
    }
}

impl Read for MailStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.encryption {
            None => self.socket.read(buffer),
            Some(session) => Stream::new(session.as_mut(), &mut self.socket).read(buffer),
        }
    }
}

impl Write for MailStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encryption {
            None => self.socket.write(bytes),
            Some(session) => Stream::new(session.as_mut(), &mut self.socket).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encryption {
            None => self.socket.flush(),
            Some(session) => Stream::new(session.as_mut(), &mut self.socket).flush(),
        }
    }
}

/// Why a stream is unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StreamFault {
    UnknownHost,
    UntrustedIssuer,
    OtherName,
    Expired,
    NotYetValid,
    OtherCertificate(String),
    /// The response is not TLS.
    NotEncrypted,
    OtherEncryption(String),
    TimedOut,
    HungUp,
    /// Something arrived before a request: the next response cannot be distinguished from it, and before encryption
    /// anyone on the network may have sent it (CVE-2011-0411).
    Unasked,
    Other(String),
}

impl fmt::Display for StreamFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownHost => "the mail server's name cannot be resolved",
            Self::UntrustedIssuer => "the mail server's certificate is from an issuer that this machine does not trust",
            Self::OtherName => "the mail server's certificate is for another server name",
            Self::Expired => "the mail server's certificate has expired",
            Self::NotYetValid => "the mail server's certificate is not valid yet",
            Self::OtherCertificate(why) => return write!(f, "the mail server's certificate is not valid: {why}"),
            Self::NotEncrypted => "the mail server does not encrypt on this port",
            Self::OtherEncryption(why) => {
                return write!(f, "the connection to the mail server cannot be encrypted: {why}");
            }
            Self::TimedOut => "the mail server did not answer in time",
            Self::HungUp => "the mail server closed the connection",
            Self::Unasked => "the mail server sent an unexpected response",
            Self::Other(why) => why,
        })
    }
}

impl From<rustls::Error> for StreamFault {
    fn from(fault: rustls::Error) -> Self {
        match fault {
            rustls::Error::InvalidCertificate(why) => match why {
                // A bad signature is that of another issuer with the name of a trusted one.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UntrustedIssuer,
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::OtherName,
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
                other => Self::OtherCertificate(other.to_string()),
            },
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::MessageTooLarge) => {
                Self::NotEncrypted
            }
            other => Self::OtherEncryption(other.to_string()),
        }
    }
}

impl From<io::Error> for StreamFault {
    fn from(fault: io::Error) -> Self {
        if let Some(own) = fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return own.clone().into();
        }
        match fault.kind() {
            // Which of the two a read timeout gives depends on the system.
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Self::TimedOut,
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::WriteZero => Self::HungUp,
            _ => {
                let text = fault.to_string();
                let mut chars = text.split(" (os error").next().unwrap_or_default().chars();
                Self::Other(chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn what_comes_unasked_or_that_nobody_is_there_is_seen_before_anything_is_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connect = || {
            let stream = MailStream::connect("localhost", port, Duration::from_secs(20)).expect("a connection");
            (stream, listener.accept().expect("a connection").0)
        };
        // The data has arrived once another thread can read it.
        let wait = |stream: &MailStream| stream.socket.peek(&mut [0]).expect("something");
        let (mut stream, mut server) = connect();
        stream.expect_silence().expect("silence");
        server.write_all(b"250 ok\r\n").expect("written");
        wait(&stream);
        assert_eq!(stream.expect_silence(), Err(StreamFault::Unasked));
        let (mut stream, server) = connect();
        drop(server);
        wait(&stream);
        assert_eq!(stream.expect_silence(), Err(StreamFault::HungUp));
    }

    #[test]
    fn what_breaks_off_is_told_from_what_cannot_be_trusted() {
        use rustls::Error::{InvalidCertificate, InvalidMessage as Garbled};
        for (fault, words) in [
            (InvalidCertificate(CertificateError::BadSignature), "is from an issuer that this machine does not trust"),
            (InvalidCertificate(CertificateError::Expired), "has expired"),
            (InvalidCertificate(CertificateError::Revoked), "is not valid: "),
            (Garbled(InvalidMessage::InvalidContentType), "does not encrypt on this port"),
            (Garbled(InvalidMessage::InvalidCcs), "cannot be encrypted: "),
        ] {
            let found = StreamFault::from(io::Error::new(ErrorKind::InvalidData, fault)).to_string();
            assert!(found.contains(words), "{found}");
        }
        for (kind, fault) in
            [(ErrorKind::WouldBlock, StreamFault::TimedOut), (ErrorKind::ConnectionReset, StreamFault::HungUp)]
        {
            assert_eq!(StreamFault::from(io::Error::from(kind)), fault);
        }
        let unresolved = MailStream::connect("no\0host", 25, Duration::from_secs(1)).err();
        assert_eq!(unresolved, Some(StreamFault::UnknownHost));
    }
}
