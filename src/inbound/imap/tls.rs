//! Encryption of a connection, by the certificates that this machine believes.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ClientConnection, InvalidMessage, RootCertStore, StreamOwned};

use super::fault::lost;
use crate::error::{Error, Result};

/// A connection that is encrypted.
pub(super) type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// Encrypts a connection to a server of this name.
pub(super) fn encrypt(mut stream: TcpStream, host: &str) -> Result<TlsStream> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let name = ServerName::try_from(host.to_owned())
        .map_err(|e| Error::new("a certificate cannot have this name").hint(NAME).because(e))?;
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|e| refused(&e))?;
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let mut session = ClientConnection::new(Arc::new(config), name).map_err(|e| refused(&e))?;
    while session.is_handshaking() {
        if let Err(e) = session.complete_io(&mut stream)
            && e.kind() != io::ErrorKind::Interrupted
        {
            return Err(in_words(&e));
        }
    }
    Ok(StreamOwned::new(session, stream))
}

const NAME: &str = "write the name that your provider gives for IMAP; nothing is said to a server that may be another";

/// What broke off while encryption was agreed upon.
fn in_words(error: &io::Error) -> Error {
    error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).map_or_else(|| lost(error), refused)
}

fn refused(error: &rustls::Error) -> Error {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    let (message, hint) = match error {
        rustls::Error::InvalidCertificate(fault) => match fault {
            // The second when somebody else who is known has the same name.
            UnknownIssuer | BadSignature => (
                "the certificate of the mail server is vouched for by nobody whom this machine knows".to_owned(),
                "write the name that your provider gives for IMAP; a certificate of your own is believed when SSL_CERT_FILE names its file",
            ),
            NotValidForName | NotValidForNameContext { .. } => {
                ("the certificate of the mail server is that of another name".to_owned(), NAME)
            }
            Expired | ExpiredContext { .. } => (
                "the certificate of the mail server has expired".to_owned(),
                "tell whoever runs it; look also whether the clock of this machine is right",
            ),
            NotValidYet | NotValidYetContext { .. } => (
                "the certificate of the mail server is not valid yet".to_owned(),
                "look whether the clock of this machine is right",
            ),
            other => (format!("the certificate of the mail server is not to be believed: {other}"), NAME),
        },
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::MessageTooLarge) => (
            "the mail server does not encrypt on this port".to_owned(),
            "`imaps://` is for port 993; on port 143 write `imap+starttls://`",
        ),
        other => {
            (format!("the connection to the mail server cannot be encrypted: {other}"), "look at the name and the port")
        }
    };
    Error::new(message).hint(hint)
}
