//! One connection to the mail server, phase by phase.

use std::io::{ErrorKind, Write};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::Address;

use super::reply::{Phase, SmtpError, wants_us_to_sign_in};
use super::reply_reader::{ReplyReader, SmtpReply};
use super::wire_message::WireMessage;
use crate::mail_stream::{MailStream, StreamFault};
use crate::shop::{MailServer, Security};

/// The client's name: a machine behind a router has no public one (RFC 5321, 4.1.3).
const HELLO: &str = "[127.0.0.1]";

/// Timeouts of the mail server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// To connect.
    connect: Duration,
    /// For the reply to a command.
    command: Duration,
    /// For the reply to the final dot.
    dot: Duration,
}

impl Timeouts {
    /// Those of RFC 5321, or the same for all.
    pub(super) fn of(seconds: Option<u64>) -> Self {
        let or = |usual| Duration::from_secs(seconds.unwrap_or(usual));
        Self { connect: or(30), command: or(300), dot: or(600) }
    }

    /// The same for a check that someone waits for: at most half a minute.
    pub(super) fn at_most_half_a_minute(self) -> Self {
        let least = |time: Duration| time.min(Duration::from_secs(30));
        Self { connect: least(self.connect), command: least(self.command), dot: least(self.dot) }
    }
}

/// An open connection.
pub(super) struct SmtpSession {
    stream: MailStream,
    replies: ReplyReader,
    timeouts: Timeouts,
    /// The input can no longer be parsed.
    is_lost: bool,
    pipelining: bool,
    /// The server's capabilities, one per line, in capitals.
    offers: Vec<String>,
    /// How many emails it has sent.
    pub(super) carried: usize,
}

/// Something the mail server rejected, and the phase.
pub(super) type RefusedAt = (Phase, SmtpError);

/// The expected first digit of a reply: 2 for done, 3 for continue.
type Wanted = u16;
const DONE: Wanted = 2;
const GO_ON: Wanted = 3;

impl SmtpSession {
    /// Connects, encrypts and signs in, with the settings of the server.
    pub(super) fn open(server: &MailServer, password: Option<&str>, timeouts: Timeouts) -> Result<Self, SmtpError> {
        let mut session = Self::connect(server, timeouts)?;
        session.sign_in(server, password)?;
        Ok(session)
    }

    /// Connects and encrypts, and asks for the server's capabilities.
    pub(super) fn connect(server: &MailServer, timeouts: Timeouts) -> Result<Self, SmtpError> {
        let mut stream = MailStream::connect(&server.host, server.port, timeouts.connect)?;
        if server.security == Security::Tls {
            stream.encrypt(&server.host)?;
        }
        let replies = ReplyReader::default();
        let mut session =
            Self { stream, replies, timeouts, is_lost: false, pipelining: false, offers: Vec::new(), carried: 0 };
        session.answer(DONE, timeouts.connect)?;
        session.wait_at_most(timeouts.command)?;
        session.ask()?;
        if server.security == Security::StartTls {
            if !session.has("STARTTLS") {
                return Err(SmtpError::Lost("STARTTLS is not offered by the mail server".to_owned()));
            }
            session.command("STARTTLS\r\n", DONE)?;
            if session.replies.has_more() {
                return Err(StreamFault::Unasked.into());
            }
            session.stream.encrypt(&server.host)?;
            session.ask()?;
        }
        Ok(session)
    }

    /// Asks for the capabilities; a server that does not know the command has none.
    fn ask(&mut self) -> Result<(), SmtpError> {
        self.offers = match self.command(&format!("EHLO {HELLO}\r\n"), DONE) {
            Ok(offered) => offered.lines.iter().skip(1).map(|line| line.trim().to_uppercase()).collect(),
            Err(SmtpError::Refused(500 | 501 | 502 | 504, _)) => {
                self.command(&format!("HELO {HELLO}\r\n"), DONE)?;
                Vec::new()
            }
            Err(fault) => return Err(fault),
        };
        self.pipelining = self.has("PIPELINING");
        Ok(())
    }

    /// The parameters of an extension, if the server supports it.
    pub(super) fn offered(&self, extension: &str) -> Option<&str> {
        let line = self.offers.iter().find(|line| line.split([' ', '=']).next() == Some(extension))?;
        Some(line[extension.len()..].trim_start_matches([' ', '=']))
    }

    fn has(&self, extension: &str) -> bool {
        self.offered(extension).is_some()
    }

    /// Signs in, when the settings have a user; the capabilities may change then.
    pub(super) fn sign_in(&mut self, server: &MailServer, password: Option<&str>) -> Result<(), SmtpError> {
        let (Some(user), Some(password)) = (&server.user, password) else { return Ok(()) };
        let methods = self.offered("AUTH").unwrap_or_default().to_owned();
        let has = |method: &str| methods.split_whitespace().any(|offered| offered == method);
        let plain = STANDARD.encode(format!("\0{user}\0{password}"));
        let login = vec![STANDARD.encode(user), STANDARD.encode(password)];
        let (plain, login) = ((format!("AUTH PLAIN {plain}\r\n"), vec![plain]), ("AUTH LOGIN\r\n".to_owned(), login));
        match (has("PLAIN"), has("LOGIN")) {
            // Some servers announce methods that they do not support.
            (true, true) => self.sign_in_by(plain).or_else(|fault| match fault {
                SmtpError::Refused(504, _) => self.sign_in_by(login),
                fault => Err(fault),
            }),
            (true, false) => self.sign_in_by(plain),
            (false, true) => self.sign_in_by(login),
            (false, false) => {
                Err(SmtpError::Lost("the mail server offers neither AUTH PLAIN nor AUTH LOGIN".to_owned()))
            }
        }
    }

    /// Signs in with one command, and the answers to the server's challenges.
    fn sign_in_by(&mut self, (mut command, answers): (String, Vec<String>)) -> Result<(), SmtpError> {
        let mut answers = answers.into_iter();
        loop {
            self.send(command.as_bytes()).map_err(|(_, fault)| fault)?;
            let reply = self.reply(self.timeouts.command)?;
            match reply.code / 100 {
                DONE => return self.ask(),
                GO_ON => {}
                _ => return Err(self.no_answer(&reply)),
            }
            let Some(next) = answers.next() else { return Err(self.no_answer(&reply)) };
            command = next + "\r\n";
        }
    }

    /// Announces the sender, and the same as recipient, and resets: whether the server accepts emails of this sender.
    /// If signing in is required, some servers only reject it here; a sender may be rejected as recipient for other
    /// reasons.
    pub(super) fn try_sender(&mut self, from: &Address) -> Result<(), SmtpError> {
        const UTF8: &str = "SMTPUTF8";
        let option = match AsRef::<str>::as_ref(from).is_ascii() {
            true => String::new(),
            false if self.has(UTF8) => format!(" {UTF8}"),
            false => return Err(SmtpError::Lacks(UTF8)),
        };
        self.command(&format!("MAIL FROM:<{from}>{option}\r\n"), DONE)?;
        let taken = self.command(&format!("RCPT TO:<{from}>\r\n"), DONE);
        self.reset();
        match taken {
            Err(fault @ SmtpError::Refused(..)) if wants_us_to_sign_in(&fault.text()) => Err(fault),
            _ => Ok(()),
        }
    }

    /// Announces sender and recipient, up to the permission to continue; pipelined where the server supports it.
    pub(super) fn announce(&mut self, from: &Address, to: &Address, message: &WireMessage) -> Result<(), RefusedAt> {
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        let mut options = String::new();
        for (needed, extension, option) in [
            (!message.is_ascii(), "8BITMIME", " BODY=8BITMIME"),
            (!is_ascii(from) || !is_ascii(to), "SMTPUTF8", " SMTPUTF8"),
        ] {
            if needed && !self.has(extension) {
                return Err((Phase::Recipient, SmtpError::Lacks(extension)));
            }
            options.push_str(if needed { option } else { "" });
        }
        let commands =
            [format!("MAIL FROM:<{from}>{options}\r\n"), format!("RCPT TO:<{to}>\r\n"), "DATA\r\n".to_owned()];
        let phases = [(Phase::Sender, DONE), (Phase::Recipient, DONE), (Phase::Data, GO_ON)];
        if !self.pipelining {
            return commands.iter().zip(phases).try_for_each(|(command, (phase, wanted))| {
                self.command(command, wanted).map(|_| ()).map_err(|fault| (phase, fault))
            });
        }
        self.send(commands.concat().as_bytes()).map_err(|(_, fault)| (Phase::Sender, fault))?;
        let mut first = None;
        for (phase, wanted) in phases {
            match self.answer(wanted, self.timeouts.command) {
                // The server continues although no recipient is left: an empty message ends that.
                Ok(_) if phase == Phase::Data && first.is_some() => drop(self.command(".\r\n", DONE)),
                Ok(_) => {}
                Err(fault) => {
                    let is_over = matches!(fault, SmtpError::Lost(_) | SmtpError::Refused(421, _));
                    first = first.or(Some((phase, fault)));
                    if is_over {
                        break;
                    }
                }
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// Sends the message, its body and the dot in one write; returns the server's text when it is accepted.
    pub(super) fn deliver(&mut self, message: &WireMessage) -> Result<String, RefusedAt> {
        self.send(message.bytes())?;
        let reply = self.answer(DONE, self.timeouts.dot).map_err(|fault| (Phase::Dot, fault))?;
        self.carried += 1;
        Ok(format!("{} {}", reply.code, reply.text()).trim_end().to_owned())
    }

    /// Cancels what was announced; returns whether the connection can continue.
    pub(super) fn reset(&mut self) -> bool {
        self.command("RSET\r\n", DONE).is_ok()
    }

    /// Closes the session.
    pub(super) fn quit(mut self) {
        let short = self.timeouts.connect.min(Duration::from_secs(2));
        if self.wait_at_most(short).is_ok() && self.send(b"QUIT\r\n").is_ok() {
            let _ = self.answer(DONE, short);
        }
        self.stream.close();
    }

    /// Sends a command and reads the reply.
    fn command(&mut self, command: &str, wanted: Wanted) -> Result<SmtpReply, SmtpError> {
        self.send(command.as_bytes()).map_err(|(_, fault)| fault)?;
        self.answer(wanted, self.timeouts.command)
    }

    /// Sends bytes, unless something was received that would be mistaken for their reply. The phase shows whether the
    /// final bytes may have been sent.
    fn send(&mut self, bytes: &[u8]) -> Result<(), RefusedAt> {
        if self.replies.has_more() || self.is_lost {
            self.is_lost = true;
            return Err((Phase::Body, StreamFault::Unasked.into()));
        }
        let mut broken = |phase: Phase, fault: StreamFault| {
            self.is_lost = true;
            (phase, fault.into())
        };
        self.stream.expect_silence().map_err(|fault| broken(Phase::Body, fault))?;
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(0) => return Err(broken(Phase::Body, StreamFault::HungUp)),
                Ok(count) => rest = &rest[count..],
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(fault) => return Err(broken(Phase::Body, fault.into())),
            }
        }
        self.stream.flush().map_err(|fault| broken(Phase::Dot, fault.into()))
    }

    /// The reply to what was sent, if it is the expected one.
    fn answer(&mut self, wanted: Wanted, timeout: Duration) -> Result<SmtpReply, SmtpError> {
        let reply = self.reply(timeout)?;
        if reply.code / 100 == wanted { Ok(reply) } else { Err(self.no_answer(&reply)) }
    }

    fn reply(&mut self, timeout: Duration) -> Result<SmtpReply, SmtpError> {
        let reply = self.replies.read(&mut self.stream, timeout);
        self.is_lost |= reply.is_err();
        reply
    }

    /// The error of an unexpected reply: a rejection, or the two sides are out of step.
    fn no_answer(&mut self, reply: &SmtpReply) -> SmtpError {
        if reply.code >= 400 {
            return SmtpError::Refused(reply.code, reply.text());
        }
        self.is_lost = true;
        SmtpError::Lost(format!("the mail server replied {}, which is not valid here", reply.code))
    }

    fn wait_at_most(&mut self, timeout: Duration) -> Result<(), SmtpError> {
        Ok(self.stream.set_timeout(timeout)?)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufRead, BufReader};
    use std::net::TcpListener;

    use fastrand::Rng;

    use super::*;

    /// A server that sends these replies, whatever it receives, and the one after them to the email.
    fn server(mut answers: Vec<Vec<u8>>) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || -> io::Result<()> {
            let (mut stream, _) = listener.accept()?;
            let mut lines = BufReader::new(stream.try_clone()?);
            let mut line = String::new();
            let last = answers.pop().unwrap_or_default();
            for answer in answers {
                stream.write_all(&answer)?;
                line.clear();
                lines.read_line(&mut line)?;
            }
            while line != ".\r\n" {
                line.clear();
                if lines.read_line(&mut line)? == 0 {
                    return Ok(());
                }
            }
            stream.write_all(&last)
        });
        MailServer { security: Security::Plain, user: None, host: "127.0.0.1".to_owned(), port }
    }

    /// Sends an email to a server with these replies: the phase that failed, if any.
    fn handed_over(answers: Vec<Vec<u8>>) -> Result<String, RefusedAt> {
        let address: Address = "ana@example.com".parse().expect("an address");
        let message = WireMessage::of("Subject: x\r\n\r\nx\r\n".to_owned());
        let mut session = SmtpSession::open(&server(answers), None, Timeouts::of(Some(20)))
            .map_err(|fault| (Phase::Connect, fault))?;
        session.announce(&address, &address, &message)?;
        session.deliver(&message)
    }

    #[test]
    fn who_does_not_say_goodbye_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = MailServer { security: Security::Plain, user: None, host: "127.0.0.1".to_owned(), port };
        let silent = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            stream.write_all(b"220 mx\r\n").expect("written");
            BufReader::new(&stream).read_line(&mut String::new()).expect("a line");
            stream.write_all(b"250 mx\r\n").expect("written");
            stream
        });
        let session = SmtpSession::connect(&server, Timeouts::of(None)).expect("a session");
        let began = std::time::Instant::now();
        session.quit();
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
        drop(silent.join());
    }

    #[test]
    fn fuzzing_an_email_is_sent_when_every_answer_was_one_and_the_last_a_yes() {
        let good = ["220 mx", "250-mx\r\n250 8BITMIME", "250 ok", "250 2.1.5 ok", "354 go on", "250 2.0.0 taken"];
        let wanted = [DONE, DONE, DONE, DONE, GO_ON, DONE];
        let count = crate::for_tests::fuzz_cases(10);
        let mut sent = 0;
        for seed in 0..count {
            let mut dice = Rng::with_seed(seed);
            let mut answers: Vec<Vec<u8>> = good.map(|text| format!("{text}\r\n").into_bytes()).to_vec();
            let which = dice.usize(..answers.len());
            let at = dice.usize(..=answers[which].len());
            let other = good[dice.usize(..good.len())];
            let added = match dice.u8(..6) {
                0 => vec![dice.u8(..)],
                1 => b"\r\n".to_vec(),
                2 => format!("{other}\r\n").into_bytes(),
                3 => {
                    answers[which] = format!("{other}\r\n").into_bytes();
                    Vec::new()
                }
                4 => vec![b'0' + dice.u8(..10)],
                _ => b"250-\r\n".to_vec(),
            };
            let at = at.min(answers[which].len());
            answers[which].splice(at..at, added);
            let is_yes = |(number, answer): (usize, &Vec<u8>)| {
                let (mut bytes, mut replies) = (answer.as_slice(), ReplyReader::default());
                let reply = replies.read(&mut bytes, Duration::from_secs(20));
                let is_alone = !replies.has_more() && bytes.is_empty();
                reply.is_ok_and(|reply| reply.code / 100 == wanted[number]) && (is_alone || number == 5)
            };
            let expected = answers.iter().enumerate().all(is_yes);
            let found = handed_over(answers.clone());
            let shown: Vec<_> = answers.iter().map(|answer| String::from_utf8_lossy(answer)).collect();
            assert_eq!(found.is_ok(), expected, "{seed}: {found:?} {shown:?}");
            if let Err((phase, fault)) = found {
                assert_eq!(phase == Phase::Dot, which == 5, "{seed}: {fault:?} {shown:?}");
            }
            sent += u64::from(expected);
        }
        assert!(sent > count / 8 && sent < count * 7 / 8, "{sent} of {count}");
    }
}
