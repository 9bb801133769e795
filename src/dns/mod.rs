//! DNS lookups as a receiver of emails makes them: texts, addresses and mail servers of a name, from the resolver of
//! this machine.

mod message;
mod resolver;

use std::net::IpAddr;

pub(crate) use resolver::Resolver;

/// The records under a name, possibly none; or why there was no answer.
pub(crate) type DnsAnswer<T> = Result<Vec<T>, String>;

/// A source of DNS records.
pub(crate) trait Dns {
    /// TXT: each record as one text.
    fn texts(&self, name: &str) -> DnsAnswer<String>;

    /// A and AAAA.
    fn addresses(&self, name: &str) -> DnsAnswer<IpAddr>;

    /// MX: the names of the servers that accept emails.
    fn mail_servers(&self, name: &str) -> DnsAnswer<String>;
}

/// Fixed records for tests, one per line: `NAME TXT text`, `NAME A 192.0.2.1` or `NAME MX name`; other names do not
/// exist.
#[cfg(test)]
pub(crate) struct WrittenDns(pub(crate) &'static str);

#[cfg(test)]
impl WrittenDns {
    fn of<T>(&self, name: &str, kind: &str, read: impl Fn(&str) -> T) -> DnsAnswer<T> {
        let lines = self.0.lines().map(|line| line.trim().splitn(3, ' ').collect::<Vec<_>>());
        let found = lines.filter(|line| line.len() == 3 && line[0].eq_ignore_ascii_case(name) && line[1] == kind);
        let found: Vec<T> = found.map(|line| read(line[2])).collect();
        if name.starts_with("silent") { Err("there was no answer".to_owned()) } else { Ok(found) }
    }
}

#[cfg(test)]
impl Dns for WrittenDns {
    fn texts(&self, name: &str) -> DnsAnswer<String> {
        self.of(name, "TXT", str::to_owned)
    }

    fn addresses(&self, name: &str) -> DnsAnswer<IpAddr> {
        self.of(name, "A", |text| text.parse().expect("an address"))
    }

    fn mail_servers(&self, name: &str) -> DnsAnswer<String> {
        self.of(name, "MX", str::to_owned)
    }
}
