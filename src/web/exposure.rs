//! How far the pages may be reached: this machine always; others once nobody walks in unasked and nothing is read on the way.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use crate::access;
use crate::domain::Role;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::store::Read;
use crate::text;

/// Where the pages listen, and what the owner said about the way there.
#[derive(Debug, Clone)]
pub(crate) struct Listen {
    /// `127.0.0.1:7788`.
    pub(crate) address: String,
    /// Without encryption, on a network of the shop's own.
    pub(crate) plain: bool,
    /// Behind a web server that has the encryption.
    pub(crate) behind_proxy: bool,
}

/// The address that other machines reach this one by, where it listens to all of its own: that from which it would ask the
/// rest of the world. Nothing is sent.
#[must_use]
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let own = || -> std::io::Result<IpAddr> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect(ELSEWHERE)?;
        Ok(socket.local_addr()?.ip())
    };
    match own() {
        Ok(ip) if !ip.is_unspecified() && !ip.is_loopback() => SocketAddr::new(ip, address.port()),
        _ => address,
    }
}

/// An address that is nobody's, by RFC 5737.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// Whether the pages may be served there.
///
/// # Errors
/// When others could reach them and there is no passphrase, no PIN, or no word about encryption.
pub(super) fn check(read: &Read<'_>, shop: &Shop, listen: &Listen, addresses: &[SocketAddr]) -> Result<()> {
    let settings = &shop.settings.till;
    if listen.behind_proxy && settings.host.is_none() {
        return Err(Error::new("`--behind-proxy` needs the public name of the pages")
            .hint("write it under `[till]` in shop.toml, like `host = \"till.shop.example\"`"));
    }
    if addresses.iter().all(|address| address.ip().is_loopback()) && !listen.behind_proxy {
        return Ok(());
    }
    let mut missing = Vec::new();
    for (role, verb) in [(Role::Owner, "`regulars till passphrase`"), (Role::Till, "`regulars till pin`")] {
        if access::secret(read, role)?.is_none() {
            missing.push((format!("no {}", role.secret()), verb));
        }
    }
    if !missing.is_empty() {
        let (names, verbs): (Vec<String>, Vec<&str>) = missing.into_iter().unzip();
        let message = format!("others could open the pages, and there is {}", text::list(&names));
        return Err(Error::new(message).hint(format!("set it with {}", text::list(&verbs))));
    }
    if settings.certificate.is_none() && !listen.plain && !listen.behind_proxy {
        let message = format!("on {} the pages would go over the network unencrypted", text::quote(&listen.address));
        return Err(Error::new(message).hint(
            "name a `certificate` and its `key` under `[till]`; or say `--behind-proxy` when a web server in front has \
             the encryption, or `--plain` on a network that nobody but the shop is on",
        ));
    }
    Ok(())
}
