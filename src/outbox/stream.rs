//! The bytes to and from a mail server: TCP, encrypted from the first byte or later, and what breaks off in plain words.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// What came before anything was asked cannot be told from the next answer.
pub(super) const UNASKED: &str = "the mail server answered what it was not asked";

/// A connection to a server.
pub(super) enum ServerStream {
    Plain(TcpStream),
    Encrypted(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl ServerStream {
    /// Connects to the first address of the host that answers; each is given so much time, and so is every later wait.
    pub(super) fn connect(host: &str, port: u16, timeout: Duration) -> io::Result<Self> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the mail server's name has no address");
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(socket) => {
                    // The end of a large message would wait until its beginning is confirmed.
                    socket.set_nodelay(true)?;
                    let stream = Self::Plain(socket);
                    stream.set_timeout(timeout)?;
                    return Ok(stream);
                }
                Err(fault) => last = fault,
            }
        }
        Err(last)
    }

    /// The same encrypted, once the host has shown by a certificate that this machine trusts that it is itself.
    pub(super) fn encrypt(self, host: &str) -> io::Result<Self> {
        let Self::Plain(mut socket) = self else { return Ok(self) };
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            io::Error::new(ErrorKind::InvalidInput, "the mail server's name can stand in no certificate")
        })?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        Ok(Self::Encrypted(Box::new(StreamOwned::new(connection, socket))))
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Encrypted(stream) => &stream.sock,
        }
    }

    /// How long to wait whenever something is read or written.
    pub(super) fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.socket().set_read_timeout(Some(timeout))?;
        self.socket().set_write_timeout(Some(timeout))
    }

    /// Looks, without waiting, whether the server is there and has sent nothing that was not read.
    ///
    /// # Errors
    /// When it has hung up, or something has come; the stream is of no use then.
    pub(super) fn expect_silence(&mut self) -> io::Result<()> {
        self.socket().set_nonblocking(true)?;
        let came = self.read(&mut [0]);
        self.socket().set_nonblocking(false)?;
        match came {
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(fault) => Err(fault),
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Err(io::Error::new(ErrorKind::InvalidData, UNASKED)),
        }
    }

    /// Tells the server that nothing more comes, where the encryption has a way to.
    pub(super) fn close(mut self) {
        if let Self::Encrypted(stream) = &mut self {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    }
}

impl Read for ServerStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Encrypted(stream) => stream.read(buffer),
        }
    }
}

impl Write for ServerStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Encrypted(stream) => stream.flush(),
        }
    }
}

/// Words for what breaks off.
pub(super) fn in_words(fault: &io::Error) -> String {
    if let Some(rustls::Error::InvalidCertificate(why)) = fault.get_ref().and_then(|inner| inner.downcast_ref()) {
        return match why {
            CertificateError::UnknownIssuer => {
                "the certificate was issued by nobody that this machine trusts".to_owned()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the certificate has expired".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the certificate is not valid yet".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the certificate is for a server of another name".to_owned()
            }
            other => format!("the certificate is not valid: {other}"),
        };
    }
    if let Some(rustls::Error::InvalidMessage(_)) = fault.get_ref().and_then(|inner| inner.downcast_ref()) {
        return "the mail server does not encrypt on this port".to_owned();
    }
    match fault.kind() {
        // What a read is called that took too long depends on the system.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "the mail server did not answer in time".to_owned(),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::WriteZero => "the mail server hung up".to_owned(),
        _ => {
            let text = fault.to_string();
            let mut chars = text.split(" (os error").next().unwrap_or_default().chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
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
            let stream = ServerStream::connect("localhost", port, Duration::from_secs(20)).expect("a connection");
            (stream, listener.accept().expect("a connection").0)
        };
        // What has been sent is there once somebody who waits for it has it.
        let wait = |stream: &ServerStream| stream.socket().peek(&mut [0]).expect("something");
        let (mut stream, mut server) = connect();
        stream.expect_silence().expect("silence");
        server.write_all(b"250 ok\r\n").expect("written");
        wait(&stream);
        assert_eq!(in_words(&stream.expect_silence().expect_err("an answer")), UNASKED);
        let (mut stream, server) = connect();
        drop(server);
        wait(&stream);
        assert_eq!(in_words(&stream.expect_silence().expect_err("an end")), "the mail server hung up");
    }
}
