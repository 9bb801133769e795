//! The keys that sign emails: generated, stored as PEM text, and their public halves for DNS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::KeypairBytes;
use ed25519_dalek::{Signer as _, SigningKey};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::rand_core::OsRng;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use crate::error::{Error, Result};
use crate::random;

/// Bits of an RSA key: what receivers require, and what fits into one DNS record.
const RSA_BITS: usize = 2048;

/// A key that signs emails.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    /// Supported by every receiver.
    Rsa(Box<RsaPrivateKey>),
    /// Short and fast, not supported everywhere.
    Ed25519(Box<SigningKey>),
}

impl Key {
    /// A new RSA key of 2,048 bits.
    ///
    /// # Errors
    /// When the machine has no random numbers.
    pub(crate) fn new_rsa() -> Result<Self> {
        let key = RsaPrivateKey::new(&mut OsRng, RSA_BITS);
        key.map(|key| Self::Rsa(Box::new(key))).map_err(|e| Error::new("a key could not be made").because(e))
    }

    /// A new Ed25519 key.
    ///
    /// # Errors
    /// When the machine has no random numbers.
    pub(crate) fn new_ed25519() -> Result<Self> {
        Ok(Self::Ed25519(Box::new(SigningKey::from_bytes(&random::bytes()?))))
    }

    /// Reads PEM text, PKCS #8 or, as older tools write RSA keys, PKCS #1.
    ///
    /// # Errors
    /// When it is not a key, or of another kind.
    pub(crate) fn read(pem: &str) -> Result<Self> {
        let pem = pem.trim();
        RsaPrivateKey::from_pkcs8_pem(pem)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(pem))
            .map(|key| Self::Rsa(Box::new(key)))
            .or_else(|_| SigningKey::from_pkcs8_pem(pem).map(|key| Self::Ed25519(Box::new(key))))
            .map_err(|e| Error::new("it holds no RSA or Ed25519 key that is not locked by a password").because(e))
    }

    /// The key as PEM text that OpenSSL can also read.
    pub(crate) fn pem(&self) -> Result<String> {
        let text = match self {
            Self::Rsa(key) => key.to_pkcs8_pem(LineEnding::LF),
            // Without the public half, which is not needed here and which OpenSSL cannot read.
            Self::Ed25519(key) => {
                KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_pem(LineEnding::LF)
            }
        };
        text.map(|text| text.to_string()).map_err(unwritable)
    }

    /// `rsa` or `ed25519`, as in DKIM.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519(_) => "ed25519",
        }
    }

    /// The text of the DNS record with which receivers verify its signatures.
    pub(crate) fn record(&self) -> Result<String> {
        let public = match self {
            Self::Rsa(key) => key.to_public_key().to_public_key_der().map_err(unwritable)?.into_vec(),
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
        };
        Ok(format!("v=DKIM1; k={}; p={}", self.kind(), STANDARD.encode(public)))
    }

    /// The signature of a SHA-256 hash; deterministic.
    pub(super) fn sign(&self, hash: &[u8; 32]) -> Result<Vec<u8>> {
        match self {
            Self::Rsa(key) => key
                .sign(Pkcs1v15Sign::new::<rsa::sha2::Sha256>(), hash)
                .map_err(|e| Error::new("the key in `dkim_key` is too short to sign with").because(e)),
            Self::Ed25519(key) => Ok(key.sign(hash).to_bytes().to_vec()),
        }
    }
}

fn unwritable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new("the key cannot be written").because(cause)
}
