//! The certificate that encrypts the pages, read once, with its problems in plain words.

use std::path::Path;
use std::sync::Arc;

use der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use der::{Decode, Reader, Tag, Tagged};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, InconsistentKeys, ServerConfig};

use crate::clock;
use crate::error::{Error, Result};
use crate::files;
use crate::shop::Shop;

/// How long before its expiry a certificate is reported.
const SOON: i64 = 14 * 86_400;

/// Accepts encrypted connections; none when shop.toml names no certificate.
///
/// # Errors
/// When a file is missing or has other content, the certificate has expired or is not valid yet, or the key
/// belongs to another.
pub(super) fn acceptor(shop: &Shop) -> Result<Option<TlsAcceptor>> {
    let settings = &shop.settings.till;
    let (Some(certificate), Some(key)) = (&settings.certificate, &settings.key) else { return Ok(None) };
    let chain = chain(&shop.folder.join(certificate)).map_err(|e| e.at(certificate))?;
    let config = configured(chain, private(&shop.folder.join(key)).map_err(|e| e.at(key))?);
    Ok(Some(TlsAcceptor::from(Arc::new(config.map_err(|e| e.at(certificate))?))))
}

fn configured(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig> {
    let wrong = |fault: rustls::Error| match fault {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            Error::new("the key does not belong to the certificate")
                .hint("set the two files that were made together, as `certificate` and `key` under `[till]`")
        }
        other => Error::new(format!("certificate and key cannot be used: {other}"))
            .hint("make them again; `regulars manual till-network` shows how"),
    };
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(wrong)?;
    builder.with_no_client_auth().with_single_cert(chain, key).map_err(wrong)
}

/// The certificate and its issuers.
fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let text = files::read_text(path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let all = all.ok().filter(|all| !all.is_empty());
    let Some(all) = all else {
        return Err(Error::new("there is no certificate in this file")
            .hint("it is the one that begins with `-----BEGIN CERTIFICATE-----`"));
    };
    let Some((from, until)) = validity(&all[0]) else {
        return Err(Error::new("this certificate cannot be read").hint("make it again, or ask the person who made it"));
    };
    let now = clock::unix_seconds();
    if now >= until {
        return Err(
            Error::new(format!("the certificate expired on {}", day(until))).hint("put a newer one in its place")
        );
    }
    if now < from {
        return Err(Error::new(format!("the certificate is valid from {} on", day(from)))
            .hint("check whether the clock of this machine is right"));
    }
    if until - now < SOON {
        tracing::warn!(ends = %day(until), "the certificate expires soon");
    }
    Ok(all)
}

fn private(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let text = files::read_text(path)?;
    PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| {
        if text.contains("ENCRYPTED") {
            Error::new("the key is protected by a passphrase")
                .hint("remove it: `openssl pkey -in KEY.pem -out OPEN.pem`, and keep that file to yourself")
        } else {
            Error::new("there is no key in this file")
                .hint("it is the one that begins with `-----BEGIN PRIVATE KEY-----`")
        }
    })
}

/// The validity of a certificate, in seconds since 1970.
fn validity(certificate: &[u8]) -> Option<(i64, i64)> {
    let whole = AnyRef::from_der(certificate).ok()?;
    whole
        .sequence(|outer| {
            let inner: AnyRef<'_> = outer.decode()?;
            let times = inner.sequence(|fields| {
                let first: AnyRef<'_> = fields.decode()?;
                // The version is optional; then come serial number, algorithm, issuer.
                let before = if first.tag() == Tag::Integer { 2 } else { 3 };
                for _ in 0..before {
                    fields.decode::<AnyRef<'_>>()?;
                }
                let times: AnyRef<'_> = fields.decode()?;
                rest(fields)?;
                times.sequence(|ends| Ok((moment(ends)?, moment(ends)?)))
            });
            rest(outer)?;
            times
        })
        .ok()
}

fn moment<'r>(from: &mut impl Reader<'r>) -> der::Result<i64> {
    let seconds = if from.peek_header()?.tag == Tag::UtcTime {
        from.decode::<UtcTime>()?.to_unix_duration()
    } else {
        from.decode::<GeneralizedTime>()?.to_unix_duration()
    };
    Ok(i64::try_from(seconds.as_secs()).unwrap_or(i64::MAX))
}

fn rest<'r>(of: &mut impl Reader<'r>) -> der::Result<()> {
    while !of.is_finished() {
        of.decode::<AnyRef<'_>>()?;
    }
    Ok(())
}

fn day(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).map(|at| at.date_naive().to_string()).unwrap_or_default()
}
