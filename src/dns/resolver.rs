//! The resolver of this machine, or a given one: queried over UDP, and over TCP if a response is too long.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use super::message::{self, DnsResponse, Record, RecordKind};
use super::{Dns, DnsAnswer};
use crate::random;

/// The timeout of one query, and of all of them together.
const ONE: Duration = Duration::from_secs(1);
const ALL: Duration = Duration::from_secs(4);
/// How many resolvers are tried, and how often.
const MOST: usize = 2;
const TRIES: usize = 2;
const PORT: u16 = 53;
/// Where systems other than Windows configure their resolvers.
const NAMED_IN: &str = "/etc/resolv.conf";

/// The servers to ask, and the deadline.
#[derive(Debug)]
pub(crate) struct Resolver {
    servers: Vec<SocketAddr>,
    until: Instant,
}

impl Resolver {
    /// The resolver that is `named`, as `127.0.0.1:5353` or without a port; `none` for no resolver. By default that of
    /// this machine.
    ///
    /// # Errors
    /// With why there is none to ask.
    pub(crate) fn find(named: Option<&str>) -> Result<Self, String> {
        let named = named.map(str::trim).filter(|named| !named.is_empty());
        let servers = match named {
            Some("none") => return Err("REGULARS_RESOLVER is `none`".to_owned()),
            Some(named) => vec![address(named).ok_or("REGULARS_RESOLVER is not an address such as `127.0.0.1:53`")?],
            None => match std::fs::read_to_string(NAMED_IN) {
                Ok(text) => of_machine(&text),
                Err(_) => return Err(format!("there is no {NAMED_IN} here; name a resolver in REGULARS_RESOLVER")),
            },
        };
        if servers.is_empty() {
            return Err(format!("{NAMED_IN} names no resolver"));
        }
        Ok(Self { servers, until: Instant::now() + ALL })
    }

    /// Asks each resolver in turn, until one answers or the time is up.
    fn ask(&self, name: &str, kind: RecordKind) -> DnsAnswer<Record> {
        let mut why = "there was no answer in time".to_owned();
        for server in self.servers.iter().cycle().take(self.servers.len() * TRIES) {
            let left = self.until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            match exchange(*server, name, kind, Instant::now() + left.min(ONE)) {
                Ok(DnsResponse::Records(records)) => return Ok(records),
                Ok(DnsResponse::Failed(code)) => why = format!("the resolver {server} cannot say ({code})"),
                Ok(DnsResponse::Truncated | DnsResponse::Other) => {
                    why = format!("the resolver {server} gave no answer");
                }
                Err(_) => why = format!("the resolver {server} does not answer"),
            }
        }
        Err(format!("{why}, asked for {name}"))
    }
}

impl Dns for Resolver {
    fn texts(&self, name: &str) -> DnsAnswer<String> {
        let text = |record| if let Record::Text(text) = record { Some(text) } else { None };
        Ok(self.ask(name, RecordKind::Text)?.into_iter().filter_map(text).collect())
    }

    fn addresses(&self, name: &str) -> DnsAnswer<IpAddr> {
        let mut all = self.ask(name, RecordKind::Address4)?;
        all.extend(self.ask(name, RecordKind::Address6)?);
        let address = |record| if let Record::Address(address) = record { Some(address) } else { None };
        Ok(all.into_iter().filter_map(address).collect())
    }

    fn mail_servers(&self, name: &str) -> DnsAnswer<String> {
        let server = |record| if let Record::MailServer(server) = record { Some(server) } else { None };
        Ok(self.ask(name, RecordKind::MailServer)?.into_iter().filter_map(server).collect())
    }
}

/// `127.0.0.1:5353`, `127.0.0.1`, `::1`.
fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| Some(SocketAddr::new(text.parse().ok()?, PORT)))
}

/// The first resolvers of `/etc/resolv.conf`.
fn of_machine(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next().filter(|word| *word == "nameserver").and_then(|_| words.next())
    });
    // A link-local address is followed by the name of its network interface.
    named.filter_map(|word| address(word.split('%').next()?)).take(MOST).collect()
}

/// One query and its response.
fn exchange(server: SocketAddr, name: &str, kind: RecordKind, until: Instant) -> std::io::Result<DnsResponse> {
    let id = random::bytes::<2>().map(u16::from_be_bytes).map_err(std::io::Error::other)?;
    let Some(question) = message::question(id, name, kind) else { return Ok(DnsResponse::Records(Vec::new())) };
    let any = if server.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    socket.send(&question)?;
    let mut bytes = [0; 4096];
    loop {
        socket.set_read_timeout(Some(left(until)?))?;
        let length = socket.recv(&mut bytes)?;
        match message::reply(&bytes[..length], id, name, kind) {
            // Possibly a late response to an earlier query; ours may still come.
            DnsResponse::Other => {}
            DnsResponse::Truncated => {
                return over_tcp(server, &question, until).map(|bytes| message::reply(&bytes, id, name, kind));
            }
            reply => return Ok(reply),
        }
    }
}

fn over_tcp(server: SocketAddr, question: &[u8], until: Instant) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, left(until)?)?;
    stream.set_write_timeout(Some(left(until)?))?;
    let length = u16::try_from(question.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), question].concat())?;
    let mut length = [0; 2];
    stream.set_read_timeout(Some(left(until)?))?;
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn left(until: Instant) -> std::io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(std::io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resolvers_of_a_machine_are_read() {
        let text = "# made by hand\nsearch example.com\nnameserver 192.0.2.1\n;nameserver 192.0.2.9\n\
                    nameserver fe80::1%eth0\nnameserver 192.0.2.3\noptions edns0\n";
        assert_eq!(of_machine(text), ["192.0.2.1:53".parse().unwrap(), "[fe80::1]:53".parse().unwrap()]);
        assert!(of_machine("search example.com\nnameserver\nnameserver x\n").is_empty());
        for (named, why) in
            [("none", "is `none`"), ("resolver.example", "is not an address"), ("127.0.0.1:x", "is not an address")]
        {
            assert!(Resolver::find(Some(named)).expect_err(named).contains(why));
        }
        assert_eq!(Resolver::find(Some(" ::1 ")).expect("an address").servers, ["[::1]:53".parse().unwrap()]);
    }
}
