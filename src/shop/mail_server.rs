//! Mail servers and the sending rate, in the form of shop.toml.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use crate::text;

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// `smtps://`, `imaps://`: encrypted from the start.
    Tls,
    /// `smtp+starttls://`, `imap+starttls://`: encrypted before anything sensitive is sent.
    StartTls,
    /// `smtp://`, `imap://`: not encrypted, which is allowed only for a server on this machine.
    Plain,
}

/// The URL schemes of a mail server, and their usual ports.
type Schemes = [(&'static str, Security, u16); 3];

const SMTP: Schemes =
    [("smtps://", Security::Tls, 465), ("smtp+starttls://", Security::StartTls, 587), ("smtp://", Security::Plain, 25)];
const IMAP: Schemes = [
    ("imaps://", Security::Tls, 993),
    ("imap+starttls://", Security::StartTls, 143),
    ("imap://", Security::Plain, 143),
];

/// `smtps://helen@mail.example.com`: where emails are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailServer {
    pub(crate) security: Security,
    /// The user that signs in; none if there is none.
    pub(crate) user: Option<String>,
    /// The host name.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl FromStr for MailServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text, &SMTP, "REGULARS_SMTP_PASSWORD")
    }
}

/// `imaps://helen@mail.example.com`: where returned mail is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailboxServer(pub(crate) MailServer);

impl FromStr for MailboxServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let server = MailServer::read(text, &IMAP, "REGULARS_IMAP_PASSWORD")?;
        if server.user.is_none() {
            return Err(format!("the user of the mailbox is missing; write `{}USER@HOST`", IMAP[0].0));
        }
        Ok(Self(server))
    }
}

impl MailServer {
    fn read(text: &str, schemes: &Schemes, password: &str) -> Result<Self, String> {
        let [encrypted, started, plain] = schemes.map(|(start, ..)| start);
        let found =
            schemes.iter().find_map(|(start, security, port)| Some((text.strip_prefix(start)?, security, *port)));
        let Some((rest, security, usual)) = found else {
            // The value may contain a password: it is not repeated.
            return Err(format!("a mail server is written as `{encrypted}USER@HOST`, or as `{started}USER@HOST`"));
        };
        let (user, place) = rest
            .trim_end_matches('/')
            .rsplit_once('@')
            .map_or((None, rest.trim_end_matches('/')), |(u, p)| (Some(u), p));
        if user.is_some_and(|user| user.contains(':')) {
            return Err(format!(
                "the password does not belong in this file; set it as {password}, or use a `password_file`"
            ));
        }
        let user = user.map(|user| user.replace("%40", "@")).filter(|user| !user.is_empty());
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| format!("{} is not a port", text::quote(port)))?)
            }
            _ => (place, usual),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || "/?#".contains(c)) {
            return Err(format!("{} is not the name of a mail server", text::quote(&host)));
        }
        let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if *security == Security::Plain && !is_here {
            return Err(format!(
                "`{plain}` is not encrypted and allowed only for this machine; write `{encrypted}` or `{started}`"
            ));
        }
        Ok(Self { security: *security, user, host, port })
    }
}

/// `10/s`: the largest number per second, minute or hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// The time between two emails.
    pub(crate) gap: Duration,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not a rate; write it as `10/s`, `100/min` or `2000/h`", text::quote(text));
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match unit.trim() {
            "s" => 1,
            "min" => 60,
            "h" => 3600,
            _ => return Err(wrong()),
        };
        let count = count.trim().parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(wrong)?;
        Ok(Self { gap: Duration::from_secs(seconds) / count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Result<(Security, Option<String>, String, u16), String> {
        let read = text.parse::<MailServer>()?;
        Ok((read.security, read.user, read.host, read.port))
    }

    #[test]
    fn servers_are_read_and_passwords_are_not_repeated() {
        for (text, security, user, host, port) in [
            ("smtps://mail.example.com", Security::Tls, None, "mail.example.com", 465),
            (
                "smtps://helen@example.com@mail.example.com:2465/",
                Security::Tls,
                Some("helen@example.com"),
                "mail.example.com",
                2465,
            ),
            ("smtp+starttls://a%40b@h", Security::StartTls, Some("a@b"), "h", 587),
            ("smtp://localhost", Security::Plain, None, "localhost", 25),
            ("smtp://[::1]:2525", Security::Plain, None, "::1", 2525),
        ] {
            assert_eq!(server(text), Ok((security, user.map(str::to_owned), host.to_owned(), port)), "{text}");
        }
        for wrong in
            ["mail.example.com", "smtp://mail.example.com", "smtps://", "smtps://h:x", "smtps://a b", "https://h"]
        {
            assert!(server(wrong).is_err(), "{wrong}");
        }
        for address in ["smtps://helen:hunter2@h", "helen:hunter2@h", "smtp://u:hunter2@h"] {
            assert!(!server(address).expect_err(address).contains("hunter2"), "{address}");
        }
    }

    #[test]
    fn mailboxes_are_read_by_the_same_rule() {
        for (text, security, user, host, port) in [
            ("imaps://helen@mail.example.com", Security::Tls, "helen", "mail.example.com", 993),
            ("imaps://helen@shop.example@h:1993/", Security::Tls, "helen@shop.example", "h", 1993),
            ("imap+starttls://a%40b@h", Security::StartTls, "a@b", "h", 143),
            ("imap://june@[::1]:1143", Security::Plain, "june", "::1", 1143),
        ] {
            let MailboxServer(read) = text.parse().expect(text);
            assert_eq!(
                (read.security, read.user.as_deref(), read.host.as_str(), read.port),
                (security, Some(user), host, port)
            );
        }
        for wrong in ["imap://june@mail.example.com", "imaps://mail.example.com", "smtps://june@h", "imaps://u@h:x"] {
            assert!(wrong.parse::<MailboxServer>().is_err(), "{wrong}");
        }
        let with_password = "imaps://helen:hunter2@h".parse::<MailboxServer>().expect_err("a password");
        assert!(with_password.contains("REGULARS_IMAP_PASSWORD") && !with_password.contains("hunter2"));
    }

    #[test]
    fn rates_are_read() {
        let gap = |text: &str| text.parse::<Rate>().map(|rate| rate.gap);
        assert_eq!(gap("10/s"), Ok(Duration::from_millis(100)));
        assert_eq!(gap("30/min"), Ok(Duration::from_secs(2)));
        assert_eq!(gap("3600/h"), Ok(Duration::from_secs(1)));
        for wrong in ["10", "0/s", "-1/s", "10/day", "x/s", ""] {
            assert!(gap(wrong).is_err(), "{wrong}");
        }
    }
}
