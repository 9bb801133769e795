//! A resolver on this machine with fixed records: lines such as `tea.example TXT v=spf1 mx ~all`; a line `SERVFAIL`, or
//! a name with it, gives that error. Other names do not exist.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The longest response over UDP (RFC 1035).
const LONGEST: usize = 512;

/// The running resolver; it ends with the test's process.
#[derive(Debug)]
pub struct DnsServer {
    /// `127.0.0.1:41234`.
    pub address: String,
    over_tcp: Arc<AtomicBool>,
    /// Kept open, so that no other program responds there.
    _silent: Option<UdpSocket>,
}

impl DnsServer {
    /// One with these records.
    pub fn with(records: &[String]) -> Self {
        // A port that is free for both.
        let (listener, socket) = (0..100)
            .find_map(|_| {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let socket = UdpSocket::bind(listener.local_addr().unwrap()).ok()?;
                Some((listener, socket))
            })
            .expect("a port");
        let address = listener.local_addr().unwrap().to_string();
        let over_tcp = Arc::new(AtomicBool::new(false));
        let (udp, tcp, used) = (records.to_vec(), records.to_vec(), Arc::clone(&over_tcp));
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok((length, from)) = socket.recv_from(&mut bytes) {
                let mut answer = answer(&bytes[..length], &udp);
                if answer.len() > LONGEST {
                    answer = cut(&bytes[..length]);
                }
                let _ = socket.send_to(&answer, from);
            }
        });
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                used.store(true, Ordering::SeqCst);
                let mut length = [0; 2];
                stream.read_exact(&mut length).unwrap();
                let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut question).unwrap();
                let answer = answer(&question, &tcp);
                let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                stream.write_all(&[&length, answer.as_slice()].concat()).unwrap();
            }
        });
        Self { address, over_tcp, _silent: None }
    }

    /// One that receives queries and does not respond.
    pub fn silent() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap().to_string();
        Self { address, over_tcp: Arc::default(), _silent: Some(socket) }
    }

    /// Whether there was a query over TCP.
    pub fn asked_over_tcp(&self) -> bool {
        self.over_tcp.load(Ordering::SeqCst)
    }
}

/// A name as labels, each after its length.
fn labels(name: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        name.split('.').flat_map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat()).collect();
    bytes.push(0);
    bytes
}

/// The query with other flags, and the number of answers.
fn begun(question: &[u8], flags: [u8; 2], answers: u16) -> Vec<u8> {
    [&question[..2], &flags, &[0, 1], &answers.to_be_bytes(), &[0; 4], &question[12..]].concat()
}

fn cut(question: &[u8]) -> Vec<u8> {
    begun(question, [0x83, 0x80], 0)
}

fn answer(question: &[u8], records: &[String]) -> Vec<u8> {
    let (mut name, mut at) = (Vec::new(), 12);
    while question[at] > 0 {
        let end = at + 1 + usize::from(question[at]);
        name.push(String::from_utf8_lossy(&question[at + 1..end]).to_lowercase());
        at = end;
    }
    let (name, asked) = (name.join("."), u16::from_be_bytes([question[at + 1], question[at + 2]]));
    let found: Vec<(u16, Vec<u8>)> = records
        .iter()
        .filter_map(|record| {
            let mut words = record.splitn(3, ' ');
            let (owner, kind, value) = (words.next()?, words.next()?, words.next().unwrap_or_default());
            let data = match kind {
                "TXT" => (
                    16,
                    value
                        .as_bytes()
                        .chunks(255)
                        .flat_map(|part| [&[u8::try_from(part.len()).unwrap()], part].concat())
                        .collect(),
                ),
                "A" => (1, value.parse::<Ipv4Addr>().unwrap().octets().to_vec()),
                "MX" => (15, [vec![0, 10], labels(value)].concat()),
                _ => return None,
            };
            (owner == name && data.0 == asked).then_some(data)
        })
        .collect();
    if records.iter().any(|record| record == "SERVFAIL" || *record == format!("{name} SERVFAIL")) {
        return begun(question, [0x81, 0x82], 0);
    }
    let is_known = records.iter().any(|record| record.starts_with(&format!("{name} ")));
    let mut bytes = begun(question, [0x81, if is_known { 0x80 } else { 0x83 }], u16::try_from(found.len()).unwrap());
    for (kind, data) in found {
        // The name is that of the query, at byte 12.
        bytes.extend([0xc0, 12]);
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 1, 0, 0, 0, 60]);
        bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(data);
    }
    bytes
}
