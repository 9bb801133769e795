//! SPF: who may send emails for a domain (RFC 7208), and its problems for a receiver.

use std::net::IpAddr;

use crate::dns::{Dns, DnsAnswer};

/// The largest number of lookups for one record.
const MOST_LOOKUPS: usize = 10;
/// After this many lookups we stop counting.
const FAR_TOO_MANY: usize = 40;

/// A receiver's problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SpfDoubt {
    /// There is no record.
    Missing,
    /// There are several, which counts as an error.
    Several(usize),
    /// A part of it, or of what it includes, is not SPF.
    Unreadable(String),
    /// It, or a record of this domain that it includes, allows everyone to send.
    Everybody(String),
    /// It needs more lookups than receivers make.
    TooManyLookups(usize),
    /// It includes a domain that has no record.
    EmptyInclude(String),
    /// The mail server is not allowed to send.
    NotCovered,
}

/// The published record, and its problems.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SpfFindings {
    pub(crate) doubts: Vec<SpfDoubt>,
    /// A correct record; none where only the owner can decide.
    pub(crate) better: Option<String>,
}

/// Checks the record of a domain that sends through the mail server `host`.
///
/// # Errors
/// With why DNS gave no answer.
pub(crate) fn spf(dns: &dyn Dns, domain: &str, host: Option<&str>) -> Result<SpfFindings, String> {
    let records = records(dns, domain)?;
    let [record] = records.as_slice() else {
        let doubt = if records.is_empty() { SpfDoubt::Missing } else { SpfDoubt::Several(records.len()) };
        return Ok(SpfFindings { doubts: vec![doubt], better: merged(&records, host) });
    };
    let mut walk = SpfWalk { dns, lookups: 0, doubts: Vec::new() };
    walk.follow(record, domain)?;
    let SpfWalk { lookups, mut doubts, .. } = walk;
    if lookups > MOST_LOOKUPS {
        doubts.push(SpfDoubt::TooManyLookups(lookups));
    }
    if let (Some(host), true) = (host, doubts.is_empty())
        && covers(dns, record, domain, host)? == Some(false)
    {
        doubts.push(SpfDoubt::NotCovered);
    }
    let better = better(record, &doubts, host);
    Ok(SpfFindings { doubts, better })
}

/// The SPF records of a domain.
fn records(dns: &dyn Dns, domain: &str) -> DnsAnswer<String> {
    let is_spf = |text: &String| text.split(' ').next().is_some_and(|first| first.eq_ignore_ascii_case("v=spf1"));
    Ok(dns.texts(domain)?.into_iter().filter(is_spf).collect())
}

/// One part of a record.
#[derive(Debug, PartialEq, Eq)]
struct SpfTerm<'t> {
    /// `+`, `-`, `~` or `?` of a mechanism, `=` of a modifier.
    qualifier: char,
    /// In lowercase.
    name: String,
    /// After `:`, `=` or before `/`; empty when absent.
    value: &'t str,
    /// After `/`.
    length: &'t str,
}

impl<'t> SpfTerm<'t> {
    fn of(term: &'t str) -> Self {
        let qualifier = term.chars().next().filter(|c| "+-~?".contains(*c));
        let rest = &term[qualifier.map_or(0, char::len_utf8)..];
        let end = rest.find([':', '=', '/']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let is_modifier = rest.starts_with('=');
        let (value, length) = match rest.split_at_checked(1) {
            Some(("/", length)) => ("", length),
            Some((":", value)) => value.split_once('/').unwrap_or((value, "")),
            Some((_, value)) => (value, ""),
            None => ("", ""),
        };
        let qualifier = if is_modifier { '=' } else { qualifier.unwrap_or('+') };
        Self { qualifier, name: name.to_ascii_lowercase(), value, length }
    }

    /// The domain that it refers to.
    fn domain<'d>(&self, own: &'d str) -> &'d str
    where
        't: 'd,
    {
        if self.value.is_empty() { own } else { self.value }
    }
}

fn terms(record: &str) -> impl Iterator<Item = &str> {
    record.split_whitespace().skip(1)
}

/// Follows a record and everything it includes.
struct SpfWalk<'d> {
    dns: &'d dyn Dns,
    lookups: usize,
    doubts: Vec<SpfDoubt>,
}

impl SpfWalk<'_> {
    fn doubt(&mut self, doubt: SpfDoubt) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    fn follow(&mut self, record: &str, domain: &str) -> Result<(), String> {
        let has_all = terms(record).any(|term| SpfTerm::of(term).name == "all");
        for text in terms(record) {
            let term = SpfTerm::of(text);
            let other = match (term.qualifier, term.name.as_str()) {
                ('=', "redirect") if !has_all => Some(term.value),
                ('=', _) => None,
                (_, "include") if !term.value.is_empty() => Some(term.value),
                (qualifier, "all") => {
                    if qualifier == '+' {
                        self.doubt(SpfDoubt::Everybody(domain.to_owned()));
                    }
                    None
                }
                (_, "a" | "mx" | "ptr" | "exists") => {
                    self.lookups += 1;
                    None
                }
                (_, "ip4" | "ip6") if network(&term).is_some() => None,
                _ => {
                    self.doubt(SpfDoubt::Unreadable(text.to_owned()));
                    None
                }
            };
            let Some(other) = other else { continue };
            self.lookups += 1;
            // Terms with macros depend on the sender and are looked up for each email.
            if other.contains('%') || self.lookups > FAR_TOO_MANY {
                continue;
            }
            match records(self.dns, other)?.as_slice() {
                [one] => self.follow(one, other)?,
                _ => self.doubt(SpfDoubt::EmptyInclude(other.to_owned())),
            }
        }
        Ok(())
    }
}

/// The network of `ip4:` or `ip6:`: its first address and prefix length.
fn network(term: &SpfTerm<'_>) -> Option<(IpAddr, u32)> {
    let address: IpAddr = term.value.parse().ok()?;
    let whole = if address.is_ipv4() { 32 } else { 128 };
    let length = if term.length.is_empty() { whole } else { term.length.parse().ok().filter(|n| *n <= whole)? };
    (address.is_ipv4() == (term.name == "ip4")).then_some((address, length))
}

/// Whether an address is one of a network.
fn is_in(address: IpAddr, (first, length): (IpAddr, u32)) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(a) => (u128::from(u32::from(a)) << 96, 32),
        IpAddr::V6(a) => (u128::from(a), 128),
    };
    let ((one, whole), (other, other_whole)) = (bits(address), bits(first));
    whole == other_whole && (length == 0 || (one ^ other) >> (128 - length) == 0)
}

/// Whether a record allows the mail server to send; none where that cannot be decided simply: the record includes
/// others, or the server is this machine and another one relays.
fn covers(dns: &dyn Dns, record: &str, domain: &str, host: &str) -> Result<Option<bool>, String> {
    let mut allowed: Vec<(IpAddr, u32)> = Vec::new();
    let mut is_closed = false;
    for text in terms(record) {
        let term = SpfTerm::of(text);
        let name = term.domain(domain);
        // `24//64`: prefix lengths for IPv4 and IPv6.
        let (short, long) = term.length.split_once('/').unwrap_or((term.length, ""));
        let around = |address: IpAddr| match address {
            IpAddr::V4(_) => (address, short.parse().ok().filter(|n| *n <= 32).unwrap_or(32)),
            IpAddr::V6(_) => (address, long.trim_start_matches('/').parse().ok().filter(|n| *n <= 128).unwrap_or(128)),
        };
        match term.name.as_str() {
            "all" => is_closed = matches!(term.qualifier, '-' | '~'),
            _ if term.value.contains('%') => return Ok(None),
            "ip4" | "ip6" if term.qualifier == '+' => allowed.extend(network(&term)),
            "a" if term.qualifier == '+' => allowed.extend(dns.addresses(name)?.into_iter().map(around)),
            "mx" if term.qualifier == '+' => {
                for server in dns.mail_servers(name)? {
                    allowed.extend(dns.addresses(&server)?.into_iter().map(around));
                }
            }
            _ => return Ok(None),
        }
    }
    // `-all` alone: no one, whatever the server.
    if is_closed && terms(record).all(|text| SpfTerm::of(text).name == "all") {
        return Ok(Some(false));
    }
    let addresses = host.parse().map_or_else(|_| dns.addresses(host), |address| Ok(vec![address]))?;
    if !is_closed || addresses.is_empty() || addresses.iter().any(IpAddr::is_loopback) {
        return Ok(None);
    }
    Ok(Some(addresses.iter().any(|address| allowed.iter().any(|network| is_in(*address, *network)))))
}

/// One record that replaces several, or none.
fn merged(records: &[String], host: Option<&str>) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for term in records.iter().flat_map(|record| terms(record)) {
        let name = SpfTerm::of(term).name;
        if name == "redirect" {
            return None;
        }
        if name != "all" && !parts.iter().any(|known| known.eq_ignore_ascii_case(term)) {
            parts.push(term);
        }
    }
    Some(match (parts.as_slice(), host) {
        ([], host) => spf_record(host),
        (parts, _) => format!("v=spf1 {} ~all", parts.join(" ")),
    })
}

/// The record of a domain that sends through a mail server.
pub(crate) fn spf_record(host: Option<&str>) -> String {
    match host.and_then(mechanism) {
        Some(host) => format!("v=spf1 mx {host} ~all"),
        None => "v=spf1 mx ~all".to_owned(),
    }
}

/// The term that allows a mail server to send; none for one on this machine, which is not in DNS.
fn mechanism(host: &str) -> Option<String> {
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => None,
        Ok(IpAddr::V4(_)) => Some(format!("ip4:{host}")),
        Ok(IpAddr::V6(_)) => Some(format!("ip6:{host}")),
        Err(_) => (host != "localhost").then(|| format!("a:{host}")),
    }
}

/// A record without its problems.
fn better(record: &str, doubts: &[SpfDoubt], host: Option<&str>) -> Option<String> {
    let mut parts: Vec<String> = terms(record).map(str::to_owned).collect();
    for doubt in doubts {
        match doubt {
            SpfDoubt::Everybody(_) if parts.iter().any(|part| SpfTerm::of(part).name == "all") => {
                parts.retain(|part| SpfTerm::of(part).name != "all");
                parts.push("~all".to_owned());
            }
            SpfDoubt::Unreadable(part) if parts.contains(part) => parts.retain(|known| known != part),
            SpfDoubt::EmptyInclude(domain) => parts.retain(|part| SpfTerm::of(part).value != domain),
            SpfDoubt::NotCovered => {
                let end = parts.iter().position(|part| SpfTerm::of(part).name == "all").unwrap_or(parts.len());
                parts.insert(end, mechanism(host?)?);
            }
            _ => return None,
        }
    }
    let is_other = !doubts.is_empty() && terms(record).ne(parts.iter().map(String::as_str));
    is_other.then(|| format!("v=spf1 {}", parts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::WrittenDns;

    const DNS: &str = "\
        none.example TXT google-site-verification=v=spf1
        two.example TXT v=spf1 mx ~all
        two.example TXT V=SPF1 include:good.example -all
        two-ends.example TXT v=spf1 -all
        two-ends.example TXT v=spf1 redirect=good.example
        good.example TXT v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all
        own.example TXT v=spf1 a:mail.own.example -all
        mx.example TXT v=spf1 mx ~all
        mx.example MX in.mx.example
        in.mx.example A 198.51.100.7
        net.example TXT v=spf1 mx/28 ~all
        net.example MX in.mx.example
        other.example TXT v=spf1 ip4:203.0.113.9 ~all
        deny.example TXT v=spf1 -ip4:192.0.2.7 ip4:192.0.2.0/24 ~all
        open.example TXT v=spf1 mx +all
        bare.example TXT v=spf1 mx all
        soft.example TXT v=spf1 include:open.example ~all
        word.example TXT v=spf1 mx ipv4:192.0.2.1 ~all
        number.example TXT v=spf1 ip4:192.0.2.300 ~all
        bits.example TXT v=spf1 ip4:192.0.2.0/33 ~all
        gone.example TXT v=spf1 include:none.example include:good.example ~all
        on.example TXT v=spf1 redirect=good.example
        loop.example TXT v=spf1 include:pool.example ~all
        pool.example TXT v=spf1 include:loop.example ~all
        self.example TXT v=spf1 include:self.example ~all
        turn.example TXT v=spf1 redirect=Turn.example
        nobody.example TXT v=spf1 -all
        lost.example TXT v=spf1 a mx ~all
        many.example TXT v=spf1 a mx ptr exists:%{i}.x.example a:b a:c a:d a:e a:f a:g include:good.example ~all
        ten.example TXT v=spf1 a mx a:1 a:2 a:3 a:4 a:5 a:6 a:7 include:good.example ~all
        macro.example TXT v=spf1 include:%{d}.x.example exp=why.example x-y=z ~all
        quiet.example TXT v=spf1 include:silent.example ~all
        mail.own.example A 192.0.2.7
        six.example A 2001:db8::7";

    #[test]
    fn what_a_receiver_would_doubt() {
        let own = Some("mail.own.example");
        let unreadable = |part: &str| vec![SpfDoubt::Unreadable(part.to_owned())];
        let not_covered = || vec![SpfDoubt::NotCovered];
        for (domain, host, doubts, better) in [
            ("none.example", own, vec![SpfDoubt::Missing], "v=spf1 mx a:mail.own.example ~all"),
            ("none.example", Some("192.0.2.1"), vec![SpfDoubt::Missing], "v=spf1 mx ip4:192.0.2.1 ~all"),
            ("none.example", Some("127.0.0.1"), vec![SpfDoubt::Missing], "v=spf1 mx ~all"),
            ("none.example", None, vec![SpfDoubt::Missing], "v=spf1 mx ~all"),
            ("two.example", own, vec![SpfDoubt::Several(2)], "v=spf1 mx include:good.example ~all"),
            ("two-ends.example", own, vec![SpfDoubt::Several(2)], ""),
            ("good.example", own, vec![], ""),
            ("good.example", Some("six.example"), vec![], ""),
            ("own.example", own, vec![], ""),
            ("mx.example", Some("in.mx.example"), vec![], ""),
            ("mx.example", own, not_covered(), "v=spf1 mx a:mail.own.example ~all"),
            ("mx.example", Some("198.51.100.8"), not_covered(), "v=spf1 mx ip4:198.51.100.8 ~all"),
            ("net.example", Some("198.51.100.8"), vec![], ""),
            ("mx.example", Some("127.0.0.1"), vec![], ""),
            ("mx.example", Some("nowhere.example"), vec![], ""),
            ("mx.example", None, vec![], ""),
            ("other.example", own, not_covered(), "v=spf1 ip4:203.0.113.9 a:mail.own.example ~all"),
            // The order matters, and that cannot be decided simply.
            ("deny.example", own, vec![], ""),
            // No one may send, whatever the server.
            ("nobody.example", own, not_covered(), "v=spf1 a:mail.own.example -all"),
            ("nobody.example", Some("127.0.0.1"), not_covered(), ""),
            ("nobody.example", Some("nowhere.example"), not_covered(), "v=spf1 a:nowhere.example -all"),
            ("lost.example", Some("127.0.0.1"), vec![], ""),
            ("on.example", own, vec![], ""),
            ("open.example", own, vec![SpfDoubt::Everybody("open.example".to_owned())], "v=spf1 mx ~all"),
            ("bare.example", own, vec![SpfDoubt::Everybody("bare.example".to_owned())], "v=spf1 mx ~all"),
            ("soft.example", own, vec![SpfDoubt::Everybody("open.example".to_owned())], ""),
            ("word.example", own, unreadable("ipv4:192.0.2.1"), "v=spf1 mx ~all"),
            ("number.example", own, unreadable("ip4:192.0.2.300"), "v=spf1 ~all"),
            ("bits.example", own, unreadable("ip4:192.0.2.0/33"), "v=spf1 ~all"),
            (
                "gone.example",
                own,
                vec![SpfDoubt::EmptyInclude("none.example".to_owned())],
                "v=spf1 include:good.example ~all",
            ),
            ("many.example", own, vec![SpfDoubt::TooManyLookups(11)], ""),
            ("ten.example", own, vec![], ""),
            ("macro.example", own, vec![], ""),
        ] {
            let found = spf(&WrittenDns(DNS), domain, host).expect(domain);
            let better = Some(better.to_owned()).filter(|better| !better.is_empty());
            assert_eq!(found, SpfFindings { doubts, better }, "{domain} {host:?}");
        }
        for circle in ["loop.example", "self.example", "turn.example"] {
            let found = spf(&WrittenDns(DNS), circle, own).expect("an end");
            assert!(matches!(found.doubts[..], [SpfDoubt::TooManyLookups(11..)]), "{found:?}");
        }
        assert_eq!(spf(&WrittenDns(DNS), "quiet.example", own), Err("there was no answer".to_owned()));
    }
}
