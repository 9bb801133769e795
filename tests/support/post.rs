//! A mail server on this machine that misbehaves on request, by the name before the @ of the recipient.
//!
//! A name is a phase and what happens there, as in `rcpt-450` or `dot-drop`: the phases are `mail`, `rcpt`, `data` and
//! `dot` (the message has arrived and is stored before anything happens); what happens is a code, `drop`, `hang`, or a
//! reply that no server should give (`BROKEN`, `ODD`). At `body` the connection ends in the middle of the message.
//! `mail` depends on the sender's name instead, because no recipient is known yet. Everything else is accepted.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Invalid replies, and how often they are sent.
const BROKEN: [(&str, &[u8], usize); 8] = [
    ("354", b"354 more of it\r\n", 1),
    ("mixed", b"250-ok\r\n251 ok\r\n", 1),
    ("000", b"000 ok\r\n", 1),
    ("999", b"999 ok\r\n", 1),
    ("abc", b"abc ok\r\n", 1),
    ("halves", b"250 o\r\nk\r\n", 1),
    ("endless", b"250 and so on, and so on, and so on, and so on, and so on, and so on ", 1 << 20),
    ("many", b"250-\r\n", 1 << 20),
];

/// Forms of a positive reply: after its code, up to the end of the line, which `lf` sends only partly. `late` is sent
/// in a separate packet.
const ODD: [(&str, &str, &str); 8] = [
    ("bare", "", ""),
    ("blank", " ", ""),
    ("lines", "-\r\nCODE-\r\nCODE", ""),
    ("lf", "-one\nCODE two", ""),
    ("latin", " gr\u{fc}\u{df}e", ""),
    ("long", " LONG", ""),
    ("extra", " ok\r\n250 2.0.0 taken", ""),
    ("late", " ok", "250 2.0.0 taken"),
];

/// The accepted messages, each with its recipient.
type Taken = Arc<Mutex<Vec<(String, String)>>>;

/// The running server; it ends with the test's process.
#[derive(Debug)]
pub struct PostOffice {
    /// Its port.
    pub port: u16,
    taken: Taken,
}

/// Its settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct House {
    /// It offers no pipelining, and ends the connection when a client does not wait.
    pub strict: bool,
    /// It offers nothing at all.
    pub bare: bool,
    /// It does not know EHLO.
    pub old: bool,
    /// It announces encryption, and sends more before it starts.
    pub injects: bool,
    /// A name and password are required; these are `june` and `tea`.
    pub locked: bool,
    /// It asks for them one after the other.
    pub asks: bool,
    /// It accepts this many messages per connection; then it sends 421.
    pub most: Option<usize>,
    /// The announced size limit of a message, in bytes.
    pub size: Option<usize>,
    /// Its reply for every recipient.
    pub turns_away: Option<&'static str>,
    /// It offers AUTH PLAIN, and supports only LOGIN.
    pub login_only: bool,
    /// It offers SMTPUTF8; without it non-ASCII addresses and headers are rejected.
    pub utf8: bool,
    /// How long it takes for each message.
    pub slow: Duration,
}

impl PostOffice {
    /// One without requirements.
    pub fn open() -> Self {
        Self::with(House::default())
    }

    /// One with these settings.
    pub fn with(house: House) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Taken::default();
        let keep = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let keep = Arc::clone(&keep);
                std::thread::spawn(move || drop(Guest { stream, keep, house, carried: 0 }.serve()));
            }
        });
        Self { port, taken }
    }

    /// The recipients of the accepted messages, sorted; repeated if a message came twice.
    pub fn taken(&self) -> Vec<String> {
        let mut names: Vec<String> = self.taken.lock().unwrap().iter().map(|(to, _)| to.clone()).collect();
        names.sort();
        names
    }

    /// The messages of one recipient.
    pub fn messages(&self, to: &str) -> Vec<String> {
        self.taken.lock().unwrap().iter().filter(|(name, _)| name == to).map(|(_, text)| text.clone()).collect()
    }
}

/// One connection.
struct Guest {
    stream: TcpStream,
    keep: Taken,
    house: House,
    carried: usize,
}

/// The connection is over.
struct Over;

impl From<std::io::Error> for Over {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

impl Guest {
    fn say(&mut self, text: &str) -> Result<(), Over> {
        Ok(self.stream.write_all(format!("{text}\r\n").as_bytes())?)
    }

    /// Does what a name requests in this phase; returns whether the phase went well.
    fn meet(&mut self, name: &str, phase: &str) -> Result<bool, Over> {
        let Some(what) = name.strip_prefix(phase).and_then(|rest| rest.strip_prefix('-')) else { return Ok(true) };
        let what = what.split('-').next().unwrap_or_default();
        if let Some((_, bytes, times)) = BROKEN.iter().find(|(name, ..)| *name == what) {
            for _ in 0..*times {
                self.stream.write_all(bytes)?;
            }
            return Ok(false);
        }
        if ODD.iter().any(|(name, ..)| *name == what) {
            return Ok(true);
        }
        match what {
            "no" => {
                self.stream.write_all(b"550 5.1.1 Empf\xe4nger unbekannt\r\n")?;
                Ok(false)
            }
            "drop" => Err(Over),
            "hang" => {
                // Longer than any test waits.
                std::thread::sleep(Duration::from_secs(600));
                Err(Over)
            }
            code => {
                let class = if code.starts_with('4') { "4.3.0" } else { "5.1.1" };
                let class = if name.ends_with("policy") { "5.7.1" } else { class };
                let class = if name.ends_with("full") { "5.2.2" } else { class };
                self.say(&format!("{code} {class} as you wish"))?;
                if code == "421" { Err(Over) } else { Ok(false) }
            }
        }
    }

    /// Sends a positive reply, in the form that a name requests in this phase.
    fn grant(&mut self, name: &str, phase: &str, usual: &str) -> Result<(), Over> {
        let what = name.strip_prefix(phase).and_then(|rest| rest.strip_prefix('-')).unwrap_or_default();
        let what = what.split('-').next().unwrap_or_default();
        let Some((_, now, then)) = ODD.iter().find(|(name, ..)| *name == what) else { return self.say(usual) };
        let text = format!("CODE{now}").replace("CODE", &usual[..3]).replace("LONG", &"x".repeat(6000));
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        let end = if what == "lf" { "\n" } else { "\r\n" };
        self.stream.write_all(&[&bytes[..], end.as_bytes()].concat())?;
        if then.is_empty() { Ok(()) } else { self.say(then) }
    }

    fn serve(mut self) -> Result<(), Over> {
        let mut lines = BufReader::new(self.stream.try_clone()?);
        self.stream.set_nodelay(true)?;
        self.say("220 post office")?;
        let (mut signed_in, mut from, mut to) = (!self.house.locked, false, None);
        let mut line = String::new();
        while {
            line.clear();
            lines.read_line(&mut line)?
        } > 0
        {
            if self.house.strict && !lines.buffer().is_empty() {
                return Err(Over);
            }
            let word = line.trim_end().to_owned();
            let address =
                word.split_once('<').and_then(|(_, rest)| Some(rest.split_once('>')?.0.to_owned())).unwrap_or_default();
            let name = address.split('@').next().unwrap_or_default().to_owned();
            match word.get(..4).unwrap_or_default() {
                "EHLO" if self.house.old => self.say("502 5.5.1 what")?,
                "EHLO" | "HELO" if self.house.bare || self.house.old => self.say("250 post office")?,
                "STAR" if self.house.injects => self.say("220 go on\r\n250-post office\r\n250 AUTH PLAIN")?,
                "EHLO" if self.house.injects => self.say("250-post office\r\n250 STARTTLS")?,
                "EHLO" => {
                    let more = if self.house.strict { "" } else { "250-PIPELINING\r\n" };
                    let lock = match (self.house.locked, self.house.asks) {
                        (false, _) => "",
                        (true, false) => "250-AUTH PLAIN LOGIN\r\n",
                        (true, true) => "250-AUTH CRAM-MD5 LOGIN\r\n",
                    };
                    let size = self.house.size.map_or(String::new(), |size| format!("250-SIZE {size}\r\n"));
                    let utf8 = if self.house.utf8 { "250-SMTPUTF8\r\n" } else { "" };
                    self.say(&format!("250-post office\r\n{more}{lock}{size}{utf8}250 8BITMIME"))?;
                }
                "AUTH" if self.house.login_only && word.starts_with("AUTH PLAIN") => self.say("504 5.5.4 what")?,
                "AUTH" if self.house.asks || self.house.login_only => {
                    let mut right = word == "AUTH LOGIN";
                    // june and tea
                    for expected in ["anVuZQ==", "dGVh"] {
                        self.say("334 UHJvbXB0")?;
                        line.clear();
                        lines.read_line(&mut line)?;
                        right &= line.trim_end() == expected;
                    }
                    signed_in = right;
                    self.say(if signed_in { "235 2.7.0 welcome" } else { "535 5.7.8 not you" })?;
                }
                "AUTH" => {
                    // \0june\0tea
                    signed_in = word == "AUTH PLAIN AGp1bmUAdGVh";
                    self.say(if signed_in { "235 2.7.0 welcome" } else { "535 5.7.8 not you" })?;
                }
                "MAIL" | "RCPT" if !self.house.utf8 && (!word.is_ascii() || word.contains("SMTPUTF8")) => {
                    self.say("555 5.5.4 what is that")?;
                }
                "MAIL" if !signed_in => self.say("530 5.7.0 who are you")?,
                "MAIL" if self.house.most.is_some_and(|most| self.carried >= most) => {
                    self.say("421 4.7.0 enough for one visit")?;
                    return Ok(());
                }
                "MAIL" => {
                    from = self.meet(&name, "mail")?;
                    if from {
                        self.grant(&name, "mail", "250 2.1.0 ok")?;
                    }
                }
                "RCPT" if !from => self.say("503 5.5.1 from whom")?,
                "RCPT" if self.house.turns_away.is_some() => self.say(self.house.turns_away.unwrap_or_default())?,
                "RCPT" => {
                    to = self.meet(&name, "rcpt")?.then_some(address);
                    if to.is_some() {
                        self.grant(&name, "rcpt", "250 2.1.5 ok")?;
                    }
                }
                "DATA" => match to.take() {
                    None => self.say("503 5.5.1 to whom")?,
                    Some(address) => self.data(&mut lines, &address)?,
                },
                "RSET" => self.say("250 ok")?,
                "QUIT" => return self.say("221 bye"),
                _ => self.say("500 what")?,
            }
        }
        Ok(())
    }

    fn data(&mut self, lines: &mut BufReader<TcpStream>, address: &str) -> Result<(), Over> {
        let name = address.split('@').next().unwrap_or_default();
        if !self.meet(name, "data")? {
            return Ok(());
        }
        self.grant(name, "data", "354 go on")?;
        let (mut text, mut line) = (String::new(), String::new());
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 || name.starts_with("body-drop") && text.len() > 1000 {
                return Err(Over);
            }
            if line == ".\r\n" {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        // A rejected message is not stored; with any other reply, or none, it is.
        let is_no = |what: &str| what.starts_with(['4', '5']) || what.starts_with("no");
        if !name.strip_prefix("dot-").is_some_and(is_no) {
            self.keep.lock().unwrap().push((address.to_owned(), text));
        }
        if !self.meet(name, "dot")? {
            return Ok(());
        }
        std::thread::sleep(self.house.slow);
        self.carried += 1;
        self.grant(name, "dot", "250 2.0.0 taken")
    }
}
