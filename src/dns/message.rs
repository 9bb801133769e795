//! A DNS query and its response, as bytes (RFC 1035, section 4).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};

/// The requested type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordKind {
    Text,
    Address4,
    Address6,
    MailServer,
}

/// One record of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    Text(String),
    Address(IpAddr),
    MailServer(String),
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DnsResponse {
    /// The records; empty when the name does not exist.
    Records(Vec<Record>),
    /// More than fits into a datagram.
    Truncated,
    /// The resolver cannot answer.
    Failed(String),
    /// It is not a response to this query.
    Other,
}

impl RecordKind {
    fn wire(self) -> TYPE {
        match self {
            Self::Text => TYPE::TXT,
            Self::Address4 => TYPE::A,
            Self::Address6 => TYPE::AAAA,
            Self::MailServer => TYPE::MX,
        }
    }
}

/// The bytes of a query; none when the name is invalid.
pub(super) fn question(id: u16, name: &str, kind: RecordKind) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let question = Question::new(Name::new(name).ok()?, QTYPE::TYPE(kind.wire()), QCLASS::CLASS(CLASS::IN), false);
    packet.questions.push(question);
    packet.build_bytes_vec().ok()
}

/// Parses the response to the query with this ID.
pub(super) fn reply(bytes: &[u8], id: u16, name: &str, kind: RecordKind) -> DnsResponse {
    let Ok(packet) = Packet::parse(bytes) else { return DnsResponse::Other };
    let is_ours = |one: &Question<'_>| {
        one.qtype == QTYPE::TYPE(kind.wire()) && Name::new(name).is_ok_and(|name| one.qname == name)
    };
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) || !packet.questions.iter().any(is_ours) {
        return DnsResponse::Other;
    }
    match packet.rcode() {
        RCODE::NameError => return DnsResponse::Records(Vec::new()),
        RCODE::NoError if packet.has_flags(PacketFlag::TRUNCATION) => return DnsResponse::Truncated,
        RCODE::NoError => {}
        other => return DnsResponse::Failed(format!("{other:?}")),
    }
    DnsResponse::Records(packet.answers.into_iter().filter_map(|answer| record(answer.rdata, kind)).collect())
}

/// A record of the requested type; aliases (CNAME) are skipped.
fn record(data: RData<'_>, kind: RecordKind) -> Option<Record> {
    match (data, kind) {
        (RData::TXT(text), RecordKind::Text) => String::try_from(text).ok().map(Record::Text),
        (RData::A(a), RecordKind::Address4) => Some(Record::Address(Ipv4Addr::from(a).into())),
        (RData::AAAA(a), RecordKind::Address6) => Some(Record::Address(Ipv6Addr::from(a).into())),
        (RData::MX(mx), RecordKind::MailServer) => Some(Record::MailServer(mx.exchange.to_string())),
        _ => None,
    }
}
