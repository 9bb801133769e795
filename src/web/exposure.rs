//! The address at which other machines reach this one.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

/// If it listens on all addresses, the one it would use to connect to the Internet. Nothing is sent.
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

/// An address reserved for documentation (RFC 5737).
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);
