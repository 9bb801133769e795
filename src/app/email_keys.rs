//! The key that signs emails, and the DNS records by which receivers verify it.

use serde::Serialize;

use crate::email::{self, Dkim, Key};
use crate::error::{Error, Result};
use crate::files;
use crate::piece;
use crate::shop::Shop;
use crate::text;

/// The key of a shop.
pub(crate) struct KeyOutcome {
    /// Its file, from the shop folder.
    pub(crate) file: String,
    /// `rsa` or `ed25519`.
    pub(crate) kind: &'static str,
    pub(crate) is_new: bool,
    /// It replaces an older key.
    pub(crate) is_replaced: bool,
    /// Whether shop.toml names it.
    pub(crate) is_named: bool,
    /// The domain that emails are sent from.
    pub(crate) domain: String,
    pub(crate) records: Vec<DnsRecord>,
}

/// A TXT record of DNS.
#[derive(Debug, Serialize)]
pub(crate) struct DnsRecord {
    pub(crate) name: String,
    pub(crate) value: String,
    /// What it is for.
    #[serde(skip)]
    pub(crate) purpose: &'static str,
}

/// Makes the shop's key with `make`, unless there already is one and `replace` is not set.
///
/// # Errors
/// When shop.toml has no sender, or the existing key cannot be used.
pub(crate) fn keys(shop: &Shop, make: fn() -> Result<Key>, replace: bool) -> Result<KeyOutcome> {
    let settings = shop.settings.sender()?;
    let address = email::address(&settings.from, "from")?;
    let domain = address.rsplit_once('@').map_or(address.as_str(), |(_, domain)| domain);
    let file = settings.dkim_key.as_deref().unwrap_or("dkim.pem");
    let path = shop.folder.join(file);
    let was_there = path.exists();
    let is_new = !was_there || replace;
    if was_there && replace {
        // Replacing the key overwrites the file that `dkim_key` names, so it must not be any other key.
        let is_of_pages = shop.settings.till.key.as_deref() == Some(file);
        if is_of_pages || piece::dkim_key(shop, file).is_err() {
            let what = if is_of_pages { "is the key of the pages" } else { "is not a key that signs emails" };
            return Err(Error::new(format!("{} {what}, so it is not replaced", text::quote(file)))
                .at("shop.toml")
                .hint("set another file in `dkim_key`, or move this one"));
        }
    }
    let key = if is_new { make()? } else { piece::dkim_key(shop, file)? };
    let pem = key.pem()?;
    let dkim = Dkim::new(&settings.dkim_selector, key).map_err(|e| e.at("shop.toml"))?;
    let records = records(&dkim, (&address, domain), settings.server.as_ref().map(|server| server.host.as_str()))?;
    if is_new {
        files::write_secret(&path, pem.as_bytes())?;
    }
    Ok(KeyOutcome {
        file: file.to_owned(),
        kind: dkim.kind(),
        is_new,
        is_replaced: is_new && was_there,
        is_named: settings.dkim_key.is_some(),
        domain: domain.to_owned(),
        records,
    })
}

/// The records that the domain of an address needs.
fn records(dkim: &Dkim, (address, domain): (&str, &str), host: Option<&str>) -> Result<Vec<DnsRecord>> {
    let (name, value) = dkim.record(domain)?;
    Ok(vec![
        DnsRecord { name, value, purpose: "DKIM: what your key signed is yours" },
        DnsRecord {
            name: domain.to_owned(),
            value: email::spf_record(host),
            purpose: "SPF: who may send for you; there can be only one such record, so if your mail provider gives you one, use that",
        },
        DnsRecord {
            name: email::dmarc_name(domain),
            value: email::dmarc_record(address),
            purpose: "DMARC: where receivers report what was sent in your name",
        },
    ])
}
