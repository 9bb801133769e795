//! One connection to the mail server, phase by phase.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;

use super::reply::{Phase, SmtpError};
use crate::shop::{MailServer, Security};

/// How long to wait for the mail server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// Until it is connected.
    connect: Duration,
    /// For the answer to a command.
    command: Duration,
    /// For the answer to the final dot.
    dot: Duration,
}

impl Timeouts {
    /// What RFC 5321 asks for, or the same for all.
    pub(super) fn of(seconds: Option<u64>) -> Self {
        let or = |usual| Duration::from_secs(seconds.unwrap_or(usual));
        Self { connect: or(30), command: or(300), dot: or(600) }
    }

    /// The same for somebody who looks on: half a minute at most.
    pub(super) fn at_most_half_a_minute(self) -> Self {
        let least = |time: Duration| time.min(Duration::from_secs(30));
        Self { connect: least(self.connect), command: least(self.command), dot: least(self.dot) }
    }
}

/// An open connection.
pub(super) struct SmtpSession {
    connection: SmtpConnection,
    timeouts: Timeouts,
    pipelining: bool,
    /// What the server said that it offers, a line each, in capitals.
    pub(super) offers: Vec<String>,
    /// How many emails it has taken.
    pub(super) carried: usize,
}

/// Something the mail server did not take, and when.
pub(super) type RefusedAt = (Phase, SmtpError);

impl SmtpSession {
    /// Connects, encrypts and signs in, as the server's address says.
    pub(super) fn open(server: &MailServer, password: Option<&str>, timeouts: Timeouts) -> Result<Self, SmtpError> {
        let mut session = Self::connect(server, timeouts)?;
        session.sign_in(server, password)?;
        Ok(session)
    }

    /// Connects and encrypts, and asks what the server offers.
    pub(super) fn connect(server: &MailServer, timeouts: Timeouts) -> Result<Self, SmtpError> {
        let hello = ClientId::default();
        let tls = match server.security {
            Security::Plain => None,
            Security::Tls | Security::StartTls => {
                Some(TlsParameters::new_rustls(server.host.clone()).map_err(|e| fault(&e))?)
            }
        };
        let implicit = tls.as_ref().filter(|_| server.security == Security::Tls);
        let place = (server.host.as_str(), server.port);
        let mut connection =
            SmtpConnection::connect(place, Some(timeouts.connect), &hello, implicit, None).map_err(|e| fault(&e))?;
        connection.set_timeout(Some(timeouts.command)).map_err(|e| SmtpError::Lost(e.to_string()))?;
        if let Some(tls) = tls.filter(|_| server.security == Security::StartTls) {
            connection.starttls(&tls, &hello).map_err(|e| fault(&e))?;
        }
        let mut session = Self { connection, timeouts, pipelining: false, offers: Vec::new(), carried: 0 };
        session.ask()?;
        Ok(session)
    }

    /// Asks what the server offers, as lettre does not keep what it does not use itself.
    fn ask(&mut self) -> Result<(), SmtpError> {
        let offered = self.connection.command(Ehlo::new(ClientId::default())).map_err(|e| fault(&e))?;
        self.offers = offered.message().skip(1).map(str::to_uppercase).collect();
        self.pipelining = self.offers.iter().any(|line| line == "PIPELINING");
        Ok(())
    }

    /// Signs in, when the server's address says who; what it offers may be something else then.
    pub(super) fn sign_in(&mut self, server: &MailServer, password: Option<&str>) -> Result<(), SmtpError> {
        let (Some(user), Some(password)) = (&server.user, password) else { return Ok(()) };
        let who = Credentials::new(user.clone(), password.to_owned());
        self.connection.auth(&[Mechanism::Plain, Mechanism::Login], &who).map_err(|e| fault(&e))?;
        self.ask()
    }

    /// Says from whom, and takes it back: whether the server takes emails of this sender.
    pub(super) fn try_sender(&mut self, from: &Address) -> Result<(), SmtpError> {
        const UTF8: &str = "SMTPUTF8";
        let option = match AsRef::<str>::as_ref(from).is_ascii() {
            true => String::new(),
            false if self.offers.iter().any(|line| line == UTF8) => format!(" {UTF8}"),
            false => return Err(SmtpError::Lacks(UTF8)),
        };
        self.connection.command(format!("MAIL FROM:<{from}>{option}\r\n")).map_err(|e| fault(&e))?;
        self.reset();
        Ok(())
    }

    /// Says from whom and to whom, up to the leave to go on; together where the server allows it.
    pub(super) fn announce(&mut self, from: &Address, to: &Address, message: &WireMessage) -> Result<(), RefusedAt> {
        let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        let mut options = String::new();
        for (needed, extension, option) in [
            (!message.is_ascii, "8BITMIME", " BODY=8BITMIME"),
            (!is_ascii(from) || !is_ascii(to), "SMTPUTF8", " SMTPUTF8"),
        ] {
            if needed && !self.offers.iter().any(|line| line == extension) {
                return Err((Phase::Recipient, SmtpError::Lacks(extension)));
            }
            options.push_str(if needed { option } else { "" });
        }
        let commands =
            [format!("MAIL FROM:<{from}>{options}\r\n"), format!("RCPT TO:<{to}>\r\n"), "DATA\r\n".to_owned()];
        let phases = [Phase::Sender, Phase::Recipient, Phase::Data];
        let mut first = None;
        if self.pipelining {
            for (index, phase) in phases.into_iter().enumerate() {
                let answer = if index == 0 {
                    self.connection.command(commands.concat())
                } else {
                    self.connection.read_response()
                };
                let refused = answer.map_err(|e| fault(&e));
                let is_lost = matches!(refused, Err(SmtpError::Lost(_)));
                match refused {
                    // The leave was given although nobody was left to get it: an empty message ends that.
                    Ok(_) if index == 2 && first.is_some() => drop(self.connection.command(".\r\n")),
                    Ok(_) => {}
                    Err(fault) => first = first.or(Some((phase, fault))),
                }
                if is_lost {
                    break;
                }
            }
        } else {
            for (command, phase) in commands.iter().zip(phases) {
                if let Err(e) = self.connection.command(command) {
                    first = Some((phase, fault(&e)));
                    break;
                }
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// Hands the message over, its body and the dot in one write; the server's words when it has taken it.
    pub(super) fn deliver(&mut self, message: &WireMessage) -> Result<String, SmtpError> {
        let _ = self.connection.set_timeout(Some(self.timeouts.dot));
        let answer = self.connection.command(&message.wire).map_err(|e| fault(&e));
        let _ = self.connection.set_timeout(Some(self.timeouts.command));
        let response = answer?;
        if response.code().severity != Severity::PositiveCompletion {
            return Err(SmtpError::Lost(format!("the mail server answered {} after the email", response.code())));
        }
        self.carried += 1;
        let words: Vec<&str> = response.message().collect();
        Ok(format!("{} {}", response.code(), words.join(" ")))
    }

    /// Takes back what was announced; whether the connection can go on.
    pub(super) fn reset(&mut self) -> bool {
        self.connection.command("RSET\r\n").is_ok()
    }

    /// Says goodbye.
    pub(super) fn quit(mut self) {
        let _ = self.connection.set_timeout(Some(self.timeouts.connect.min(Duration::from_secs(2))));
        let _ = self.connection.quit();
    }
}

/// A message as it goes over the wire: dots at the beginning of lines doubled, the final dot behind it.
#[derive(Debug)]
pub(super) struct WireMessage {
    wire: String,
    is_ascii: bool,
}

impl WireMessage {
    /// A message of whole lines, or whose last line has no end yet.
    pub(super) fn of(text: &str) -> Self {
        let mut wire = String::with_capacity(text.len() + 16);
        if text.starts_with('.') {
            wire.push('.');
        }
        let mut copied = 0;
        for at in memchr::memmem::find_iter(text.as_bytes(), b"\r\n.") {
            wire.push_str(&text[copied..at + 2]);
            wire.push('.');
            copied = at + 2;
        }
        wire.push_str(&text[copied..]);
        wire.push_str(if text.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" });
        Self { is_ascii: text.is_ascii(), wire }
    }
}

/// What lettre says, as ours.
fn fault(error: &lettre::transport::smtp::Error) -> SmtpError {
    let source = std::error::Error::source(error).map(ToString::to_string);
    match error.status() {
        Some(code) => SmtpError::Refused(code.into(), source.unwrap_or_default()),
        None => SmtpError::Lost(in_words(&source.unwrap_or_else(|| error.to_string()))),
    }
}

/// Words for what breaks off.
fn in_words(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    match text {
        "incomplete response" => "the mail server hung up".to_owned(),
        "Resource temporarily unavailable" | "connection timed out" => {
            "the mail server did not answer in time".to_owned()
        }
        other => {
            let mut chars = other.chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_message_ends_it() {
        for (body, wire) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            ("a\r\n.\r\n.\r\nb\r\n..c\r\n", "a\r\n..\r\n..\r\nb\r\n...c\r\n.\r\n"),
        ] {
            assert_eq!(WireMessage::of(body).wire, wire);
        }
    }
}
